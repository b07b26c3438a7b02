"""What a model may be given: shapes and numbers checked against those it was trained on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, input_length, inputs_by_name
from astro_dl.core.files import is_input
from astro_dl.core.task import InputSpec
from astro_dl.inference.objects.door import is_object

ARRAY_OPTIONS = ("ids", "batch_size", "keep_flagged")
SCALE_TOLERANCE = 30.0
CHECKED_EXAMPLES = 512
FEWEST_VALUES = 1000
VALUES_AT_ONCE = 2**20


def input_statistics(x: Inputs) -> dict[str, dict[str, list[float]]]:
    """Return what a card keeps about training inputs, per channel (last axis).

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Training inputs (n, …, channels); values that are not finite are left out.

    Returns
    -------
    dict
        Input name (``"x"`` for a single one) to ``mean``, ``std``, ``minimum`` and ``maximum``, one
        number per channel.
    """
    return {name: _statistics(array) for name, array in inputs_by_name(x).items()}


def as_inputs(x: Any, spec: InputSpec) -> Inputs:
    """Return inputs as arrays after checking names, shapes and types; copies no number.

    Parameters
    ----------
    x : array_like or dict of array_like
        Real numbers (n, *shape).
    spec : InputSpec
        What the model takes.

    Raises
    ------
    UsageError
        Naming the shape or type that was given and the one needed.
    """
    if isinstance(spec.shape, dict):
        if not isinstance(x, Mapping) or x.keys() != spec.shape.keys():
            given = sorted(x) if isinstance(x, Mapping) else type(x).__name__
            raise UsageError(f"inputs are {given}; a dict of {sorted(spec.shape)} is needed")
        arrays = {name: _array(x[name], shape, name) for name, shape in spec.shape.items()}
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) > 1:
            raise UsageError(f"inputs have different numbers of examples: {lengths}")
        return arrays
    if isinstance(x, Mapping):
        raise UsageError(f"inputs are a dict of {sorted(x)}; one array {_text(spec.shape)} needed")
    return _array(x, spec.shape, "inputs")


def finite_rows(x: Inputs) -> np.ndarray:
    """Return a mask (n,) of the examples whose values are all finite."""
    arrays = inputs_by_name(x).values()
    masks = [np.isfinite(array).reshape(len(array), -1).all(axis=1) for array in arrays]
    return np.logical_and.reduce(masks)


def check_finite(x: Inputs) -> None:
    """Raise `UsageError` naming the first example with a NaN or infinite value."""
    finite = finite_rows(x)
    if not finite.all():
        first, bad = int(np.argmin(finite)), int((~finite).sum())
        raise UsageError(
            f"{bad} of {len(finite)} examples have NaN or infinite values, the first is example "
            f"{first}; remove or fill them"
        )


def check_scale(x: Inputs, statistics: Mapping[str, Any] | None) -> None:
    """Refuse inputs whose numbers are of another order than those of the training.

    The typical example (median) of each channel must not lie more than 30 training standard
    deviations (root mean square) off the training mean, and the channel as a whole must not vary
    30 times less than in training: signs of other units or of missing preprocessing, which no model
    notices.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Inputs (n, …, channels); up to 512 examples, spread evenly, are looked at.
    statistics : mapping or None
        What `input_statistics` returned; None checks nothing.

    Raises
    ------
    UsageError
        Naming the channel and both scales.
    """
    for name, array in inputs_by_name(x).items():
        if statistics and name in statistics:
            _check_scale(name, array, statistics[name])


def rows_outside_training_range(x: Inputs, statistics: Mapping[str, Any] | None) -> np.ndarray:
    """Return a mask (n,) of examples with a value beyond the training's extremes of its channel."""
    outside = np.zeros(input_length(x), bool)
    for name, array in inputs_by_name(x).items():
        if statistics and name in statistics:
            known = statistics[name]
            low, high = (np.array(known[key], np.float32) for key in ("minimum", "maximum"))
            values = _by_channel(array).astype(np.float32, copy=False)
            outside |= np.any((values < low) | (values > high), axis=(1, 2))
    return outside


def given_paths(given: Any) -> list[Any] | None:
    """Return paths, and objects that tasks read like files; None if these are neither."""
    several = given if isinstance(given, list | tuple) and given else [given]
    if not all(isinstance(one, str | Path) or is_object(one) for one in several):
        return None
    return [Path(one) if isinstance(one, str) else one for one in several]


