"""Efficiency curves, ratios to a bound and equivalent losses against analytic curves."""

import numpy as np
import pytest
from scipy.stats import norm

from astro_dl.core.errors import UsageError
from astro_dl.metrics.efficiency import (
    efficiency_curve,
    efficiency_table,
    equivalent_losses,
    equivalent_shift,
)


def known_signal(loss, rng, negatives=20_000, positives=10_000):
    """Return scores of a known signal in noise, for a bound and for a method with a loss."""
    y = np.repeat([0.0, 1.0], [negatives, positives])
    snr = np.where(y == 1, rng.uniform(1, 9, len(y)), 0)
    noise = rng.normal(size=len(y))
    own = np.sqrt(0.7) * noise + np.sqrt(0.3) * rng.normal(size=len(y))
    return {"network": own + (1 - loss) * snr, "bound": noise + snr}, y, snr


def test_the_curve_of_a_known_signal_is_that_of_theory():
    scores, y, snr = known_signal(0.0, np.random.default_rng(0))
    table = efficiency_curve(scores["bound"], y, snr, np.arange(1, 10), (0.1, 0.01))
    threshold = norm.isf(table["false_alarm_probability"])
    truth = norm.sf(threshold - table["mean_difficulty"])
    inside = (table["low"] - 0.02 < truth) & (truth < table["high"] + 0.02)
    assert inside.all()
    assert len(table) == 16


def test_a_curve_by_hand():
    scores = np.array([0, 1, 2, 3, 2.5, 3.5, 0.5, 9])
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    difficulty = np.array([0, 0, 0, 0, 1.0, 1.5, 2.0, 3.0])
    table = efficiency_curve(
        np.tile(scores, 10), np.tile(y, 10), np.tile(difficulty, 10), (1, 2, 3), (0.25,)
    )
    # One of four negatives may lie above the threshold 2.
    assert table["n"].tolist() == [20, 20]
    assert table["detected"].tolist() == [20, 10]
    assert table["efficiency"].tolist() == [1.0, 0.5]


def test_what_is_not_measurable_is_nan_and_never_a_number():
    scores, y, snr = known_signal(0.0, np.random.default_rng(1), 5000, 1000)
    table = efficiency_table(
        scores, y, snr, (1, 5, 9, 12), (0.01, 1e-4), bound="bound", bootstrap=5
    )
    rare = table["false_alarm_probability"] == 1e-4
    empty = table["low_edge"] == 9
    assert np.isnan(table["efficiency"][rare | empty]).all()
    assert np.isnan(table["ratio_high"][rare | empty]).all()
    known = table[~rare & ~empty]
    truth = norm.sf(norm.isf(0.01) - np.array([3.0, 7.0]))
    for method in scores:
        found = known["efficiency"][known["method"] == method]
        np.testing.assert_allclose(found, truth, atol=0.12)


def test_ratios_to_the_bound_are_paired():
    scores, y, snr = known_signal(0.0, np.random.default_rng(2))
    scores["same"] = scores["bound"] * 2 + 1
    table = efficiency_table(scores, y, snr, (2, 4, 6), (0.01,), bound="bound", bootstrap=40)
    same = table[table["method"] == "same"]
    np.testing.assert_allclose(same["ratio"], 1)
    np.testing.assert_allclose(same["ratio_high"] - same["ratio_low"], 0)
    network = table[table["method"] == "network"]
    assert (network["ratio_low"] < network["ratio"]).all()
    assert (network["ratio"] < network["ratio_high"]).all()


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.2, -0.1])
def test_the_equivalent_shift_of_analytic_curves_is_exact(loss):
    snr = np.linspace(0.5, 12, 60)
    threshold = norm.isf(1e-3)
    bound, own = norm.sf(threshold - snr), norm.sf(threshold - (1 - loss) * snr)
    np.testing.assert_allclose(
        equivalent_shift((snr, own), (snr, bound), (0.5, 0.9)), loss, atol=1e-9
    )


def test_the_shift_is_unknown_where_a_curve_does_not_cross_the_level():
    snr = np.array([5.0, 6.0, 7.0])
    shift = equivalent_shift((snr, [0.2, 0.4, 0.6]), (snr, [0.3, 0.8, 1.0]), (0.5, 0.9, 0.1))
    # Curve a crosses 0.5 between 6 and 7, curve b between 5 and 6, in units of Φ⁻¹.
    z = norm.ppf
    reached_a = 6 + (z(0.5) - z(0.4)) / (z(0.6) - z(0.4))
    reached_b = 5 + (z(0.5) - z(0.3)) / (z(0.8) - z(0.3))
    assert shift[0] == pytest.approx(1 - reached_b / reached_a)
    assert np.isnan(shift[1:]).all()


def test_a_falling_x_is_refused():
    with pytest.raises(UsageError, match="increasing"):
        equivalent_shift(([3, 2, 1], [0.1, 0.5, 0.9]), ([1, 2, 3], [0.1, 0.5, 0.9]))


def test_losses_of_simulated_scores_recover_the_truth():
    scores, y, snr = known_signal(0.1, np.random.default_rng(3), positives=40_000)
    losses = equivalent_losses(scores, y, snr, "bound", (0.01, 0.001), bootstrap=40)
    assert list(losses) == ["network"]
    for entry in losses["network"]:
        assert entry["low"] - 0.01 < 0.1 < entry["high"] + 0.01
        assert entry["value"] == pytest.approx(0.1, abs=0.03)


def test_a_level_outside_the_range_says_why():
    scores, y, snr = known_signal(0.0, np.random.default_rng(4), 2000, 800)
    keep = (y == 0) | (snr > 7)
    scores = {name: values[keep] for name, values in scores.items()}
    losses = equivalent_losses(scores, y[keep], snr[keep], "bound", (0.1,), (0.5,), bootstrap=5)
    assert losses["network"][0]["value"] is None
    assert "50%" in losses["network"][0]["why"]


@pytest.mark.parametrize("edges", [(3, 2), (1,), (1, 1, 2)])
def test_bad_edges_are_refused(edges):
    scores, y, snr = known_signal(0.0, np.random.default_rng(5), 100, 100)
    with pytest.raises(UsageError, match="increasing"):
        efficiency_curve(scores["bound"], y, snr, edges)
