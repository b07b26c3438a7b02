"""Exact samples are those of weighted draws of the prior, and others are told from them."""

import numpy as np
import pytest

from astro_dl.science.cosmology_fields import comparison
from astro_dl.science.cosmology_fields.comparison import exact_universes, told_apart
from astro_dl.science.cosmology_fields.exact import exact_posterior, prior_draws
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulate import simulate

PHYSICS = CosmologyFieldsPhysics(field="gaussian", size_pixels=8, pixel_arcmin=30, bins=2, hidden=1)
MAPS = 3


@pytest.fixture(scope="module")
def examples():
    return simulate(PHYSICS, MAPS, np.random.default_rng(0))


def test_proposals_and_prior_weigh_to_the_same_posterior(examples):
    summed = np.asarray(examples.info["summed_power"], float)
    prior = prior_draws(PHYSICS)
    _, evidence = prior.log_weights(summed)
    expected = exact_posterior(PHYSICS, summed, examples.y)
    rng = np.random.default_rng(1)
    for number, powers in enumerate(summed):
        found = exact_universes(PHYSICS, powers, rng, (512, 4096))
        assert found.effective > 1000
        assert found.log_evidence == pytest.approx(evidence[number], abs=0.1)
        mean = found.weights @ found.parameters
        deviation = np.sqrt(found.weights @ (found.parameters - mean) ** 2)
        error = deviation * np.sqrt(1 / found.effective + 1 / expected.effective[number])
        assert (np.abs(mean - expected.mean[number]) < 4 * error).all()
        drawn = found.sample(rng, 500)
        assert len(np.unique(drawn, axis=0)) == 500
        assert (np.abs(drawn.mean(axis=0) - mean) < 5 * deviation / np.sqrt(500)).all()


def test_others_are_told_apart_and_its_own_are_not(examples, monkeypatch):
    monkeypatch.setattr(comparison, "ROUNDS", (256, 2048))
    rng = np.random.default_rng(2)
    summed = np.asarray(examples.info["summed_power"])[0]
    own = exact_universes(PHYSICS, summed, rng).sample(rng, 200)
    samples = {"prior": prior_draws(PHYSICS).parameters[:200], "own": own}
    found, effective = told_apart(PHYSICS, summed, samples, rng)
    assert found["prior"] > 0.6
    assert found["own"] < found["prior"] - 0.05
    assert effective > 400
