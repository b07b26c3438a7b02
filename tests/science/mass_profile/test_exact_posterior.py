"""The exact posterior against sums over a grid, and networks beside it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import multivariate_normal

from astro_dl.inference.load import load_pretrained
from astro_dl.science.mass_profile.by_stars import Told, ask, estimated
from astro_dl.science.mass_profile.comparison import compare
from astro_dl.science.mass_profile.exact import likelihood
from astro_dl.science.mass_profile.exact.likelihood import Guesses, log_likelihood
from astro_dl.science.mass_profile.exact.posterior import ExactPosterior, PriorGalaxies
from astro_dl.science.mass_profile.exact.search import Search, effective, flattened
from astro_dl.science.mass_profile.inputs import mean_and_dispersion, prepare
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.simulate import Drawn, simulate_stars
from astro_dl.science.mass_profile.simulation.osipkov_merritt import Galaxies
from tests.untrained import untrained_bundle

PHYSICS = MassProfilePhysics(fewest_stars=120, most_stars=120, bins=4, hidden=2)


@pytest.fixture(scope="module")
def prior():
    return PriorGalaxies.draw(PHYSICS, 150, np.random.default_rng(0))


@pytest.fixture(scope="module")
def galaxy():
    """Stars of a galaxy, and its truth as networks tell it."""
    drawn = simulate_stars(PHYSICS, 1, np.random.default_rng(1))
    return drawn.stars[0], drawn.targets(prepare(PHYSICS, drawn.stars).dispersion_kms)[0]


def on_a_grid(prior, stars):
    """Return values (n, 3) and weights (n,) of all galaxies at even masses, means and shares."""
    mean, dispersion = mean_and_dispersion(stars.velocities)
    axes = np.meshgrid(
        np.arange(len(prior.galaxies)),
        np.linspace(-0.1, 1.5, 28),
        np.linspace(-2.5, 2.5, 6),
        [0.008, 0.025, 0.042],
        indexing="ij",
    )
    galaxy, ratio, off, foreign = (axis.ravel() for axis in axes)
    velocity = dispersion * 10 ** (ratio / 2)
    guesses = Guesses(galaxy, velocity, mean + off * dispersion / np.sqrt(len(stars)), foreign)
    told = log_likelihood(prior.physics, prior.tables, guesses, stars)
    low, high = prior.physics.circular_velocity_kms
    told = np.where((velocity > low) & (velocity < high), told, -np.inf)
    values = np.stack([prior.traits[galaxy, 0], ratio, prior.traits[galaxy, 2]], axis=1)
    return values, softmax(told)


def test_the_posterior_is_that_of_sums_over_a_grid(prior, galaxy):
    few = replace(
        prior,
        galaxies=prior.galaxies.take(np.arange(40)),
        tables=prior.tables[:40],
        log_weights=np.full(40, -np.log(40)),
    )
    values, weights = on_a_grid(few, galaxy[0])
    mean = weights @ values
    std = np.sqrt(weights @ (values - mean) ** 2)
    found = few.posterior(*galaxy, np.random.default_rng(2))
    assert found.effective > 300
    assert 30 < found.effective_at_truth < 256
    np.testing.assert_allclose((found.mean - mean) / std, 0, atol=0.15)
    np.testing.assert_allclose(found.std, std, rtol=0.1)


def test_galaxies_near_those_that_stars_allow_give_the_posterior_of_the_prior(galaxy):
    prior = PriorGalaxies.draw(PHYSICS, 1000, np.random.default_rng(3))
    rng = np.random.default_rng(4)
    first = prior.posterior(*galaxy, rng)
    again = prior.posterior(*galaxy, rng, renewed=True)
    np.testing.assert_allclose((again.mean - first.mean) / first.std, 0, atol=0.2)
    np.testing.assert_allclose(again.std, first.std, rtol=0.15)
    assert again.log_density == pytest.approx(first.log_density, abs=0.25)
    assert len(np.unique(again.draws[:, 0])) == len(again.draws)


def test_finer_tables_change_little_of_what_many_stars_tell_apart(monkeypatch):
    rng = np.random.default_rng(11)
    many = replace(PHYSICS, fewest_stars=3000, most_stars=3000)
    drawn = simulate_stars(many, 1, rng)
    n, own = 15, drawn.galaxies
    galaxies = Galaxies(
        np.clip(own.slope + rng.normal(0, 0.1, n), 0, 1.5),
        own.extent * np.exp(rng.normal(0, 0.1, n)),
        own.anisotropy_radius * np.exp(rng.normal(0, 0.05, n)),
    )
    velocity = drawn.velocity_kms * np.exp(rng.normal(0, 0.02, n))
    guesses = Guesses(np.arange(n), velocity, np.zeros(n), np.full(n, drawn.contamination[0]))

    def told():
        return log_likelihood(many, likelihood.velocity_tables(galaxies), guesses, drawn.stars[0])

    coarse = told()
    ends = likelihood.LOG_PLACES[[0, -1]]
    monkeypatch.setattr(likelihood, "LOG_PLACES", np.linspace(*ends, 40))
    monkeypatch.setattr(likelihood, "SPEEDS", np.linspace(0, 4, 201))
    monkeypatch.setattr(likelihood, "DEPTHS", 48)
    fine = told()
    assert np.std(fine) > 1
    assert np.std(coarse - fine) < 0.3


def test_of_galaxies_without_known_truth_the_posterior_is_told_all_the_same(prior, galaxy):
    found = prior.posterior(galaxy[0], None, np.random.default_rng(5), draws=300)
    assert np.isnan(found.log_density)
    low, middle, high = found.quantile(np.array([0.16, 0.5, 0.84]))
    assert (low < middle).all()
    assert (middle < high).all()


def test_searches_divide_out_what_they_draw_from():
    rng = np.random.default_rng(6)
    traits = rng.random((500, 2))
    shape = np.array([[0.02, 0.01], [0.01, 0.03]])
    search = Search.even(traits, np.zeros(2), np.eye(2))
    for _ in range(3):
        rows, rest = search.draw(2000, rng)
        near = multivariate_normal.logpdf(traits[rows], [0.3, 0.7], 0.01)
        own = multivariate_normal.logpdf(rest - traits[rows] + 1, None, shape)
        weights = near + own - search.log_density(rows, rest)
        # Whose sum over galaxies and integral over the rest is known.
        expected = np.exp(multivariate_normal.logpdf(traits, [0.3, 0.7], 0.01)).sum()
        search = search.near(rows, rest, flattened(weights, 300))
    assert np.mean(np.exp(weights)) == pytest.approx(expected, rel=0.05)
    assert effective(softmax(weights)) > 500


def test_flattened_weights_are_worth_the_draws_that_are_asked_for():
    steep = -np.arange(1000.0)
    assert effective(softmax(steep)) < 3
    assert effective(flattened(steep, 100)) > 100
    even = np.zeros(10)
    np.testing.assert_allclose(flattened(even, 5), 0.1)
    assert flattened(np.array([0.0, 0.0, -np.inf]), 5)[2] == 0


def test_draws_of_a_posterior_follow_its_weights_and_none_comes_twice():
    rng = np.random.default_rng(7)
    draws = rng.normal(size=(4000, 3))
    found = ExactPosterior(draws, softmax(draws[:, 0]), 0.0, 1.0)
    sample = found.sample(400, rng)
    assert len(np.unique(sample[:, 0])) == 400
    np.testing.assert_allclose(sample.mean(axis=0), [1, 0, 0], atol=0.15)


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    values = {
        "task": "mass_profile",
        "model": "mass_profile_flow",
        "physics": {"most_stars": 120, "bins": 4, "hidden": 2},
        "hyperparameters": {"width": 8, "seeds": 3, "units": [8]},
    }
    bundle = untrained_bundle(tmp_path_factory.mktemp("masses") / "bare", values)
    return load_pretrained(bundle.folder)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_untrained_network_is_told_from_the_exact_posterior(predictor, prior):
    compared = compare(predictor, 120, 6, prior, seed=8, told_apart=1)
    found = compared.summary()
    assert found["accuracy"]["value"] > 0.6
    assert found["gap"]["value"] < 0
    assert found["log_mass_width"]["value"] > 1.2
    assert found["log_mass_exact_error"]["value"] < 0.2
    assert 1 <= found["effective_at_truth"] <= 256


def test_right_answers_are_held_as_often_as_they_say():
    rng = np.random.default_rng(9)
    n = 4000
    stars = np.exp(rng.uniform(np.log(30), np.log(3000), n)).astype(int)
    stars[0] = 28
    truth = rng.normal(size=(n, 3))
    off = 0.2 * rng.normal(size=(n, 3)) + [0, 0, 0.1]
    below = rng.random((n, 3))
    told = Told(stars, truth, truth + off, below, off[:, 0], np.full(n, 8.0), np.full(n, 7.0))
    found = told.summary()
    assert found["beta_bias"]["low"] < 0.1 < found["beta_bias"]["high"]
    assert found["log_mass_error"]["low"] < 0.2 < found["log_mass_error"]["high"]
    assert found["gamma_within_90"]["value"] == pytest.approx(0.9, abs=0.02)
    assert found["gamma_near_0.1"]["value"] == pytest.approx(0.383, abs=0.03)
    parts = told.by_stars()
    assert sum(one["n"] for one in parts.values()) == n
    assert parts[0, 29]["n"] == 1
    assert (30, 54) in parts
    assert max(parts)[1] == 3000


def test_networks_and_estimators_are_asked_of_the_same_galaxies(predictor):
    drawn: Drawn = simulate_stars(predictor.physics, 300, np.random.default_rng(10))
    told = ask(predictor, drawn)
    np.testing.assert_allclose(told.truth[:, 0], drawn.galaxies.slope)
    assert np.isfinite(told.median).all()
    found = estimated(told, drawn)
    assert found["Errani et al."]["log_mass_error"]["value"] < 0.3
    assert found["Walker et al."]["log_mass_bias"]["value"] > 0
    without = replace(told, intrinsic_kms=np.where(np.arange(300) < 7, 0, told.intrinsic_kms))
    assert estimated(without, drawn)["Wolf et al."]["n"] == found["Wolf et al."]["n"] - 7
