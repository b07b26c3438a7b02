"""The simulators are those of the benchmark: by theory, by other solvers, by its own posteriors."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from astro_dl.data.real import FOLDER_VARIABLE
from astro_dl.science.sbi_benchmark.datasets import read_observations
from astro_dl.science.sbi_benchmark.gaussians import four_points, moons
from astro_dl.science.sbi_benchmark.physics import PROBLEMS, BenchmarkPhysics
from astro_dl.science.sbi_benchmark.populations import hares_and_lynxes, ill_shares
from astro_dl.science.sbi_benchmark.spike_counts import design, prior_covariance, spike_statistics


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_gives_finite_inputs_from_its_prior(name):
    problem, rng = PROBLEMS[name], np.random.default_rng(0)
    parameters = problem.draw_parameters(500, rng)
    x = problem.inputs(problem.simulate(parameters, rng))
    assert x.shape == (500, len(problem.observables))
    assert np.isfinite(x).all()
    shares = np.stack([p.to_unit(one) for p, one in zip(problem.prior, parameters.T, strict=True)])
    assert np.abs(shares.mean(axis=1) - 0.5).max() < 5 / np.sqrt(12 * 500)
    assert np.abs(shares.std(axis=1) - np.sqrt(1 / 12)).max() < 0.04


def test_an_epidemic_is_that_of_another_solver():
    parameters = np.array([[0.4, 0.125], [1.5, 0.1], [0.1, 0.2]])
    for found, (contact, recovery) in zip(ill_shares(parameters), parameters, strict=True):

        def rate(t, state, contact=contact, recovery=recovery):
            infected = contact * state[0] * state[1]
            return [-infected, infected - recovery * state[1]]

        solved = solve_ivp(rate, (0, 160), [1 - 1e-6, 1e-6], t_eval=17.0 * np.arange(10),
                           rtol=1e-9, atol=1e-13)  # fmt: skip
        np.testing.assert_allclose(found, solved.y[1], rtol=2e-3, atol=1e-9)


def test_hares_and_lynxes_are_those_of_another_solver():
    parameters = np.exp([[-0.125, -3.0, -0.125, -3.0], [0.9, -2.0, -1.1, -2.2]])
    for found, (a, b, c, d) in zip(hares_and_lynxes(parameters), parameters, strict=True):

        def rate(t, state, a=a, b=b, c=c, d=d):
            hares, lynxes = state
            return [a * hares - b * hares * lynxes, d * hares * lynxes - c * lynxes]

        solved = solve_ivp(rate, (0, 20), [30.0, 1.0], t_eval=2.1 * np.arange(10),
                           rtol=1e-10, atol=1e-12)  # fmt: skip
        np.testing.assert_allclose(found, solved.y.ravel(), rtol=1e-3)


def test_four_points_have_the_moments_that_their_parameters_tell():
    rng = np.random.default_rng(1)
    parameters = np.tile([1.0, -2.0, 1.2, -0.7, 0.9], (20_000, 1))
    x = four_points(parameters, rng).reshape(-1, 4, 2)[:, 0]
    np.testing.assert_allclose(x.mean(axis=0), [1, -2], atol=0.05)
    deviations = np.array([1.2**2, 0.7**2])
    np.testing.assert_allclose(x.std(axis=0), deviations, rtol=0.03)
    assert np.corrcoef(x.T)[0, 1] == pytest.approx(np.tanh(0.9), abs=0.02)


def test_moons_do_not_tell_the_sign_of_the_sum():
    parameters = np.array([[0.3, 0.5], [-0.5, -0.3]])
    one, other = (moons(np.tile(p, (5000, 1)), np.random.default_rng(2)) for p in parameters)
    np.testing.assert_allclose(one, other, atol=1e-12)
    centre = np.array([0.25 - 0.8 / np.sqrt(2), 0.2 / np.sqrt(2)])
    radius = np.hypot(*(one - centre).T)
    assert radius.mean() == pytest.approx(0.1, abs=1e-3)
    assert radius.std() == pytest.approx(0.01, abs=1e-3)
    assert (one[:, 0] > centre[0]).all()


def test_spikes_follow_the_stimulus():
    rng = np.random.default_rng(3)
    parameters = np.tile(rng.multivariate_normal(np.zeros(10), prior_covariance()), (4000, 1))
    p = 1 / (1 + np.exp(-design() @ parameters[0]))
    found = spike_statistics(parameters, rng)
    spread = np.sqrt(p * (1 - p) @ design() ** 2)
    assert np.abs((found.mean(axis=0) - p @ design()) / spread).max() < 5 / np.sqrt(4000)


@pytest.mark.parametrize("name", PROBLEMS)
def test_observations_are_like_what_their_exact_posteriors_simulate(name):
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder or not (Path(folder) / "cosmology" / "sbibm").is_dir():
        pytest.skip(f"the observations of the benchmark are not below {FOLDER_VARIABLE}")
    problem = PROBLEMS[name]
    found = read_observations(BenchmarkPhysics(problem=name), Path(folder))
    rng = np.random.default_rng(4)
    for x, samples in zip(found.x, np.asarray(found.info["reference_posterior"]), strict=True):
        like = problem.inputs(problem.simulate(samples[:300].astype(float), rng))
        assert (np.abs(x - like.mean(axis=0)) < 5 * like.std(axis=0) + 1e-6).all()
