"""What is decided at a named threshold, by each method that has one."""

import numpy as np
import pytest
from scipy.special import expit

from astro_dl.answers.binary import Binary
from astro_dl.core.config import EvaluationConfig, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.sections.threshold import Threshold
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.report import build_report

TWO = Threshold("false_alarm_probability", 0.1)


def outcome(n=2000):
    rng = np.random.default_rng(0)
    y = (rng.random(n) < 0.4).astype(np.float32)
    log_odds = rng.normal(size=n) * 1.5 + 2 * y - 1
    return Outcome(
        Binary(("noise", "signal")),
        y,
        # The raw logit is off by three; the calibrated probability is not.
        {"network": log_odds + 3, "forest": log_odds - 0.1, "filter": log_odds + 7},
        probabilities=expit(log_odds),
        calibrated=("forest",),
    )


def decisions(**settings):
    report = build_report(outcome(), EvaluationConfig(bootstrap=10, **settings))
    return {name: one["decisions"] for name, one in report.metrics["methods"].items()}, report


def test_a_probability_is_calibrated_and_asked_of_those_methods_that_give_one():
    found, report = decisions()
    given = outcome()
    assert (
        found["network"]["confusion"][1][1]
        == ((given.probabilities > 0.5) & given.y.astype(bool)).sum()
    )
    assert found["forest"]["accuracy"]["value"] > 0.7
    assert found["filter"] == {"threshold": "probability 0.5", "why": "its score is no probability"}
    line = next(one for one in report.to_text().splitlines() if one.startswith("decided at"))
    assert line.split() == ["decided", "at", "probability", "0.5", "network", "forest"]
    assert "Matthews correlation" in report.to_text()
    assert "true \\ predicted" in report.to_text()


def test_a_false_alarm_probability_is_kept_by_every_method():
    found, _ = decisions(threshold=TWO)
    for one in found.values():
        assert 0.899 < one["specificity"]["value"] < 0.902
        assert one["threshold"] == "false-alarm probability 0.1"
    assert found["network"]["confusion"] == found["filter"]["confusion"]


def test_what_the_negatives_cannot_measure_is_said_and_drawn_without():
    found, report = decisions(threshold=Threshold("false_alarm_probability", 1e-4))
    assert "negatives are needed" in found["network"]["why"]
    assert "decided at false-alarm probability 0.0001: not measurable" in report.to_text()
    assert "confusion" not in report.outcome.head.figures(report)


def test_the_threshold_is_read_from_a_config_and_refused_by_its_key():
    config = load_config("gw_cnn", **{"evaluation.threshold.at": 0.9})
    assert str(config.evaluation.threshold) == "probability 0.9"
    with pytest.raises(UsageError, match=r"evaluation\.threshold\.at: 1 is not accepted"):
        load_config("gw_cnn", **{"evaluation.threshold.at": 1})
