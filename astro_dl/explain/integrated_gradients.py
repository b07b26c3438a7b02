"""Shares of a logit that add up: gradients along a straight way from a baseline, or from many."""

from typing import Any

import keras
import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.explain.logit import BATCH_SIZE, logit_of


def integrated_gradients(
    model: keras.Model,
    x: Inputs,
    baseline: Any = 0.0,
    output: int = 0,
    steps: int = 64,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return each input value's share of the logit's difference from that of a baseline.

    (x − x₀) ∫₀¹ ∇f(x₀ + a (x − x₀)) da by the midpoint rule (Sundararajan et al. 2017, eq. 1 and
    3); the shares of an example sum to f(x) − f(x₀) up to the error of that rule.

    Parameters
    ----------
    model, x, output, batch_size
        As in `astro_dl.explain.saliency.saliency`.
    baseline : float, ndarray or dict of ndarray, default 0
        The input that means nothing; zero suits whitened strain. Broadcast against ``x``.
    steps : int, default 64
        Points of the midpoint rule.

    Returns
    -------
    ndarray or dict of ndarray
        Shares in the shape of ``x``, float32.

    Raises
    ------
    UsageError
        As `saliency`, and if ``steps`` is less than one.
    """
    if steps < 1:
        raise UsageError(f"steps must be at least 1, not {steps}")
    logit, vectors = logit_of(model, x, output, batch_size)
    start = np.broadcast_to(logit.flat(baseline), vectors.shape)
    fractions = ((np.arange(steps, dtype=np.float32) + 0.5) / steps)[:, None]
    means = [
        logit.gradients(origin + fractions * step).mean(axis=0, dtype=np.float64)
        for origin, step in zip(start, vectors - start, strict=True)
    ]
    return logit.shaped(((vectors - start) * np.stack(means)).astype(np.float32))


def gradient_shap(
    model: keras.Model,
    x: Inputs,
    background: Any = 0.0,
    output: int = 0,
    samples: int = 256,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return expected gradients, an estimate of Shapley values (Erion et al. 2021; Lundberg & Lee).

    The mean of (x − x₀) ∇f(x₀ + a (x − x₀)) over x₀ drawn from the background and a from (0, 1);
    the shares of an example sum to f(x) less the mean of f over the background, up to the scatter
    of the draws.

    Parameters
    ----------
    model, x, output, batch_size
        As in `astro_dl.explain.saliency.saliency`.
    background : float, ndarray or dict of ndarray, default 0
        Examples (m, …) that stand for all inputs.
    samples : int, default 256
        Draws for each example.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    ndarray or dict of ndarray
        Shares in the shape of ``x``, float32.

    Raises
    ------
    UsageError
        As `saliency`, and if ``samples`` is less than one.
    """
    if samples < 1:
        raise UsageError(f"samples must be at least 1, not {samples}")
    logit, vectors = logit_of(model, x, output, batch_size)
    known = logit.flat(background)
    rng = np.random.default_rng(seed)
    shares = np.empty_like(vectors)
    for k, row in enumerate(vectors):
        start = known[rng.integers(0, len(known), samples)]
        # One fraction in each of as many equal steps: less scatter than free draws.
        fractions = (np.arange(samples) + rng.random(samples))[:, None] / samples
        step = row - start
        points = (start + fractions * step).astype(np.float32)
        shares[k] = (step * logit.gradients(points)).mean(axis=0, dtype=np.float64)
    return logit.shaped(shares)
