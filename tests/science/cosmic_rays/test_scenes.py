"""Skies and detectors are what their parameters say."""

import numpy as np
import pytest

from astro_dl.science.cosmic_rays.inputs import in_electrons, input_of_images
from astro_dl.science.cosmic_rays.physics import CosmicRayPhysics
from astro_dl.science.cosmic_rays.simulate import simulate
from astro_dl.science.cosmic_rays.simulation.scenes import (
    FAINTEST_SNR,
    bleed,
    draw_seeing,
    star_light,
)


def test_stars_are_as_sharp_as_the_seeing_and_not_sharper():
    n, fwhm = 60, 2.5
    rng = np.random.default_rng(0)
    seeing = draw_seeing(np.full(n, fwhm), rng)
    physics = CosmicRayPhysics()
    light = star_light(physics, seeing, np.full(n, 250.0), np.full(n, 5.0), rng)
    peaks = light.reshape(n, -1).max(axis=1)
    alone = peaks > 0
    edge = np.r_[light[:, [0, -1]].max(axis=(1, 2)), light[:, :, [0, -1]].max(axis=(1, 2))]
    alone &= edge.reshape(2, n).max(axis=0) < 1e-3
    share = peaks[alone] / light[alone].sum(axis=(1, 2))
    # a Gaussian of this width has 13% of its light in the central pixel, of the sharpest 15%
    assert alone.sum() > 5
    assert share.max() < 0.16


def test_the_faintest_stars_have_their_signal_to_noise_ratio():
    rng = np.random.default_rng(0)
    seeing = draw_seeing(np.full(300, 3.0), rng)
    light = star_light(CosmicRayPhysics(), seeing, np.full(300, 200.0), np.full(300, 5.0), rng)
    ratio = np.sqrt((light.astype(float) ** 2).sum(axis=(1, 2))) / 5.0
    inside = light.sum(axis=(1, 2)) > 0
    assert np.percentile(ratio[inside], 20) == pytest.approx(FAINTEST_SNR, rel=0.5)


def test_bleeding_keeps_the_charge_and_the_column():
    image = np.zeros((1, 64, 64), np.float32)
    image[0, 32, 20] = 950.0
    held = bleed(image, 100.0)
    assert held.max() <= 100.0
    assert held.sum() == pytest.approx(950.0, rel=0.01)
    assert not np.delete(held, 20, axis=2).any()
    assert (held[0, :, 20] > 0).sum() >= 9


def test_the_background_is_white_noise_of_unit_variance():
    physics = CosmicRayPhysics(
        hits_per_megapixel_range=(0.1, 0.2),
        stars_per_megapixel_range=(0.1, 0.2),
        galaxies_per_megapixel_range=(0.1, 0.2),
        hot_pixels_per_megapixel=0.0,
        trail_fraction=0.0,
        sky_electrons_range=(100.0, 1000.0),
    )
    x, _, info = simulate(physics, 40, np.random.default_rng(0))
    electrons, noise = in_electrons(x)
    scaled = electrons / noise
    assert scaled.std() == pytest.approx(1.0, abs=0.02)
    neighbours = np.mean(scaled[:, 1:] * scaled[:, :-1])
    assert neighbours == pytest.approx(0.0, abs=0.01)
    expected = np.sqrt(info["sky"].value + info["read_noise"].value ** 2)
    np.testing.assert_allclose(noise[:, 0, 0], expected, rtol=0.08)


def test_the_truth_is_charge_above_the_noise():
    quiet = {"stars_per_megapixel_range": (0.1, 0.2), "galaxies_per_megapixel_range": (0.1, 0.2)}
    physics = CosmicRayPhysics(hot_pixels_per_megapixel=0.0, trail_fraction=0.0, **quiet)
    x, y, info = simulate(physics, 200, np.random.default_rng(1))
    s = np.sinh(x[..., 0])
    assert s[y == 1].mean() > 10
    assert np.median(s[y == 1]) > 2
    assert (s[y == 0] > 6).mean() < 2e-4
    assert not y[info["hits"] == 0].any()


def test_inputs_do_not_depend_on_the_level_of_the_sky():
    rng = np.random.default_rng(0)
    image = rng.normal(50, 6, (1, 64, 64))
    np.testing.assert_allclose(input_of_images(image), input_of_images(image + 1000.0), atol=1e-4)
