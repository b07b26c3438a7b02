"""Stochastic variability: variances, spectra, independence."""

import numpy as np
import pytest

from astro_dl.observations.light_curves.stellar_variability import (
    gaussian_process,
    granulation_spectrum,
    oscillator_spectrum,
    power_law_spectrum,
    rotation_spectrum,
)

FREQUENCY = np.arange(1, 200_000) / 1000
STEP = FREQUENCY[1] - FREQUENCY[0]


def column(*values):
    return np.array(values, float)[:, None]


def test_spectra_integrate_to_their_variance():
    oscillator = oscillator_spectrum(FREQUENCY, column(2, 3), column(0.5, 4), column(0.707, 20))
    np.testing.assert_allclose(oscillator.sum(axis=1) * STEP, [2, 3], rtol=0.01)
    rotation = rotation_spectrum(FREQUENCY, column(5), column(2), column(4))
    assert rotation.sum() * STEP == pytest.approx(5, rel=0.01)
    red = power_law_spectrum(FREQUENCY, column(7), column(2), 0.1)
    assert red.sum() * STEP == pytest.approx(7)


def test_oscillator_peaks_at_its_resonance_and_granulation_does_not():
    peaked = oscillator_spectrum(FREQUENCY, column(1), column(3), column(20))[0]
    assert FREQUENCY[peaked.argmax()] == pytest.approx(3, rel=0.01)
    flat = oscillator_spectrum(FREQUENCY, column(1), column(3), column(1 / np.sqrt(2)))[0]
    assert flat.argmax() == 0
    assert flat[2999] == pytest.approx(flat[0] / 2, rel=1e-3)


def test_realisations_have_the_variance_and_spectrum_asked_for():
    def spectrum(frequency):
        return oscillator_spectrum(frequency, column(4), column(1), column(10))

    series = gaussian_process(spectrum, 400, 1200, 0.05, np.random.default_rng(0))
    assert series.shape == (400, 1200)
    assert series.dtype == np.float32
    assert series.var() == pytest.approx(4, rel=0.05)
    power = np.mean(np.abs(np.fft.rfft(series * np.hanning(1200))) ** 2, axis=0)
    assert np.fft.rfftfreq(1200, 0.05)[power.argmax()] == pytest.approx(1, abs=0.06)


def test_realisations_are_independent_and_do_not_wrap_around():
    def spectrum(frequency):
        return oscillator_spectrum(frequency, column(1), column(0.2), column(0.8))

    series = gaussian_process(spectrum, 600, 500, 0.05, np.random.default_rng(1))
    correlation = np.corrcoef(series[:, [0, 250]].T)[0, 1]
    assert np.corrcoef(series[:, [0, 1]].T)[0, 1] > 0.95
    # The ends would be as close as neighbours if the series were periodic.
    assert abs(np.corrcoef(series[:, [0, 499]].T)[0, 1] - correlation) < 0.4
    rows = np.corrcoef(series[:40])
    assert np.abs(rows - np.eye(40)).max() < 0.9


def test_granulation_of_the_sun_and_of_giants():
    gravity, temperature = column(4.438, 3.5, 2.5), column(5777, 5000, 4800)
    frequency = np.arange(1, 60_000) / 100
    density = granulation_spectrum(frequency, gravity, temperature)
    rms_ppm = 1e6 * np.sqrt(density.sum(axis=1) * 0.01)
    # The Sun's granulation in broad-band light: 30 to 50 ppm (e.g. Kallinger et al. 2014, fig. 8).
    assert 30 < rms_ppm[0] < 50
    assert 100 < rms_ppm[1] < 200
    assert 400 < rms_ppm[2] < 800
    below_nu_max = density[:, frequency < 1].sum(axis=1) / density.sum(axis=1)
    assert (np.diff(below_nu_max) > 0).all()
