"""The likelihood of all waves: that of the pixels, calibrated, and void without signal."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal

from astro_dl.core.config import EvaluationConfig
from astro_dl.distributions.posterior import Posterior
from astro_dl.distributions.priors import from_unit_box
from astro_dl.science.cosmology_fields import metrics
from astro_dl.science.cosmology_fields.exact import (
    exact_posterior,
    log_likelihood,
    prior_draws,
    relative_power,
)
from astro_dl.science.cosmology_fields.metrics import (
    LIKELIHOOD,
    likelihood_metrics,
    physics_of,
)
from astro_dl.science.cosmology_fields.parameters import PRIOR
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulate import simulate
from astro_dl.science.cosmology_fields.task import head

PHYSICS = CosmologyFieldsPhysics(field="gaussian", size_pixels=8, pixel_arcmin=30, bins=2, hidden=1)
BLIND = replace(PHYSICS, shape_noise=1e3)
FEW = 11


def prior_as_posterior(physics, n):
    """Return the answer of a network that has learnt nothing."""
    flow = head(physics)
    return Posterior(np.zeros((1, n, flow.outputs)), flow.map, flow.prior)


def test_it_is_the_likelihood_of_the_pixels():
    points = np.random.default_rng(0).random((3, len(PRIOR)))
    parameters = from_unit_box(tuple(PRIOR.values()), points)
    power, size = relative_power(PHYSICS, parameters), PHYSICS.size_pixels
    maps = np.random.default_rng(1).normal(0, 2, (2, size, size, 2))
    found = log_likelihood(PHYSICS.modes.summed_power(maps), power, PHYSICS.modes.counts)
    rows = np.moveaxis(maps, 3, 1).reshape(2, -1)
    place = np.arange(size)
    apart = (place[:, None] - place) % size
    expected = np.empty((2, 3))
    for number, one in enumerate(power):
        signal = (one - [1.0, 0.0, 1.0])[None]
        correlation = np.fft.irfft2(PHYSICS.modes.on_waves(signal), s=(size, size))[0]
        blocks = [
            correlation[pair][apart[:, None, :, None], apart[None, :, None, :]].reshape(64, 64)
            for pair in range(3)
        ]
        covariance = np.block([[blocks[0], blocks[1]], [blocks[1].T, blocks[2]]]) + np.eye(128)
        expected[:, number] = multivariate_normal(np.zeros(128), covariance).logpdf(rows)
    # The mean of a map, noise alone, is in the pixels and tells nothing.
    found, expected = (one[:, 1:] - one[:, :1] for one in (found, expected))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_truths_fill_its_posteriors_evenly():
    examples = simulate(PHYSICS, 500, np.random.default_rng(2))
    found = exact_posterior(PHYSICS, examples.info["summed_power"], examples.y, FEW)
    for below in found.below.T:
        assert kstest(below, "uniform").pvalue > 1e-3
    assert found.information.mean() > 0.5
    assert np.median(found.effective) > 100
    errors = np.std(found.mean - examples.y, axis=0) / np.std(examples.y, axis=0)
    assert errors[0] < 0.8


def test_noise_alone_leaves_the_prior():
    examples = simulate(BLIND, 50, np.random.default_rng(3))
    found = exact_posterior(BLIND, examples.info["summed_power"], examples.y, FEW)
    np.testing.assert_allclose(found.information, 0, atol=1e-3)
    prior = prior_draws(BLIND, FEW).parameters.mean(axis=0)
    np.testing.assert_allclose(found.mean, np.tile(prior, (50, 1)), rtol=1e-3)


def test_a_network_is_told_what_it_lacks(monkeypatch):
    monkeypatch.setattr(metrics, "LOG2_DRAWS", FEW)
    examples = simulate(PHYSICS, 300, np.random.default_rng(4))
    posterior = prior_as_posterior(PHYSICS, 300)
    outcome = SimpleNamespace(
        info=examples.info, y=examples.y, own="network", distributions={"network": posterior}
    )
    assert replace(PHYSICS, field="lognormal", bins=8, hidden=6) == physics_of(examples.info)
    found = likelihood_metrics(outcome, EvaluationConfig(bootstrap=20))
    lacking = found["network"]["over_likelihood"]["value"]
    assert lacking == pytest.approx(-found[LIKELIHOOD]["information"]["value"], abs=1e-6)
    assert lacking < -0.5
    assert found[LIKELIHOOD]["error"]["s_8"]["value"] < found["network"]["error"]["s_8"]["value"]
    (ninety,) = (one for one in found[LIKELIHOOD]["coverage"]["omega_c"] if one["nominal"] == 0.9)
    assert ninety["low"] < 0.9 < ninety["high"]
