"""Photometric redshifts are judged by the field's measures, overall and in bins."""

import json

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.answers.regression import Regression
from astro_dl.core.config import EvaluationConfig
from astro_dl.distributions.binned import Quantiles
from astro_dl.distributions.mixture import Mixture
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.task_metrics import first_level, flattened
from astro_dl.science.photo_z.metrics import photo_z_metrics

HEAD = Regression(("redshift",), ("",), "gaussian")
SIGMA = 0.03


@pytest.fixture(scope="module")
def outcome():
    """Return honest Gaussians of scatter 0.03 (1 + z), worse for faint galaxies, and points."""
    rng = np.random.default_rng(0)
    n = 6000
    z = rng.uniform(0.1, 1.5, n)
    magnitude = rng.uniform(18, 24, n)
    magnitude[:50] = np.nan
    scatter = SIGMA * (1 + z) * np.where(magnitude > 23, 3.0, 1.0)
    values = z + scatter * rng.normal(size=n)
    trees = values[:, None] + scatter[:, None] * np.linspace(-1, 1, 21)
    gaussian = Mixture(*(one[:, None, None] for one in (np.ones(n), values, scatter)))
    return Outcome(
        HEAD,
        z[:, None].astype(np.float32),
        {"network": values[:, None], "forest": values[:, None], "mean": np.full((n, 1), 0.8)},
        {},
        {"network": gaussian, "forest": Quantiles(np.linspace(0.05, 0.95, 21), trees[:, None])},
        info=Table({"magnitude": magnitude}),
    )


@pytest.fixture(scope="module")
def found(outcome):
    return photo_z_metrics(outcome, EvaluationConfig())


def test_measures_are_those_of_their_definitions(outcome, found):
    z, values = outcome.y[:, 0].astype(float), outcome.scores["network"][:, 0]
    error = (values - z) / (1 + z)
    network = found["network"]
    assert network["bias"]["value"] == pytest.approx(error.mean())
    centred = np.abs(error - np.median(error))
    assert network["nmad"]["value"] == pytest.approx(1.4826 * np.median(centred))
    assert network["outliers_0.15"]["value"] == np.mean(np.abs(error) > 0.15)
    assert network["outliers_0.05"]["value"] == np.mean(np.abs(error) > 0.05)
    for key in ("bias", "nmad", "outliers_0.15", "outliers_0.05", "crps", "cde_loss"):
        assert network[key]["low"] < network[key]["value"] < network[key]["high"]
    json.dumps(found, allow_nan=False)


def test_intervals_are_as_wide_as_the_settings_ask(outcome, found):
    narrow = photo_z_metrics(outcome, EvaluationConfig(confidence=0.5))["network"]
    for key in ("nmad", "outliers_0.15", "crps", "coverage_68", "pit_ks"):
        assert narrow[key]["high"] < found["network"][key]["high"]
    none = photo_z_metrics(outcome, EvaluationConfig(bootstrap=0))["network"]
    assert none["nmad"]["low"] is None


def test_honest_distributions_are_recognised(found):
    network = found["network"]
    assert network["coverage_68"]["value"] == pytest.approx(0.683, abs=0.02)
    assert network["coverage_95"]["value"] == pytest.approx(0.954, abs=0.01)
    assert network["pit_ks"]["value"] < 0.025
    assert found["forest"]["crps"]["value"] > network["crps"]["value"]
    assert "cde_loss" not in found["forest"]
    assert set(found["mean"]) == {
        *("bias", "nmad", "outliers_0.15", "outliers_0.05", "by redshift", "by magnitude")
    }


def test_bins_hold_equally_many_and_show_where_it_is_worse(found):
    bins = found["network"]["by magnitude"]["nmad"]
    assert sum(one["n"] for one in bins) == 5950
    assert np.ptp([one["n"] for one in bins]) < 30
    assert bins[-1]["value"] > 2.5 * bins[0]["value"]
    assert bins[0]["value"] == pytest.approx(SIGMA, rel=0.1)
    assert len(found["network"]["by redshift"]["crps"]) == 6
    assert all(
        one["value"] == pytest.approx(0.683, abs=0.06)
        for one in found["network"]["by redshift"]["coverage_68"]
    )


def test_headlines_and_bins_reach_the_tables(found):
    assert "nmad" in first_level(found, "network")
    assert "by redshift" not in first_level(found, "network")
    titles = [title for title in flattened(found) if title.startswith("by magnitude nmad")]
    assert len(titles) == 6


def test_few_galaxies_without_magnitudes_are_still_described():
    z = np.linspace(0.2, 0.4, 20)
    outcome = Outcome(HEAD, z[:, None], {"network": 1.01 * z[:, None]})
    found = photo_z_metrics(outcome, EvaluationConfig())["network"]
    assert found["bias"]["n"] == 20
    assert found["by redshift"]["nmad"] == []
    assert "by magnitude" not in found
