"""Scores of classical methods are calibrated on the validation set, as a network's logits are."""

import numpy as np
import pytest
from scipy.special import logit

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression


def drawn(n, classes, seed):
    """Return probabilities and labels that have them."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(classes), n)
    return p, (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)


def log_loss(p, y):
    return -np.log(np.clip(p[np.arange(len(y)), y], 1e-15, None)).mean()


@pytest.mark.parametrize("power", [0.3, 4.0])
def test_probabilities_too_sure_or_too_shy_become_honest(power):
    (known, y), (p, truth) = drawn(4000, 3, 0), drawn(4000, 3, 1)
    wrong = [one**power / (one**power).sum(axis=1, keepdims=True) for one in (known, p)]
    mended = Multiclass(("a", "b", "c"), ("", "", "")).calibrated_scores(wrong[0], y)(wrong[1])
    np.testing.assert_allclose(mended.sum(axis=1), 1, atol=1e-6)
    assert log_loss(mended, truth) < log_loss(wrong[1], truth) - 0.02
    assert log_loss(mended, truth) == pytest.approx(log_loss(p, truth), abs=0.01)


def test_certain_and_wrong_probabilities_stay_finite():
    p = np.eye(3)[np.random.default_rng(0).integers(0, 3, 300)]
    y = np.where(np.arange(300) % 10, p.argmax(axis=1), (p.argmax(axis=1) + 1) % 3)
    mended = Multiclass(("a", "b", "c"), ("", "", "")).calibrated_scores(p, y)(p)
    assert log_loss(mended, y) < 0.6


def test_log_odds_are_scaled_and_values_stay():
    (known, y), (p, _truth) = drawn(4000, 2, 0), drawn(4000, 2, 1)
    mended = Binary(("a", "b"), ("", "")).calibrated_scores(3 * logit(known[:, 1]), y)
    np.testing.assert_allclose(mended(3 * logit(p[:, 1])), logit(p[:, 1]), atol=0.4)
    values = np.ones((4, 1))
    assert Regression(("z",), ("",)).calibrated_scores(values, values)(values) is values
