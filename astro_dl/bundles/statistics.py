"""What a card keeps about training inputs, checked by value before anything computes with it."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, NonNegative
from astro_dl.core.schema import checked, read_dataclass
from astro_dl.core.task import InputSpec

SINGLE_INPUT = "x"
JOINT = "features"


@checked
class ChannelStatistics:
    """Moments and extremes of the channels of an input.

    Parameters
    ----------
    mean, std : tuple of float
        One number per channel.
    minimum, maximum : tuple of float or None
        None where no value was finite.
    """

    mean: tuple[float, ...]
    std: Annotated[tuple[float, ...], Bounds(0)]
    minimum: tuple[float | None, ...]
    maximum: tuple[float | None, ...]

    def __post_init__(self) -> None:
        """Refuse extremes that are the wrong way round."""
        for low, high in zip(self.minimum, self.maximum, strict=False):
            if low is not None and high is not None and low > high:
                raise UsageError(f"minimum {low!r} is above maximum {high!r}")


@checked
class JointStatistics:
    """Gaussians that tell how features go together, as `joint_statistics` gives them.

    Parameters
    ----------
    spread : tuple of float
        Of each feature, 0 for one that is not used.
    limit : float
        The distance that most rows keep to.
    means, factors : tuple of str
        Of each Gaussian, numbers as text.
    reference : tuple of str
        In place of both on older cards: rows, the centres of Gaussians of unit width.
    """

    spread: Annotated[tuple[float, ...], Bounds(0)]
    limit: NonNegative
    means: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse Gaussians that are none, or of other features."""
        width = sum(one > 0 for one in self.spread)
        centres = self.reference or self.means
        if not width or not centres:
            raise UsageError("spread, means: no feature is used, or no Gaussian is given")
        _numbers("reference" if self.reference else "means", centres, width)
        if self.reference:
            return
        if len(self.factors) != len(self.means):
            raise UsageError(f"{len(self.factors)} factors for {len(self.means)} means")
        diagonal = [row * (row + 3) // 2 for row in range(width)]
        factors = _numbers("factors", self.factors, width * (width + 1) // 2)
        if not (factors[:, diagonal] > 0).all():
            raise UsageError("factors: a variance is not above 0")


def check_statistics(statistics: Mapping[str, Any], spec: InputSpec) -> None:
    """Raise `UsageError` unless statistics are sound and of the inputs that they are said to be of.

    Parameters
    ----------
    statistics : mapping
        Input name to plain values of `ChannelStatistics`, for every input of the model; and
        ``features`` to those of `JointStatistics`, if there are any.
    spec : InputSpec
        What the model takes.
    """
    shapes = spec.shape if isinstance(spec.shape, dict) else {SINGLE_INPUT: spec.shape}
    for name in statistics.keys() - shapes.keys() - {JOINT}:
        raise UsageError(f"{name}: the model has no such input; accepted: {', '.join(shapes)}")
    for name, shape in shapes.items():
        if name not in statistics:
            raise UsageError(f"{name}: missing; every input of the model has statistics")
        _check_channels(statistics[name], shape[-1], name)
    if JOINT in statistics and JOINT not in shapes:
        _read(JointStatistics, statistics[JOINT], JOINT)


def _check_channels(values: Any, channels: int, name: str) -> None:
    known = _read(ChannelStatistics, values, name)
    for key, numbers in vars(known).items():
        if len(numbers) != channels:
            raise UsageError(f"{name}.{key}: {len(numbers)} numbers for {channels} channels")


def _read(kind: type, values: Any, where: str) -> Any:
    if not isinstance(values, Mapping):
        raise UsageError(f"{where}: is not a mapping")
    return read_dataclass(kind, values, where)


def _numbers(what: str, texts: tuple[str, ...], count: int) -> np.ndarray:
    """Return the numbers (n, count) of texts."""
    try:
        rows = np.array([text.split() for text in texts], float)
    except ValueError:
        raise UsageError(f"{what}: not lists of {count} numbers as text") from None
    if rows.shape != (len(texts), count) or not np.isfinite(rows).all():
        raise UsageError(f"{what}: not lists of {count} finite numbers as text")
    return rows
