import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from astro_dl.core.config import TrainingConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from
from astro_dl.training.objective import (
    class_weigher,
    fold_scaling,
    improves,
    make_objective,
    monitor_rises,
    unfold_scaling,
)
from tests import toy

BINARY, CLASSES, VALUES = toy.binary_head(None), toy.class_head(None), toy.value_head(None)
RNG = np.random.default_rng(0)


def loss(objective, y, logits):
    return float(objective.loss(objective.encode(y), logits.astype(np.float32)))


def test_losses_are_those_of_the_textbooks():
    y = np.array([0, 1, 1, 0], np.float32)
    logits = np.array([[-1.0], [2.0], [-3.0], [80.0]])
    expected = np.mean(np.logaddexp(0, logits[:, 0]) - y * logits[:, 0])
    assert loss(make_objective(BINARY, y, TrainingConfig()), y, logits) == pytest.approx(expected)

    y = np.array([0, 2, 1], np.int32)
    logits = RNG.normal(size=(3, 3))
    expected = -np.mean(log_softmax(logits, axis=1)[np.arange(3), y])
    assert loss(make_objective(CLASSES, y, TrainingConfig()), y, logits) == pytest.approx(expected)
    smooth = make_objective(CLASSES, y, TrainingConfig(label_smoothing=0.3))
    target = 0.7 * np.eye(3)[y] + 0.1
    expected = -np.mean((target * np.log(softmax(logits, axis=1))).sum(1))
    assert loss(smooth, y, logits) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("head", [BINARY, CLASSES])
def test_smoothing_of_labels_does_not_change_what_is_validated(head):
    y = np.array([0, 1, 1, 0])
    logits = RNG.normal(size=(4, head.outputs)).astype(np.float32)
    smooth, plain = (
        make_objective(head, y, TrainingConfig(label_smoothing=share)) for share in (0.3, 0.0)
    )
    assert loss(smooth, y, logits) != pytest.approx(loss(plain, y, logits), rel=1e-3)
    scores = plain.validation_scores(logits, y)
    assert smooth.validation_scores(logits, y) == pytest.approx(scores)
    assert scores["val_loss"] == pytest.approx(loss(plain, y, logits))


def test_regression_targets_are_standardised():
    y = RNG.normal([3, 5000], [1, 20], (500, 2)).astype(np.float32)
    objective = make_objective(VALUES, y, TrainingConfig(monitor="val_mae"))
    encoded = objective.encode(y)
    np.testing.assert_allclose(encoded.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(encoded.std(0), 1, atol=1e-5)
    assert loss(objective, y, np.zeros((500, 2))) == pytest.approx(1, abs=1e-4)
    assert objective.validation_scores(encoded, y)["val_mae"] < 1e-6


def test_scaling_is_folded_into_the_head_and_back():
    y = RNG.normal([3, 5000], [1, 20], (500, 2)).astype(np.float32)
    objective = make_objective(VALUES, y, TrainingConfig())
    model = build_from("mlp", InputSpec((4,)), VALUES, {"units": [8]})
    x = RNG.normal(size=(50, 4)).astype(np.float32)
    standard = model.predict_on_batch(x)
    fold_scaling(model, objective)
    np.testing.assert_allclose(
        model.predict_on_batch(x), standard * y.std(0) + y.mean(0), rtol=1e-5
    )
    unfold_scaling(model, objective)
    np.testing.assert_allclose(model.predict_on_batch(x), standard, atol=1e-4)


def test_a_constant_target_is_not_divided_by_zero():
    y = np.full((10, 2), 7.0, np.float32)
    assert (make_objective(VALUES, y, TrainingConfig()).encode(y) == 0).all()


def test_validation_scores():
    objective = make_objective(BINARY, np.array([0, 1]), TrainingConfig())
    scores = objective.validation_scores(
        np.array([[-1], [3], [1], [2]], np.float32), np.array([0, 1, 0, 1], np.float32)
    )
    assert scores["val_auc"] == 1
    assert scores["val_accuracy"] == 0.75
    bad = objective.validation_scores(np.array([[np.nan], [1]], np.float32), np.array([0.0, 1.0]))
    assert np.isnan(bad["val_loss"])


def test_class_weights():
    y = np.array([0, 0, 0, 1], np.float32)
    assert class_weigher(BINARY, y, None) is None
    balanced = class_weigher(BINARY, y, "balanced")(y)
    assert balanced[:3].sum() == pytest.approx(balanced[3:].sum())
    assert balanced.mean() == pytest.approx(1)
    assert list(class_weigher(BINARY, y, {"signal": 5.0})(y)) == [1, 1, 1, 5]
    with pytest.raises(UsageError, match="did you mean 'signal'"):
        class_weigher(BINARY, y, {"signl": 5.0})
    with pytest.raises(UsageError, match="regression"):
        class_weigher(VALUES, y, "balanced")


def test_what_is_not_scored_cannot_be_monitored():
    with pytest.raises(UsageError, match="did you mean 'val_auc'"):
        make_objective(BINARY, np.array([0, 1]), TrainingConfig(monitor="val_uac"))


def test_accuracy_and_auc_rise_and_losses_fall():
    assert improves(0.9, 0.8, monitor_rises(BINARY, "val_auc"))
    assert improves(0.9, 0.8, monitor_rises(CLASSES, "val_accuracy"))
    assert not improves(0.9, 0.8, monitor_rises(VALUES, "val_loss"))
    assert not improves(float("nan"), 0.8, rises=False)
