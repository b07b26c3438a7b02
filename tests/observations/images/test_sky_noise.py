"""Noise of the sky and of light, defects, and the signal-to-noise ratio of arcs."""

import numpy as np
import pytest

from astro_dl.observations.images.sky_noise import (
    add_noise,
    mask_defects,
    noise_variance,
    signal_to_noise,
)


def test_variance_is_that_of_the_sky_and_the_photons():
    images = np.zeros((2, 2, 200, 200), np.float32)
    images[:, :, 100:] = 50
    gain = np.array([[100.0, 10.0], [50.0, np.inf]])
    noisy = add_noise(images, gain, np.random.default_rng(1))
    assert noisy.dtype == np.float32
    np.testing.assert_allclose(noisy[:, :, :100].var(axis=(2, 3)), 1, rtol=0.04)
    np.testing.assert_allclose(noisy[:, :, 100:].var(axis=(2, 3)), 1 + 50 / gain, rtol=0.04)
    np.testing.assert_allclose(noisy[:, :, 100:].mean(axis=(2, 3)), 50, atol=0.1)
    np.testing.assert_allclose(noise_variance(images, gain)[..., -1, 0], 1 + 50 / gain)


def test_variance_equals_that_of_electrons_that_are_counted():
    rng = np.random.default_rng(2)
    gain, light = 20.0, 30.0
    electrons = rng.poisson(gain**2 + light * gain, 200_000)
    assert np.var(electrons / gain) == pytest.approx(
        noise_variance(np.array([[[[light]]]]), gain).item(), rel=0.02
    )


def test_defects_are_zero_and_counted():
    images = np.ones((200, 3, 32, 32), np.float32)
    masked, fraction = mask_defects(images, 0.2, np.random.default_rng(3))
    assert images.all()
    np.testing.assert_allclose((masked == 0).mean(axis=(1, 2, 3)), fraction)
    assert (fraction > 0).mean() == pytest.approx(1 - 0.8**3, abs=0.1)
    untouched, none = mask_defects(images, 0.0, np.random.default_rng(3))
    assert untouched is images
    assert not none.any()


def test_signal_to_noise_ratio_of_a_known_patch():
    light = np.zeros((2, 2, 20, 20))
    light[0, 0, :5, :4] = 3.0  # 20 pixels: 60 / √20 over a sky of one
    light[0, 1, :2, :2] = 6.0  # 4 pixels: 24 / 2
    light[1] = 0.5  # everywhere below the threshold
    expected = np.hypot(60 / np.sqrt(20), 12)
    np.testing.assert_allclose(signal_to_noise(light, np.ones_like(light)), [expected, 0])
    np.testing.assert_allclose(signal_to_noise(light, np.full_like(light, 4)), [expected / 2, 0])
