"""Classical methods as models: the answers of scikit-learn's, from nothing but arrays."""

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import model_entry
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from
from astro_dl.models.classical.estimators import (
    examples_of_a_trial,
    fit_estimators,
    smoothed,
    tuned_settings,
)
from astro_dl.models.classical.fit import fit
from astro_dl.models.classical.methods import METHODS, RARE, peer_title

HEADS = {
    "binary": Binary(("no", "yes")),
    "multiclass": Multiclass(("a", "b", "c", "never seen")),
    "regression": Regression(("u", "v"), ("", "m")),
}
SPEC = InputSpec((5,))
COUNTS = ("n_estimators", "max_iter")
FEW = {
    "random_forest": {"n_estimators": 7, "min_samples_leaf": 2, "max_features": 0.5},
    "gradient_boosting": {"max_iter": 9, "max_leaf_nodes": 5, "learning_rate": 0.3},
    "adaboost": {"n_estimators": 6, "max_depth": 2, "learning_rate": 1.0},
    "knn": {"n_neighbors": 4},
    "logistic_regression": {"penalty": 2.0},
    "linear_regression": {},
    "lasso": {"penalty": 0.05},
    "elastic_net": {"penalty": 0.05, "l1_ratio": 0.3},
    "extra_trees": {"n_estimators": 7, "min_samples_leaf": 2, "max_features": 0.5},
    "decision_tree": {"max_depth": 5, "min_samples_leaf": 3},
    "xgboost": {"n_estimators": 9, "max_depth": 3, "learning_rate": 0.3},
    "lightgbm": {"n_estimators": 9, "num_leaves": 5, "learning_rate": 0.3},
    "svm": {"C": 10.0, "gamma": "scale"},
    "gaussian_process": {"most_examples": 150},
    "naive_bayes": {"var_smoothing": 1e-3},
}


def examples(kind, n=300):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 5)).astype(np.float32)
    x[:, 3] = np.round(x[:, 3])
    hidden = x[:, 0] * x[:, 1] + x[:, 2] + 0.3 * rng.normal(size=n)
    if kind == "regression":
        return x, np.stack([hidden, 50 + 9 * x[:, 4]], axis=1).astype(np.float32)
    if kind == "binary":
        return x, (hidden > 0).astype(np.float32)
    return x, np.digitize(hidden, [-0.5, 0.5]).astype(np.int32)


ANSWERED = [
    (name, kind)
    for name in METHODS
    for kind in HEADS
    if kind in (model_entry(name).answers or HEADS)
]


@pytest.mark.parametrize(("name", "kind"), ANSWERED)
def test_arrays_answer_what_the_packages_answer(name, kind):
    x, y = examples(kind)
    model, found = fit(name, SPEC, HEADS[kind], (x, y), (x, y), 0, FEW[name])
    fitted = fit_estimators(name, HEADS[kind], x, y, 0, FEW[name])
    new = np.random.default_rng(2).normal(size=(200, 5)).astype(np.float32)
    answers = keras.ops.convert_to_numpy(model(np.concatenate([x, new])))
    expected = fitted.values(np.concatenate([x, new]))
    answers = np.stack([1 - answers[:, 0], answers[:, 0]], 1) if kind == "binary" else answers
    np.testing.assert_allclose(answers, expected, atol=1e-5, rtol=1e-5)
    again = build_from(name, SPEC, HEADS[kind], found)
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]


@pytest.mark.parametrize("name", METHODS)
def test_classes_that_were_never_seen_are_improbable(name):
    x, y = examples("binary")
    y, head = np.where(y > 0, 3, 1), HEADS["multiclass"]
    model, _ = fit(name, SPEC, head, (x, y), (x, y), 0, FEW[name])
    answers = keras.ops.convert_to_numpy(model(x))
    expected = fit_estimators(name, head, x, y, 0, FEW[name]).values(x)
    np.testing.assert_allclose(answers, expected, atol=1e-5)
    assert answers[:, [0, 2]].max() < 0.06
    assert np.mean(answers.argmax(axis=1) == y) > 0.7


def test_settings_are_chosen_on_the_validation_set():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 5)).astype(np.float32)
    y = (x[:, 0] + 2 * rng.normal(size=400) > 0).astype(np.float32)
    halves = (x[:200], y[:200]), (x[200:], y[200:])
    chosen = tuned_settings("knn", HEADS["binary"], *halves, 0)
    errors = []
    for neighbours in METHODS["knn"].grid["n_neighbors"]:
        fitted = fit_estimators("knn", HEADS["binary"], *halves[0], 0, {"n_neighbors": neighbours})
        errors.append(np.mean((fitted.values(x[200:])[:, 1] - y[200:]) ** 2))
    assert chosen["n_neighbors"] == METHODS["knn"].grid["n_neighbors"][np.argmin(errors)]
    kept = tuned_settings("knn", HEADS["binary"], *halves, 0, {"n_neighbors": 3})
    assert kept == {"n_neighbors": 3}


