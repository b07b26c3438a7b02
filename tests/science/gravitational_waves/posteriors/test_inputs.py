"""What networks see of strain: the same wherever in time and phase a signal is."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.distributions.priors import from_unit_box
from astro_dl.science.gravitational_waves.posteriors.inputs import aligned, grid_of_times
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR, TIME
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.signals import unit_signals
from astro_dl.science.gravitational_waves.posteriors.simulate import simulate
from astro_dl.science.gravitational_waves.posteriors.spectra import draw_weights

PHYSICS = BinaryParametersPhysics()
STEP = grid_of_times(PHYSICS, 0.0, 0.1)[1]
"""Between two values of the matched filter [s]."""


@pytest.fixture(scope="module")
def signals():
    rng = np.random.default_rng(0)
    parameters = from_unit_box(tuple(PRIOR.values()), rng.random((60, 5)))
    parameters[:, TIME] = 0
    weight = draw_weights(PHYSICS, 60, rng)
    return unit_signals(PHYSICS, weight, parameters)[0], weight


def later(white, seconds):
    return (white * np.exp(-2j * np.pi * PHYSICS.frequencies * seconds)).astype(np.complex64)


def test_later_signals_look_the_same_and_are_found_later(signals):
    white, weight = signals
    before = aligned(PHYSICS, 20 * white, weight)
    after = aligned(PHYSICS, later(20 * white, 1.5 + 5 * STEP), weight, near=1.5)
    moved = aligned(PHYSICS, later(20 * white, 5 * STEP), weight)
    same = np.abs(moved.time - before.time - 5 * STEP) < 1e-9
    assert same.mean() > 0.95
    np.testing.assert_allclose(moved.x[same], before.x[same], atol=5e-3)
    # 1.5 s are no whole number of steps: up to half a fine step is left
    assert np.median(np.abs(after.time - before.time - 1.5 - 5 * STEP)) < STEP / 8


def test_the_phase_of_a_signal_is_not_seen(signals):
    white, weight = signals
    before = aligned(PHYSICS, 20 * white, weight)
    after = aligned(PHYSICS, 20 * white * np.complex64(np.exp(2.1j)), weight)
    np.testing.assert_allclose(after.x, before.x, atol=2e-3)


def test_the_level_of_the_noise_spectrum_is_of_no_account(signals):
    white, weight = signals
    before, after = aligned(PHYSICS, white, weight), aligned(PHYSICS, white, 3 * weight)
    np.testing.assert_allclose(after.x, before.x, atol=1e-4)


def test_bands_hold_nearly_all_of_a_signal(signals):
    white, weight = signals
    x = aligned(PHYSICS, white, weight).x
    held = np.sqrt(np.sum(x[:, : 2 * PHYSICS.bands] ** 2, axis=1))
    assert (held <= 1 + 1e-4).all()
    assert np.median(held) > 0.998
    assert np.quantile(held, 0.1) > 0.99


def test_bands_of_noise_have_unit_variance():
    rng = np.random.default_rng(4)
    n = 400
    weight = draw_weights(PHYSICS, n, rng)
    noise = rng.standard_normal((n, PHYSICS.bins_of_segment, 2), dtype=np.float32)
    seen = aligned(PHYSICS, noise.view(np.complex64)[..., 0], weight)
    parts = seen.x[:, : 2 * PHYSICS.bands]
    # where a template has power
    told = np.tile(seen.x[:, 2 * PHYSICS.bands : -1] > 1e-3, 2)
    assert np.var(parts[told]) == pytest.approx(1, abs=0.06)
    shares = seen.x[:, 2 * PHYSICS.bands : -1]
    np.testing.assert_allclose(np.sum(shares**2, axis=1), 1, atol=1e-4)


def test_simulated_mergers_are_near_the_loudest_match():
    examples = simulate(PHYSICS, 300, np.random.default_rng(5))
    time = examples.y[:, TIME]
    assert np.median(np.abs(time)) < 5e-3
    assert np.max(np.abs(time)) <= PRIOR["merger_time"].high
    match, snr = (np.asarray(examples.info[name]) for name in ("match", "snr"))
    assert 0.85 < np.median(match / snr) < 1.02


def test_bands_narrower_than_a_bin_are_refused():
    with pytest.raises(UsageError, match="bands don't fit"):
        BinaryParametersPhysics(bands=300)
    # of strain at 2048 Hz
    with pytest.raises(UsageError, match=r"high_frequency_hz.*1024"):
        BinaryParametersPhysics(high_frequency_hz=1100.0)
    with pytest.raises(UsageError, match="merger_s"):
        BinaryParametersPhysics(merger_s=4.0)
