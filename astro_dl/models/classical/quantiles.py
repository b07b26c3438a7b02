"""Answers of classical methods as distributions: those of the training targets behind them."""

from typing import Any

import numpy as np

from astro_dl.models.classical.estimators import Fitted

Array = np.ndarray
LEVELS = (np.arange(100) + 0.5) / 100
"""Probabilities of the quantiles."""


def answer_quantiles(
    fitted: Fitted, training: tuple[Array, Array], features: Array, seed: int
) -> Array | None:
    """Return quantiles of the training targets that a method's answers are made of.

    Of a forest, one random target of each leaf that an example falls into (Meinshausen 2006, with
    one observation per leaf instead of all); of neighbours, theirs; of the mean, all of them.

    Parameters
    ----------
    fitted : Fitted
        A method for regression.
    training : tuple of ndarray
        Features (n, k) and targets that it was fitted on.
    features : ndarray, (m, k)
        Examples to answer.
    seed : int
        Of the choice of targets.

    Returns
    -------
    ndarray of float32, (m, targets, 100), or None
        At `LEVELS`; None for methods whose answers are made of no training targets.
    """
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.neighbors import KNeighborsRegressor

    known, targets = training
    columns = np.asarray(targets, np.float64).reshape(len(known), -1).T
    found = []
    for model, y in zip(fitted.estimators, columns, strict=True):
        last = model[-1] if hasattr(model, "steps") else model
        if isinstance(last, RandomForestRegressor):
            samples = _leaf_targets(model, known, y, features, np.random.default_rng(seed))
        elif isinstance(last, KNeighborsRegressor):
            samples = y[last.kneighbors(model[:-1].transform(features), return_distance=False)]
        elif isinstance(last, DummyRegressor):
            samples = y[None]
        else:
            return None
        quantiles = np.quantile(samples, LEVELS, axis=1, method="hazen").T
        found.append(np.broadcast_to(quantiles, (len(features), len(LEVELS))))
    return np.stack(found, axis=1).astype(np.float32)


def _leaf_targets(
    model: Any, known: Array, y: Array, features: Array, rng: np.random.Generator
) -> Array:
    """Return one training target for each example and tree, (m, trees)."""
    prepare, forest = model[:-1], model[-1]
    order = rng.permutation(len(y))
    leaves = forest.apply(prepare.transform(known[order]))
    asked = forest.apply(prepare.transform(features))
    samples = np.empty(asked.shape)
    for tree, (own, theirs) in enumerate(zip(leaves.T, asked.T, strict=True)):
        # Of several examples in a leaf the last one stays, which the order makes a random one.
        kept = np.empty(own.max() + 1)
        kept[own] = y[order]
        samples[:, tree] = kept[theirs]
    return samples
