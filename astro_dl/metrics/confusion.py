"""The confusion matrix, its replicas, and quotients of its counts."""

from typing import Any

import numpy as np

Array = np.ndarray


def confusion_matrix(predicted: Array, y: Array, classes: int) -> Array:
    """Return counts (classes, classes), rows by truth, columns by predicted class number."""
    pairs = np.asarray(y, np.int64) * classes + np.asarray(predicted, np.int64)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def resampled_confusion(counts: Array, replicas: int, rng: np.random.Generator) -> Array:
    """Return the counts (replicas, classes, classes) of as many resampled sets of examples.

    Resampling examples is a multinomial draw of the cells.
    """
    cells = counts.ravel() / counts.sum()
    return rng.multinomial(counts.sum(), cells, size=replicas).reshape(replicas, *counts.shape)


def ratio(top: Any, bottom: Any, empty: float = np.nan) -> Array:
    """Return a quotient, ``empty`` where there is nothing to divide by."""
    bottom = np.asarray(bottom, float)
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), empty)
