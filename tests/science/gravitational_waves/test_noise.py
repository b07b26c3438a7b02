import numpy as np
import pytest
from scipy import stats

from astro_dl.science.gravitational_waves.noise import (
    coloring_filter,
    gaussian_noise,
    white_noise_spectrum,
)
from astro_dl.science.gravitational_waves.psd import aligo_design_psd

FREQUENCIES = np.fft.rfftfreq(4096, 1 / 2048)


def test_white_spectrum_is_that_of_unit_normal_samples():
    spectrum = white_noise_spectrum(200, 513, np.random.default_rng(1))
    samples = np.fft.irfft(spectrum)
    assert spectrum.dtype == np.complex64
    assert samples.mean() == pytest.approx(0, abs=5 / np.sqrt(samples.size))
    assert samples.var() == pytest.approx(1, abs=5 * np.sqrt(2 / samples.size))
    assert stats.kstest(samples.ravel(), "norm").pvalue > 1e-3


def test_noise_has_the_stated_power_spectral_density():
    psd = aligo_design_psd(FREQUENCIES)
    strain = gaussian_noise(psd, 400, 2048, 2.0, np.random.default_rng(2))
    power = 2 * np.mean(np.abs(np.fft.rfft(strain)) ** 2, axis=0) / (2048 * 4096)
    ratio = power[1:-1] / psd[1:-1]
    assert ratio.mean() == pytest.approx(1, abs=0.005)
    assert ratio.std() == pytest.approx(1 / 20, rel=0.1)
    assert stats.kstest(ratio * 400, stats.gamma(400).cdf).pvalue > 1e-3


def test_detectors_and_series_are_independent():
    psd = np.stack([aligo_design_psd(FREQUENCIES)] * 2)
    strain = gaussian_noise(psd, 50, 2048, 2.0, np.random.default_rng(3))
    assert strain.shape == (50, 2, 4096)
    white = np.fft.irfft(np.fft.rfft(strain) / np.maximum(coloring_filter(psd, 2048), 1e-30))
    correlation = np.corrcoef(white.reshape(100, -1))
    assert np.abs(correlation - np.eye(100)).max() < 5 / np.sqrt(4096)


def test_same_generator_gives_the_same_noise_and_others_differ():
    psd = aligo_design_psd(FREQUENCIES)
    first, again, other = (
        gaussian_noise(psd, 2, 2048, 2.0, np.random.default_rng(seed)) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.any(first == other)


def test_no_strain_where_the_psd_is_infinite():
    psd = np.where(FREQUENCIES < 100, np.inf, 1e-46)
    spectrum = np.fft.rfft(gaussian_noise(psd, 1, 2048, 2.0, np.random.default_rng(6))[0])
    assert np.abs(spectrum[FREQUENCIES < 100]).max() < 1e-10 * np.abs(spectrum).max()
