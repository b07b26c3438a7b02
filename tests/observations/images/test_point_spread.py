"""Point-spread functions: shape, flux, and agreement of the two ways to convolve."""

import numpy as np
import pytest
from scipy.signal import fftconvolve

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.point_spread import (
    FWHM_PER_SIGMA,
    PointSpread,
    convolve,
    convolve_gaussian,
    gaussian_kernel,
    moffat_kernel,
    prepare_kernel,
)


@pytest.fixture
def images():
    return np.random.default_rng(2).random((3, 40, 34))


@pytest.mark.parametrize("kernel", [gaussian_kernel(5.0, 30), moffat_kernel(5.0, 3.0, 30)])
def test_kernels_have_unit_sum_and_the_width_they_should(kernel):
    assert kernel.sum() == pytest.approx(1)
    profile = kernel[30, 30:] / kernel[30, 30]
    assert np.interp(-0.5, -profile, np.arange(31)) == pytest.approx(2.5, abs=0.06)
    np.testing.assert_allclose(kernel, kernel.T)
    np.testing.assert_allclose(kernel, kernel[::-1])


def test_a_moffat_of_high_exponent_is_a_gaussian():
    np.testing.assert_allclose(moffat_kernel(4.0, 1000.0, 8), gaussian_kernel(4.0, 8), atol=2e-4)


def test_convolution_equals_the_direct_one(images):
    kernel = np.random.default_rng(3).random((9, 9))
    expected = [fftconvolve(image, kernel, "same") for image in images]
    np.testing.assert_allclose(convolve(images, kernel), expected, rtol=1e-10)


def test_the_matrix_product_equals_the_transform(images):
    sigma = np.array([0.7, 1.5, 3.0])
    matrix = convolve_gaussian(images, sigma)
    kernel = gaussian_kernel(sigma * FWHM_PER_SIGMA, 16)
    np.testing.assert_allclose(matrix, convolve(images, kernel), rtol=1e-5)
    single = convolve_gaussian(images.astype(np.float32), sigma)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, matrix, rtol=1e-5)


@pytest.mark.parametrize(
    "spread",
    [
        PointSpread(3.0),
        PointSpread(3.0, 3.5),
        PointSpread(kernel=moffat_kernel(3.0, 3.5, 7)),
        PointSpread(np.array([2.0, 4.0]), 3.5),
    ],
)
def test_light_is_conserved(spread):
    image = np.zeros((2, 64, 64))
    image[:, 30, 33] = 7
    np.testing.assert_allclose(spread.blur(image).sum(axis=(1, 2)), 7, rtol=1e-5)
    alone = spread.take(slice(0, 1)).blur(image[:1])
    np.testing.assert_allclose(alone, spread.blur(image)[:1], atol=1e-12)


def test_several_layers_share_the_point_spread_functions(images):
    spread = PointSpread(np.array([2.0, 3.0, 4.0]), 3.0)
    layers = spread.blur(np.stack([images, 2 * images]))
    np.testing.assert_allclose(layers[1], 2 * layers[0])
    np.testing.assert_allclose(layers[0], spread.blur(images))


def test_a_kernel_wider_than_the_images_matters_only_within(images):
    wide = convolve(images, gaussian_kernel(3.0, 60))
    np.testing.assert_allclose(wide, convolve(images, gaussian_kernel(3.0, 20)), rtol=1e-9)


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (np.ones((4, 4)), "odd size"),
        (np.ones((3, 5)), "square"),
        (np.full((3, 3), np.nan), "finite"),
        (np.zeros((3, 3)), "positive sum"),
    ],
)
def test_refuses_bad_kernels(kernel, message):
    with pytest.raises(UsageError, match=message):
        prepare_kernel(kernel)


def test_refuses_a_moffat_without_finite_light():
    with pytest.raises(UsageError, match="above 1"):
        moffat_kernel(3.0, 1.0, 5)
