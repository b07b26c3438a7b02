"""Skies, and the classical methods that sharpen them, against independent computations."""

import numpy as np
import pytest

from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.predictions import Outcome
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.deconvolution.baselines import (
    LUCY,
    WIENER,
    classical_deconvolutions,
    sought_power,
)
from astro_dl.science.deconvolution.fourier import field_power, target_image, transfer
from astro_dl.science.deconvolution.inputs import network_input, tikhonov_kernels
from astro_dl.science.deconvolution.metrics import deconvolution_metrics, moments
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics
from astro_dl.science.deconvolution.scenes import Sources
from astro_dl.science.deconvolution.simulate import draw_skies, simulate
from astro_dl.science.deconvolution.task import head

SIZE = 32
SMALL = {"size_pixels": SIZE, "border_pixels": 6, "point_spread_pixels": 15}
GALAXIES = DeconvolutionPhysics(
    **SMALL, snr_range=(100, 300), radius_pixels_range=(1.0, 3.0), neighbours=0.5
)
FIELDS = DeconvolutionPhysics(scene="gaussian", **SMALL, sky_error_sigma=0.0)


@pytest.fixture(scope="module")
def galaxies():
    return simulate(GALAXIES, 64, np.random.default_rng(0))


@pytest.fixture(scope="module")
def fields():
    return simulate(FIELDS, 200, np.random.default_rng(0))


def test_signal_to_noise_ratios_are_those_of_the_blurred_galaxies():
    scenes, spread, info = draw_skies(GALAXIES, 20, np.random.default_rng(1))
    first = np.searchsorted(scenes.scene, np.arange(20))
    stamps = scenes.stamps(first, spread)
    np.testing.assert_allclose(np.sqrt((stamps**2).sum(axis=(1, 2))), info["snr"], rtol=1e-4)


def test_noise_is_that_of_the_unit(fields):
    scenes, spread, _ = draw_skies(FIELDS, 200, np.random.default_rng(0))
    noise = fields.x["image"][..., 0] - scenes.through(spread)
    assert noise.std() == pytest.approx(1, abs=0.01)
    assert np.mean(noise[:, 1:] * noise[:, :-1]) == pytest.approx(0, abs=0.01)


@pytest.mark.oracle
@pytest.mark.parametrize("index", [0.5, 1.0, 4.0])
def test_the_truth_is_what_galsim_shows_through_the_target(index):
    galsim = pytest.importorskip("galsim")
    light = SersicLight(np.array([3.0]), np.array([index]), 0.2, -0.1, 0.4, -0.3)
    sources = Sources(np.zeros(1, int), light, np.array([100.0]), np.zeros(1, bool), 64, [0])
    ours = sources.through(target_image(DeconvolutionPhysics()))[0]
    fine = galsim.GSParams(folding_threshold=1e-4, maxk_threshold=1e-5, maximum_fft_size=16384)
    galaxy = galsim.Sersic(index, half_light_radius=3.0, flux=100.0, gsparams=fine)
    galaxy = galaxy.shear(g1=0.2, g2=-0.1)
    seen = galsim.Convolve(galaxy.shift(0.4, -0.3), galsim.Gaussian(fwhm=2.0))
    theirs = seen.drawImage(nx=64, ny=64, scale=1.0, method="auto").array
    # A Gaussian of 2 pixels lets a thousandth of the peak through that pixels cannot sample.
    np.testing.assert_allclose(ours, theirs, atol=1.5e-3 * theirs.max())


@pytest.mark.oracle
def test_without_noise_the_boldest_deconvolution_is_galsims():
    galsim = pytest.importorskip("galsim")
    physics = DeconvolutionPhysics(target_fwhm_pixels=2.5)
    galaxy = galsim.Sersic(1.0, half_light_radius=3.0, flux=1e4).shear(g1=0.2, g2=0.1)
    moffat = galsim.Moffat(3.5, fwhm=3.2)
    pixel = galsim.Pixel(1.0)
    image = galsim.Convolve(galaxy, moffat).drawImage(nx=64, ny=64, scale=1.0).array
    blurred = galsim.InterpolatedImage(galsim.Image(image, scale=1.0))
    back = galsim.Convolve(blurred, galsim.Deconvolve(galsim.Convolve(moffat, pixel)))
    target = galsim.Convolve(galsim.Gaussian(fwhm=2.5), pixel)
    theirs = (
        galsim.Convolve(back, target).drawImage(nx=64, ny=64, scale=1.0, method="no_pixel").array
    )
    spread = moffat_images(3.2, 3.5, 31)
    ours = network_input(physics, image[None], spread)["image"][0, ..., 1]
    inside = (slice(8, -8),) * 2
    np.testing.assert_allclose(ours[inside], theirs[inside], atol=0.02 * theirs.max())


def test_fields_have_the_power_that_is_stated():
    scenes, _, _ = draw_skies(FIELDS, 400, np.random.default_rng(2))
    point = np.zeros((15, 15))
    point[7, 7] = 1
    seen = scenes.through(point)
    assert seen.std() == pytest.approx(FIELDS.field_rms_sigma, rel=0.02)
    power = np.mean(np.abs(np.fft.rfft2(seen)) ** 2, axis=0) / SIZE**2
    ratio = power / field_power(FIELDS, SIZE)
    assert ratio.mean() == pytest.approx(1, abs=0.02)
    assert ratio[:4, :4].mean() == pytest.approx(1, abs=0.1)


