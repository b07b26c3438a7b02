"""Scatter of lens parameters by how clear the arcs are, and its figure."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.science.lenses.parameter_metrics import (
    ARC_SNR_EDGES,
    draw_errors,
    parameter_metrics,
    weighted_median,
)
from astro_dl.science.lenses.parameters import LensParametersPhysics, head

N, TARGETS = 2000, 7


@pytest.fixture(scope="module")
def outcome():
    rng = np.random.default_rng(0)
    snr = np.exp(rng.uniform(np.log(60), np.log(600), N))
    y = rng.normal(size=(N, TARGETS))
    values = y + rng.normal(size=y.shape) * (6 / snr)[:, None]
    return Outcome(
        head=head(LensParametersPhysics()),
        y=y,
        scores={"network": values},
        info=Table({"arc_snr": snr}),
    )


def test_scatter_falls_with_the_ratio_of_the_arcs(outcome):
    bins = parameter_metrics(outcome, EvaluationConfig(bootstrap=50))["network"]["nmad by arc_snr"]
    assert set(bins) == set(outcome.head.names)
    theta = bins["theta_E"]
    assert [one["from"] for one in theta] == list(ARC_SNR_EDGES[1:-1])
    assert sum(one["n"] for one in theta) == N
    values = [one["value"] for one in theta]
    assert values == sorted(values, reverse=True)
    assert all(one["low"] <= one["value"] <= one["high"] for one in theta)
    # 6 / ratio, at the middle of the bin
    assert values[1] == pytest.approx(6 / np.sqrt(90 * 150), rel=0.15)


def test_without_ratios_there_is_nothing_to_tell(outcome):
    bare = Outcome(head=outcome.head, y=outcome.y, scores=outcome.scores)
    assert parameter_metrics(bare, EvaluationConfig()) == {}


def test_a_median_counts_weights():
    values = np.array([3.0, 1.0, 2.0])
    assert weighted_median(values, np.ones(3)) == 2.0
    assert weighted_median(values, np.array([5, 1, 1])) == 3.0


def test_the_figure_has_a_panel_for_each_target_with_the_bound(outcome):
    errors = {"network": outcome.scores["network"] - outcome.y}
    snr = np.asarray(outcome.info["arc_snr"])
    bounds = np.full((N, TARGETS), 3.0) / snr[:, None]
    figure = draw_errors(errors, snr, bounds, snr, outcome.head.names)
    assert len(figure.axes) == TARGETS
    least, network = (line.get_ydata() for line in figure.axes[0].lines)
    assert (network > least).all()
