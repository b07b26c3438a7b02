from dataclasses import replace

import numpy as np
import pytest

from astro_dl.observations.spectra.wavelengths import log_edges
from astro_dl.science.redshifts.simulation.galaxies import (
    EMISSION,
    Galaxies,
    draw_galaxies,
    redshifted_spectra,
)
from astro_dl.science.redshifts.simulation.night_sky import hydroxyl_lines, sky_residuals

EDGES = log_edges((3600.0, 10_200.0), 8000)
CENTRES = np.sqrt(EDGES[1:] * EDGES[:-1])


def one_galaxy(redshift, **widths):
    """Return a galaxy of given emission lines, smooth but for them."""
    lines = np.array([[widths.get(name, 0.0) for name in EMISSION]])
    one = np.ones(1)
    return Galaxies(np.array([redshift]), np.array(["passive"]), one, 0 * one, lines, 30 * one)


def d4000(flux, redshift):
    """Return the ratio of mean fluxes per frequency beside the break: Bruzual (1983)."""
    rest = CENTRES / (1 + redshift)
    means = [
        np.mean((flux * rest**2)[(rest > low) & (rest < high)])
        for low, high in ((4050, 4250), (3750, 3950))
    ]
    return means[0] / means[1]


@pytest.mark.parametrize(("age", "low", "high"), [(1.0, 1.9, 2.3), (0.0, 0.9, 1.3)])
def test_the_break_is_that_of_real_galaxies(age, low, high):
    one = one_galaxy(0.1)
    galaxy = replace(one, age=np.array([age]))
    assert low < d4000(redshifted_spectra(galaxy, EDGES, 2000.0)[0], 0.1) < high


def peak(flux, near):
    inside = np.abs(CENTRES / near - 1) < 0.004
    return CENTRES[inside][flux[inside].argmax()]


@pytest.mark.parametrize("redshift", [0.0, 0.3])
def test_lines_are_at_rest_at_redshift_zero_and_stretched_beyond(redshift):
    names = {"Halpha": 200.0, "[OIII]5007": 200.0, "[OII]": 300.0}
    flux = redshifted_spectra(one_galaxy(redshift, **names), EDGES, 5000.0)[0]
    for name in names:
        at = EMISSION[name] * (1 + redshift)
        assert peak(flux, at) == pytest.approx(at, rel=1.5e-4)


def test_equivalent_widths_are_those_asked_for():
    galaxies = one_galaxy(0.0, Halpha=80.0)
    with_line, without = (
        redshifted_spectra(one, EDGES, 2000.0)[0] for one in (galaxies, one_galaxy(0.0))
    )
    inside = np.abs(CENTRES - 6564.6) < 60
    scale = np.median(without[~inside] / with_line[~inside])
    excess = (scale * with_line / without - 1)[inside]
    # the stars below take a little of the line
    assert (excess * np.diff(EDGES)[inside]).sum() == pytest.approx(80, rel=0.1)


def test_ratios_are_those_of_nature():
    galaxies = draw_galaxies(np.full(500, 0.1), (0.5, 0.3, 0.2), np.random.default_rng(0))
    width = dict(zip(EMISSION, galaxies.widths.T, strict=True))
    forming = galaxies.kind == "star_forming"
    np.testing.assert_allclose(width["[OIII]5007"] / width["[OIII]4959"], 2.98, rtol=0.1)
    np.testing.assert_allclose(width["[NII]6583"] / width["[NII]6548"], 3.05, rtol=0.1)
    ratio = np.log10(width["[NII]6583"] / width["Halpha"])
    assert ratio[forming].max() < -0.3
    assert ratio[galaxies.kind == "active"].min() > -0.4
    assert np.median(width["Halpha"][galaxies.kind == "passive"]) < 3


def test_a_mean_of_one_and_no_negative_flux():
    galaxies = draw_galaxies(
        np.random.default_rng(0).uniform(0, 0.5, 50), (0.5, 0.2, 0.3), np.random.default_rng(1)
    )
    flux = redshifted_spectra(galaxies, EDGES, 2000.0)
    np.testing.assert_allclose(flux.mean(axis=1), 1)
    assert flux.min() > 0


def test_the_sky_glows_where_hydroxyl_does():
    wavelength, rate = hydroxyl_lines()
    strong = wavelength[rate > 0.05 * rate.max()]
    # Q1(1.5) of 4-2 and 5-3 in Rousselot et al. (2000), within what the constants allow
    for line in (15_833.0, 16_692.0):
        assert np.abs(strong - line).min() < 40
    edges = log_edges((11_000.0, 20_000.0), 1800)
    residual = sky_residuals(edges, 450.0)
    assert residual.max() == pytest.approx(1)
    assert np.quantile(residual, 0.1) < 0.25