def test_wieners_filter_is_the_posterior_mean_of_gaussian_fields():
    physics = DeconvolutionPhysics(
        scene="gaussian", size_pixels=16, border_pixels=2, point_spread_pixels=9
    )
    x, _, _ = simulate(physics, 3, np.random.default_rng(3))
    found = classical_deconvolutions(physics, x)[WIENER]

    def blurring(kernel):
        """Return the matrix that blurs a periodic image, pixel by pixel."""
        matrix = np.zeros((256, 256))
        for row, column in np.ndindex(16, 16):
            for i, j in np.ndindex(kernel.shape):
                reach = kernel.shape[0] // 2
                to = ((row + i - reach) % 16) * 16 + (column + j - reach) % 16
                matrix[to, row * 16 + column] += kernel[i, j]
        return matrix

    half = field_power(physics, 16)
    correlation = np.fft.irfft2(half, (16, 16))
    places = np.indices((16, 16)).reshape(2, -1)
    offset = (places[:, :, None] - places[:, None, :]) % 16
    covariance = correlation[offset[0], offset[1]]
    target = blurring(target_image(physics))
    for number in range(3):
        seen = blurring(x["point_spread"][number, ..., 0].astype(float))
        data = x["image"][number, ..., 0].astype(float).ravel()
        inverse = np.linalg.inv(seen @ covariance @ seen.T + np.eye(256))
        expected = target @ covariance @ seen.T @ inverse @ data
        np.testing.assert_allclose(found[number].ravel(), expected, atol=2e-4)


def test_no_linear_combination_beats_wiener_on_gaussian_fields(fields):
    wiener = classical_deconvolutions(FIELDS, fields.x)[WIENER]
    channels = np.concatenate([fields.x["image"], wiener[..., None]], axis=-1)
    rows, y = channels.reshape(-1, channels.shape[-1]).astype(float), fields.y.ravel()
    best = np.linalg.lstsq(rows, y, rcond=None)[0]
    error = np.mean((rows @ best - y) ** 2) / np.mean((wiener - fields.y) ** 2)
    assert 0.99 < error <= 1


def test_classical_methods_are_nearer_to_the_truth_than_the_image(galaxies):
    inside = (slice(None), slice(6, -6), slice(6, -6))
    truth = galaxies.y[inside]
    blurred = np.mean((galaxies.x["image"][..., 0][inside] - truth) ** 2)
    for name, images in classical_deconvolutions(GALAXIES, galaxies.x).items():
        assert np.mean((images[inside] - truth) ** 2) < 0.8 * blurred, name
    assert sought_power(GALAXIES).shape == (SIZE, SIZE // 2 + 1)


def test_kernels_hold_the_light_and_sharpen_less_where_they_are_damped_more():
    spread = moffat_images(np.array([3.0, 5.0]), 3.5, 31)
    kernels = tikhonov_kernels(DeconvolutionPhysics(), spread)
    np.testing.assert_allclose(kernels.sum(axis=(-2, -1)), 1)
    noise = np.sqrt((kernels**2).sum(axis=(-2, -1)))
    assert (np.diff(noise, axis=1) < 0).all()


def test_transfer_is_about_the_origin():
    point = np.zeros((5, 5))
    point[2, 2] = 1
    np.testing.assert_allclose(transfer(point, 12), 1)


def test_moments_tell_light_and_shape():
    light = SersicLight(np.array([2.5, 2.5]), np.array([0.5, 0.5]), 0.3, 0.0, 0.0, 0.0)
    sources = Sources(np.arange(2), light, np.array([100.0, 50.0]), np.zeros(2, bool), 48, [0, 1])
    images = sources.through(target_image(DeconvolutionPhysics())).astype(float)
    total, shape = moments(images, np.zeros(2), np.zeros(2))
    assert total[0] / total[1] == pytest.approx(2)
    assert shape[0].real > 0.1
    assert abs(shape[0].imag) < 1e-6
    _, turned = moments(np.rot90(images, axes=(1, 2)), np.zeros(2), np.zeros(2))
    np.testing.assert_allclose(turned, -shape, atol=1e-6)


def test_the_truth_has_no_error_and_the_image_has(galaxies):
    scores = {"network": galaxies.y, "image": galaxies.x["image"][..., 0]}
    scores[WIENER] = classical_deconvolutions(GALAXIES, galaxies.x)[WIENER]
    outcome = Outcome(head(GALAXIES), galaxies.y, scores, info=galaxies.info)
    found = deconvolution_metrics(outcome, EvaluationConfig(bootstrap=20))
    assert found["network"]["shape_error"]["value"] == 0
    assert found["network"]["flux_error"]["value"] == 0
    assert found["network"]["error_over_wiener"]["value"] == 0
    assert found[WIENER]["error_over_wiener"]["value"] == 1
    image, wiener = found["image"], found[WIENER]
    assert wiener["shape_error"]["high"] < image["shape_error"]["low"]
    assert image["flux_bias"]["high"] < -0.02
    assert image["by signal-to-noise ratio"]["flux_error"][-1]["n"] == 64
    assert LUCY not in found


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"target_fwhm_pixels": 3.0}, "target_fwhm_pixels is 3"),
        ({"border_pixels": 32}, "border_pixels is 32"),
        ({"point_spread_pixels": 30}, "point_spread_pixels is 30"),
        ({"scene": "clouds"}, "clouds"),
    ],
)
def test_what_does_not_fit_is_refused(values, reason):
    with pytest.raises(UsageError, match=reason):
        DeconvolutionPhysics(**values)
