"""What networks and classical methods answer with where one number is not enough; no Keras.

All distributions are of k targets of n examples, in the targets' units, and NaN where the answer
is not known.
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.distributions.binned import Histogram
from astro_dl.distributions.joint import JointMixture
from astro_dl.distributions.mixture import Mixture
from astro_dl.distributions.recalibrated import Recalibrated

Array = np.ndarray


class Distribution(Protocol):
    """What every distribution can tell; some also have a density, see `WithDensity`."""

    @property
    def mean(self) -> Array:
        """Means (n, k)."""

    @property
    def std(self) -> Array:
        """Standard deviations (n, k)."""

    @property
    def median(self) -> Array:
        """Medians (n, k)."""

    @property
    def mode(self) -> Array:
        """Where the density is highest (n, k)."""

    def quantile(self, levels: float | Array) -> Array:
        """Return (n, k), or (n, k, m) for m probabilities within (0, 1)."""

    def cdf(self, values: Array) -> Array:
        """Return (n, k) at values (n, k), one for each; (n, k, m) at (m,) or (n, k, m)."""

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return random values (n, k, count)."""


@runtime_checkable
class WithDensity(Protocol):
    """What also has a density: `Mixture`, `Histogram` and `Recalibrated`."""

    def pdf(self, values: Array) -> Array:
        """Return the density, per unit of the target, at values as ``cdf`` takes them."""


def mixed(distributions: Sequence[Distribution]) -> Distribution:
    """Return the mixture, in equal parts, of distributions of the same examples.

    Raises
    ------
    UsageError
        If they are neither all mixtures of one support, nor all joint ones, nor all histograms of
        the same bins, nor all of one kind and recalibrated alike.
    """
    mixtures = [one for one in distributions if isinstance(one, Mixture)]
    if len(mixtures) == len(distributions) and len({one.support for one in mixtures}) == 1:
        weights, means, scales = (
            np.concatenate([getattr(one, part) for one in mixtures], axis=-1)
            for part in ("weights", "means", "scales")
        )
        return Mixture(weights / len(mixtures), means, scales, mixtures[0].support)
    joint = [one for one in distributions if isinstance(one, JointMixture)]
    if len(joint) == len(distributions):
        weights, means, factors = (
            np.concatenate([getattr(one, part) for one in joint], axis=1)
            for part in ("weights", "means", "factors")
        )
        return JointMixture(weights / len(joint), means, factors)
    histograms = [one for one in distributions if isinstance(one, Histogram)]
    if len(histograms) == len(distributions):
        edges = histograms[0].edges
        if all(np.array_equal(one.edges, edges) for one in histograms):
            return Histogram(np.mean([one.probabilities for one in histograms], axis=0), edges)
    again = [one for one in distributions if isinstance(one, Recalibrated)]
    if len(again) == len(distributions):
        first = again[0]
        if all((one.values, one.scores) == (first.values, first.scores) for one in again):
            base: Any = mixed([one.base for one in again])
            return Recalibrated(base, first.values, first.scores)
    raise UsageError("only distributions of one kind, over the same values, can be mixed")
