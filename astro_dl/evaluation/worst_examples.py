"""Which examples are the most wrong, and what to say of them."""

import numpy as np

from astro_dl.evaluation.predictions import NETWORK, Outcome
from astro_dl.metrics.checks import check_binary

Array = np.ndarray


def most_wrong(outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
    """Return the most wrong examples of the network with a caption for each.

    Parameters
    ----------
    outcome : Outcome
        Predictions and truth.
    count : int, default 8
        At most so many.

    Returns
    -------
    indices : ndarray of int
        Binary: the highest-ranked negatives, and the lowest-ranked of the easier half of the
        positives. Multi-class: the wrong examples whose true class was held least probable.
        Regression: the largest errors in units of the NMAD of their target. Reconstruction: the
        highest anomaly scores.
    captions : list of str
        Truth and prediction.
    """
    choose = {
        "binary": _binary,
        "multiclass": _multiclass,
        "regression": _regression,
        "reconstruction": _reconstruction,
    }
    return choose[outcome.head.kind](outcome, count)


def _binary(outcome: Outcome, count: int) -> tuple[Array, list[str]]:
    score, label = check_binary(outcome.scores[NETWORK], outcome.y)
    negative, positive = outcome.head.names
    alarms = _top(np.where(label, -np.inf, score), min(count // 2, int((~label).sum())))
    values = outcome.difficulty_values
    easy = label if values is None else label & (values >= np.median(values[label]))
    missed = _top(np.where(easy, -score, -np.inf), min(count - len(alarms), int(easy.sum())))
    captions = [f"{negative} ranked highest\nlogit {score[i]:.3g}" for i in alarms]
    for i in missed:
        detail = "" if values is None else f", {outcome.difficulty.column} {values[i]:.3g}"  # type: ignore[union-attr]
        captions.append(f"{positive} ranked lowest\nlogit {score[i]:.3g}{detail}")
    return np.concatenate([alarms, missed]), captions


def _multiclass(outcome: Outcome, count: int) -> tuple[Array, list[str]]:
    p, y, names = outcome.scores[NETWORK], np.asarray(outcome.y), outcome.head.names
    guess, own = p.argmax(axis=1), p[np.arange(len(p)), y]
    wrong = guess != y
    indices = _top(np.where(wrong, -own, -np.inf), min(count, int(wrong.sum())))
    captions = [
        f"{names[y[i]]} (p {own[i]:.2g})\ntaken for {names[guess[i]]} (p {p[i].max():.2g})"
        for i in indices
    ]
    return indices, captions


def _regression(outcome: Outcome, count: int) -> tuple[Array, list[str]]:
    names = outcome.head.names
    shape = (len(outcome.y), len(names))
    values, truth = np.reshape(outcome.scores[NETWORK], shape), np.reshape(outcome.y, shape)
    residual = values - truth
    spread = np.median(np.abs(residual - np.median(residual, axis=0)), axis=0)
    error = np.abs(residual) / np.maximum(spread, 1e-300)
    indices = _top(error.max(axis=1), min(count, len(truth)))
    captions = []
    for i in indices:
        k = int(error[i].argmax())
        captions.append(f"{names[k]} {truth[i, k]:.4g}\npredicted {values[i, k]:.4g}")
    return indices, captions


def _reconstruction(outcome: Outcome, count: int) -> tuple[Array, list[str]]:
    score, found = outcome.scores[NETWORK], outcome.unsupervised
    indices = _top(score, min(count, len(score)))
    classes = found.classes if found is not None else ()
    what = [classes[int(outcome.y[i])] if classes else "example" for i in indices]
    return indices, [
        f"{one}\nanomaly score {score[i]:.3g}" for i, one in zip(indices, what, strict=True)
    ]


def _top(values: Array, count: int) -> Array:
    return np.argsort(-values, kind="stable")[:count]
