"""Gradients of a logit with respect to the input: plain, and averaged over noisy copies."""

import keras
import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.explain.logit import BATCH_SIZE, logit_of


def saliency(
    model: keras.Model, x: Inputs, output: int = 0, batch_size: int = BATCH_SIZE
) -> Inputs:
    """Return the gradient of a logit with respect to the input (Simonyan et al. 2014).

    Parameters
    ----------
    model : keras.Model
        A model with a layer ``"logits"``.
    x : ndarray or dict of ndarray
        Examples, shape (n, …), float32.
    output : int, default 0
        Which logit: the class number, or the number of the regression target.
    batch_size : int, default 64
        Examples at a time.

    Returns
    -------
    ndarray or dict of ndarray
        Signed gradients in the shape of ``x``, float32.

    Raises
    ------
    UsageError
        If the input does not fit the model, or it has no such output.
    """
    logit, vectors = logit_of(model, x, output, batch_size)
    return logit.shaped(logit.gradients(vectors))


def smooth_grad(
    model: keras.Model,
    x: Inputs,
    output: int = 0,
    samples: int = 32,
    noise: float = 0.15,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Inputs:
    """Return the mean gradient over copies of each example with noise added (Smilkov et al. 2017).

    Parameters
    ----------
    model, x, output, batch_size
        As in `saliency`.
    samples : int, default 32
        Copies of each example.
    noise : float, default 0.15
        Standard deviation of the noise, as a share of the range of each input of an example.
    seed : int, default 0
        Of the noise.

    Returns
    -------
    ndarray or dict of ndarray
        In the shape of ``x``, float32.

    Raises
    ------
    UsageError
        As `saliency`, and if ``samples`` is less than one or ``noise`` negative.
    """
    if samples < 1 or not noise >= 0:
        raise UsageError(f"{samples} samples, noise {noise:g}; accepted: ≥ 1 and ≥ 0")
    logit, vectors = logit_of(model, x, output, batch_size)
    rng = np.random.default_rng(seed)
    width = np.empty_like(vectors)
    for _, part, _ in logit.parts():
        width[:, part] = noise * np.ptp(vectors[:, part], axis=1, keepdims=True)
    means = [
        logit.gradients(row + spread * rng.standard_normal((samples, logit.size))).mean(axis=0)
        for row, spread in zip(vectors, width, strict=True)
    ]
    return logit.shaped(np.stack(means))
