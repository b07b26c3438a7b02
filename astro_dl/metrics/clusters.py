"""Clusters of codes, and how well they agree with known classes."""

from typing import Any

import numpy as np

from astro_dl.metrics.intervals import bootstrap_means, estimate, percentile_interval

Array = np.ndarray
MOST_FOR_SILHOUETTES = 2000


def find_clusters(codes: Array, count: int, seed: int = 0) -> Array:
    """Return the cluster number of each code (n,) by k-means.

    Parameters
    ----------
    codes : ndarray, (n, k)
        Finite.
    count : int
        Number of clusters, not more than distinct codes.
    seed : int, default 0
        Of the initial centres, the best of four sets of which is taken.
    """
    from sklearn.cluster import KMeans

    return KMeans(count, n_init=4, random_state=seed).fit_predict(np.asarray(codes, np.float64))


def contingency(clusters: Array, y: Array) -> Array:
    """Return how many examples of each class (columns) are in each cluster (rows)."""
    counts = np.zeros((int(clusters.max()) + 1, int(y.max()) + 1), np.int64)
    np.add.at(counts, (clusters, y.astype(int)), 1)
    return counts


def adjusted_rand_index(counts: Array) -> Array:
    """Return the adjusted Rand index of contingency tables: Hubert & Arabie (1985), eq. 5.

    Parameters
    ----------
    counts : ndarray, (…, clusters, classes)
        One or more tables.

    Returns
    -------
    ndarray, (…)
        1 for the same partition, 0 on average for independent ones; NaN where both have one part.
    """
    pairs, rows, columns, total = (
        part * (part - 1) / 2
        for part in (counts, counts.sum(-1), counts.sum(-2), counts.sum((-2, -1)))
    )
    found, of_clusters, of_classes = pairs.sum((-2, -1)), rows.sum(-1), columns.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = of_clusters * of_classes / total
        return (found - chance) / ((of_clusters + of_classes) / 2 - chance)


def normalised_mutual_information(counts: Array) -> Array:
    """Return the mutual information of contingency tables over the mean of the entropies.

    Parameters and results are those of `adjusted_rand_index`; from 0 to 1.
    """
    p = counts / counts.sum((-2, -1), keepdims=True)
    joint = _entropy(p.reshape(*p.shape[:-2], -1))
    both = _entropy(p.sum(-1)) + _entropy(p.sum(-2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * (both - joint) / both


def cluster_metrics(
    codes: Array,
    clusters: Array,
    y: Array,
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Return how compact clusters are and how well they agree with classes.

    Parameters
    ----------
    codes : ndarray, (n, k)
        What was clustered.
    clusters, y : ndarray of int, (n,)
        Cluster and class numbers.
    confidence : float, default 0.95
        Of the bootstrap intervals, with the clusters held fixed.
    bootstrap : int, default 200
        Replicas.
    rng : numpy.random.Generator, optional
        Of the replicas; default seed 0.

    Returns
    -------
    dict
        ``silhouette`` (mean over at most 2000 examples; Rousseeuw 1987), ``ari``, ``nmi``, and
        ``contingency``, clusters by classes.
    """
    from sklearn.metrics import silhouette_samples

    rng = np.random.default_rng(0) if rng is None else rng
    some = rng.permutation(len(y))[:MOST_FOR_SILHOUETTES]
    metrics: dict[str, Any] = {"silhouette": estimate(None, why="one cluster only")}
    if 1 < len(np.unique(clusters[some])) < len(some):
        widths = silhouette_samples(np.asarray(codes, np.float64)[some], clusters[some])
        replicas = bootstrap_means(widths, bootstrap, rng)
        metrics["silhouette"] = estimate(
            widths.mean(), *percentile_interval(replicas, confidence), n=len(some)
        )
    counts = contingency(clusters, y)
    # Drawing examples with replacement is drawing the cells of their table.
    drawn = rng.multinomial(len(y), counts.ravel() / len(y), size=bootstrap)
    tables = drawn.reshape(bootstrap, *counts.shape)
    for name, measure in (
        ("ari", adjusted_rand_index),
        ("nmi", normalised_mutual_information),
    ):
        interval = percentile_interval(measure(tables), confidence)
        metrics[name] = estimate(measure(counts), *interval)
    return {**metrics, "contingency": counts.tolist()}


def _entropy(p: Array) -> Array:
    return -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1)
