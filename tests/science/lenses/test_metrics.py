import json

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.answers.binary import Binary
from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.science.lenses.metrics import completeness, lens_metrics, rate_with_few_alarms

RNG = np.random.default_rng(0)


def examples(n=4000):
    """Lenses that a method finds where their arcs are bright, and non-lenses of two kinds."""
    y = np.arange(n) % 2
    info = Table({"einstein_radius": np.where(y == 1, RNG.uniform(0.5, 2.5, n), np.nan)})
    info["arc_snr"] = np.where(y == 1, RNG.uniform(0, 60, n), np.nan)
    info["exposure_arc_snr_g"] = info["arc_snr"] / 2
    info["magnification"] = 1 + info["arc_snr"] / 10
    info["kind"] = np.where(y == 1, "lens", np.where(RNG.random(n) < 0.5, "ring", "merger"))
    good = np.where(y == 1, np.where(info["arc_snr"] > 20, 10.0, -1.0), 0.0)
    good += np.where(info["kind"] == "ring", 2.0, 0.0) + 0.1 * RNG.normal(size=n)
    return y, info, good


def test_rates_with_no_and_few_false_alarms_are_counted():
    y = np.array([0] * 20 + [1] * 10)
    scores = np.concatenate([np.arange(20.0), np.arange(10.0, 20.0) + 0.5])
    none, few = (rate_with_few_alarms(scores, y, fewer_than) for fewer_than in (1, 10))
    assert none["value"] == pytest.approx(0.1)
    assert few["value"] == pytest.approx(1.0)
    assert (none["n"], none["negatives"]) == (10, 20)
    assert none["low"] < 0.1 < none["high"]


def test_too_few_negatives_are_said_to_be():
    found = rate_with_few_alarms(np.arange(6.0), np.array([0, 0, 0, 1, 1, 1]), 10)
    assert found["value"] is None
    assert "3 non-lenses" in found["why"]


def test_completeness_is_per_bin_and_unknown_values_are_in_none():
    bins = completeness(
        np.array([True, False, True, True]), np.array([1.0, 1.5, 2.0, np.nan]), (1.0, 2.0, np.inf)
    )
    assert [(one["value"], one["n"]) for one in bins] == [(0.5, 2), (1.0, 1)]
    assert bins[-1]["to"] is None


def metrics(y, info, **scores):
    outcome = Outcome(Binary(("non_lens", "lens")), y, scores, info=info)
    return lens_metrics(outcome, EvaluationConfig())


def test_every_method_is_described_and_the_kinds_that_fool_it_named():
    y, info, good = examples()
    found = metrics(y, info, network=good, coin=RNG.normal(size=len(y)))
    json.dumps(found, allow_nan=False)
    network, coin = found["network"], found["coin"]
    assert network["tpr0"]["value"] > 0.5 > coin["tpr0"]["value"]
    assert network["tpr0"]["value"] <= network["tpr10"]["value"]
    large = network["completeness"]["radius > 1.4 arcsec and arc_snr > 20"]
    assert large["value"] == 1
    assert large["n"] == np.sum((info["einstein_radius"] > 1.4) & (info["arc_snr"] > 20))
    clear = network["completeness"]["radius > 1.4 arcsec and exposure_arc_snr_g > 20"]
    assert clear["n"] == np.sum((info["einstein_radius"] > 1.4) & (info["arc_snr"] > 40))
    by_snr = network["completeness"]["arc_snr"]
    assert [by_snr[0]["value"], by_snr[2]["value"]] == [0, 1]
    by_magnification = network["completeness"]["magnification"]
    assert [by_magnification[0]["value"], by_magnification[2]["value"]] == [0, 1]
    assert network["false_alarms_by_kind"]["merger"]["value"] == 0
    assert network["false_alarms_by_kind"]["ring"]["value"] == pytest.approx(0.02, abs=0.005)
    assert [rate["false_alarm_probability"] for rate in network["tpr"]] == [1e-2, 1e-3]
    assert abs(coin["completeness"]["all"]["value"] - 0.01) < 0.02


def test_sets_of_one_class_or_without_truth_are_still_described():
    scores = np.arange(5.0)
    only = metrics(np.ones(5), Table({"id": range(5)}), network=scores)
    assert only["network"]["tpr0"]["value"] is None
    y, info, good = examples()
    info.remove_columns(info.colnames)
    found = metrics(y, info, network=good)["network"]
    assert found["completeness"]["all"]["n"] == 2000
    assert "false_alarms_by_kind" not in found
