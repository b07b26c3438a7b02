"""What lies outside the training set as a whole, though each of its numbers may lie within."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray

MOST_COMPONENTS = 12
ROWS_PER_PARAMETER = 4
FEWEST_ROWS = 60
FEWEST_ROWS_OF_A_COMPONENT = 20
MOST_ROWS = 20_000
USUAL = 0.99
MOST_FEATURES = 100
"""Of more a card would be filled by covariances that its rows don't tell."""
# Of a feature within a component, in units of its spread: what is exactly linear in the training
# set, such as magnitudes and their differences, must not make a rounding error unusual.
SMALLEST_DEVIATION = 0.05


def joint_statistics(features: Array) -> dict[str, Any] | None:
    """Return what a card keeps about how features go together: a mixture of Gaussians, no row.

    Parameters
    ----------
    features : ndarray, (n, k)
        Of examples that the network was not trained on; NaN where a value is missing.

    Returns
    -------
    dict or None
        ``spread`` (k,): half of what the middle 68% of the complete rows span, 0 for features that
        are not used; ``means`` and ``factors``: of up to twelve Gaussians in these units, as texts
        of numbers, the latter the lower triangles, row by row, of the Cholesky factors of their
        covariances; ``limit``: the distance from the nearest of them that 99% of the rows keep to.
        Each Gaussian stands for twenty rows at least. None where fewer than sixty rows are
        complete, or there are more than `MOST_FEATURES`.
    """
    values = np.asarray(features, float)
    if values.shape[1] > MOST_FEATURES:
        return None
    complete = values[np.isfinite(values).all(axis=1)]
    if len(complete) < FEWEST_ROWS:
        return None
    low, high = np.percentile(complete, (16, 84), axis=0)
    spread = (high - low) / 2
    used = spread > 0
    if not used.any():
        return None
    scaled = complete[:MOST_ROWS, used] / spread[used]
    half = len(scaled) // 2
    means, covariances = _fit_gaussians(scaled[:half])
    lower = np.tril_indices(scaled.shape[1])
    return {
        "spread": spread.tolist(),
        "means": _texts(means),
        "factors": _texts(np.linalg.cholesky(covariances)[:, *lower]),
        "limit": float(np.quantile(_distances(scaled[half:], means, covariances), USUAL)),
    }


def rows_outside_joint_range(features: Array, statistics: Mapping[str, Any] | None) -> Array:
    """Return a mask (n,) of examples farther from the training set than 99% of its like are.

    The distance is that from the nearest Gaussian in its own standard deviations, the root mean
    square over the features that an example has.

    Parameters
    ----------
    features : ndarray, (n, k)
        NaN where a value is missing.
    statistics : mapping or None
        What `joint_statistics` returned; None flags nothing.
    """
    values = np.asarray(features, float)
    outside = np.zeros(len(values), bool)
    if statistics is None:
        return outside
    spread = np.array(statistics["spread"])
    used = spread > 0
    means, covariances = _gaussians(statistics)
    scaled = values[:, used] / spread[used]
    for known, rows in _by_pattern(np.isfinite(scaled)):
        if known.any():
            # What a Gaussian says of some of its features is again a Gaussian.
            marginal = covariances[:, known][:, :, known]
            distances = _distances(scaled[np.ix_(rows, known)], means[:, known], marginal)
            outside[rows] = distances > statistics["limit"]
    return outside


def _by_pattern(known: Array) -> Iterator[tuple[Array, Array]]:
    """Yield which features are known (k,), and of which rows."""
    complete = known.all(axis=1)
    yield np.ones(known.shape[1], bool), np.flatnonzero(complete)
    # Sorting patterns is slow, and most rows are complete.
    others = np.flatnonzero(~complete)
    patterns, index = np.unique(known[others], axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        yield pattern, others[np.ravel(index) == number]


def _fit_gaussians(rows: Array) -> tuple[Array, Array]:
    """Return means (m, k) and covariances (m, k, k) of as many Gaussians as the rows determine."""
    from sklearn.mixture import GaussianMixture

    width = rows.shape[1]
    parameters = 1 + width + width * (width + 1) // 2
    needed = max(ROWS_PER_PARAMETER * parameters, FEWEST_ROWS_OF_A_COMPONENT)
    components = np.clip(len(rows) // needed, 1, MOST_COMPONENTS)
    mixture = GaussianMixture(int(components), reg_covar=SMALLEST_DEVIATION**2, random_state=0)
    mixture.fit(rows)
    kept = mixture.weights_ * len(rows) >= FEWEST_ROWS_OF_A_COMPONENT
    return mixture.means_[kept], mixture.covariances_[kept]


def _gaussians(statistics: Mapping[str, Any]) -> tuple[Array, Array]:
    """Return means (m, k) and covariances (m, k, k) of a card."""
    if "reference" in statistics:
        # Older cards hold rows, each of which is the centre of a Gaussian of unit width.
        means = _numbers(statistics["reference"])
        return means, np.broadcast_to(np.eye(means.shape[1]), (*means.shape, means.shape[1]))
    means = _numbers(statistics["means"])
    factors = np.zeros((*means.shape, means.shape[1]))
    factors[:, *np.tril_indices(means.shape[1])] = _numbers(statistics["factors"])
    return means, factors @ factors.transpose(0, 2, 1)


def _texts(rows: Array) -> list[str]:
    return [" ".join(f"{value:.4g}" for value in row) for row in rows]


def _numbers(texts: Sequence[str]) -> Array:
    return np.array([text.split() for text in texts], float)


def _distances(rows: Array, means: Array, covariances: Array) -> Array:
    """Return the root-mean-square distance of each row from the nearest Gaussian."""
    nearest, columns = np.full(len(rows), np.inf), np.ascontiguousarray(rows.T)
    for mean, covariance in zip(means, covariances, strict=True):
        # Factors are small, and their diagonals far from zero: an inverse is exact enough.
        whitener = np.linalg.inv(np.linalg.cholesky(covariance))
        deviations = whitener @ (columns - mean[:, None])
        np.minimum(nearest, np.einsum("kn,kn->n", deviations, deviations), out=nearest)
    return np.sqrt(nearest / rows.shape[1])
