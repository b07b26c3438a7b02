"""Real examples are scored as they are, simulated ones at the prevalence that is stated."""

import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.report import build_report


def losses(real):
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.1).astype(float)
    p = np.clip(0.1 + 0.3 * y + 0.05 * rng.normal(size=400), 0.01, 0.99)
    logits = np.log(p / (1 - p))
    outcome = Outcome(Binary(("no", "yes")), y, {"network": logits}, p, prevalence=0.4, real=real)
    found = build_report(outcome, EvaluationConfig(bootstrap=5)).metrics["methods"]["network"]
    return found["log_loss"]["value"], -np.mean(np.log(np.where(y == 1, p, 1 - p)))


def test_real_examples_keep_their_own_prevalence():
    found, plain = losses(real=True)
    assert found == pytest.approx(plain)


def test_simulated_ones_are_weighted_to_the_stated_one():
    found, plain = losses(real=False)
    assert found > 1.5 * plain
