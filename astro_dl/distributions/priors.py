"""Prior distributions of single parameters, by which their values become numbers within 0 and 1."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from scipy.special import ndtr, ndtri

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Positive
from astro_dl.core.schema import checked

Array = np.ndarray
NORMAL = 0.5 * np.log(2 * np.pi)


class Prior(Protocol):
    """The prior distribution of a parameter."""

    def to_unit(self, values: Array) -> Array:
        """Return the probability below each value, NaN where no value can be."""

    def from_unit(self, shares: Array) -> Array:
        """Return the values below which the probabilities are."""

    def log_pdf(self, values: Array) -> Array:
        """Return the logarithm of the density, per unit of the parameter."""


@checked
class Uniform:
    """The same density from one value to another.

    Parameters
    ----------
    low, high : float
        Its ends.
    shape : "uniform"
        What it is called on cards.
    """

    low: float
    high: float
    shape: Literal["uniform"] = "uniform"

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if not self.low < self.high:
            raise UsageError(f"low {self.low:g} is not below high {self.high:g}")

    def to_unit(self, values: Array) -> Array:
        """Return the share of the range below each value."""
        values = np.asarray(values, np.float64)
        inside = _inside(values, self.low, self.high)
        shares = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        return np.where(inside, shares, np.nan)

    def from_unit(self, shares: Array) -> Array:
        """Return the values at shares of the range."""
        return self.low + (self.high - self.low) * np.asarray(shares, np.float64)

    def log_pdf(self, values: Array) -> Array:
        """Return the logarithm of the density: -inf outside."""
        inside = np.isfinite(self.to_unit(values)) | np.isnan(values)
        return np.where(inside, -np.log(self.high - self.low) + 0 * values, -np.inf)


@checked
class Normal:
    """A Gaussian.

    Parameters
    ----------
    mean, deviation : float
        And standard deviation.
    shape : "normal"
        What it is called on cards.
    """

    mean: float
    deviation: Positive
    shape: Literal["normal"] = "normal"

    def to_unit(self, values: Array) -> Array:
        """Return the probability below each value."""
        return ndtr((np.asarray(values, np.float64) - self.mean) / self.deviation)

    def from_unit(self, shares: Array) -> Array:
        """Return quantiles."""
        return self.mean + self.deviation * ndtri(np.asarray(shares, np.float64))

    def log_pdf(self, values: Array) -> Array:
        """Return the logarithm of the density."""
        z = (np.asarray(values, np.float64) - self.mean) / self.deviation
        return -0.5 * z**2 - NORMAL - np.log(self.deviation)


@checked
class TruncatedNormal:
    """A Gaussian of which only a range is left.

    Parameters
    ----------
    mean, deviation : float
        And standard deviation, of the whole Gaussian.
    low, high : float
        The ends of the range.
    shape : "truncated_normal"
        What it is called on cards.
    """

    mean: float
    deviation: Positive
    low: float
    high: float
    shape: Literal["truncated_normal"] = "truncated_normal"

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if not self.low < self.high:
            raise UsageError(f"low {self.low:g} is not below high {self.high:g}")

    def to_unit(self, values: Array) -> Array:
        """Return the probability below each value, NaN outside."""
        inside = _inside(values, self.low, self.high)
        below, share = self._cut
        shares = (self._whole.to_unit(values) - below) / share
        return np.where(inside, np.clip(shares, 0, 1), np.nan)

    def from_unit(self, shares: Array) -> Array:
        """Return quantiles."""
        below, share = self._cut
        found = self._whole.from_unit(below + share * np.asarray(shares, np.float64))
        return np.clip(found, self.low, self.high)

    def log_pdf(self, values: Array) -> Array:
        """Return the logarithm of the density: -inf outside."""
        inside = _inside(values, self.low, self.high) | np.isnan(values)
        return np.where(inside, self._whole.log_pdf(values) - np.log(self._cut[1]), -np.inf)

    @property
    def _whole(self) -> Normal:
        return Normal(self.mean, self.deviation)

    @property
    def _cut(self) -> tuple[float, float]:
        """Probability below the range, and of the range."""
        below, above = self._whole.to_unit(np.array([self.low, self.high]))
        return float(below), float(above - below)


@checked
class LogNormal:
    """A Gaussian of the natural logarithm.

    Parameters
    ----------
    mean, deviation : float
        Of the logarithm.
    shape : "log_normal"
        What it is called on cards.
    """

    mean: float
    deviation: Positive
    shape: Literal["log_normal"] = "log_normal"

    def to_unit(self, values: Array) -> Array:
        """Return the probability below each value; NaN for what is not above 0."""
        return self._logarithm.to_unit(_log(values))

    def from_unit(self, shares: Array) -> Array:
        """Return quantiles."""
        return np.exp(self._logarithm.from_unit(shares))

    def log_pdf(self, values: Array) -> Array:
        """Return the logarithm of the density."""
        logarithm = _log(values)
        return self._logarithm.log_pdf(logarithm) - logarithm

    @property
    def _logarithm(self) -> Normal:
        return Normal(self.mean, self.deviation)


AnyPrior = Uniform | Normal | TruncatedNormal | LogNormal


def to_unit_box(priors: Sequence[Prior], values: Array) -> Array:
    """Return parameters (…, k) as points of the unit box, NaN where a prior excludes them."""
    columns = np.moveaxis(np.asarray(values, np.float64), -1, 0)
    return np.stack([p.to_unit(one) for p, one in zip(priors, columns, strict=True)], axis=-1)


def from_unit_box(priors: Sequence[Prior], points: Array) -> Array:
    """Return the parameters (…, k) of points of the unit box."""
    columns = np.moveaxis(np.asarray(points, np.float64), -1, 0)
    return np.stack([p.from_unit(one) for p, one in zip(priors, columns, strict=True)], axis=-1)


def log_prior(priors: Sequence[Prior], values: Array) -> Array:
    """Return the logarithm of the product of the densities at parameters (…, k)."""
    columns = np.moveaxis(np.asarray(values, np.float64), -1, 0)
    return np.sum([p.log_pdf(one) for p, one in zip(priors, columns, strict=True)], axis=0)


def _inside(values: Array, low: float, high: float) -> Array:
    values = np.asarray(values, np.float64)
    # A value that float32 moved past an end by rounding is at the end.
    slack = 4 * np.finfo(np.float32).eps * max(abs(low), abs(high))
    return (values >= low - slack) & (values <= high + slack)


def _log(values: Array) -> Array:
    values = np.asarray(values, np.float64)
    return np.log(np.where(values > 0, values, np.nan))
