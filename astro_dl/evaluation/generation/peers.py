"""Classical ways to draw images: principal components with a mixture of Gaussians, and copies."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import logsumexp

Array = np.ndarray
COMPONENTS, GAUSSIANS = 24, 8
LEAST_VARIANCE = 1e-3
SOFTENING = 3.0
"""Of the asinh by which images are compressed before they are decomposed [σ]."""


@dataclass(frozen=True)
class PrincipalMixture:
    """A mixture of Gaussians of principal components and conditions together.

    Parameters
    ----------
    mean, axes, scale : ndarray
        Of the compressed images: (pixels,), (components, pixels), (components,).
    weights, means, covariances : ndarray
        Of the mixture, its last numbers being the conditions.
    shape : tuple of int
        Rows and columns.
    """

    mean: Array
    axes: Array
    scale: Array
    weights: Array
    means: Array
    covariances: Array
    shape: tuple[int, int]

    @classmethod
    def fitted(cls, images: Array, conditions: Array, seed: int) -> Self:
        """Return that of images (n, H, W) in σ and conditions (n, c)."""
        from sklearn.decomposition import PCA
        from sklearn.mixture import GaussianMixture

        flat = np.arcsinh(images.reshape(len(images), -1) / SOFTENING)
        pca = PCA(min(COMPONENTS, len(flat) // 4), svd_solver="randomized", random_state=seed)
        numbers = pca.fit_transform(flat)
        scale = numbers.std(axis=0)
        both = np.concatenate([numbers / scale, conditions], axis=1).astype(float)
        mixture = GaussianMixture(
            min(GAUSSIANS, len(flat) // 16), reg_covar=LEAST_VARIANCE, random_state=seed
        ).fit(both)
        return cls(
            pca.mean_, pca.components_, scale,
            mixture.weights_, mixture.means_, mixture.covariances_, images.shape[1:],
        )  # fmt: skip

    def draw(self, conditions: Array, rng: np.random.Generator) -> Array:
        """Return images (n, H, W) without noise where conditions (n, c) are known."""
        k = len(self.scale)
        chosen = self._component(conditions, rng)
        numbers = np.empty((len(conditions), k))
        for number in np.unique(chosen):
            at = chosen == number
            mean, covariance = self.means[number], self.covariances[number]
            gain = np.linalg.solve(covariance[k:, k:], covariance[k:, :k])
            left = covariance[:k, :k] - covariance[:k, k:] @ gain
            middle = mean[:k] + (conditions[at] - mean[k:]) @ gain
            root = np.linalg.cholesky(left + 1e-9 * np.eye(k))
            numbers[at] = middle + rng.standard_normal((at.sum(), k)) @ root.T
        flat = SOFTENING * np.sinh(self.mean + (numbers * self.scale) @ self.axes)
        return flat.reshape(-1, *self.shape).astype(np.float32)

    def _component(self, conditions: Array, rng: np.random.Generator) -> Array:
        from scipy.stats import multivariate_normal

        k = len(self.scale)
        log = np.stack([
            np.log(weight) + multivariate_normal.logpdf(conditions, mean[k:], covariance[k:, k:])
            for weight, mean, covariance in zip(
                self.weights, self.means, self.covariances, strict=True
            )
        ], axis=1)  # fmt: skip
        shares = np.exp(log - logsumexp(log, axis=1, keepdims=True))
        return (shares.cumsum(axis=1) < rng.random((len(shares), 1))).sum(axis=1)


def copies(images: Array, known: Array, conditions: Array) -> Array:
    """Return for each row of conditions the training image of which nearly the same is known."""
    from sklearn.neighbors import KDTree

    return images[KDTree(known).query(conditions, return_distance=False)[:, 0]]
