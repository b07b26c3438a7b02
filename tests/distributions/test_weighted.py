"""Draws of equal weight are as frequent as weights say."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.distributions.weighted import without_repeats
from astro_dl.science.cosmology_fields.comparison import WeightedUniverses
from astro_dl.science.mass_profile.exact.posterior import ExactPosterior

WEIGHTS = np.arange(1, 41) / 820
TIMES, FEW = 4000, 12


def by_index(rng):
    return without_repeats(WEIGHTS, FEW, rng)


def by_universes(rng):
    parameters = np.repeat(np.arange(40.0)[:, None], 6, axis=1)
    return WeightedUniverses(parameters, WEIGHTS, 0.0).sample(rng, FEW)[:, 0].astype(int)


def by_galaxies(rng):
    draws = np.repeat(np.arange(40.0)[:, None], 3, axis=1)
    return ExactPosterior(draws, WEIGHTS, 0.0, 1.0).sample(FEW, rng)[:, 0].astype(int)


@pytest.mark.parametrize("draw", [by_index, by_universes, by_galaxies])
def test_draws_are_as_frequent_as_their_weights_and_none_comes_twice(draw):
    rng = np.random.default_rng(0)
    drawn = np.array([draw(rng) for _ in range(TIMES)])
    assert all(len(set(one)) == FEW for one in drawn.tolist())
    often = np.bincount(drawn.ravel(), minlength=40) / TIMES
    error = np.sqrt(FEW * WEIGHTS * (1 - FEW * WEIGHTS) / TIMES)
    assert (np.abs(often - FEW * WEIGHTS) < 4.5 * error).all()


def test_more_draws_than_have_any_weight_are_refused():
    with pytest.raises(UsageError, match="have any weight"):
        without_repeats(np.eye(5)[0], 2, np.random.default_rng(0))
