"""Classical peers: what scikit-learn makes of the same training set, scored beside the network."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from astro_dl.config import Config
from astro_dl.data.cache import cached_split, split_physics
from astro_dl.data.examples import Examples, Inputs
from astro_dl.data.real import is_real, real_split
from astro_dl.errors import unknown_name
from astro_dl.schema import plain
from astro_dl.tasks.base import Head, Task

__all__ = ["PEERS", "fit_peers", "peer_scores", "peers_key", "training_set"]

Fitted = Callable[[np.ndarray], np.ndarray]
PEERS = ("gradient_boosting", "random_forest", "logistic_regression", "knn")
"""Accepted names; for regression heads the third is a ridge regression."""

MOST_EXAMPLES = 10_000
VERSION = 1
"""Raised whenever the methods or their settings change, so that cached scores are made again."""


def peers_key(task: Task, config: Config) -> dict[str, Any]:
    """Return plain values on which the scores of a task's peers depend, besides the examples."""
    data = config.data
    training = [data.source, data.block_size, min(data.n_train, MOST_EXAMPLES), data.mode]
    split = [data.validation_fraction, data.test_fraction, data.split_seed]
    return {
        "version": [VERSION, task.version],
        "peers": list(task.peers),
        "physics": plain(split_physics(config, "train")),
        "training": [*training, *split, config.seed],
    }


def peer_scores(
    task: Task, head: Head, config: Config, blocks: Iterable[Inputs], progress: bool = True
) -> dict[str, np.ndarray]:
    """Return the scores of a task's classical peers, trained on what the network was trained on.

    Parameters
    ----------
    task : Task
        With ``features`` and ``peers``.
    head : Head
        Of the network.
    config : Config
        Of the network: of its training set the first 10,000 examples are taken.
    blocks : iterable of inputs
        The examples to score.
    progress : bool, default True
        Whether a simulation of the training set shows a progress bar.

    Returns
    -------
    dict of str to ndarray
        Scores by method, see `fit_peers`.
    """
    assert task.features is not None
    features = partial(task.features, split_physics(config, "train"))
    examples = training_set(config, progress)
    fitted = fit_peers(task.peers, head, features(examples.x), examples.y, config.seed)
    rows = np.concatenate([features(block) for block in blocks])
    return {name: score(rows) for name, score in fitted.items()}


def training_set(config: Config, progress: bool = True) -> Examples:
    """Return what classical methods are trained on: at most the first 10,000 of the network's set.

    Real sets are returned whole.
    """
    if is_real(config):
        return real_split(config, "train")
    n = min(config.data.n_train, MOST_EXAMPLES)
    if config.data.mode == "stream":
        config = replace(config, data=replace(config.data, n_train=n))
    return cached_split(config, "train", progress).read(slice(0, n))


def fit_peers(
    names: Sequence[str], head: Head, features: np.ndarray, y: np.ndarray, seed: int
) -> dict[str, Fitted]:
    """Return fitted classical methods.

    Parameters
    ----------
    names : sequence of str
        Among `PEERS`.
    head : Head
        What they answer.
    features : ndarray, (n, k)
        One row per training example; NaN where a value is missing.
    y : ndarray
        Targets, as in `astro_dl.data.examples.Examples`.
    seed : int
        Of what is random in them.

    Returns
    -------
    dict of str to callable
        By the name to print, from features (n, k) to scores in the form of
        `astro_dl.evaluation.report.Outcome`: log-odds (n,), probabilities (n, classes) or values
        (n, targets).

    Raises
    ------
    UsageError
        If a name is unknown.
    """
    fitted = {}
    for name in names:
        if name not in PEERS:
            raise unknown_name("classical peer", name, PEERS)
        if head.kind == "regression":
            columns = np.asarray(y, np.float64).reshape(len(y), -1).T
            models = [_regressor(name, seed).fit(features, column) for column in columns]
            fitted[name.replace("_", " ")] = _values(models)
        else:
            model = _classifier(name, seed).fit(features, np.asarray(y, np.int64))
            fitted[name.replace("_", " ")] = _scores(model, head)
    return fitted


def _values(models: Sequence[Any]) -> Fitted:
    return lambda features: np.stack([model.predict(features) for model in models], axis=1)


def _scores(model: Any, head: Head) -> Fitted:
    def score(features: np.ndarray) -> np.ndarray:
        found = model.predict_proba(features)
        probabilities = np.zeros((len(features), len(head.names)))
        probabilities[:, model.classes_] = found
        if head.kind != "binary":
            return probabilities
        # A unanimous forest would be infinitely sure.
        no, yes = np.clip(probabilities.T, 1e-9, None)
        return np.log(yes) - np.log(no)

    return score


def _classifier(name: str, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    if name == "gradient_boosting":
        return HistGradientBoostingClassifier(
            max_iter=300, learning_rate=0.08, early_stopping=True, random_state=seed
        )
    if name == "random_forest":
        return _complete(
            RandomForestClassifier(300, min_samples_leaf=2, n_jobs=-1, random_state=seed)
        )
    if name == "knn":
        return _complete(KNeighborsClassifier(20), scaled=True)
    return _complete(LogisticRegression(max_iter=2000), scaled=True)


def _regressor(name: str, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor

    if name == "gradient_boosting":
        return HistGradientBoostingRegressor(
            max_iter=300, learning_rate=0.08, early_stopping=True, random_state=seed
        )
    if name == "random_forest":
        return _complete(
            RandomForestRegressor(300, min_samples_leaf=2, n_jobs=-1, random_state=seed)
        )
    if name == "knn":
        return _complete(KNeighborsRegressor(20), scaled=True)
    return _complete(Ridge(), scaled=True)


def _complete(model: Any, scaled: bool = False) -> Any:
    """Return a model that takes missing values as the median, and scaled features if need be."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    steps = [SimpleImputer(strategy="median", keep_empty_features=True)]
    return make_pipeline(*steps, *([StandardScaler()] if scaled else []), model)
