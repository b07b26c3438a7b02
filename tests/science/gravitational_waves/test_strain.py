"""Windows of whitened strain: noise statistics, signals' norms, and what the segment may not do."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.science.gravitational_waves.detectors import antenna_patterns, arrival_time_difference
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.psd import aligo_design_psd
from astro_dl.science.gravitational_waves.simulate import detector_conditionings
from astro_dl.science.gravitational_waves.strain import (
    glitch_windows,
    noise_windows,
    place_glitches,
    signal_windows,
)
from astro_dl.science.gravitational_waves.waveforms.phenom_d import imrphenomd

ONE = BinaryBlackHolePhysics()
TWO = replace(ONE, detectors=("H1", "L1"))


def binary(mass_1=36.0, mass_2=29.0, merger_time=0.7, **others):
    columns = {"mass_1": mass_1, "mass_2": mass_2, "merger_time": merger_time, **others}
    return {name: np.atleast_1d(np.asarray(value, float)) for name, value in columns.items()}


def signals(physics, **parameters):
    return signal_windows(detector_conditionings(physics), physics.detectors, **parameters)


def test_noise_is_white_with_unit_variance():
    x = noise_windows(detector_conditionings(ONE), 1500, np.random.default_rng(1))[..., 0]
    power = np.mean(np.abs(np.fft.rfft(x, axis=-1)) ** 2, axis=0) / x.shape[1]
    assert abs(x.mean()) < 4 / np.sqrt(x.size)
    # bins of 1 Hz; the band starts at 20 Hz, and its edge is smooth over a few hertz
    flat = power[26:-1]
    assert flat.mean() == pytest.approx(1.0, abs=0.005)
    # the scatter of the mean of 1500 exponential variates is 1/sqrt(1500)
    assert flat.std() < 1.2 / np.sqrt(1500)
    assert power[:15].max() < 0.05
    assert x.var() == pytest.approx(1 - 20 / 1024, abs=0.01)


def test_noise_is_gaussian_and_uncorrelated_between_samples():
    x = noise_windows(detector_conditionings(ONE), 400, np.random.default_rng(2))[..., 0]
    assert np.mean(x**4) / np.mean(x**2) ** 2 == pytest.approx(3.0, abs=0.03)
    for lag in (1, 7, 300, 2000):
        assert abs(np.mean(x[:, lag:] * x[:, :-lag])) < 0.03


def test_detectors_have_independent_noise():
    x = noise_windows(detector_conditionings(TWO), 200, np.random.default_rng(3))
    correlation = np.mean(x[..., 0] * x[..., 1])
    assert abs(correlation) < 4 / np.sqrt(x[..., 0].size)
    assert not np.array_equal(x[..., 0], x[..., 1])


@pytest.mark.parametrize("masses", [(36.0, 29.0), (50.0, 50.0), (45.0, 12.0)])
def test_norm_of_a_signal_is_its_optimal_snr(masses):
    """Against the integral 4 ∫ |h|² / S df of the waveform from 24 Hz, which fits the window."""
    physics = replace(ONE, low_frequency_hz=24.0, duration_s=2.0, segment_s=8.0)
    physics = replace(physics, merger_time_range_s=(1.6, 1.6))
    window = signals(physics, **binary(*masses, 1.6))
    f = np.arange(20.0, 1024.0, 0.05)
    band = np.clip((f - 22.0) / 4.0, 0, 1)
    h = imrphenomd(f, *masses, dtype=np.complex128)[0]
    f_plus, f_cross = antenna_patterns("H1", 0.0, 0.0, 0.0, 1126259462.0)
    h = h * (f_plus - 1j * f_cross)
    snr = np.sqrt(4 * np.sum(np.abs(h * band) ** 2 / aligo_design_psd(f)) * 0.05)
    assert np.linalg.norm(window) == pytest.approx(snr, rel=0.01)


def test_signal_is_inversely_proportional_to_distance():
    near, far = (signals(ONE, **binary(distance_mpc=d)) for d in (100.0, 400.0))
    np.testing.assert_allclose(near, 4 * far, rtol=1e-4, atol=1e-4 * np.abs(near).max())


def test_signal_peaks_at_the_merger_time():
    for time in (0.6, 0.7123, 0.8):
        window = signals(ONE, **binary(40.0, 40.0, time))[0, :, 0]
        assert np.argmax(np.abs(window)) / 2048 == pytest.approx(time, abs=0.012)


def test_signal_moves_rigidly_with_the_merger_time():
    early, late = (signals(ONE, **binary(merger_time=t))[0, :, 0] for t in (0.625, 0.75))
    shift = round(0.125 * 2048)
    np.testing.assert_allclose(early[:-shift], late[shift:], atol=2e-4 * np.abs(late).max())


def test_long_signal_does_not_wrap_around_its_segment():
    """A 10+10 binary is in band for six seconds: a longer segment must give the same window."""
    short, long = (
        signals(replace(ONE, segment_s=length), **binary(10.0, 10.0)) for length in (4.0, 16.0)
    )
    assert np.linalg.norm(short - long) < 4e-3 * np.linalg.norm(long)


def test_arrival_times_differ_by_the_delay_between_detectors():
    sky = {"right_ascension": 1.2, "declination": -0.7, "gps_time": 1126259462.0}
    window = signals(TWO, **binary(**sky))[0]
    reference, other = np.fft.rfft(window, 16 * 2048, axis=0).T
    # one-sided, so that its modulus does not depend on the phases of the two responses
    correlation = np.fft.ifft(np.conj(reference) * other, 16 * 16 * 2048)
    lag = np.argmax(np.abs(correlation))
    lag = (lag if lag < len(correlation) / 2 else lag - len(correlation)) / (16 * 2048)
    expected = arrival_time_difference("L1", *sky.values(), reference="H1")
    assert lag == pytest.approx(float(expected), abs=2e-4)


def test_whitening_from_off_source_strain_keeps_noise_nearly_white():
    physics = replace(ONE, off_source_s=128.0)
    conditionings = detector_conditionings(physics, np.random.default_rng(4))
    x = noise_windows(conditionings, 300, np.random.default_rng(5))
    assert x.var() == pytest.approx(1 - 20 / 1024, abs=0.04)
    other = detector_conditionings(physics, np.random.default_rng(6))
    assert not np.array_equal(conditionings[0].response, other[0].response)


def test_glitches_have_unit_norm_and_lie_in_one_detector():
    kinds = ("sine_gaussian", "blip", "scattered_light")
    conditionings = detector_conditionings(TWO)
    glitches = place_glitches(conditionings, kinds, 60, np.random.default_rng(7))
    windows = glitch_windows(conditionings, glitches)
    np.testing.assert_allclose(np.sum(windows**2, axis=(1, 2)), 1, rtol=1e-4)
    present = np.any(windows != 0, axis=1)
    assert np.all(present.sum(axis=1) == 1)
    assert set(glitches.kind) == set(kinds)
