"""What a logit loses when a part of the input is blanked, or shuffled among the examples."""

from typing import Any

import keras
import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.explain.logit import BATCH_SIZE, logit_of
from astro_dl.explain.segments import corners, extents, positions, segments, spread


def occlusion(
    model: keras.Model,
    x: Inputs,
    window: int | tuple[int, ...] | None = None,
    stride: int | tuple[int, ...] | None = None,
    baseline: Any = 0.0,
    output: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return how much a logit falls when a window of the input is blanked (Zeiler & Fergus 2014).

    Parameters
    ----------
    model, x, output, batch_size
        As in `astro_dl.explain.saliency.saliency`.
    window : int or tuple of int, optional
        Extent of the window along each axis but the channels [samples]; one number for all. Default
        as of `astro_dl.explain.segments.extents`.
    stride : int or tuple of int, optional
        Step from one window to the next; half a window by default.
    baseline : float, ndarray or dict of ndarray, default 0
        What the window is filled with.

    Returns
    -------
    ndarray or dict of ndarray
        Mean fall of the logit over the windows that cover each position: the shape of ``x``
        without its channels, float32; NaN where a stride longer than the window leaves gaps.

    Raises
    ------
    UsageError
        As `saliency`, and if the window or stride does not fit the input.
    """
    logit, vectors = logit_of(model, x, output, batch_size)
    blank = np.broadcast_to(logit.flat(baseline), vectors.shape)
    whole = logit.values(vectors)
    found: dict[str, np.ndarray] = {}
    for name, part, shape in logit.parts():
        axes, sides = positions(shape), extents(shape, window)
        halves = tuple(max(1, side // 2) for side in sides)
        steps = halves if stride is None else extents(shape, stride, "stride")
        if any(side > axis for side, axis in zip(sides, axes, strict=True)):
            raise UsageError(f"the window {sides} is larger than the input {axes}")
        total, count = np.zeros((len(vectors), *axes)), np.zeros(axes)
        places = list(corners(axes, sides, steps))
        at_once = max(1, batch_size // len(vectors))
        for few in (places[k : k + at_once] for k in range(0, len(places), at_once)):
            copies = np.repeat(vectors[None], len(few), axis=0)
            for copy, place in zip(copies, few, strict=True):
                hidden = np.zeros(shape, bool)
                hidden[place] = True
                copy[:, part] = np.where(hidden.ravel(), blank[:, part], vectors[:, part])
            values = logit.values(copies.reshape(-1, logit.size)).reshape(len(few), -1)
            for place, fall in zip(few, whole - values, strict=True):
                total[(slice(None), *place)] += fall.reshape(-1, *(1,) * len(axes))
                count[place] += 1
        with np.errstate(invalid="ignore"):
            found[name] = (total / count).astype(np.float32)
    return found if logit.is_named else found["x"]


def permutation(
    model: keras.Model,
    x: Inputs,
    output: int = 0,
    window: int | tuple[int, ...] | None = None,
    columns: int = 0,
    repeats: int = 5,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return how much a logit changes when a part is taken from another example (Breiman 2001).

    No truth is needed; what is lost in accuracy, where it is known, is in the report of an
    evaluation (`astro_dl.evaluation.importance`).

    Parameters
    ----------
    model, x, output, batch_size
        As in `astro_dl.explain.saliency.saliency`; at least two examples.
    window : int or tuple of int, optional
        Extent of a part, see `astro_dl.explain.segments.extents`.
    columns : int, default 0
        Of tables, see `astro_dl.explain.segments.segments`.
    repeats : int, default 5
        Shufflings of each part.
    seed : int, default 0
        Of the shuffling.

    Returns
    -------
    ndarray or dict of ndarray
        In the shape of ``x``, float32: the mean absolute change of each example, divided evenly
        within a part.

    Raises
    ------
    UsageError
        As `saliency`, and for a single example.
    """
    logit, vectors = logit_of(model, x, output, batch_size)
    if len(vectors) < 2:
        raise UsageError("permutation needs 2 examples or more; one has none to be swapped with")
    rng = np.random.default_rng(seed)
    whole, parts = logit.values(vectors), segments(logit, window, columns)
    effects = np.zeros((len(vectors), len(parts)))
    for k, part in enumerate(parts):
        for _ in range(repeats):
            # A turn by a random number of places never gives an example its own part.
            others = np.roll(np.arange(len(vectors)), rng.integers(1, len(vectors)))
            swapped = np.where(part, vectors[others], vectors)
            effects[:, k] += np.abs(whole - logit.values(swapped)) / repeats
    return logit.shaped(spread(effects, parts))
