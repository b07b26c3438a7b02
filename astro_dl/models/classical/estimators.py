"""Classical methods by name: scikit-learn's estimators made, tuned, fitted and asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import look_up

TREES = 300
TREES_OF_A_TRIAL = 100
EXAMPLES_OF_A_TRIAL = 10_000
DEEPEST = 64
LEAST_PROBABILITY = 1e-9


@dataclass(frozen=True)
class Method:
    """A classical method.

    Parameters
    ----------
    classifier, regressor : callable
        ``(seed, **settings) -> estimator``.
    settings : mapping
        Settings with their defaults.
    grid : mapping
        The values among which `tuned_settings` chooses.
    """

    classifier: Callable[..., Any]
    regressor: Callable[..., Any]
    settings: Mapping[str, Any]
    grid: Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Fitted:
    """A fitted method.

    Parameters
    ----------
    estimators : tuple
        One classifier, or one regressor for each target.
    head : AnswerKind
        What they answer.
    votes : int or None
        How many trees or neighbours a probability is the mean of.
    """

    estimators: tuple[Any, ...]
    head: AnswerKind
    votes: int | None

    def values(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities (n, classes) or values (n, targets) for features (n, k)."""
        if not self.head.classes:
            return np.stack([one.predict(features) for one in self.estimators], axis=1)
        (classifier,) = self.estimators
        found = np.zeros((len(features), len(self.head.names)))
        found[:, np.asarray(classifier.classes_, int)] = classifier.predict_proba(features)
        return smoothed(found, self.votes)

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Return log-odds (n,) for two classes, else what `values` returns."""
        values = self.values(features)
        if not self.head.ranks:
            return values
        no, yes = values.T
        return np.log(yes) - np.log(no)


def smoothed(probabilities: np.ndarray, votes: int | None) -> np.ndarray:
    """Return probabilities (n, k) none of which is zero.

    Means of votes are taken as if one voter more had found all classes equally likely, so that
    unanimous ones are not infinitely sure; others are held above 1e-9.
    """
    if votes is None:
        return np.clip(probabilities, LEAST_PROBABILITY, None)
    return (votes * probabilities + 1 / probabilities.shape[1]) / (votes + 1)


def fit_estimators(
    name: str,
    head: AnswerKind,
    features: np.ndarray,
    y: np.ndarray,
    seed: int,
    settings: Mapping[str, Any] | None = None,
) -> Fitted:
    """Return a fitted method.

    Parameters
    ----------
    name : str
        Among `METHODS` and `FLOORS`.
    head : AnswerKind
        What is asked.
    features : ndarray, (n, k)
        One row per example; NaN where a value is missing.
    y : ndarray
        Targets, as in `astro_dl.core.examples.Examples`.
    seed : int
        Of what is random in it.
    settings : mapping, optional
        Instead of the defaults.

    Raises
    ------
    UsageError
        If the name is unknown.
    """
    method = _method(name)
    values = {**method.settings, **(settings or {})}
    if not head.classes:
        columns = np.asarray(y, np.float64).reshape(len(y), -1).T
        models = [method.regressor(seed, **values).fit(features, column) for column in columns]
    else:
        models = [method.classifier(seed, **values).fit(features, np.asarray(y, np.int64))]
    for model in models:
        _answer_in_order(model)
    votes = values.get("n_neighbors")
    return Fitted(tuple(models), head, values["n_estimators"] if name == "random_forest" else votes)


def _answer_in_order(model: Any) -> None:
    """Let the trees of a forest answer one after the other: in parallel, sums round at random."""
    name = "randomforest{}__n_jobs"
    for kind in ("classifier", "regressor"):
        if name.format(kind) in model.get_params():
            model.set_params(**{name.format(kind): 1})


def tuned_settings(
    name: str,
    head: AnswerKind,
    training: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    seed: int,
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the settings with which a method, fitted on one set, answers best on another.

    Best is the least Brier score of classes, or the least mean absolute error of values, each in
    units of the target's scatter. Forests are tried with 100 trees, and all methods on 10,000
    random examples at most.

    Parameters
    ----------
    name : str
        Among `METHODS` and `FLOORS`.
    head : AnswerKind
        What is asked.
    training, validation : tuple of ndarray
        Features (n, k) and targets.
    seed : int
        Of what is random.
    given : mapping, optional
        Settings that are kept; None stands for those to be chosen.
    """
    method = _method(name)
    fixed = {key: value for key, value in (given or {}).items() if value is not None}
    free = {key: values for key, values in method.grid.items() if key not in fixed}
    trials = [dict(zip(free, values, strict=True)) for values in product(*free.values())]
    if len(trials) == 1:
        return {**method.settings, **fixed}
    x, y = _sample(*training, np.random.default_rng(seed))
    fewer = {"n_estimators": TREES_OF_A_TRIAL} if name == "random_forest" else {}

    def error(trial: dict[str, Any]) -> float:
        fitted = fit_estimators(name, head, x, y, seed, {**fixed, **trial, **fewer})
        return _error(head, fitted.values(validation[0]), validation[1])

    best = trials[int(np.argmin([error(trial) for trial in trials]))]
    return {**method.settings, **best, **fixed}


