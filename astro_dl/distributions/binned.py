"""Distributions known bin by bin, or at some probabilities only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from astro_dl.core.errors import UsageError

Array = np.ndarray


@dataclass(frozen=True)
class Histogram:
    """Probabilities of bins, with the same density all over a bin; of one target (k = 1).

    Parameters
    ----------
    probabilities : ndarray of float64, (n, bins)
        Rows sum to one.
    edges : ndarray of float64, (bins + 1,)
        Rising.
    """

    probabilities: Array
    edges: Array

    @property
    def mean(self) -> Array:
        """Means (n, 1)."""
        return (self.probabilities @ self._centres)[:, None]

    @property
    def std(self) -> Array:
        """Standard deviations (n, 1)."""
        within = self.probabilities @ (np.diff(self.edges) ** 2 / 12)
        squares = self.probabilities * (self._centres - self.mean) ** 2
        return np.sqrt(within + squares.sum(axis=1))[:, None]

    @property
    def median(self) -> Array:
        """Medians (n, 1)."""
        return self.quantile(0.5)

    @property
    def mode(self) -> Array:
        """Centres of the bins of highest density (n, 1)."""
        best = np.argmax(np.nan_to_num(self._density), axis=1)
        known = np.isfinite(self.probabilities).all(axis=1)
        return np.where(known, self._centres[best], np.nan)[:, None]

    def quantile(self, levels: float | Array) -> Array:
        """Return (n, 1), or (n, 1, m) for m probabilities within (0, 1)."""
        level = np.atleast_1d(np.asarray(levels, float))
        found = self._inverse(np.broadcast_to(level, (len(self.probabilities), len(level))))
        return found[:, None, :] if np.ndim(levels) else found

    def cdf(self, values: Array) -> Array:
        """Return (n, 1) at values (n, 1), one for each; (n, 1, m) at (m,) or (n, 1, m)."""
        points = np.clip(self._points(values), self.edges[0], self.edges[-1])
        bins = self._bins(points)
        below = np.take_along_axis(self._cumulative, bins, axis=1)
        found = below + np.take_along_axis(self._density, bins, axis=1) * (
            points - self.edges[bins]
        )
        return found if np.ndim(values) == 2 else found[:, None, :]

    def pdf(self, values: Array) -> Array:
        """Return the density, per unit of the target, at values as `cdf` takes them."""
        points = self._points(values)
        outside = (points < self.edges[0]) | (points > self.edges[-1])
        found = np.take_along_axis(self._density, self._bins(points), axis=1) * ~outside
        return found if np.ndim(values) == 2 else found[:, None, :]

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return random values (n, 1, count)."""
        return self._inverse(rng.random((len(self.probabilities), count)))[:, None, :]

    @property
    def _centres(self) -> Array:
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    @property
    def _density(self) -> Array:
        return self.probabilities / np.diff(self.edges)

    @property
    def _cumulative(self) -> Array:
        total = np.cumsum(self.probabilities, axis=1)
        return np.concatenate([np.zeros((len(total), 1)), total], axis=1)

    def _points(self, values: Array) -> Array:
        points = np.asarray(values, float)
        return (
            points[:, 0]
            if points.ndim == 3
            else np.broadcast_to(points, (len(self.probabilities), points.shape[-1]))
        )

    def _bins(self, points: Array) -> Array:
        return grid_bins(self.edges, points)

    def _inverse(self, level: Array) -> Array:
        """Return the values (n, m) at probabilities (n, m)."""
        cumulative = self._cumulative
        bins = count_below(cumulative[:, 1:-1], level)
        inside = np.take_along_axis(self.probabilities, bins, axis=1)
        above = level - np.take_along_axis(cumulative, bins, axis=1)
        share = np.clip(above / np.where(inside == 0, 1.0, inside), 0, 1)
        return self.edges[bins] + share * np.diff(self.edges)[bins]


