"""A network's last layer refitted to truths of a sample: a linear correction of its values."""

from dataclasses import dataclass

import numpy as np

from astro_dl.data.splits import split_by_group

Array = np.ndarray
PENALTIES = (1.0, 10.0, 100.0, 1000.0, np.inf)
"""Of the squared weights, for inputs of unit variance; the last corrects an offset alone."""

FOLDS, REWEIGHTINGS = 5, 4


@dataclass(frozen=True)
class Correction:
    """What is added to the values that a network says.

    Parameters
    ----------
    weights : ndarray of float64, (width, targets)
        Of the embedding.
    offsets : ndarray of float64, (targets,)
        In the units of the targets.
    """

    weights: Array
    offsets: Array

    def __call__(self, embedding: Array) -> Array:
        """Return corrections (n, targets) for embeddings (n, width)."""
        return np.asarray(embedding, np.float64) @ self.weights + self.offsets


def fit_correction(embedding: Array, residual: Array, penalty: float) -> Correction:
    """Return the ridge regression of residuals, by Huber's loss.

    Parameters
    ----------
    embedding : ndarray, (n, width)
        Of a sample.
    residual : ndarray, (n, targets)
        Truth less what the network says.
    penalty : float
        See `PENALTIES`.

    Notes
    -----
    Iteratively reweighted least squares, residuals beyond one scaled median absolute deviation
    losing weight (Huber 1964, Ann. Math. Stat. 35, 73), as a few catastrophic redshifts would
    decide else.
    """
    rows = np.asarray(embedding, np.float64)
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    # What hardly varies in the sample says nothing of it, and may vary elsewhere.
    known = scale > 1e-3 * max(float(scale.max()), 1e-12)
    scaled = np.where(known, (rows - mean) / np.where(known, scale, 1.0), 0.0)
    weights, offsets = np.zeros((rows.shape[1], residual.shape[1])), []
    for k, wanted in enumerate(np.asarray(residual, np.float64).T):
        found, offset = _huber(scaled, wanted, penalty)
        weights[:, k] = np.where(known, found / np.where(known, scale, 1.0), 0.0)
        offsets.append(offset - mean @ weights[:, k])
    return Correction(weights, np.array(offsets))


def best_penalty(embedding: Array, residual: Array, groups: Array) -> float:
    """Return the penalty whose corrections err least, in absolute value, on groups left out."""
    errors = [
        np.mean(np.abs(residual - left_out(embedding, residual, groups, penalty)))
        for penalty in PENALTIES
    ]
    return PENALTIES[int(np.argmin(errors))]


def left_out(embedding: Array, residual: Array, groups: Array, penalty: float) -> Array:
    """Return corrections (n, targets), of which each is fitted to the other folds of groups."""
    found = np.zeros_like(np.asarray(residual, np.float64))
    for rows in split_by_group(groups, {str(k): 1 / FOLDS for k in range(FOLDS)}, 1).values():
        others = np.setdiff1d(np.arange(len(groups)), rows)
        fitted = fit_correction(embedding[others], residual[others], penalty)
        found[rows] = fitted(embedding[rows])
    return found


def _huber(rows: Array, wanted: Array, penalty: float) -> tuple[Array, float]:
    """Return weights (width,) and the offset of one target."""
    found, offset, weight = np.zeros(rows.shape[1]), float(np.median(wanted)), np.ones(len(rows))
    for _ in range(REWEIGHTINGS):
        rest = wanted - offset - rows @ found
        spread = max(1.4826 * float(np.median(np.abs(rest - np.median(rest)))), 1e-12)
        weight = 1 / np.maximum(1, np.abs(rest) / spread)
        if np.isfinite(penalty):
            centre = weight @ rows / weight.sum()
            moved = (rows - centre) * weight[:, None]
            gram = moved.T @ (rows - centre) + penalty * np.eye(rows.shape[1])
            found = np.linalg.solve(gram, moved.T @ (wanted - weight @ wanted / weight.sum()))
        offset = float(weight @ (wanted - rows @ found) / weight.sum())
    return found, offset
