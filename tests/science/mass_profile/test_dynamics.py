"""Distribution functions and velocities against closed forms, Jeans, the virial theorem, galpy."""

import numpy as np
import pytest
from scipy.integrate import cumulative_simpson

from astro_dl.science.mass_profile.exact.likelihood import LOG_PLACES, SPEEDS, velocity_tables
from astro_dl.science.mass_profile.simulation.binaries import draw_kicks, orbital_kicks
from astro_dl.science.mass_profile.simulation.osipkov_merritt import (
    Galaxies,
    accumulated_density,
    distribution_function,
)
from astro_dl.science.mass_profile.simulation.stars import draw_velocities
from astro_dl.science.mass_profile.simulation.tracers import (
    LOG_RADII,
    RADII,
    density,
    draw_radii,
    half_light_radius,
)

PLACE = 8
"""Of `LOG_PLACES`: 1.3 half-light radii."""


@pytest.fixture(scope="module")
def galaxies():
    """A cusp with radial orbits outside, and an isotropic one in a shallower cusp."""
    return Galaxies(np.array([1.0, 0.6]), np.array([0.3, 0.5]), np.array([1.0, np.inf]))


def test_a_plummer_sphere_has_the_distribution_function_of_the_textbook():
    potential = 1 / np.sqrt(1 + RADII**2)
    gradient = 15 / (4 * np.pi) * potential**4
    found = accumulated_density(potential[None], gradient[None])[0]
    textbook = 24 * np.sqrt(2) / (7 * np.pi**3) * potential**4.5 / 4.5
    inside = RADII < 50
    np.testing.assert_allclose(found[inside], textbook[inside], rtol=0.007)


def test_distribution_functions_are_those_of_galpy():
    df = pytest.importorskip("galpy.df")
    potentials = pytest.importorskip("galpy.potential")
    scale, radius = 3.0, 1.3
    oracle = df.osipkovmerrittdf(
        pot=potentials.NFWPotential(amp=1.0, a=scale),
        denspot=potentials.PlummerPotential(amp=1.0, b=1.0),
        ra=radius,
    )
    potential = np.log1p(RADII / scale) / RADII
    mass = np.log1p(RADII / scale) - RADII / scale / (1 + RADII / scale)
    stretched = 1 + (RADII / radius) ** 2
    plummer = (1 + RADII**2) ** -2.5
    by_radius = 2 * RADII / radius**2 * plummer - stretched * 5 * RADII / (1 + RADII**2) * plummer
    gradient = -by_radius * RADII**2 / mass
    found = distribution_function(
        potential[None], accumulated_density(potential[None], gradient[None])
    )[0]
    middles = (potential[1:] + potential[:-1]) / 2
    chosen = np.flatnonzero((RADII[1:] > 0.3) & (RADII[1:] < 8))[::12]
    expected = oracle.fQ(middles[chosen])
    ratio = found[chosen] / expected
    np.testing.assert_allclose(ratio / ratio.mean(), 1, atol=0.03)


def test_where_a_distribution_function_would_be_negative_a_galaxy_is_not_possible():
    steep = Galaxies(np.array([1.5, 1.0]), np.array([1.0, 1.0]), np.array([np.inf, np.inf]))
    assert steep.possible.tolist() == [False, True]


def test_half_of_the_stars_are_seen_within_the_half_light_radius():
    rng = np.random.default_rng(0)
    radii, cosine = draw_radii(100_000, rng), rng.uniform(-1, 1, 100_000)
    seen = radii * np.sqrt(1 - cosine**2)
    assert np.mean(seen < half_light_radius()) == pytest.approx(0.5, abs=0.005)


def test_velocities_keep_to_the_virial_theorem(galaxies):
    rng = np.random.default_rng(1)
    for number in range(2):
        radii, cosine = draw_radii(30_000, rng), rng.uniform(-1, 1, 30_000)
        inner = radii < 30
        velocity = draw_velocities(galaxies, number, radii, cosine, rng)
        mass = np.interp(np.log(radii), LOG_RADII, galaxies.mass[number])
        kinetic = 3 * np.mean(velocity[inner] ** 2) / half_light_radius()
        assert kinetic == pytest.approx(np.mean(mass[inner] / radii[inner]), rel=0.03)


def test_dispersions_are_those_of_the_jeans_equation(galaxies):
    tables = velocity_tables(galaxies)
    place = np.exp(LOG_PLACES[PLACE]) * half_light_radius()
    for number, radius in enumerate(galaxies.anisotropy_radius):
        bent = 1 + (RADII / radius) ** 2
        pull = density(RADII) * bent * galaxies.mass[number] / RADII
        beyond = cumulative_simpson(pull[::-1], dx=LOG_RADII[1] - LOG_RADII[0], initial=0)[::-1]
        pressure = beyond / bent
        beta = 1 - 1 / bent
        depth = place * np.tan(np.linspace(0, np.pi / 2 - 1e-3, 4000))
        radii = np.hypot(place, depth)
        at = np.interp(np.log(radii), LOG_RADII, (pressure * (1 - beta * (place / RADII) ** 2)))
        square = np.trapezoid(at, depth) / np.trapezoid(density(radii), depth)
        square *= half_light_radius()
        found = 2 * np.trapezoid(tables[number, PLACE, 0] * SPEEDS**2, SPEEDS)
        assert found == pytest.approx(square, rel=0.02)


def test_errors_blur_the_velocities_of_tables(galaxies):
    tables = velocity_tables(galaxies)[:, PLACE]
    squares = 2 * np.trapezoid(tables * SPEEDS**2, SPEEDS, axis=2)
    np.testing.assert_allclose(2 * np.trapezoid(tables, SPEEDS, axis=2), 1, atol=0.01)
    np.testing.assert_allclose(squares[:, 5] - squares[:, 0], 0.27**2, rtol=0.02)


def test_kicks_of_binaries_are_those_of_orbits():
    rng = np.random.default_rng(2)
    orbits, drawn = orbital_kicks(100_000, rng), draw_kicks(100_000, 1.0, rng)
    for speed in (0.5, 1.5, 4.0, 8.0):
        apart = np.mean(np.abs(orbits) < speed) - np.mean(np.abs(drawn) < speed)
        assert abs(apart) < 0.04
