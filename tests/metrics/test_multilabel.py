"""Labels of yes and no: of each, and on average."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, hamming_loss, roc_auc_score

from astro_dl.core.errors import UsageError
from astro_dl.metrics.multilabel import best_threshold, multilabel_metrics

NAMES = ("bar", "ring", "merger")


def labels(n=400, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random((n, 3)) < (0.5, 0.2, 0.1)).astype(np.float32)
    return np.clip(0.6 * y + 0.2 + rng.normal(0, 0.25, y.shape), 0.01, 0.99), y


def test_metrics_are_those_of_scikit_learn():
    p, y = labels()
    found = multilabel_metrics(p, y, NAMES, bootstrap=50)
    chosen = p > 0.5
    expected = {
        "macro_auc": roc_auc_score(y, p, average="macro"),
        "macro_average_precision": average_precision_score(y, p, average="macro"),
        "macro_f1": f1_score(y, chosen, average="macro"),
        "exact_match": (chosen == y).all(axis=1).mean(),
        "hamming_loss": hamming_loss(y, chosen),
    }
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value)
        assert found[name]["low"] < value < found[name]["high"]
    assert found["labels"]["ring"]["n_positive"] == y[:, 1].sum()


def test_a_label_of_one_answer_is_said_and_left_out_of_the_mean():
    p, y = labels()
    y[:, 2] = 0
    found = multilabel_metrics(p, y, NAMES, bootstrap=0)
    assert found["labels"]["merger"]["auc"]["value"] is None
    assert "same answer for 'merger'" in found["labels"]["merger"]["auc"]["why"]
    assert found["macro_auc"]["value"] == pytest.approx(roc_auc_score(y[:, :2], p[:, :2]))


def test_the_threshold_is_that_of_the_highest_f1():
    p, y = labels()
    at = np.linspace(0, 1, 51)
    for k in range(3):
        best = f1_score(y[:, k], p[:, k] > best_threshold(p[:, k], y[:, k]))
        assert best >= max(f1_score(y[:, k], p[:, k] > least) for least in at)
    assert best_threshold(p[:, 0], np.ones(len(p))) == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((lambda p, y: (p[:, :2], y)), "is needed"),
        ((lambda p, y: (p, 2 * y)), "0 or 1"),
        ((lambda p, y: (p + 1, y)), "probabilities"),
    ],
)
def test_what_are_no_labels_is_refused(change, message):
    with pytest.raises(UsageError, match=message):
        multilabel_metrics(*change(*labels()), NAMES)
