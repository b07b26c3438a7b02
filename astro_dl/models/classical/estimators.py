"""Classical methods tuned, fitted and asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import look_up
from astro_dl.models.classical.methods import FLOORS, METHODS, RARE, Method

EXAMPLES_OF_A_TRIAL = 10_000
NUMBERS_OF_A_TRIAL = 3_000_000
FEWEST_EXAMPLES_OF_A_TRIAL = 1000
LEAST_PROBABILITY = 1e-9


@dataclass(frozen=True)
class Fitted:
    """A fitted method.

    Parameters
    ----------
    estimators : tuple
        One classifier, or one regressor for each target, or one classifier for each label.
    head : AnswerKind
        What they answer.
    votes : int or None
        How many trees or neighbours a probability is the mean of.
    seen : ndarray of int
        Numbers of the classes that the training examples have; empty for values.
    """

    estimators: tuple[Any, ...]
    head: AnswerKind
    votes: int | None
    seen: np.ndarray

    def values(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities (n, classes), or values (n, targets), for features (n, k)."""
        features = np.asarray(features, np.float64)
        if self.head.yes_or_no:
            both = [smoothed(one.predict_proba(features), self.votes) for one in self.estimators]
            return np.stack([one[:, 1] for one in both], axis=1)
        if not self.head.classes:
            return np.stack([one.predict(features) for one in self.estimators], axis=1)
        (classifier,) = self.estimators
        found = np.zeros((len(features), len(self.head.names)))
        found[:, self.seen] = classifier.predict_proba(features)
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
        Among `METHODS` and `FLOORS` of `astro_dl.models.classical.methods`.
    head : AnswerKind
        What is asked.
    features : ndarray, (n, k)
        One row per example; NaN where a value is missing.
    y : ndarray
        Targets, as in `astro_dl.core.examples.Examples`.
    seed : int
        Of what is random in it.
    settings : mapping, optional
        Instead of the defaults, which can depend on how rare a class is.

    Raises
    ------
    UsageError
        If the name is unknown.
    """
    method = _method(name)
    values = {**_defaults(method, head, y), **(settings or {})}
    most = values.pop("most_examples", None)
    x, targets = _sample(features, y, most or len(features), np.random.default_rng(seed))
    if method.drawn:
        values[method.drawn] = min(values[method.drawn], len(x))
    votes = values.get(method.votes)
    x = x.astype(np.float64)  # in single precision, scaled features would lose digits
    seen = np.zeros(0, int)
    columns = np.asarray(targets, np.float64).reshape(len(x), -1).T
    if head.yes_or_no:
        models = [method.classifier(seed, **values).fit(x, one.astype(int)) for one in columns]
    elif not head.classes:
        models = [method.regressor(seed, **values).fit(x, column) for column in columns]
    else:
        seen, numbers = np.unique(np.asarray(targets, np.int64), return_inverse=True)
        models = [method.classifier(seed, **values).fit(x, numbers)]
    for model in models:
        _answer_in_order(model)
    return Fitted(tuple(models), head, votes, seen)


def _answer_in_order(model: Any) -> None:
    """Let the trees of a forest answer one after the other: in parallel, sums round at random."""
    jobs = [key for key in getattr(model, "get_params", dict)() if key.endswith("__n_jobs")]
    if jobs:
        model.set_params(**dict.fromkeys(jobs, 1))


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
    units of the target's scatter. All methods are tried on 10,000 random examples at most, on fewer
    (1000 at least) where these have many features and classes, see `examples_of_a_trial`, and slow
    ones in a smaller form: forests with 100 trees.

    Parameters
    ----------
    name : str
        Among `METHODS` and `FLOORS` of `astro_dl.models.classical.methods`.
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
    defaults = _defaults(method, head, training[1])
    fixed = {key: value for key, value in (given or {}).items() if value is not None}
    free = {key: values for key, values in method.grid.items() if key not in fixed}
    trials = [dict(zip(free, values, strict=True)) for values in product(*free.values())]
    if len(trials) == 1:
        return {**defaults, **fixed}
    most = examples_of_a_trial(training[0].shape[1], len(head.names))
    x, y = _sample(*training, most, np.random.default_rng(seed))

    def error(trial: dict[str, Any]) -> float:
        tried = {**defaults, **fixed, **trial, **method.of_a_trial}
        fitted = fit_estimators(name, head, x, y, seed, tried)
        return _error(head, fitted.values(validation[0]), validation[1])

    best = trials[int(np.argmin([error(trial) for trial in trials]))]
    return {**defaults, **best, **fixed}


def examples_of_a_trial(features: int, answers: int) -> int:
    """Return how many examples settings are tried on: features × answers × examples is bounded.

    What a method costs grows with all three; boosting has trees of its own for each class.
    """
    room = NUMBERS_OF_A_TRIAL // (features * answers)
    return int(np.clip(room, FEWEST_EXAMPLES_OF_A_TRIAL, EXAMPLES_OF_A_TRIAL))


def _defaults(method: Method, head: AnswerKind, y: np.ndarray) -> dict[str, Any]:
    """Return the settings of a method for these targets where none are given."""
    columns = np.reshape(y, (len(y), -1)).T
    told_apart = head.classes or head.yes_or_no
    counts = [np.unique(one, return_counts=True)[1] for one in columns] if told_apart else []
    rare = any(one.min() < RARE for one in counts)
    return {**method.settings, **(method.of_rare if rare else {})}


def _error(head: AnswerKind, values: np.ndarray, y: np.ndarray) -> float:
    if head.yes_or_no:
        return float(np.mean((values - y) ** 2))
    if not head.classes:
        truth = np.asarray(y, np.float64).reshape(len(y), -1)
        scatter = np.maximum(truth.std(axis=0), np.finfo(float).tiny)
        return float(np.mean(np.abs(values - truth) / scatter))
    truth = np.eye(len(head.names))[np.asarray(y, int)]
    return float(np.mean(((values - truth) ** 2).sum(axis=1)))


def _sample(
    x: np.ndarray, y: np.ndarray, most: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    if len(x) <= most:
        return x, y
    rows = np.sort(rng.choice(len(x), most, replace=False))
    return x[rows], y[rows]


def _method(name: str) -> Method:
    return look_up("classical method", name, {**METHODS, **FLOORS})
