"""Mixtures of Gaussians truncated to where the quantity can lie: moments, quantiles, densities."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from astro_dl.distributions.inversion import Sums, inverted

Array = np.ndarray
FARTHEST = 30.0
"""A component's mean counts as at most this many of its scales outside the support: beyond, the
tail of a Gaussian cannot be told from an exponential, nor its probabilities from zero."""

NORMAL = 0.5 * math.log(2 * math.pi)
MOST_VALUES = 100_000
"""Numbers of a kind that are computed at once: more are no faster where caches are small."""

SHIFTS = 15


@dataclass(frozen=True)
class Mixture:
    """A mixture of Gaussians for each of k targets of n examples; one component is a Gaussian.

    Parameters
    ----------
    weights, means, scales : ndarray of float64, (n, k, components)
        Probability, mean and standard deviation of the components as they are before truncation;
        NaN where nothing is known.
    support : (float, float), default (-inf, inf)
        Each component is truncated to it and renormalised.
    """

    weights: Array
    means: Array
    scales: Array
    support: tuple[float, float] = (-math.inf, math.inf)

    @property
    def mean(self) -> Array:
        """Means (n, k)."""
        return np.sum(self.weights * self._moments[0], axis=-1)

    @property
    def std(self) -> Array:
        """Standard deviations (n, k)."""
        means, variances = self._moments
        centre = np.sum(self.weights * means, axis=-1, keepdims=True)
        return np.sqrt(np.sum(self.weights * (variances + (means - centre) ** 2), axis=-1))

    @cached_property
    def median(self) -> Array:
        """Medians (n, k)."""
        return self.quantile(0.5)

    @cached_property
    def mode(self) -> Array:
        """Where the density is highest (n, k).

        From the component's mean where it is, moved uphill to the mean of all components weighted
        by density and precision: Carreira-Perpiñán (2000), section 3.1.
        """
        terms, starts = self._terms, np.clip(self.means, *self.support)
        best = np.nan_to_num(_density(terms, starts)).argmax(axis=-1)[..., None]
        point = np.take_along_axis(starts, best, axis=-1)
        logs, steepness = np.log(np.maximum(terms.height, 1e-300)), 1 / terms.scales
        precision, centres = steepness**2, terms.means * steepness**2
        for _ in range(SHIFTS):
            exponent = logs - 0.5 * ((point - terms.means) * steepness) ** 2
            share = np.exp(exponent - exponent.max(axis=-1, keepdims=True))
            shifted = np.einsum("nkc,nkc->nk", share, centres)
            shifted /= np.einsum("nkc,nkc->nk", share, precision)
            point = np.clip(shifted, *self.support)[..., None]
        return point[..., 0]

    def quantile(self, levels: float | Array) -> Array:
        """Return the values below which the truth lies with these probabilities.

        Parameters
        ----------
        levels : float, or ndarray (m,)
            Within (0, 1).

        Returns
        -------
        ndarray of float64, (n, k) or (n, k, m)
        """
        level = np.atleast_1d(np.asarray(levels, float))
        n, k, components = self.means.shape
        block = max(1, MOST_VALUES // (k * components * len(level)))
        parts = [self._some(slice(i, i + block))._inverse(level) for i in range(0, n, block)]
        found = np.concatenate([np.empty((0, k, len(level))), *parts])
        return found if np.ndim(levels) else found[..., 0]

    def cdf(self, values: Array) -> Array:
        """Return the probability that the truth is below these values.

        Parameters
        ----------
        values : ndarray, (m,), (n, k) or (n, k, m)
            The same points for all, or one or several for each.

        Returns
        -------
        ndarray of float64, (n, k, m) or (n, k)
        """
        points = np.clip(_points(values), *self.support)
        return _shaped(_probability(self._terms, points), values)

    def pdf(self, values: Array) -> Array:
        """Return the density, per unit of the target, at values as `cdf` takes them."""
        points = _points(values)
        inside = (points >= self.support[0]) & (points <= self.support[1])
        return _shaped(np.where(inside, _density(self._terms, points), 0.0), values)

    def log_pdf(self, values: Array) -> Array:
        """Return the logarithm of the density at values inside the support, as `cdf` takes them."""
        terms, points = self._terms, _points(values)[..., None, :]
        standard = (points - terms.means[..., None]) / terms.scales[..., None]
        return _shaped(logsumexp(-0.5 * standard**2, axis=-2, b=terms.height[..., None]), values)

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return random values (n, k, count)."""
        shape = (*self.means.shape[:2], count)
        chosen, level = rng.random(shape), rng.random(shape)
        values, below = np.full(shape, np.nan), np.zeros((*shape[:2], 1))
        for c, quantiles in enumerate(_component_quantiles(self._terms, level)):
            values = np.where(chosen >= below, quantiles, values)
            below = below + self.weights[..., c, None]
        return np.clip(values, *self.support)

    def _some(self, rows: slice) -> "Mixture":
        return Mixture(self.weights[rows], self.means[rows], self.scales[rows], self.support)

    @cached_property
    def _terms(self) -> "_Terms":
        low, high = self.support
        reach = FARTHEST * self.scales
        means = np.clip(self.means, low - reach, high + reach)
        sign = np.where(means < low, -1.0, 1.0)
        below, above = (ndtr(sign * (end - means) / self.scales) for end in (low, high))
        share = self.weights / (above - below)
        height = np.abs(share) / self.scales * math.exp(-NORMAL)
        return _Terms(sign, below, above, share, height, means, self.scales)

    def _inverse(self, level: Array) -> Array:
        """Return the quantiles (n, k, m) at probabilities (m,).

        The least and the greatest of the components' quantiles enclose the mixture's.
        """
        terms = self._terms
        ends = np.clip(list(_component_quantiles(terms, level)), *self.support)
        if len(ends) == 1:
            return ends[0]
        start = np.sum(np.moveaxis(self.weights, -1, 0)[..., None] * ends, axis=0)
        wanted = np.broadcast_to(level, start.shape)
        problems = (wanted, ends.min(axis=0), ends.max(axis=0), start)
        sums = terms.sums(self.support, len(level))
        return inverted(sums, *(one.ravel() for one in problems)).reshape(start.shape)

    @cached_property
    def _moments(self) -> tuple[Array, Array]:
        """Return means and variances of the truncated components (n, k, components).

        Barr & Sherrill (1999), eq. 1 and 2, for any two ends.
        """
        terms = self._terms
        first, last = ((end - terms.means) / self.scales for end in self.support)
        inside = np.abs(terms.above - terms.below)
        at_first, at_last = (np.exp(-0.5 * t**2 - NORMAL) / inside for t in (first, last))
        shift = at_first - at_last
        slope = _product(first, at_first) - _product(last, at_last)
        variance = self.scales**2 * np.maximum(1 + slope - shift**2, 0)
        return np.clip(terms.means + self.scales * shift, *self.support), variance


