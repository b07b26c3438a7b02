"""Differences of two epochs: what noise they have, and what is left of stars that moved."""

import numpy as np
import pytest

from astro_dl.science.real_bogus.elliptical_moffat import EllipticalMoffat, add_points
from astro_dl.science.real_bogus.simulation.subtraction import (
    detections,
    fit_kernel,
    kernel_basis,
    signal_to_noise,
    subtract,
)

SIZE, DEPTH = 192, 25.0
BOXES = [(r, c) for r in range(30, 170, 33) for c in range(30, 170, 33)]


def stars(psf, shift=0.0, flux=4000.0):
    """Return an image of bright stars in the middle of every box, moved along x."""
    image = np.zeros((SIZE, SIZE))
    y, x = np.array(BOXES, float).T
    add_points(image, y, x + shift, np.full(len(y), flux), psf, 20)
    return image


@pytest.fixture(scope="module")
def aligned():
    """Two epochs of one field, of other seeing, and their subtraction."""
    rng = np.random.default_rng(3)
    before, after = EllipticalMoffat(2.5), EllipticalMoffat(3.4, e1=0.05)
    template = stars(before) + rng.normal(0, DEPTH**-0.5, (SIZE, SIZE))
    science = 1.1 * stars(after) + rng.normal(0, 1, (SIZE, SIZE)) + 0.7
    unit = np.ones((SIZE, SIZE))
    kernel, background = fit_kernel(template, science, unit, BOXES)
    return after, subtract(science, template, unit, unit / DEPTH, kernel, background), background


def away_from_stars(reach):
    """Return the pixels farther than this from all stars and sides."""
    far = np.zeros((SIZE, SIZE), bool)
    far[24:-24, 24:-24] = True
    for r, c in BOXES:
        far[r - reach : r + reach + 1, c - reach : c + reach + 1] = False
    return far


def test_kernel_finds_the_photometric_scale_and_the_background(aligned):
    _, difference, background = aligned
    assert difference.kernel.sum() == pytest.approx(1.1, abs=0.01)
    assert background == pytest.approx(0.7, abs=0.05)


def test_two_aligned_epochs_leave_white_noise_of_the_predicted_variance(aligned):
    _, difference, _ = aligned
    far = away_from_stars(9)
    scaled = difference.image / np.sqrt(difference.variance)
    assert scaled[far].var() == pytest.approx(1, abs=4 * np.sqrt(2 / far.sum()))
    for axis in (0, 1):
        both = far & np.roll(far, 1, axis)
        neighbour = np.mean(scaled[both] * np.roll(scaled, 1, axis)[both])
        assert abs(neighbour) < 4 / np.sqrt(both.sum())


def test_stars_subtract_to_the_noise(aligned):
    psf, difference, _ = aligned
    snr, _ = signal_to_noise(difference.image, difference.variance, psf)
    middles = np.array([snr[r - 3 : r + 4, c - 3 : c + 4] for r, c in BOXES])
    assert np.abs(middles).max() < 5
    assert len(detections(snr, np.ones_like(snr, bool))[0]) == 0


def test_signal_to_noise_is_that_of_the_matched_filter():
    psf, flux, sigma = EllipticalMoffat(2.5, e1=0.1, e2=-0.05), 50.0, 1.7
    image = np.zeros((61, 61))
    add_points(image, np.array([30.0]), np.array([30.0]), np.array([flux]), psf, 25)
    variance = np.full(image.shape, sigma**2)
    snr, power = signal_to_noise(image, variance, psf)
    expected = np.sqrt(flux**2 * np.sum(psf.kernel(10) ** 2) / sigma**2)
    assert snr[30, 30] == pytest.approx(expected, rel=1e-4)
    assert snr[30, 30] / np.sqrt(power[30, 30]) == pytest.approx(flux, rel=1e-4)
    noise = np.random.default_rng(0).normal(0, sigma, (256, 256))
    scatter, _ = signal_to_noise(noise, np.full(noise.shape, sigma**2), psf)
    assert scatter.std() == pytest.approx(1, abs=0.03)


def test_a_displaced_star_leaves_the_gradient_of_its_light():
    psf, flux, shift = EllipticalMoffat(3.0), 1000.0, 0.02
    still, moved = stars(psf, 0.0, flux), stars(psf, shift, flux)
    r, c = BOXES[7]
    box = (slice(r - 8, r + 9), slice(c - 8, c + 9))
    step = 0.01
    gradient = (stars(psf, step, flux) - stars(psf, -step, flux)) / (2 * step)
    residual = (moved - still)[box] - shift * gradient[box]
    assert np.abs(residual).max() < 0.02 * np.abs((moved - still)[box]).max()


def test_missing_pixels_are_not_detected_and_spoil_no_neighbour():
    psf = EllipticalMoffat(2.5)
    image = np.zeros((80, 80))
    add_points(image, np.array([40.0]), np.array([44.0]), np.array([100.0]), psf, 25)
    image[:, :41] = np.nan
    snr, _ = signal_to_noise(image, np.ones_like(image), psf)
    assert np.isfinite(snr).all()
    row, column = detections(snr, np.isfinite(image))
    assert (row.tolist(), column.tolist()) == ([40], [44])


def test_peaks_closer_than_three_pixels_are_one():
    snr = np.zeros((30, 30))
    snr[10, 10], snr[12, 12], snr[20, 20], snr[25, 5] = 9, -8, -7, 4.9
    row, column = detections(snr, np.ones_like(snr, bool))
    assert sorted(zip(row.tolist(), column.tolist(), strict=True)) == [(10, 10), (20, 20)]


def test_the_basis_has_as_many_kernels_as_polynomials():
    assert len(kernel_basis((6, 4, 2)).pairs) == 28 + 15 + 6


def test_the_point_spread_function_is_that_of_galsim():
    galsim = pytest.importorskip("galsim")
    ours = EllipticalMoffat(2.7, 3.1, 0.12, -0.07)
    theirs = galsim.Moffat(beta=3.1, fwhm=2.7).shear(galsim.Shear(e1=0.12, e2=-0.07))
    drawn = theirs.shift(0.3, -0.2).drawImage(nx=41, ny=41, scale=1, method="no_pixel").array
    axis = np.arange(-20, 21.0)
    mine = ours((axis + 0.2)[:, None], axis - 0.3)
    assert np.abs(mine - drawn).max() < 2e-4 * mine.max()