def _error(head: AnswerKind, values: np.ndarray, y: np.ndarray) -> float:
    if not head.classes:
        truth = np.asarray(y, np.float64).reshape(len(y), -1)
        scatter = np.maximum(truth.std(axis=0), np.finfo(float).tiny)
        return float(np.mean(np.abs(values - truth) / scatter))
    truth = np.eye(len(head.names))[np.asarray(y, int)]
    return float(np.mean(((values - truth) ** 2).sum(axis=1)))


def _sample(
    x: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    if len(x) <= EXAMPLES_OF_A_TRIAL:
        return x, y
    rows = np.sort(rng.choice(len(x), EXAMPLES_OF_A_TRIAL, replace=False))
    return x[rows], y[rows]


def _method(name: str) -> Method:
    return look_up("classical method", name, {**METHODS, **FLOORS})


def _complete(model: Any, scaled: bool = False) -> Any:
    """Return a model that takes missing values as the median, and scaled features if need be."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    steps = [SimpleImputer(strategy="median", keep_empty_features=True)]
    return make_pipeline(*steps, *([StandardScaler()] if scaled else []), model)


def _forest(kind: str) -> Callable[..., Any]:
    def make(seed: int, **settings: Any) -> Any:
        from sklearn import ensemble

        forest = getattr(ensemble, f"RandomForest{kind}")
        return _complete(forest(**settings, max_depth=DEEPEST, n_jobs=-1, random_state=seed))

    return make


def _boosting(kind: str) -> Callable[..., Any]:
    def make(seed: int, **settings: Any) -> Any:
        from sklearn import ensemble

        boosting = getattr(ensemble, f"HistGradientBoosting{kind}")
        return boosting(**settings, early_stopping=False, random_state=seed)

    return make


def _adaboost(kind: str) -> Callable[..., Any]:
    def make(seed: int, max_depth: int, **settings: Any) -> Any:
        from sklearn import ensemble, tree

        base = getattr(tree, f"DecisionTree{kind}")(max_depth=max_depth)
        boosting = getattr(ensemble, f"AdaBoost{kind}")
        return _complete(boosting(base, **settings, random_state=seed))

    return make


def _neighbours(kind: str) -> Callable[..., Any]:
    def make(seed: int, **settings: Any) -> Any:
        from sklearn import neighbors

        return _complete(getattr(neighbors, f"KNeighbors{kind}")(**settings), scaled=True)

    return make


def _logistic(seed: int, penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return _complete(LogisticRegression(C=1 / penalty, max_iter=5000), scaled=True)


def _ridge(seed: int, penalty: float) -> Any:
    from sklearn.linear_model import Ridge

    return _complete(Ridge(alpha=penalty), scaled=True)


def _frequencies(seed: int) -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def _mean(seed: int) -> Any:
    from sklearn.dummy import DummyRegressor

    return DummyRegressor(strategy="mean")


METHODS: Mapping[str, Method] = {
    "gradient_boosting": Method(
        _boosting("Classifier"),
        _boosting("Regressor"),
        {"max_iter": 150, "learning_rate": 0.06, "max_leaf_nodes": 15},
        {"max_iter": (50, 150, 400), "max_leaf_nodes": (7, 31)},
    ),
    "random_forest": Method(
        _forest("Classifier"),
        _forest("Regressor"),
        {"n_estimators": TREES, "min_samples_leaf": 2, "max_features": 0.5},
        {"min_samples_leaf": (1, 3, 10), "max_features": ("sqrt", 0.5)},
    ),
    "adaboost": Method(
        _adaboost("Classifier"),
        _adaboost("Regressor"),
        {"n_estimators": 100, "max_depth": 3, "learning_rate": 0.5},
        {"max_depth": (1, 3, 6), "learning_rate": (0.3, 1.0)},
    ),
    "knn": Method(
        _neighbours("Classifier"),
        _neighbours("Regressor"),
        {"n_neighbors": 20},
        {"n_neighbors": (5, 10, 20, 40)},
    ),
    "logistic_regression": Method(
        _logistic, _ridge, {"penalty": 1.0}, {"penalty": (0.01, 0.1, 1.0, 10.0)}
    ),
}
"""Accepted names; for values instead of classes the last is a ridge regression."""

FLOORS: Mapping[str, Method] = {"training_mean": Method(_frequencies, _mean, {}, {})}
"""Methods that look at no input: what every other must do better than."""
