"""What lies outside the training set as a whole, though each of its numbers may lie within."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.spatial import KDTree

Array = np.ndarray

REFERENCE_ROWS = 512
USUAL = 0.99
FEWEST_ROWS = 60


def joint_statistics(features: Array) -> dict[str, Any] | None:
    """Return what a card keeps about how features go together.

    Parameters
    ----------
    features : ndarray, (n, k)
        Of examples that the network was not trained on; NaN where a value is missing.

    Returns
    -------
    dict or None
        ``spread`` (k,): half of what the middle 68% of the complete rows span, 0 for features that
        are not used; ``reference``: up to 512 rows, as texts of numbers in these units; ``limit``:
        the distance from the nearest of them that 99% of the other rows keep to. None where fewer
        than sixty rows are complete.
    """
    values = np.asarray(features, float)
    complete = values[np.isfinite(values).all(axis=1)]
    if len(complete) < FEWEST_ROWS:
        return None
    low, high = np.percentile(complete, (16, 84), axis=0)
    spread = (high - low) / 2
    used = spread > 0
    if not used.any():
        return None
    scaled = complete[:, used] / spread[used]
    count = min(REFERENCE_ROWS, len(scaled) // 2)
    reference = np.round(scaled[:count], 3)
    limit = np.quantile(_distances(scaled[count:], reference), USUAL)
    rows = [" ".join(f"{value:g}" for value in row) for row in reference]
    return {"spread": spread.tolist(), "reference": rows, "limit": float(limit)}


def rows_outside_joint_range(features: Array, statistics: Mapping[str, Any] | None) -> Array:
    """Return a mask (n,) of examples farther from the training set than 99% of its like are.

    The distance is that from the nearest reference row, the root mean square over the features that
    an example has.

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
    reference = np.array([row.split() for row in statistics["reference"]], float)
    scaled = values[:, used] / spread[used]
    patterns, index = np.unique(np.isfinite(scaled), axis=0, return_inverse=True)
    for number, known in enumerate(patterns):
        if known.any():
            rows = np.flatnonzero(np.ravel(index) == number)
            distances = _distances(scaled[np.ix_(rows, known)], reference[:, known])
            outside[rows] = distances > statistics["limit"]
    return outside


def _distances(rows: Array, reference: Array) -> Array:
    """Return the root-mean-square distance of each row from the nearest reference row."""
    return KDTree(reference).query(rows)[0] / np.sqrt(reference.shape[1])
