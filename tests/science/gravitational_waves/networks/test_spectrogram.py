"""The spectrogram layer against what physics says of it."""

import numpy as np
import pytest

from astro_dl.science.gravitational_waves.networks.spectrogram import ConstantQPower, sine_gaussians

RATE = 2048.0
FREQUENCIES = np.geomspace(20, 512, 32) / RATE


def spectrogram(x, quality_factors=(8.0,)):
    layer = ConstantQPower(FREQUENCIES, quality_factors, kernel_size=384, stride=16)
    return np.asarray(layer(x.astype(np.float32)))


def test_white_noise_is_standardised():
    noise = np.random.default_rng(0).standard_normal((128, 2048, 1))
    inner = spectrogram(noise)[:, 16:-16, :, 0]
    np.testing.assert_allclose(inner.mean(axis=(0, 1)), 0.0, atol=0.1)
    np.testing.assert_allclose(inner.std(axis=(0, 1)), 1.0, atol=0.06)


@pytest.mark.parametrize("frequency", [40.0, 100.0, 300.0])
def test_a_tone_peaks_at_its_own_frequency(frequency):
    time = np.arange(2048) / RATE
    x = np.sin(2 * np.pi * frequency * time)[None, :, None]
    peak = spectrogram(x)[0, 64, :, 0].argmax()
    assert abs(np.log(FREQUENCIES[peak] * RATE / frequency)) <= np.log(512 / 20) / 31


def test_a_click_peaks_at_its_own_time():
    x = np.zeros((1, 2048, 1))
    x[0, 1200] = 10.0
    profile = spectrogram(x)[0].sum(axis=(1, 2))
    assert abs(profile.argmax() * 16 - 1200) <= 16


def test_higher_quality_resolves_frequency_better_and_time_worse():
    filters = sine_gaussians(FREQUENCIES, (4.0, 16.0), 384)[:, 0, 20]
    spread = np.sqrt(((np.arange(384) - 191.5) ** 2 @ filters**2) / (filters**2).sum(axis=0))
    assert spread[1] > 3 * spread[0]


def test_filters_have_unit_norm():
    filters = sine_gaussians(FREQUENCIES, (4.0, 8.0, 16.0), 384)
    np.testing.assert_allclose((filters**2).sum(axis=0), 1.0, rtol=1e-5)


def test_detectors_do_not_mix():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((3, 512, 2))
    both = spectrogram(x, (4.0, 8.0))
    alone = [spectrogram(x[..., k : k + 1], (4.0, 8.0)) for k in (0, 1)]
    assert both.shape == (3, 32, 32, 4)
    np.testing.assert_allclose(both[..., 0::2], alone[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(both[..., 1::2], alone[1], rtol=1e-4, atol=1e-5)