@dataclass(frozen=True)
class _Terms:
    """What the components of a mixture are computed from, all (n, k, components).

    Components whose mean is below the support are mirrored (sign −1): in the upper tail,
    probabilities could not be told from one. ``below`` and ``above`` are the normal probabilities
    at the ends of the support, ``share`` the weight over their difference, ``height`` the density
    at the component's mean.
    """

    sign: Array
    below: Array
    above: Array
    share: Array
    height: Array
    means: Array
    scales: Array

    def sums(self, support: tuple[float, float], times: int) -> Sums:
        """Return the problems of each target of each example, several times each."""
        steepness = 1 / self.scales
        outside = np.maximum(support[0] - self.means, self.means - support[1]) * steepness
        # The tail of a Gaussian falls the faster the farther its mean is.
        fineness = (steepness * (1 + np.maximum(outside, 0))).max(axis=-1)
        parts = (self.share, self.below, self.means, self.sign * steepness)
        components = (np.ascontiguousarray(one.reshape(-1, one.shape[-1]).T) for one in parts)
        all_parts = (*components, fineness.ravel())
        return Sums(*(np.repeat(one, times, axis=-1) for one in all_parts))


def _probability(terms: _Terms, points: Array) -> Array:
    """Return the probability below points (…, m) within the support."""
    total: Array | float = 0.0
    for c in range(terms.means.shape[-1]):
        sign, below, share = (one[..., c, None] for one in (terms.sign, terms.below, terms.share))
        standard = (points - terms.means[..., c, None]) / terms.scales[..., c, None]
        total = total + share * (ndtr(sign * standard) - below)
    return np.clip(total, 0, 1)


def _density(terms: _Terms, points: Array) -> Array:
    """Return the density at points (…, m), as if there were no ends."""
    total: Array | float = 0.0
    for c in range(terms.means.shape[-1]):
        standard = (points - terms.means[..., c, None]) / terms.scales[..., c, None]
        total = total + terms.height[..., c, None] * np.exp(-0.5 * standard**2)
    return np.asarray(total)


def _component_quantiles(terms: _Terms, level: Array) -> "list[Array]":
    """Return the quantiles of each component at probabilities (m,) or (n, k, m)."""
    found = []
    for c in range(terms.means.shape[-1]):
        sign, below, above = (one[..., c, None] for one in (terms.sign, terms.below, terms.above))
        standard = sign * ndtri(below + level * (above - below))
        found.append(terms.means[..., c, None] + terms.scales[..., c, None] * standard)
    return found


def _product(end: Array, density: Array) -> Array:
    """Return their product; zero at infinity."""
    return np.where(np.isinf(end), 0.0, end) * density


def _points(values: Array) -> Array:
    points = np.asarray(values, float)
    return points[..., None] if points.ndim == 2 else points


def _shaped(found: Array, values: Array) -> Array:
    return found[..., 0] if np.ndim(values) == 2 else found
