"""Galaxies of others: mock ones of the Gaia Challenge, and stars of real dwarf galaxies."""

import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.data.real import FOLDER_VARIABLE
from astro_dl.science.mass_profile.exact.likelihood import LOG_PLACES, SPEEDS, velocity_tables
from astro_dl.science.mass_profile.inputs import Stars, TaggedStars, prepare
from astro_dl.science.mass_profile.parameters import G_PC
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulation.osipkov_merritt import Galaxies
from astro_dl.science.mass_profile.simulation.tracers import half_light_radius
from astro_dl.science.mass_profile.two_populations import Moments, fit_two_populations

FOLDER = Path(os.environ.get(FOLDER_VARIABLE, ".")) / "kinematics"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"set {FOLDER_VARIABLE} to the folder of real data"
)
RADIUS, VELOCITY, ERROR, MAGNESIUM, MAGNESIUM_ERROR, MEMBERSHIP = 4, 6, 7, 12, 13, 15


def mass_within(density, scale, slope, radius):
    """M☉ within a radius [kpc] of ρ0 [M☉/kpc³] (r/r0)^-γ (1 + r/r0)^(γ − 3)."""
    x = np.linspace(1e-9, radius / scale, 4001)
    shell = x ** (2 - slope) * (1 + x) ** (slope - 3)
    return 4 * np.pi * density * scale**3 * np.trapezoid(shell, x)


@pytest.mark.parametrize(
    ("name", "slope", "tracer", "density"),
    [("PlumCuspOm", 1, 0.1, 6.4e7), ("PlumCoreOm", 0, 0.25, 4e8)],
)
def test_mock_galaxies_of_others_move_as_ours(name, slope, tracer, density):
    stars = np.load(FOLDER / "gaia_challenge_plummer_mocks.npz")[f"{name}_n10000_r0"]
    size = half_light_radius() * tracer
    mass = mass_within(density, 1.0, slope, 1.8 * size)
    velocity = np.sqrt(G_PC / 1000 * mass / size)
    ours = velocity_tables(Galaxies(np.array([slope]), np.array([tracer]), np.array([1.0])))[
        0, :, 0
    ]
    radius = np.hypot(stars[:, 0], stars[:, 1]) / size
    assert np.median(radius) == pytest.approx(1, abs=0.03)
    for place in (7, 9, 11):
        near = np.abs(np.log(radius) - LOG_PLACES[place]) < 0.15
        found = np.std(stars[near, 5]) / velocity
        expected = np.sqrt(2 * np.trapezoid(ours[place] * SPEEDS**2, SPEEDS))
        assert found == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(
    ("name", "published", "error"),
    [("car", 6.6, 1.2), ("for", 11.7, 0.9), ("scl", 9.2, 1.1), ("sex", 7.9, 1.3)],
)
def test_dispersions_of_real_dwarfs_are_those_of_walker_et_al(name, published, error):
    values = np.load(FOLDER / "walker_dsph_spec.npz")[name]
    kept = (values[:, VELOCITY] != 0) & (values[:, ERROR] > 0) & (values[:, MEMBERSHIP] > 0.9)
    stars = Stars(*values[kept][:, (RADIUS, VELOCITY, ERROR)].astype(float).T)
    stars = Stars(stars.radii / np.median(stars.radii), stars.velocities, stars.errors)
    found = prepare(MassProfilePhysics(), [stars])
    assert found.stars[0] > 300
    assert found.intrinsic_kms[0] == pytest.approx(published, abs=1.5 * error)


@pytest.mark.parametrize(
    ("name", "arcmin", "published", "error"),
    [("for", 16.6, 2.61, 0.43), ("scl", 11.3, 2.95, 0.51)],
)
def test_slopes_of_two_populations_are_those_of_walker_and_penarrubia(
    name, arcmin, published, error
):
    values = np.load(FOLDER / "walker_dsph_spec.npz")[name].astype(float)
    values = values[values[:, MAGNESIUM_ERROR] < 1]
    stars = Stars(values[:, RADIUS] / arcmin, values[:, VELOCITY], values[:, ERROR])
    tagged = TaggedStars(stars, values[:, MAGNESIUM], values[:, MAGNESIUM_ERROR])
    found = fit_two_populations(
        tagged,
        np.random.default_rng(0),
        foreign=Moments.of(tagged, 1 - values[:, MEMBERSHIP]),
        published=True,
    )
    assert (found.metallicities[:, 0] > found.metallicities[:, 1]).all()
    assert np.mean(found.radii[:, 0] < found.radii[:, 1]) > 0.99
    assert np.median(found.slope) == pytest.approx(published, abs=error)
