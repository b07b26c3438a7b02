"""Figures of residuals hide no outlier."""

import numpy as np
import pytest

from astro_dl.evaluation.figures.residuals import draw_residuals


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    true = rng.uniform(0, 1, (300, 1))
    predicted = true + rng.normal(0, 0.01, true.shape)
    predicted[:5] = true[:5] + 0.4
    predicted[5] = 1e6
    return predicted, true


def test_catastrophic_answers_stand_where_they_are(answers):
    predicted, true = answers
    upper, lower = draw_residuals(predicted, true, ["z"]).axes
    x, y = upper.lines[0].get_data()
    for k in range(5):
        assert predicted[k, 0] in y[x == true[k, 0]]
    assert "6 beyond ±8 NMAD, 1 beyond the upper panel" in upper.get_title()
    assert upper.get_ylim()[1] < 3
    edges = np.concatenate([line.get_ydata() for line in lower.lines[1:3]])
    assert len(edges) == 6
    assert np.isin(np.abs(edges), np.abs(edges[0])).all()


@pytest.mark.parametrize(("targets", "panels"), [(1, 2), (4, 8), (5, 10), (8, 16)])
def test_each_target_has_two_panels_and_no_figure_is_wider_than_four(answers, targets, panels):
    predicted, true = (np.tile(one, targets) for one in answers)
    figure = draw_residuals(predicted, true, [f"t{k}" for k in range(targets)])
    assert len(figure.axes) == panels
    assert figure.get_figwidth() < 18


def test_residuals_of_redshifts_are_over_one_plus_the_redshift():
    true = np.linspace(0, 3, 300)[:, None]
    predicted = true + np.resize([0.01, -0.01], (300, 1)) * (1 + true)
    upper, lower = draw_residuals(predicted, true, ["redshift"]).axes
    assert "NMAD 0.0148" in upper.get_title()
    assert lower.get_ylabel() == "(predicted − true) / (1 + true)"
    np.testing.assert_allclose(np.abs(lower.lines[0].get_ydata()), 0.01, rtol=1e-6)
