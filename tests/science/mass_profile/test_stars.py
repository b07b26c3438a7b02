"""What networks are given of stars, and that only the stars themselves tell."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.answers.flow import Flow
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.attention.tracers import tracer_attention
from astro_dl.models.build import build_model
from astro_dl.science.mass_profile.exact.likelihood import Guesses, log_likelihood, velocity_tables
from astro_dl.science.mass_profile.inputs import GALAXY, KNOWN, SPEED, STARS, Stars, prepare
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import observe, simulate, simulate_stars
from astro_dl.science.mass_profile.simulation.osipkov_merritt import Galaxies

PHYSICS = MassProfilePhysics(most_stars=60, bins=4, hidden=2)
SMALL = {"width": 8, "seeds": 3, "units": (8,)}


@pytest.fixture(scope="module")
def stars():
    return simulate_stars(PHYSICS, 3, np.random.default_rng(0)).stars


@pytest.fixture(scope="module")
def model():
    return build_model("mass_profile_flow", task="mass_profile", physics=vars(PHYSICS), **SMALL)


def test_the_order_of_stars_and_empty_places_change_nothing(stars, model):
    rng = np.random.default_rng(1)
    x = prepare(PHYSICS, stars).x
    turned = prepare(PHYSICS, [one.take(rng.permutation(len(one))) for one in stars]).x
    before = model.predict(x, verbose=0)
    np.testing.assert_allclose(model.predict(turned, verbose=0), before, atol=1e-5)
    wide = replace(PHYSICS, most_stars=200)
    other = build_model("mass_profile_flow", task="mass_profile", physics=vars(wide), **SMALL)
    other.set_weights(model.get_weights())
    found = other.predict(prepare(wide, stars).x, verbose=0)
    np.testing.assert_allclose(found, before, atol=1e-5)


def test_what_stands_in_empty_places_changes_nothing(stars, model):
    x = prepare(PHYSICS, stars).x
    filled = {STARS: x[STARS].copy(), GALAXY: x[GALAXY]}
    filled[STARS][x[STARS][..., KNOWN] == 0, :KNOWN] = 3.0
    before = model.predict(x, verbose=0)
    np.testing.assert_allclose(model.predict(filled, verbose=0), before, atol=1e-5)


def test_a_galaxy_looks_the_same_whatever_its_scale_sign_and_systemic_velocity(stars):
    changed = [Stars(one.radii, 40 - 3 * one.velocities, 3 * one.errors) for one in stars]
    first, second = prepare(PHYSICS, stars), prepare(PHYSICS, changed)
    np.testing.assert_allclose(second.x[STARS], first.x[STARS], atol=1e-4)
    np.testing.assert_allclose(second.dispersion_kms, 3 * first.dispersion_kms)


def test_stars_far_off_in_velocity_are_left_out(stars):
    one = stars[0]
    velocities = one.velocities.copy()
    velocities[0] = 900.0
    ready = prepare(PHYSICS, [Stars(one.radii, velocities, one.errors)])
    assert ready.stars[0] < len(one)
    assert ready.x[STARS][..., SPEED].max() < 5


def test_fewer_than_two_stars_make_no_input(stars):
    ready = prepare(PHYSICS, [stars[0].take(np.arange(1))])
    assert np.isnan(ready.x[GALAXY]).all()
    assert ready.stars[0] == 0


def test_simulated_masses_are_those_of_the_stars():
    examples = simulate(replace(PHYSICS, most_stars=500), 40, np.random.default_rng(2))
    assert np.isfinite(examples.x[STARS]).all()
    assert np.median(examples.y[:, 1]) == pytest.approx(0.75, abs=0.1)
    again = simulate(replace(PHYSICS, most_stars=500), 40, np.random.default_rng(2))
    np.testing.assert_array_equal(again.y, examples.y)


def test_images_hold_every_star_once():
    physics = replace(PHYSICS, given="image", told="gaussians")
    found = simulate(physics, 4, np.random.default_rng(3))
    np.testing.assert_allclose(
        np.expm1(found.x[..., 0]).sum(axis=(1, 2)), found.info["stars"], rtol=1e-3
    )


def test_the_likelihood_of_stars_is_highest_near_the_true_mass():
    galaxies = Galaxies(np.array([1.0]), np.array([0.3]), np.array([1.2]))
    stars = observe(PHYSICS, galaxies, 0, 3000, 25.0, 3.0, 0.04, np.random.default_rng(4))
    factors = np.exp(np.linspace(-0.2, 0.2, 21))
    guesses = Guesses(np.zeros(21, int), 25 * factors, np.zeros(21), np.full(21, 0.04))
    told = log_likelihood(PHYSICS, velocity_tables(galaxies), guesses, stars)
    assert abs(np.log(factors[np.argmax(told)])) < 0.07
    assert told.max() - min(told[0], told[-1]) > 5


@pytest.mark.parametrize(
    "values",
    [{"slopes": (1.0, 0.5)}, {"slopes": (0.0, 2.0)}, {"fewest_stars": 100, "most_stars": 50}],
)
def test_a_prior_that_cannot_be_is_refused(values):
    with pytest.raises(UsageError):
        MassProfilePhysics(**values)


def test_other_inputs_are_refused():
    with pytest.raises(UsageError, match="tracer_attention takes"):
        tracer_attention(InputSpec((20, 3)), Flow.textbook(2))
