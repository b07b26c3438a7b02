"""Mixtures of multivariate Gaussians: several targets of one example with their covariance."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import logsumexp

from astro_dl.distributions.mixture import Mixture

Array = np.ndarray
NORMAL = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class JointMixture:
    """A mixture of Gaussians of k targets together, for each of n examples.

    Parameters
    ----------
    weights : ndarray of float64, (n, components)
        Probability of the components; NaN where nothing is known.
    means : ndarray of float64, (n, components, k)
    factors : ndarray of float64, (n, components, k, k)
        Lower triangles W with W (y − mean) standard normal: Σ⁻¹ = Wᵀ W.
    """

    weights: Array
    means: Array
    factors: Array

    @cached_property
    def marginals(self) -> Mixture:
        """What is said of each target by itself."""
        deviations = np.sqrt(np.einsum("ncij,ncij->nci", self._roots, self._roots))
        weights = np.broadcast_to(self.weights[..., None], self.means.shape)
        weights, means, scales = (
            np.moveaxis(one, 1, 2) for one in (weights, self.means, deviations)
        )
        return Mixture(weights, means, scales)

    @property
    def mean(self) -> Array:
        """Means (n, k)."""
        return np.einsum("nc,nck->nk", self.weights, self.means)

    @property
    def covariance(self) -> Array:
        """Covariances (n, k, k), within and between components."""
        off = self.means - self.mean[:, None]
        within = np.einsum("nc,ncij,nckj->nik", self.weights, self._roots, self._roots)
        return within + np.einsum("nc,nci,ncj->nij", self.weights, off, off)

    @property
    def correlation(self) -> Array:
        """Correlations (n, k, k)."""
        covariance = self.covariance
        deviation = np.sqrt(np.einsum("nii->ni", covariance))
        return covariance / (deviation[:, :, None] * deviation[:, None, :])

    @property
    def std(self) -> Array:
        """Standard deviations (n, k)."""
        return self.marginals.std

    @property
    def median(self) -> Array:
        """Medians of each target (n, k)."""
        return self.marginals.median

    @property
    def mode(self) -> Array:
        """Where the density of each target by itself is highest (n, k)."""
        return self.marginals.mode

    def quantile(self, levels: float | Array) -> Array:
        """Return quantiles of each target, (n, k) or (n, k, m)."""
        return self.marginals.quantile(levels)

    def cdf(self, values: Array) -> Array:
        """Return the probability of each target below values, as `Mixture.cdf`."""
        return self.marginals.cdf(values)

    def log_density(self, values: Array) -> Array:
        """Return the logarithm of the density of all targets together (n, m) at (n, m, k)."""
        off = values[:, :, None] - self.means[:, None]
        standard = np.einsum("ncij,nmcj->nmci", self.factors, off)
        size = np.log(np.abs(np.einsum("ncii->nci", self.factors))).sum(-1)
        logs = size[:, None] - 0.5 * (standard**2).sum(-1) - NORMAL * values.shape[-1]
        return logsumexp(logs, axis=-1, b=self.weights[:, None])

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Return random values (n, k, count), the targets of a draw together."""
        n, _, k = self.means.shape
        level, last = rng.random((n, count, 1)), self.weights.shape[1] - 1
        chosen = np.sum(level > np.cumsum(self.weights, axis=1)[:, None], axis=-1).clip(0, last)
        rows = np.arange(n)[:, None]
        noise = rng.standard_normal((n, count, k))
        draws = self.means[rows, chosen]
        draws = draws + np.einsum("nmij,nmj->nmi", self._roots[rows, chosen], noise)
        return np.moveaxis(draws, 1, 2)

    def content(self, values: Array, rng: np.random.Generator, count: int = 400) -> Array:
        """Return the probability (n,) where the density is higher than at values (n, k).

        Uniform for honest distributions at the truth (Hyndman 1996, section 2); by random values.
        """
        draws = np.moveaxis(self.sample(rng, count), 1, 2)
        higher = self.log_density(draws) > self.log_density(np.asarray(values, float)[:, None])
        return higher.mean(axis=1)

    @cached_property
    def _roots(self) -> Array:
        """Lower triangles of which the covariances are the squares."""
        return np.linalg.inv(self.factors)
