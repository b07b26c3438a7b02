from dataclasses import replace

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.core.source.keras_names import keras_classes
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
from astro_dl.training.train import check_training
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


SIGNS = np.array([0, 1, 1, 0], np.float32)
LOGIT = np.array([[-1.0], [2.0], [-3.0], [0.5]], np.float32)
LABELS = np.array([0, 2, 1], np.int32)
THREE = RNG.normal(size=(3, 3)).astype(np.float32)
P1, P3 = 1 / (1 + np.exp(-LOGIT[:, 0])), softmax(THREE, axis=1)[np.arange(3), LABELS]
RIGHT = np.where(SIGNS == 1, P1, 1 - P1)
MARGIN = np.where(SIGNS == 1, LOGIT[:, 0], -LOGIT[:, 0])
OTHERS = np.where(np.eye(3)[LABELS] == 1, -np.inf, THREE).max(axis=1)

FORMULAE = {
    "binary_crossentropy": (BINARY, {}, SIGNS, LOGIT, -np.log(RIGHT)),
    "binary_focal_crossentropy": (
        *(BINARY, {"gamma": 3.0}, SIGNS, LOGIT),
        -((1 - RIGHT) ** 3) * np.log(RIGHT),
    ),
    "hinge": (BINARY, {}, SIGNS, LOGIT, np.maximum(1 - MARGIN, 0)),
    "squared_hinge": (BINARY, {}, SIGNS, LOGIT, np.maximum(1 - MARGIN, 0) ** 2),
    "categorical_crossentropy": (CLASSES, {}, LABELS, THREE, -np.log(P3)),
    "categorical_focal_crossentropy": (
        *(CLASSES, {"gamma": 1.0, "alpha": 0.5}, LABELS, THREE),
        -0.5 * (1 - P3) * np.log(P3),
    ),
    "categorical_hinge": (
        *(CLASSES, {}, LABELS, THREE),
        np.maximum(1 + OTHERS - THREE[np.arange(3), LABELS], 0),
    ),
}


@pytest.mark.parametrize("name", sorted(FORMULAE))
def test_losses_of_classes_are_those_of_their_formulae(name):
    head, settings, y, logits, expected = FORMULAE[name]
    training = TrainingConfig(loss=name, loss_settings=settings)
    objective = make_objective(head, y, training)
    assert loss(objective, y, logits) == pytest.approx(expected.mean(), rel=1e-5)
    assert objective.validation_scores(logits, y)["val_loss"] == pytest.approx(
        expected.mean(), rel=1e-5
    )


@pytest.mark.parametrize(
    ("name", "settings", "formula"),
    [
        ("mean_squared_error", {}, np.square),
        ("mean_absolute_error", {}, np.abs),
        ("log_cosh", {}, lambda r: np.log(np.cosh(r))),
        (
            *("huber", {"delta": 0.5}),
            lambda r: np.where(np.abs(r) < 0.5, r**2 / 2, 0.5 * (np.abs(r) - 0.25)),
        ),
    ],
)
def test_losses_of_values_are_those_of_their_formulae_on_standardised_targets(
    name, settings, formula
):
    y = RNG.normal([3, 5000], [1, 20], (500, 2)).astype(np.float32)
    training = TrainingConfig(loss=name, loss_settings=settings)
    expected = formula((y - y.mean(0)) / y.std(0)).mean()
    assert loss(make_objective(VALUES, y, training), y, np.zeros((500, 2))) == pytest.approx(
        expected, rel=1e-4
    )


def test_every_loss_of_an_answer_is_one_of_keras():
    for head in (BINARY, CLASSES, VALUES):
        assert set(head.losses) <= set(keras_classes("losses"))


def test_labels_are_smoothed_in_a_named_loss_and_not_in_its_validation():
    training = TrainingConfig(loss="binary_focal_crossentropy", label_smoothing=0.3)
    objective = make_objective(BINARY, SIGNS, training)
    sharp = make_objective(BINARY, SIGNS, replace(training, label_smoothing=0.0))
    assert loss(objective, SIGNS, LOGIT) != pytest.approx(loss(sharp, SIGNS, LOGIT), rel=1e-2)
    scores = objective.validation_scores(LOGIT, SIGNS)
    assert scores["val_loss"] == pytest.approx(loss(sharp, SIGNS, LOGIT))


@pytest.mark.parametrize(
    ("head", "said", "message"),
    [
        (BINARY, {"loss": "huber"}, "'huber' is not for a binary answer; accepted: binary_cross"),
        (VALUES, {"loss": "hinge"}, "accepted: mean_squared_error"),
        (
            Regression(("z",), distribution="gaussian"),
            {"loss": "huber"},
            "accepted: its own, null",
        ),
        (BINARY, {"loss": "hinge", "label_smoothing": 0.1}, "hinge smooths no labels"),
        (
            *(BINARY, {"loss": "binary_crossentropy", "loss_settings": {"from_logits": False}}),
            "from_logits is set by the training itself",
        ),
        (VALUES, {"loss": "huber", "loss_settings": {"delta": "big"}}, "delta|huber"),
    ],
)
def test_losses_that_do_not_go_with_an_answer_are_refused_before_there_are_data(
    head, said, message
):
    with pytest.raises(UsageError, match=message):
        check_training(head, TrainingConfig(**said))


def test_settings_of_losses_are_checked_by_the_schema():
    with pytest.raises(UsageError, match=r"loss_settings\.delt: unknown key; did you mean 'delta'"):
        TrainingConfig(loss="huber", loss_settings={"delt": 1.0})
    with pytest.raises(UsageError, match="name one first"):
        TrainingConfig(loss_settings={"delta": 1.0})
    with pytest.raises(UsageError, match="loss: 'mse' is not accepted"):
        TrainingConfig(loss="mse")
    with pytest.raises(UsageError, match="has no classes"):
        check_training(VALUES, TrainingConfig(class_sampling="equal"))
