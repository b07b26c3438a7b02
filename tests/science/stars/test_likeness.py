"""What looks like a star: stars of all classes, and neither galaxies nor noise."""

import numpy as np
import pytest

from astro_dl.science.stars.inputs import pixel_edges, simulated_inputs, spectrum_inputs
from astro_dl.science.stars.likeness import star_likeness
from astro_dl.science.stars.physics import SpectralTypePhysics
from astro_dl.science.stars.simulation.population import CLASSES, draw_stars

PIXELS = 512


@pytest.fixture(scope="module")
def stars():
    rng = np.random.default_rng(7)
    drawn = draw_stars(np.repeat(np.arange(len(CLASSES)), 6), rng)
    physics = SpectralTypePhysics(pixels=PIXELS, snr_range=(40.0, 100.0))
    return simulated_inputs(physics, drawn, rng)[0]


def at_redshift(x, z):
    edges = pixel_edges(PIXELS)
    middle = np.log(np.sqrt(edges[1:] * edges[:-1]))
    moved = [np.interp(middle - np.log1p(z), middle, 1 + 0.1 * one[:, 0]) for one in x]
    return spectrum_inputs(np.array(moved))


def test_stars_of_all_classes_are_stars_however_they_move_within_the_galaxy(stars):
    assert not star_likeness(stars).not_a_star.any()
    for velocity in (-400.0, 400.0):
        assert not star_likeness(at_redshift(stars, velocity / 299_792)).not_a_star.any()


def test_stellar_lines_at_the_redshift_of_a_galaxy_are_none(stars):
    cool = stars[3 * 6 :]
    for z in (0.05, 0.15):
        found = star_likeness(at_redshift(cool, z))
        assert found.not_a_star.mean() > 0.9
        assert np.median(found.elsewhere) > 0.6


def test_emission_lines_noise_and_flat_spectra_are_no_stars():
    rng = np.random.default_rng(1)
    wavelength = np.sqrt(np.prod([pixel_edges(PIXELS)[1:], pixel_edges(PIXELS)[:-1]], axis=0))
    nebula = 1 + sum(5 * np.exp(-0.5 * ((wavelength - at) / 8) ** 2) for at in (4862, 5008, 6564))
    noise = 1 + 0.05 * rng.normal(size=(20, PIXELS))
    odd = np.concatenate([nebula[None], np.ones((1, PIXELS)), noise])
    assert star_likeness(spectrum_inputs(odd)).not_a_star.all()
    assert star_likeness(np.full((1, PIXELS, 1), np.nan)).not_a_star.all()


def test_correlations_are_normalised_at_every_shift(stars):
    found = star_likeness(stars)
    own = star_likeness(10 * stars)
    assert (np.abs([found.as_star, found.elsewhere]) <= 1).all()
    np.testing.assert_allclose(own.as_star, found.as_star, rtol=1e-6)


def test_half_a_spectrum_is_compared_by_what_is_known(stars):
    half = stars.copy()
    half[:, : PIXELS * 2 // 5] = 0
    found = star_likeness(half)
    assert not found.not_a_star.any()
    assert np.median(found.as_star / star_likeness(stars).as_star) > 0.9
