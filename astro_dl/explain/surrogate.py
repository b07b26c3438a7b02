"""What a logit is made of by taking parts of an input away at random: LIME and kernel SHAP."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.explain.logit import BATCH_SIZE, Logit, logit_of
from astro_dl.explain.segments import segments, spread

KERNEL_WIDTH = 0.25
RIDGE = 1.0


def lime(
    model: keras.Model,
    x: Inputs,
    baseline: Any = 0.0,
    output: int = 0,
    window: int | tuple[int, ...] | None = None,
    columns: int = 0,
    samples: int = 1000,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return the weights of a linear model that answers as the network does nearby.

    As Ribeiro et al. (2016): parts of the example are blanked at random, each copy counts by
    exp(−d²/w²) of its cosine distance d from the whole with w = 0.25, and a ridge regression of
    the logit on what was left gives one weight to each part.

    Parameters
    ----------
    model, x, output, batch_size
        As in `astro_dl.explain.saliency.saliency`.
    baseline : float, ndarray or dict of ndarray, default 0
        What takes the place of a blanked part.
    window : int or tuple of int, optional
        Extent of a part, see `astro_dl.explain.segments.extents`.
    columns : int, default 0
        Of tables, see `astro_dl.explain.segments.segments`.
    samples : int, default 1000
        Copies of each example.
    seed : int, default 0
        Of what is blanked.

    Returns
    -------
    ndarray or dict of ndarray
        In the shape of ``x``, float32; a part's weight is divided evenly within it.

    Raises
    ------
    UsageError
        As `saliency`, and if there are fewer samples than two.
    """
    if samples < 2:
        raise UsageError(f"samples must be at least 2, not {samples}")
    logit, vectors = logit_of(model, x, output, batch_size)
    parts, rng = segments(logit, window, columns), np.random.default_rng(seed)
    effects = []
    for answer in _without_parts(logit, vectors, baseline, parts):
        kept = rng.random((samples, len(parts))) < 0.5
        kept[0] = True
        distance = 1 - np.sqrt(kept.mean(axis=1))
        weight = np.exp(-((distance / KERNEL_WIDTH) ** 2))
        effects.append(_ridge(kept.astype(float), answer(kept), weight))
    return logit.shaped(spread(np.stack(effects), parts))


def kernel_shap(
    model: keras.Model,
    x: Inputs,
    baseline: Any = 0.0,
    output: int = 0,
    window: int | tuple[int, ...] | None = None,
    columns: int = 0,
    samples: int = 1000,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return Shapley values of parts by the package ``shap`` (Lundberg & Lee 2017).

    Any model has them, a forest too, whose gradients are zero. The shares of an example sum to the
    logit less that of the baseline.

    Parameters
    ----------
    model, x, baseline, output, window, columns, seed, batch_size
        As in `lime`.
    samples : int, default 1000
        Sets of parts that are looked at.

    Returns
    -------
    ndarray or dict of ndarray
        In the shape of ``x``, float32; a part's share is divided evenly within it.

    Raises
    ------
    UsageError
        As `saliency`, and if the package is not installed.
    """
    try:
        import shap
    except ImportError:
        raise UsageError("shap needs a package: pip install 'astro_dl[shap]'") from None
    logit, vectors = logit_of(model, x, output, batch_size)
    parts = segments(logit, window, columns)
    effects = []
    for answer in _without_parts(logit, vectors, baseline, parts):
        explainer = shap.KernelExplainer(answer, np.zeros((1, len(parts))), seed=seed)
        whole = np.ones((1, len(parts)))
        # All parts are kept: the package's own choice leaves out what seems to matter little.
        options = {"nsamples": samples, "l1_reg": False, "silent": True}
        effects.append(np.asarray(explainer.shap_values(whole, **options))[0])
    return logit.shaped(spread(np.stack(effects), parts))


def _without_parts(
    logit: Logit, vectors: np.ndarray, baseline: Any, parts: np.ndarray
) -> list[Callable[[np.ndarray], np.ndarray]]:
    """Return for each example the logit as a function of which parts (m, parts) are kept."""
    blank = np.broadcast_to(logit.flat(baseline), vectors.shape)

    def answers(row: np.ndarray, empty: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        def answer(kept: np.ndarray) -> np.ndarray:
            step = logit.batch_size
            blocks = (np.asarray(kept[k : k + step]) for k in range(0, len(kept), step))
            found = [logit.values(np.where(one @ parts > 0, row, empty)) for one in blocks]
            return np.concatenate(found).astype(float)

        return answer

    return [answers(row, empty) for row, empty in zip(vectors, blank, strict=True)]


def _ridge(kept: np.ndarray, values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the coefficients of a weighted ridge regression whose constant is free."""
    centre = np.average(kept, axis=0, weights=weight)
    middle = np.average(values, weights=weight)
    left = (kept - centre) * weight[:, None]
    square = left.T @ (kept - centre) + RIDGE * np.eye(kept.shape[1])
    return np.linalg.solve(square, left.T @ (values - middle))
