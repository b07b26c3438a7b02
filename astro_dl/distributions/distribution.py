"""What networks and classical methods answer with where one number is not enough; no Keras.

All distributions are of k targets of n examples, in the targets' units, and NaN where the answer
is not known.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from scipy.special import softmax

from astro_dl.core.errors import UsageError
from astro_dl.core.task import Head
from astro_dl.distributions.binned import Histogram
from astro_dl.distributions.mixture import Mixture

Array = np.ndarray
NARROWEST = 3e-4
"""Least scale of a mixture's components, in units of its support: training holds them above some
such number, but of examples unlike those of the training a network can say anything."""

FLAT = 1000.0
"""Greatest scale, likewise: within the support such a Gaussian is flat to a part in a million."""

LARGEST_LOGARITHM = 100.0
"""Of a scale without bounds: its square is still a number."""


class Distribution(Protocol):
    """What every distribution can tell; `Mixture` and `Histogram` also have a density, ``pdf``."""

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


def answer_distribution(
    head: Head, logits: Array, calibration: Mapping[str, Any] | None = None
) -> Distribution | None:
    """Return the distributions that a network answers with.

    Parameters
    ----------
    head : Head
        Of the network.
    logits : ndarray, (n, head.outputs)
        In the units of the targets, as trained networks give them; NaN rows give NaN.
    calibration : mapping, optional
        Of the card, from `astro_dl.inference.calibration.fit_calibration`.

    Returns
    -------
    Distribution or None
        `Mixture` for Gaussians and mixtures, `Histogram` for grids; None for heads that give points
        or classes.
    """
    z, known = np.asarray(logits, np.float64), calibration or {}
    if head.distribution == "grid":
        return Histogram(
            softmax(z / known.get("temperature", 1.0), axis=1), np.asarray(head.grid, float)
        )
    factors = np.asarray(known.get("factors", 1.0), float)
    if head.distribution == "gaussian":
        mean, log_variance = np.split(z, 2, axis=1)
        std = np.exp(0.5 * log_variance) * factors
        return Mixture(np.ones_like(mean)[..., None], mean[..., None], std[..., None])
    if head.distribution == "mixture":
        parts = z.reshape(len(z), 3, len(head.names), head.components)
        weights, means, logs = (parts[:, part] for part in range(3))
        width = head.support[1] - head.support[0]
        least = NARROWEST * width if np.isfinite(width) else 0.0
        scales = np.exp(np.minimum(logs, LARGEST_LOGARITHM)) * factors[..., None]
        scales = np.clip(scales, least, FLAT * width)
        return Mixture(softmax(weights, axis=-1), means, scales, head.support)
    return None


def mixed(distributions: Sequence[Distribution]) -> Distribution:
    """Return the mixture, in equal parts, of distributions of the same examples.

    Raises
    ------
    UsageError
        If they are neither all mixtures of one support nor all histograms of the same bins.
    """
    mixtures = [one for one in distributions if isinstance(one, Mixture)]
    if len(mixtures) == len(distributions) and len({one.support for one in mixtures}) == 1:
        weights, means, scales = (
            np.concatenate([getattr(one, part) for one in mixtures], axis=-1)
            for part in ("weights", "means", "scales")
        )
        return Mixture(weights / len(mixtures), means, scales, mixtures[0].support)
    histograms = [one for one in distributions if isinstance(one, Histogram)]
    if len(histograms) == len(distributions):
        edges = histograms[0].edges
        if all(np.array_equal(one.edges, edges) for one in histograms):
            return Histogram(np.mean([one.probabilities for one in histograms], axis=0), edges)
    raise UsageError("only distributions of one kind, over the same values, can be mixed")
