"""What in an input moves the logit: saliency, integrated gradients, occlusion and Grad-CAM.

All take any model of the zoo and an array of examples, explain one logit (for binary models the
only one), and work in batches of a given size on every backend.
"""

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.models.build import logits_model

if TYPE_CHECKING:
    import keras


def saliency(
    model: "keras.Model", x: np.ndarray, output: int = 0, batch_size: int = 64
) -> np.ndarray:
    """Return the gradient of a logit with respect to the input (Simonyan et al. 2014).

    Parameters
    ----------
    model : keras.Model
        A model with a layer ``"logits"``.
    x : ndarray
        Examples, shape (n, …), float32.
    output : int
        Which logit: the class number, or the number of the regression target.
    batch_size : int
        Examples at a time.

    Returns
    -------
    ndarray
        Signed gradients in the shape of ``x``, float32.

    Raises
    ------
    UsageError
        If the input does not fit the model, or it has no such output.
    """
    from astro_dl.core.backend import input_gradients

    function = _logit(model, x, output)
    return _in_batches(lambda part: input_gradients(function, part), x, batch_size)


def integrated_gradients(
    model: "keras.Model",
    x: np.ndarray,
    baseline: float | np.ndarray = 0.0,
    output: int = 0,
    steps: int = 64,
    batch_size: int = 64,
) -> np.ndarray:
    """Return each input value's share of the logit's difference from that of a baseline.

    (x − x₀) ∫₀¹ ∇f(x₀ + a (x − x₀)) da by the midpoint rule (Sundararajan et al. 2017, eq. 1 and
    3); the shares of an example sum to f(x) − f(x₀) up to the error of that rule.

    Parameters
    ----------
    model, x, output, batch_size
        As in `saliency`.
    baseline : float or ndarray
        The input that means nothing; zero suits whitened strain. Broadcast against ``x``.
    steps : int
        Points of the midpoint rule.

    Returns
    -------
    ndarray
        Shares in the shape of ``x``, float32.

    Raises
    ------
    UsageError
        As `saliency`, and if ``steps`` is less than one.
    """
    from astro_dl.core.backend import input_gradients

    if steps < 1:
        raise UsageError(f"steps must be at least 1, not {steps}")
    function = _logit(model, x, output)
    x = np.asarray(x, dtype=np.float32)
    start = np.broadcast_to(np.asarray(baseline, dtype=np.float32), x.shape)
    fractions = (np.arange(steps, dtype=np.float32) + 0.5) / steps

    def mean_gradient(origin: np.ndarray, step: np.ndarray) -> np.ndarray:
        points = origin + fractions.reshape(-1, *(1,) * step.ndim) * step
        gradients = _in_batches(lambda part: input_gradients(function, part), points, batch_size)
        return gradients.mean(axis=0, dtype=np.float64)

    means = np.stack([mean_gradient(*pair) for pair in zip(start, x - start, strict=True)])
    return ((x - start) * means).astype(np.float32)


