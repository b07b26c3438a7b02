"""Distributions of a network as a sample of truths has corrected them; no Keras."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from astro_dl.distributions.binned import Histogram, Quantiles
from astro_dl.distributions.mixture import Mixture
from astro_dl.distributions.rising import Rising

Array = np.ndarray
FARTHEST_SCORE = 8.0
"""Normal score of probabilities that cannot be told from 0 and 1."""

STEP = 0.01
LEVELS = (np.arange(200) + 0.5) / 200


@dataclass(frozen=True)
class Recalibrated:
    """Distributions of k targets whose values and probabilities are moved by rising functions.

    The distribution function at g(x) is Φ(h(Φ⁻¹(F(x)))), with F of the network: a recalibration of
    its probability integral transform (Bordoloi, Lilly & Amara 2010, MNRAS 406, 881; Kuleshov,
    Fenner & Ermon 2018, arXiv:1807.00263) in normal scores, where tails are as wide as the middle.

    Parameters
    ----------
    base : Mixture or Histogram
        Of the network, for n examples.
    values : tuple of Rising
        g of each target; where the base has a support, it takes each end to itself.
    scores : tuple of Rising
        h of each target.
    """

    base: Mixture | Histogram
    values: tuple[Rising, ...]
    scores: tuple[Rising, ...]

    @property
    def mean(self) -> Array:
        """Means (n, k), over two hundred quantiles."""
        return self._table.mean

    @property
    def std(self) -> Array:
        """Standard deviations (n, k), over two hundred quantiles."""
        return self._table.std

    @cached_property
    def median(self) -> Array:
        """Medians (n, k)."""
        return self.quantile(0.5)

    @cached_property
    def mode(self) -> Array:
        """Middles of the shortest intervals that hold half of the probability (n, k)."""
        return self._table.mode

    def quantile(self, levels: float | Array) -> Array:
        """Return (n, k), or (n, k, m) for m probabilities within (0, 1)."""
        wanted = ndtri(np.atleast_1d(np.asarray(levels, float)))
        columns = []
        for k, (value, score) in enumerate(zip(self.values, self.scores, strict=True)):
            asked = np.clip(score.inverse(wanted), -FARTHEST_SCORE, FARTHEST_SCORE)
            columns.append(value(self.base.quantile(ndtr(asked))[:, k]))
        found = np.stack(columns, axis=1)
        return found if np.ndim(levels) else found[..., 0]

    def cdf(self, values: Array) -> Array:
        """Return (n, k) at values (n, k), one for each; (n, k, m) at (m,) or (n, k, m)."""
        normal = normal_scores(self.base.cdf(self._before(values)))
        return ndtr(_each(self.scores, normal))

    def pdf(self, values: Array) -> Array:
        """Return the density, per unit of the target, at values as `cdf` takes them.

        It is the mean over a hundredth of the standard deviation to either side: at the end of a
        support, recalibrated probabilities can rise steeply.
        """
        points = self._points(values)
        reach = np.reshape(STEP * self.std, self.std.shape + (1,) * (points.ndim - 2))
        return (self.cdf(points + reach) - self.cdf(points - reach)) / (2 * reach)

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return random values (n, k, count), between two hundred quantiles."""
        return self._table.sample(rng, count)

    @cached_property
    def _table(self) -> Quantiles:
        return Quantiles(LEVELS, self.quantile(LEVELS))

    def _before(self, values: Array) -> Array:
        """Return the network's own values, (n, k) or (n, k, m)."""
        return _each(tuple(one.inverse for one in self.values), self._points(values))

    def _points(self, values: Array) -> Array:
        points = np.asarray(values, float)
        if points.ndim > 1:
            return points
        return np.broadcast_to(points, (*self.base.mean.shape, len(points)))


def normal_scores(probabilities: Array) -> Array:
    """Return Φ⁻¹ of probabilities, which may be off by rounding errors, within ±8."""
    found = ndtri(np.clip(probabilities, 0, 1))
    return np.clip(found, -FARTHEST_SCORE, FARTHEST_SCORE)


def _each(functions: tuple[Rising, ...], values: Array) -> Array:
    """Return each target's function of its column of values (n, k, …)."""
    return np.stack([one(values[:, k]) for k, one in enumerate(functions)], axis=1)
