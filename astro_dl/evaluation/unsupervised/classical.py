"""What principal components, k-means and isolation forests make of the same inputs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray
UNSUPERVISED_PEERS = ("pca", "kmeans", "isolation forest")
"""Called as the models of the zoo are."""


@dataclass(frozen=True)
class Answer:
    """What a method without labels says of some examples.

    Parameters
    ----------
    score : ndarray, (n,)
        Anomaly score, higher for odder examples.
    errors : ndarray, (n, k), optional
        Squared errors of the inputs as it rebuilds them, scaled so that their mean over all inputs
        is that over the known ones.
    codes : ndarray, (n, m), optional
        What it describes each example by.
    clusters : ndarray of int, (n,), optional
        Where it finds them itself.
    """

    score: Array
    errors: Array | None = None
    codes: Array | None = None
    clusters: Array | None = None


def fit_unsupervised_peers(
    rows: Array, components: int, clusters: int, seed: int
) -> dict[str, Callable[[Array], Answer]]:
    """Return fitted methods by name.

    Parameters
    ----------
    rows : ndarray, (n, k)
        Training inputs on the network's scale; NaN where a value is missing, which stands for the
        mean.
    components : int
        Principal components kept: as many as the network's code is long.
    clusters : int
        Centres of k-means, which scores by the squared distance to the nearest.
    seed : int
        Of what is random in them.

    Returns
    -------
    dict of str to callable
        From rows (n, k) to an `Answer`.
    """
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.ensemble import IsolationForest

    with np.errstate(invalid="ignore"):
        known = np.isfinite(rows)
        mean = np.where(known, rows, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    filled = _filled(rows, mean)
    components = min(components, *filled.shape)
    pca = PCA(components, random_state=seed).fit(filled)
    centres = KMeans(clusters, n_init=4, random_state=seed).fit(filled).cluster_centers_
    forest = IsolationForest(n_estimators=200, random_state=seed).fit(filled)

    def by_components(given: Array) -> Answer:
        codes = pca.transform(_filled(given, mean))
        return _rebuilt(given, pca.inverse_transform(codes), codes)

    def by_centres(given: Array) -> Answer:
        complete = _filled(given, mean)
        nearest = np.argmin(_squared_distances(complete, centres), axis=1)
        return _rebuilt(given, centres[nearest], complete)

    def by_isolation(given: Array) -> Answer:
        return Answer(-forest.score_samples(_filled(given, mean)))

    return dict(zip(UNSUPERVISED_PEERS, (by_components, by_centres, by_isolation), strict=True))


def _filled(rows: Array, mean: Array) -> Array:
    return np.where(np.isfinite(rows), rows, mean)


def _squared_distances(rows: Array, centres: Array) -> Array:
    return np.stack([((rows - centre) ** 2).sum(axis=1) for centre in centres], axis=1)


def _rebuilt(given: Array, rebuilt: Array, codes: Any) -> Answer:
    known = np.isfinite(given)
    squared = np.where(known, given - rebuilt, 0) ** 2
    errors = squared / np.maximum(known.mean(axis=1, keepdims=True), 1e-3)
    return Answer(errors.mean(axis=1), errors, codes)
