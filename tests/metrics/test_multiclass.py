"""Multi-class metrics against scikit-learn."""

import json

import numpy as np
import pytest
from scipy.special import softmax
from sklearn import metrics as sklearn_metrics

from astro_dl.core.errors import UsageError
from astro_dl.metrics.multiclass import multiclass_metrics

NAMES = ("star", "galaxy", "quasar", "planet")


def draw(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.choice(4, n, p=(0.5, 0.3, 0.15, 0.05))
    logits = rng.normal(size=(n, 4)) + 1.5 * np.eye(4)[y]
    return softmax(logits, axis=1), y


def test_metrics_agree_with_scikit_learn():
    p, y = draw()
    found = multiclass_metrics(p, y, NAMES, bootstrap=20)
    guess = p.argmax(axis=1)
    expected = {
        "accuracy": sklearn_metrics.accuracy_score(y, guess),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(y, guess),
        "macro_f1": sklearn_metrics.f1_score(y, guess, average="macro"),
        "log_loss": sklearn_metrics.log_loss(y, p),
        "macro_auc": sklearn_metrics.roc_auc_score(y, p, multi_class="ovr"),
    }
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, rel=1e-10), name
    assert found["confusion"] == sklearn_metrics.confusion_matrix(y, guess).tolist()
    precision, recall, f1, _ = sklearn_metrics.precision_recall_fscore_support(y, guess)
    for k, name in enumerate(NAMES):
        entry = found["per_class"][name]
        assert entry["precision"]["value"] == pytest.approx(precision[k])
        assert entry["recall"]["value"] == pytest.approx(recall[k])
        assert entry["f1"]["value"] == pytest.approx(f1[k])
        assert entry["recall"]["low"] < recall[k] < entry["recall"]["high"]


def test_the_bootstrap_of_macro_f1_covers_it():
    truth = multiclass_metrics(*draw(100_000, 99), NAMES, bootstrap=0)["macro_f1"]["value"]
    covered = 0
    for seed in range(80):
        entry = multiclass_metrics(*draw(500, seed), NAMES, 0.9, 100)["macro_f1"]
        covered += entry["low"] <= truth <= entry["high"]
    assert covered >= 62


def test_an_absent_class_is_named_and_not_scored():
    p, y = draw()
    keep = y != 3
    found = multiclass_metrics(p[keep], y[keep], NAMES, bootstrap=5)
    planet = found["per_class"]["planet"]
    assert planet["n"] == 0
    assert planet["recall"]["value"] is None
    assert "no example" in planet["recall"]["why"]
    assert json.loads(json.dumps(found, allow_nan=False))["macro_f1"]["value"] > 0


def test_examples_of_one_class_have_a_recall_and_no_area():
    p, y = draw()
    keep = y == 1
    found = multiclass_metrics(p[keep], y[keep], NAMES, bootstrap=5)
    galaxy = found["per_class"]["galaxy"]
    assert galaxy["recall"]["value"] == pytest.approx(np.mean(p[keep].argmax(axis=1) == 1))
    assert galaxy["recall"]["value"] == found["accuracy"]["value"]
    for entry in (galaxy["precision"], galaxy["auc"], found["macro_auc"]):
        assert entry["value"] is None
        assert "of one class" in entry["why"]
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p, y: (p[:, :3], y), "4 columns are needed"),
        (lambda p, y: (p[1:], y), "one each is needed"),
        (lambda p, y: (p, y + 1), "class numbers from 0 to 3"),
        (lambda p, y: (p / 2, y), "do not sum to one"),
        (lambda p, y: (np.where(p > 0.9, np.nan, p), y), "NaN"),
        (lambda p, y: (2 * p - 0.5, y), "within 0 and 1"),
    ],
)
def test_unfit_input_is_refused(change, message):
    with pytest.raises(UsageError, match=message):
        multiclass_metrics(*change(*draw()), NAMES)
