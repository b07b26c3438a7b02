"""What every metric demands of its input, said in one line each."""

from collections.abc import Sequence

import numpy as np

from astro_dl.core.errors import UsageError

Array = np.ndarray


def check_finite(what: str, values: Array, n: int | None = None) -> Array:
    """Return the values as float64 with a column axis of one dropped; refuse empty or non-finite.

    Parameters
    ----------
    what : str
        Name of the values in the error message.
    values : array_like, (n,) or (n, k)
        Scores, probabilities or predictions.
    n : int, optional
        Expected number of examples.

    Raises
    ------
    UsageError
        If there is none, the number differs from ``n`` or any is NaN or infinite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.size == 0:
        raise UsageError(f"{what}: empty; at least one example is needed")
    if n is not None and len(array) != n:
        raise UsageError(f"{what}: {len(array)} values for {n} examples; one each is needed")
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if bad:
        raise UsageError(
            f"{what}: {bad} of {array.size} values are NaN or infinite; "
            "check the inputs and the training"
        )
    return array


def check_binary(scores: Array, y: Array, what: str = "scores") -> tuple[Array, Array]:
    """Return float64 scores (n,) and boolean labels (n,) of a binary task.

    Raises
    ------
    UsageError
        If labels are not 0 and 1, only one class is present, or the scores are unfit.
    """
    labels = check_finite("labels", y)
    if labels.ndim != 1 or not np.isin(labels, (0, 1)).all():
        raise UsageError(
            f"labels: shape {labels.shape} with values {np.unique(labels)[:4].tolist()}; "
            "a vector of 0 and 1 is needed"
        )
    if labels.min() == labels.max():
        raise UsageError(
            f"labels: all {len(labels)} are {int(labels[0])}; both classes must be present"
        )
    array = check_finite(what, scores, len(labels))
    if array.ndim != 1:
        raise UsageError(f"{what}: shape {array.shape}; a binary task has one score per example")
    return array, labels.astype(bool)


def check_probabilities(what: str, values: Array, n: int | None = None) -> Array:
    """Return probabilities as float64; refuse what lies outside [0, 1]."""
    array = check_finite(what, values, n)
    if array.min() < 0 or array.max() > 1 + 1e-6:
        raise UsageError(
            f"{what}: values from {array.min():.3g} to {array.max():.3g}; "
            "probabilities lie within 0 and 1"
        )
    return np.minimum(array, 1.0)


def check_classes(probabilities: Array, y: Array, names: Sequence[str]) -> tuple[Array, Array]:
    """Return float64 probabilities (n, k), rows summing to one, and class numbers (n,).

    Raises
    ------
    UsageError
        If shapes disagree, or class numbers are out of range.
    """
    classes = np.asarray(y)
    array = check_probabilities("class probabilities", probabilities, len(classes))
    if array.ndim != 2 or array.shape[1] != len(names):
        raise UsageError(
            f"class probabilities: shape {array.shape}; {len(names)} columns are needed, "
            f"one for each of {', '.join(names)}"
        )
    if classes.ndim != 1 or not np.isin(classes, np.arange(len(names))).all():
        raise UsageError(
            f"labels: values {np.unique(classes)[:8].tolist()}; "
            f"class numbers from 0 to {len(names) - 1} are needed"
        )
    total = array.sum(axis=1, keepdims=True)
    if np.abs(total - 1).max() > 1e-3:
        raise UsageError("class probabilities: rows do not sum to one; pass softmax outputs")
    return array / total, classes.astype(np.int64)


def check_targets(predicted: Array, y: Array, names: Sequence[str]) -> tuple[Array, Array]:
    """Return predictions and truths as float64 (n, targets).

    Raises
    ------
    UsageError
        If either is empty or non-finite, or their shapes differ.
    """
    truth = check_finite("targets", y)
    truth = truth.reshape(len(truth), -1)
    values = check_finite("predictions", predicted, len(truth)).reshape(len(truth), -1)
    if values.shape != truth.shape or truth.shape[1] != len(names):
        raise UsageError(
            f"predictions: shape {values.shape} for targets of shape {truth.shape}; "
            f"{len(names)} columns are needed ({', '.join(names)})"
        )
    return values, truth