def check_files(paths: Sequence[Any]) -> None:
    """Raise `UsageError` for the first path that is no file."""
    for path in paths:
        if isinstance(path, Path) and not is_input(path):
            raise UsageError(f"{path}: no such file")


def array_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a prediction on arrays; raise `UsageError` for any other."""
    for name in options:
        if name not in ARRAY_OPTIONS:
            accepted = ", ".join(ARRAY_OPTIONS)
            raise UsageError(f"unknown option {name!r} for arrays; accepted: {accepted}")
    return dict(options)


def _by_channel(array: np.ndarray) -> np.ndarray:
    """Return a view (n, values, channels)."""
    return array.reshape(len(array), -1, array.shape[-1] if array.ndim > 1 else 1)


def _statistics(array: np.ndarray) -> dict[str, list[float]]:
    values = _by_channel(array)
    channels = values.shape[2]
    count, mean, second = (np.zeros(channels) for _ in range(3))
    low, high = np.full(channels, np.inf), np.full(channels, -np.inf)
    block = max(1, VALUES_AT_ONCE // max(1, values[:1].size))
    for start in range(0, len(values), block):
        part = values[start : start + block].reshape(-1, channels).astype(np.float64)
        finite = np.isfinite(part)
        n = finite.sum(axis=0)
        total = count + n
        # Chan et al. (1979): moments of two parts, combined about their own means.
        part_mean = np.where(finite, part, 0).sum(axis=0) / np.maximum(n, 1)
        scatter = (np.where(finite, part - part_mean, 0) ** 2).sum(axis=0)
        shift = part_mean - mean
        second += scatter + shift**2 * count * n / np.maximum(total, 1)
        mean += shift * n / np.maximum(total, 1)
        count = total
        low = np.minimum(low, np.where(finite, part, np.inf).min(axis=0))
        high = np.maximum(high, np.where(finite, part, -np.inf).max(axis=0))
    std = np.sqrt(second / np.maximum(count, 1))
    statistics = {"mean": mean, "std": std, "minimum": low, "maximum": high}
    return {key: value.tolist() for key, value in statistics.items()}


def _check_scale(name: str, array: np.ndarray, known: Mapping[str, Any]) -> None:
    mean, std = np.array(known["mean"]), np.array(known["std"])
    some = _by_channel(array[:: max(1, len(array) // CHECKED_EXAMPLES)])
    # Sums over what is next to each other in memory are several times as fast.
    sample = np.moveaxis(some, 2, 0).astype(np.float64, order="C")
    sample = sample[:, np.isfinite(sample).all(axis=(0, 2))]
    if not sample.size:
        return
    apart = sample - mean[:, None, None]
    distance = np.median(np.sqrt(np.square(apart).mean(axis=2)), axis=1)
    spread = sample.std(axis=(1, 2))
    enough = sample[0].size >= FEWEST_VALUES
    for channel in np.flatnonzero(std > 0):
        far = distance[channel] > SCALE_TOLERANCE * std[channel]
        if far or (enough and spread[channel] * SCALE_TOLERANCE < std[channel]):
            raise UsageError(
                f"input {name!r}, channel {channel} has mean {sample[channel].mean():.3g} and "
                f"standard deviation {spread[channel]:.3g}; the training had {mean[channel]:.3g} "
                f"and {std[channel]:.3g}: give inputs in the units and with the preprocessing of "
                "the card's input contract"
            )


def _array(x: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    try:
        array = np.asarray(x)
    except ValueError:
        raise UsageError(f"{name} are of unequal lengths; {_text(shape)} needed") from None
    if array.dtype.kind not in "fiub":
        raise UsageError(f"{name} are of type {array.dtype}; real numbers are needed")
    if array.shape == shape:
        raise UsageError(f"{name} have shape {array.shape}, one example; give x[None]")
    if array.ndim != len(shape) + 1 or array.shape[1:] != shape:
        raise UsageError(f"{name} have shape {array.shape}; {_text(shape)} needed")
    if not len(array):
        raise UsageError(f"{name} hold no example")
    return array


def _text(shape: tuple[int, ...]) -> str:
    return f"(n, {', '.join(map(str, shape))})"
