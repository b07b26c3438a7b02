"""Posteriors of several observations are told from exact ones as well as theory lets them."""

import numpy as np
import pytest
from scipy.stats import norm

from astro_dl.core.config import EvaluationConfig
from astro_dl.science.sbi_benchmark.metrics import accuracies


def test_the_mean_is_of_observations_of_which_each_is_told_apart_by_its_own_samples():
    rng = np.random.default_rng(0)
    references, draws = rng.standard_normal((2, 3, 500, 2))
    draws[1] += [2, 0]
    found = accuracies(references, draws, EvaluationConfig(bootstrap=200), rng)
    values = [one["value"] for one in found["observations"]]
    assert values == pytest.approx([0.5, norm.cdf(1), 0.5], abs=0.06)
    assert found["c2st"]["value"] == pytest.approx(np.mean(values))
    assert found["c2st"]["low"] < found["c2st"]["value"] < found["c2st"]["high"]