@dataclass(frozen=True)
class Quantiles:
    """Values at certain probabilities, as forests and neighbours give them; linear between them.

    Parameters
    ----------
    levels : ndarray of float64, (m,)
        Rising probabilities within (0, 1).
    values : ndarray of float64, (n, k, m)
        The values at these levels; what falls is raised to what stands before it.

    Raises
    ------
    UsageError
        If shapes disagree or the levels do not rise.
    """

    levels: Array
    values: Array

    def __post_init__(self) -> None:
        shape = np.shape(self.values)
        if (
            len(shape) != 3
            or shape[2:] != np.shape(self.levels)
            or np.any(np.diff(self.levels) <= 0)
        ):
            raise UsageError(
                f"quantiles of shape {shape} for {len(self.levels)} levels; (n, targets, levels) "
                "with one column per rising level is needed"
            )

    @property
    def mean(self) -> Array:
        """Means (n, k), each level standing for the probabilities that are nearest to it."""
        return self._rising @ self._weights

    @property
    def std(self) -> Array:
        """Standard deviations (n, k)."""
        return np.sqrt((self._rising - self.mean[..., None]) ** 2 @ self._weights)

    @property
    def median(self) -> Array:
        """Medians (n, k)."""
        return self.quantile(0.5)

    @property
    def mode(self) -> Array:
        """Middle of the shortest interval that holds half of the probability (n, k)."""
        starts = np.linspace(0, 0.5, 51)
        low, high = self.quantile(starts), self.quantile(starts + 0.5)
        best = np.argmin(high - low, axis=-1)[..., None]
        return np.take_along_axis(0.5 * (low + high), best, axis=-1)[..., 0]

    def quantile(self, levels: float | Array) -> Array:
        """Return (n, k), or (n, k, m); the outermost values beyond their levels."""
        level = np.atleast_1d(np.asarray(levels, float))
        found = self._inverse(np.broadcast_to(level, (*self.values.shape[:2], len(level))))
        return found if np.ndim(levels) else found[..., 0]

    def cdf(self, values: Array) -> Array:
        """Return (n, k) at values (n, k), one for each; (n, k, m) at (m,) or (n, k, m).

        Half the outermost probability beyond the outermost values.
        """
        points = np.asarray(values, float)
        points = points[..., None] if points.ndim == 2 else points
        points = np.broadcast_to(points, (*self.values.shape[:2], points.shape[-1]))
        rising, last = self._rising, len(self.levels) - 1
        below = count_below(rising, points)
        left, right = np.clip(below - 1, 0, None), np.clip(below, None, last)
        start, end = (np.take_along_axis(rising, side, axis=-1) for side in (left, right))
        share = (points - start) / np.maximum(end - start, 1e-300)
        inside = self.levels[left] + (self.levels[right] - self.levels[left]) * share
        outside = np.where(below == 0, self.levels[0] / 2, (1 + self.levels[-1]) / 2)
        found = np.where((below == 0) | (below > last), outside, inside)
        return found[..., 0] if np.ndim(values) == 2 else found

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return random values (n, k, count)."""
        return self._inverse(rng.random((*self.values.shape[:2], count)))

    @property
    def _rising(self) -> Array:
        return np.maximum.accumulate(np.asarray(self.values, float), axis=-1)

    @property
    def _weights(self) -> Array:
        middles = 0.5 * (self.levels[1:] + self.levels[:-1])
        return np.diff(np.concatenate([[0.0], middles, [1.0]]))

    def _inverse(self, level: Array) -> Array:
        """Return the values (n, k, m) at probabilities (n, k, m)."""
        place = np.interp(level, self.levels, np.arange(len(self.levels)))
        left = np.floor(place).astype(int)
        right = np.minimum(left + 1, len(self.levels) - 1)
        start, end = (np.take_along_axis(self._rising, side, axis=-1) for side in (left, right))
        return start + (end - start) * (place - left)


def grid_bins(edges: Sequence[float] | Array, values: Array) -> Array:
    """Return the number of the bin that each value falls into; the nearest for those outside."""
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)


def count_below(rows: Array, points: Array) -> Array:
    """Return how many of each row's values (…, j) are at or below its points (…, m)."""
    count = np.zeros(points.shape, int)
    for j in range(rows.shape[-1]):
        count += rows[..., j, None] <= points
    return count
