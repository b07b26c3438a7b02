"""Priors of lenses and the colours of galaxies."""

import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.galaxy_colors import (
    angular_diameter_distance,
    colors,
    distance_modulus,
    distance_ratio,
    k_correction,
)
from astro_dl.science.lenses.simulation.mass import LensMass, inside_cut
from astro_dl.science.lenses.simulation.population import (
    LensPriors,
    deflector_mass,
    draw_deflectors,
    draw_source_positions,
    draw_sources,
)


def test_distances_equal_those_of_astropy():
    cosmology = FlatLambdaCDM(H0=70, Om0=0.3, Tcmb0=0)
    z = np.array([0.1, 0.5, 1.3, 3.0])
    np.testing.assert_allclose(
        angular_diameter_distance(z), cosmology.angular_diameter_distance(z).value, rtol=1e-4
    )
    np.testing.assert_allclose(distance_modulus(z), cosmology.distmod(z).value, atol=1e-3)
    ratio = cosmology.angular_diameter_distance_z1z2(
        0.5, 1.3
    ) / cosmology.angular_diameter_distance(1.3)
    assert distance_ratio(0.5, 1.3) == pytest.approx(ratio.value, rel=1e-4)
    assert distance_ratio(1.0, 0.5) == 0


def test_colours_are_those_of_galaxies():
    wavelengths = np.array([0.480, 0.622, 0.754])
    red, blue = (colors(np.array([t]), np.array([0.45]), wavelengths)[0] for t in (0.0, 4.0))
    assert red[2] == 0
    # luminous red galaxies at z = 0.45: g − r ≈ 1.7, r − i ≈ 0.7 (Eisenstein et al. 2001)
    assert red[0] - red[1] == pytest.approx(1.6, abs=0.2)
    assert red[1] == pytest.approx(0.7, abs=0.15)
    assert blue[0] < 1.1
    between = colors(np.array([0.5]), np.array([0.45]), wavelengths)[0]
    assert blue[0] < between[0] < red[0]
    assert (np.diff(k_correction(np.zeros(4), np.array([0.2, 0.5, 0.8, 1.5]))) > 0).all()


def test_deflectors_have_the_einstein_radius_of_their_dispersion():
    draws = draw_deflectors(2000, LensPriors(), np.random.default_rng(1))
    ratio = distance_ratio(draws["lens_redshift"], draws["source_redshift"])
    # 4π (220 km/s / c)² is 1.40 arcsec (Narayan & Bartelmann 1996, eq. 45)
    radius = 1.397 * (draws["velocity_dispersion"] / 220) ** 2 * ratio
    np.testing.assert_allclose(radius, draws["einstein_radius"], rtol=2e-3)
    low, high = np.percentile(draws["magnitude"], [5, 95])
    assert 16.5 < low < high < 21.5
    assert np.corrcoef(draws["einstein_radius"], draws["magnitude"])[0, 1] < -0.2


@pytest.mark.parametrize("prior", ["population", "uniform"])
def test_einstein_radii_keep_to_their_range(prior):
    priors = LensPriors(einstein_radius_range=(0.8, 2.0), einstein_radius_prior=prior)
    radius = draw_deflectors(3000, priors, np.random.default_rng(2))["einstein_radius"]
    assert radius.min() >= 0.8
    assert radius.max() <= 2.0
    share = (radius < 1.4).mean()
    assert share == pytest.approx(0.5, abs=0.04) if prior == "uniform" else share > 0.6


def test_sources_of_lenses_have_several_images_and_others_one():
    rng = np.random.default_rng(3)
    draws = draw_deflectors(500, LensPriors(), rng)
    mass = deflector_mass(draws, rng.normal(0, 0.1, 500), rng.normal(0, 0.1, 500))
    multiple = rng.random(500) < 0.5
    x, y = draw_source_positions(mass, multiple, np.full(500, 0.2), rng)
    np.testing.assert_array_equal(inside_cut(mass, x, y), multiple)
    # as many in the inner half of the area as in the outer
    sphere = LensMass(np.ones(4000))
    inside = np.hypot(*draw_source_positions(sphere, np.ones(4000, bool), np.ones(4000), rng))
    assert (inside < 0.95 / np.sqrt(2)).mean() == pytest.approx(0.5, abs=0.04)


def test_sources_are_discs_with_bluer_clumps():
    source = draw_sources(500, LensPriors(clumps=3), np.random.default_rng(4))
    assert source["fraction"].shape == (500, 4)
    np.testing.assert_allclose(source["fraction"].sum(axis=1), 1)
    clumps = (source["fraction"][:, 1:] > 0).sum(axis=1)
    assert set(clumps) == {0, 1, 2, 3}
    assert (source["bluer"][:, 1:] > 0).all()
    assert (source["effective_radius"][:, 1:] <= source["effective_radius"][:, :1]).all()
    plain = draw_sources(5, LensPriors(clumps=0), np.random.default_rng(4))
    np.testing.assert_array_equal(plain["fraction"], 1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"einstein_radius_prior": "flat"},
            "'flat' is not accepted; accepted: 'population'",
        ),
        ({"einstein_radius_range": (2.0, 1.0)}, "lower one first"),
        ({"axis_ratio_range": (0.5, 1.5)}, r"axis_ratio_range: .* ≤ 1"),
        ({"shear_max": 0.7}, "shear_max"),
        ({"clumps": -1}, "clumps"),
    ],
)
def test_refuses_bad_priors(fields, message):
    with pytest.raises(UsageError, match=message):
        LensPriors(**fields)