def occlusion(
    model: "keras.Model",
    x: np.ndarray,
    window: int | tuple[int, ...],
    stride: int | tuple[int, ...] | None = None,
    baseline: float = 0.0,
    output: int = 0,
    batch_size: int = 64,
) -> np.ndarray:
    """Return how much a logit falls when a window of the input is blanked (Zeiler & Fergus 2014).

    Parameters
    ----------
    model, x, output, batch_size
        As in `saliency`.
    window : int or tuple of int
        Extent of the window along each axis but the channels [samples]; one number for all.
    stride : int or tuple of int, optional
        Step from one window to the next; half a window by default.
    baseline : float
        What the window is filled with.

    Returns
    -------
    ndarray
        Mean fall of the logit over the windows that cover each position: the shape of ``x``
        without its channels, float32; NaN where a stride longer than the window leaves gaps.

    Raises
    ------
    UsageError
        As `saliency`, and if the window or stride does not fit the input.
    """
    function = _logit(model, x, output)
    x = np.asarray(x, dtype=np.float32)
    axes = x.shape[1:-1] or x.shape[1:]
    extents = _per_axis(window, len(axes), "window")
    halves = tuple(max(1, extent // 2) for extent in extents)
    steps = halves if stride is None else _per_axis(stride, len(axes), "stride")
    if any(extent > length for extent, length in zip(extents, axes, strict=True)):
        raise UsageError(f"the window {extents} is larger than the input {axes}")
    whole = _in_batches(function, x, batch_size)
    total = np.zeros((len(x), *axes), dtype=np.float64)
    count = np.zeros(axes)
    starts = (
        sorted({*range(0, length - extent + 1, step), length - extent})
        for length, extent, step in zip(axes, extents, steps, strict=True)
    )
    for corner in product(*starts):
        place = tuple(slice(k, k + extent) for k, extent in zip(corner, extents, strict=True))
        blanked = x.copy()
        blanked[(slice(None), *place)] = baseline
        fall = whole - _in_batches(function, blanked, batch_size)
        total[(slice(None), *place)] += fall.reshape(-1, *(1,) * len(axes))
        count[place] += 1
    with np.errstate(invalid="ignore"):
        return (total / count).astype(np.float32)


def grad_cam(
    model: "keras.Model",
    x: np.ndarray,
    layer: str = "features",
    output: int = 0,
    batch_size: int = 64,
) -> np.ndarray:
    """Return where a feature map supports a logit (Selvaraju et al. 2017, eq. 1 and 2).

    Parameters
    ----------
    model, x, output, batch_size
        As in `saliency`.
    layer : str
        The feature map: a layer that all paths from input to logits pass through.

    Returns
    -------
    ndarray
        Not negative, float32: the shape of ``x`` without its channels, interpolated linearly from
        the feature map. A map with more axes than the input (a spectrogram's frequencies) keeps
        them as they are.

    Raises
    ------
    UsageError
        As `saliency`, and if there is no such feature map.
    """
    import keras

    from astro_dl.core.backend import input_gradients

    _logit(model, x, output)
    names = [candidate.name for candidate in model.layers]
    if layer not in names:
        raise unknown_name(f"layer of {model.name}", layer, names)
    tensor = model.get_layer(layer).output
    if len(tensor.shape) < 3:
        raise UsageError(f"layer {layer!r} has no positions to map: its output is {tensor.shape}")
    try:
        above = keras.Model(tensor, logits_model(model).output)
        # Before Keras 3.14 only a call tells that an input is missing.
        above(keras.ops.zeros((1, *tensor.shape[1:])))
    except (ValueError, KeyError) as error:
        raise UsageError(f"some path to the logits goes around layer {layer!r}") from error
    below = keras.Model(model.input, tensor)

    def heat(part: np.ndarray) -> np.ndarray:
        maps = keras.ops.convert_to_numpy(below(part, training=False)).astype(np.float32)
        gradients = input_gradients(lambda z: above(z, training=False)[:, output], maps)
        positions = tuple(range(1, maps.ndim - 1))
        weights = gradients.mean(axis=positions, keepdims=True)
        return np.maximum((weights * maps).sum(axis=-1), 0.0)

    heats = _in_batches(heat, np.asarray(x, dtype=np.float32), batch_size)
    for axis, length in enumerate(x.shape[1:-1], start=1):
        heats = _stretch(heats, axis, length)
    return heats.astype(np.float32)


def _logit(model: "keras.Model", x: np.ndarray, output: int) -> Callable[[Any], Any]:
    """Return the function from examples to one of their logits, after checking both."""
    if isinstance(model.input, dict | list):
        raise UsageError("explanations need a model with one input array")
    expected = tuple(model.input.shape[1:])
    if np.shape(x)[1:] != expected or len(x) == 0:
        raise UsageError(f"{model.name} takes examples of shape {expected}, not {np.shape(x)[1:]}")
    logits = logits_model(model)
    count = logits.output.shape[-1]
    if not 0 <= output < count:
        raise UsageError(f"output must be one of 0…{count - 1}, not {output}")
    return lambda values: logits(values, training=False)[:, output]


def _in_batches(function: Callable[[Any], Any], x: np.ndarray, batch_size: int) -> np.ndarray:
    import keras

    x = np.asarray(x, dtype=np.float32)
    cuts = range(0, len(x), batch_size)
    return np.concatenate(
        [np.asarray(keras.ops.convert_to_numpy(function(x[k : k + batch_size]))) for k in cuts]
    )


def _per_axis(value: int | tuple[int, ...], n: int, what: str) -> tuple[int, ...]:
    values = (value,) * n if isinstance(value, int) else tuple(value)
    if len(values) != n or min(values) < 1:
        raise UsageError(f"{what} must be one positive number or {n} of them, not {value!r}")
    return values


def _stretch(values: np.ndarray, axis: int, length: int) -> np.ndarray:
    """Return values interpolated to ``length`` cells along an axis, cell centre to cell centre."""
    cells = values.shape[axis]
    place = np.clip((np.arange(length) + 0.5) * cells / length - 0.5, 0, cells - 1)
    left = np.floor(place).astype(int)
    right = np.minimum(left + 1, cells - 1)
    shape = [1] * values.ndim
    shape[axis] = length
    share = (place - left).reshape(shape)
    return values.take(left, axis) * (1 - share) + values.take(right, axis) * share