def test_boosting_with_a_rare_class_is_held_by_a_penalty():
    rng = np.random.default_rng(0)
    y = (rng.random(3000) > 0.5).astype(np.int32)
    x = rng.normal(size=(3000, 5)) + 3 * np.outer(y, np.eye(5)[0])
    y[:3] = 2
    learnt, (new, truth) = (x[:1500], y[:1500]), (x[1500:], y[1500:])

    def loss(settings):
        fitted = fit_estimators("gradient_boosting", HEADS["multiclass"], *learnt, 0, settings)
        return -np.log(fitted.values(new)[np.arange(len(new)), truth]).mean()

    assert loss({}) < loss({"l2_regularization": 0.0}) - 0.01
    assert loss({}) == loss({"l2_regularization": 1.0})


@pytest.mark.parametrize(("few", "penalty"), [(3, 1.0), (RARE, 0.0)])
def test_the_penalty_of_boosting_depends_on_how_rare_a_class_is(few, penalty):
    y = np.repeat([0, 1, 2], [100, 100, few])
    x = np.random.default_rng(0).normal(size=(len(y), 5))
    settings = {"max_iter": 2, "max_leaf_nodes": 3}
    for given, wanted in (({}, penalty), ({"l2_regularization": 0.5}, 0.5)):
        asked = {**settings, "l2_regularization": None, **given}
        _, found = fit("gradient_boosting", SPEC, HEADS["multiclass"], (x, y), (x, y), 0, asked)
        assert found["l2_regularization"] == wanted
    values = tuned_settings("gradient_boosting", HEADS["regression"], (x, x), (x, x), 0, settings)
    assert values["l2_regularization"] == 0


TRIED = [
    (name, key, value)
    for name, method in METHODS.items()
    for settings in ({key: (value,) for key, value in method.of_a_trial.items()}, method.grid)
    for key, values in settings.items()
    for value in values
]


@pytest.mark.parametrize(("name", "key", "value"), TRIED)
def test_every_setting_that_is_tried_is_one_that_can_be_fitted(name, key, value):
    x, y = examples("multiclass", 90)
    assert key in METHODS[name].settings
    few = {key: min(number, 5) for key, number in FEW[name].items() if key in COUNTS}
    fitted = fit_estimators(name, HEADS["multiclass"], x, y, 0, {**few, key: value})
    assert np.isfinite(fitted.values(x)).all()


@pytest.mark.parametrize(
    ("features", "answers", "examples"),
    [(18, 1, 10_000), (82, 3, 10_000), (82, 16, 2286), (1000, 20, 1000)],
)
def test_settings_are_tried_on_fewer_examples_where_these_cost_more(features, answers, examples):
    assert examples_of_a_trial(features, answers) == examples


def test_thresholds_of_double_precision_divide_single_ones_alike():
    x = np.array([[100.0], [np.nextafter(np.float32(100), np.float32(101))]] * 10, np.float32)
    spec, y = InputSpec((1,)), np.array([0, 1] * 10, np.float32)
    settings = {**FEW["random_forest"], "max_features": 1.0, "min_samples_leaf": 1}
    model, _ = fit("random_forest", spec, HEADS["binary"], (x, y), (x, y), 0, settings)
    assert ((keras.ops.convert_to_numpy(model(x))[:, 0] > 0.5) == y).all()


def test_unanimous_votes_are_not_certain():
    np.testing.assert_allclose(smoothed(np.array([[1.0, 0.0]]), 9), [[0.95, 0.05]])
    assert smoothed(np.array([[1.0, 0.0]]), None).min() > 0


def test_fewer_examples_than_neighbours_are_all_asked():
    x, y = examples("binary", 12)
    model, found = fit("knn", SPEC, HEADS["binary"], (x, y), (x, y), 0, {"n_neighbors": 40})
    assert found == {"n_neighbors": 12, "examples": 12}
    assert np.ptp(keras.ops.convert_to_numpy(model(x))) == pytest.approx(0, abs=1e-6)


def test_what_they_cannot_do_is_refused():
    spread = Regression(("z",), ("",), distribution="gaussian")
    with pytest.raises(UsageError, match="without a distribution"):
        build_from("knn", SPEC, spread)
    with pytest.raises(UsageError, match="takes one array"):
        build_from("adaboost", InputSpec({"a": (3,), "b": (2,)}), HEADS["binary"])
    with pytest.raises(UsageError, match="99 levels; accepted: at most 64"):
        build_from("random_forest", SPEC, HEADS["binary"], {"levels": 99})
    with pytest.raises(UsageError, match="unknown classical method 'smv'"):
        fit_estimators("smv", HEADS["binary"], *examples("binary"), 0)


def test_neighbours_are_at_most_the_examples_there_are():
    x, y = examples("binary", 12)
    fitted = fit_estimators("knn", HEADS["binary"], x, y, seed=0)
    assert fitted.votes == 12
    assert np.isfinite(fitted.values(x)).all()
    training, validation = (x[:8], y[:8]), (x[8:], y[8:])
    assert tuned_settings("knn", HEADS["binary"], training, validation, seed=0)["n_neighbors"] >= 5


def test_methods_are_called_by_what_they_are():
    assert peer_title("logistic_regression", of_values=True) == "ridge regression"
    assert peer_title("logistic_regression", of_values=False) == "logistic regression"
    assert peer_title("random_forest", of_values=True) == "random forest"
    assert peer_title("training_mean", of_values=True) == "training mean"
