import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.cutouts import (
    centre_crop,
    noise_sigma,
    normalise,
    resample,
    sky_level,
)


def galaxy(size=64, peak=500.0, radius=4.0):
    axis = np.arange(size) - (size - 1) / 2
    return peak * np.exp(-np.hypot(*np.meshgrid(axis, axis)) / radius)


def noisy(sigma, n=8, sky=0.0, **options):
    clean = galaxy(**options)[None, :, :, None]
    rng = np.random.default_rng(1)
    photons = np.sqrt(sigma**2 + np.maximum(clean, 0) * sigma / 10)
    return clean + sky + photons * rng.normal(size=(n, *clean.shape[1:3], 1))


def test_noise_of_a_bright_galaxy_is_that_of_the_sky():
    measured = noise_sigma(noisy(2.0))
    np.testing.assert_allclose(measured, 2.0, rtol=0.15)
    assert abs(measured.mean() - 2.0) < 0.1


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e6])
def test_the_unit_of_flux_and_the_sky_level_do_not_matter(scale):
    images = noisy(2.0)
    x = normalise(images)
    np.testing.assert_allclose(normalise(scale * (images + 300.0)), x, atol=2e-2)
    assert x.dtype == np.float32
    edge = x[:, :4]
    assert abs(np.median(edge)) < 0.2
    assert 0.8 < edge.std() < 1.2


def test_bright_pixels_are_clipped_and_compressed():
    x = normalise(noisy(1.0, peak=1e6))
    np.testing.assert_allclose(x.max(), 5 * np.arcsinh(1000 / 5), rtol=1e-5)
    softer = normalise(noisy(1.0, peak=1e6), clip_sigma=100, softening_sigma=10)
    np.testing.assert_allclose(softer.max(), 10 * np.arcsinh(100 / 10), rtol=1e-5)


def test_masked_pixels_are_sky_and_do_not_change_the_rest():
    images = noisy(2.0)
    masked = images.copy()
    masked[:, 5:15, 40:60] = np.nan
    x, y = normalise(images), normalise(masked)
    assert np.all(y[:, 5:15, 40:60] == 0)
    kept = np.isfinite(masked[..., 0])
    np.testing.assert_allclose(y[kept], x[kept], rtol=0.1, atol=0.1)


def test_bands_that_tell_nothing_give_nan():
    empty = np.zeros((1, 64, 64, 1))
    mostly_masked = noisy(2.0, n=1)
    mostly_masked[:, :, :40] = np.nan
    assert np.isnan(normalise(empty)).all()
    assert np.isnan(normalise(mostly_masked)).all()
    assert np.isnan(normalise(np.full((1, 64, 64, 1), np.nan))).all()


def test_known_noise_replaces_the_measured_one():
    images = noisy(2.0)
    x = normalise(images, sigma=np.full((8, 1), 4.0))
    edge = x[:, :4]
    np.testing.assert_allclose(edge.std(), 0.5, rtol=0.1)


def test_sky_level_ignores_the_galaxy_and_masked_pixels():
    images = noisy(2.0, sky=70.0)
    images[:, 0] = np.nan
    np.testing.assert_allclose(sky_level(images), 70.0, atol=0.5)


@given(st.integers(20, 60), st.floats(0.5, 6.0))
@settings(max_examples=30, deadline=None)
def test_resampling_keeps_surface_brightness_and_centre(size, ratio):
    image = galaxy(size, radius=size / 8)[:, :, None]
    flat = resample(np.full((size, size, 1), 3.0), ratio)
    np.testing.assert_allclose(flat, 3.0 * ratio**2, rtol=1e-9)
    out = resample(image, ratio)[..., 0]
    axis = np.arange(len(out)) - (len(out) - 1) / 2
    centroid = (out.sum(axis=0) * axis).sum() / out.sum() * ratio
    assert abs(centroid) < (0.51 * ratio if float(ratio).is_integer() else 0.05)


def test_whole_ratios_sum_whole_pixels():
    image = np.arange(36.0).reshape(6, 6, 1)
    np.testing.assert_array_equal(
        resample(image, 2.0)[..., 0], image.reshape(3, 2, 3, 2).sum(axis=(1, 3))
    )


def test_resampling_makes_up_for_masked_pixels_unless_they_are_most():
    image = np.ones((4, 4, 1))
    image[0, 0] = np.nan
    image[2:, 2:] = np.nan
    out = resample(image, 2.0)[..., 0]
    assert out[0, 0] == 4
    assert np.isnan(out[1, 1])


def test_pixels_far_wider_than_the_networks_are_refused():
    with pytest.raises(UsageError, match=r"4\.00 times as wide"):
        resample(np.ones((8, 8, 1)), 0.25)


def test_cropping_takes_the_middle_and_fills_with_nan():
    image = np.arange(49.0).reshape(7, 7, 1)
    np.testing.assert_array_equal(centre_crop(image, 3)[..., 0], image[2:5, 2:5, 0])
    grown = centre_crop(image, 9)[..., 0]
    np.testing.assert_array_equal(grown[1:8, 1:8], image[..., 0])
    assert np.isnan(grown).sum() == 81 - 49
