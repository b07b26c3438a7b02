"""How far drawn images are from real ones: their power, and whether they are copies."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import fft

from astro_dl.metrics.intervals import (
    estimate,
    percentile_interval,
    resampled,
    resampling_weights,
)

Array = np.ndarray
DIRECTIONS = 32
"""Principal components in which distances are taken: most of what is no noise."""


def radial_power(images: Array) -> Array:
    """Return the power of images (n, H, W) by whole wavenumbers per side, (n, min(H, W) / 2).

    White noise of unit variance has 1 everywhere.
    """
    height, width = images.shape[1:]
    power = np.abs(fft.fft2(images.astype(np.float64))) ** 2 / (height * width)
    down, across = fft.fftfreq(height, 1 / height), fft.fftfreq(width, 1 / width)
    ring = np.rint(np.hypot(down[:, None], across)).astype(int).ravel()
    count = min(height, width) // 2
    member = (ring[:, None] == np.arange(1, count + 1)).astype(float)
    return power.reshape(len(images), -1) @ (member / member.sum(axis=0))


def power_ratio(real: Array, drawn: Array, confidence: float, bootstrap: int) -> dict[str, Any]:
    """Return the root mean square, over wavenumbers, of ln of the ratio of mean power spectra.

    Parameters
    ----------
    real, drawn : ndarray, (n, H, W)
        Example by example where the same is known of both: pairs are resampled.
    confidence : float
        Of the interval.
    bootstrap : int
        Replicas.
    """
    one, other = radial_power(real), radial_power(drawn)

    def difference(weights: Array) -> float:
        return float(np.sqrt(np.mean(np.log((weights @ other) / (weights @ one)) ** 2)))

    return centred(difference, len(one), bootstrap, confidence)


def centred(
    distance: Callable[[Array], float], size: int, bootstrap: int, confidence: float
) -> dict[str, Any]:
    """Return a distance with its bootstrap interval, moved by how far resampling raises it.

    Two resampled sets are further from each other than the sets themselves, in the mean.

    Parameters
    ----------
    distance : callable
        ``(weights) -> float``, of how often each example counts, (size,) int; never negative.
    size : int
        Number of examples.
    bootstrap : int
        Replicas.
    confidence : float
        Of the interval.
    """
    rng = np.random.default_rng(0)
    value = distance(np.ones(size, np.int64))
    replicas = np.array([distance(one) for one in resampling_weights(size, bootstrap, rng)])
    raised = replicas.mean() - value if bootstrap else 0.0
    low, high = percentile_interval(replicas - raised, confidence)
    return estimate(value, np.maximum(low, 0), high)


def neighbour_ratio(
    drawn: Array, training: Array, held_out: Array, confidence: float, bootstrap: int
) -> dict[str, Any]:
    """Return the median distance to the nearest training image over that to a held-out one.

    1 where nothing is remembered, 0 for copies. Distances are those of 32 principal components of
    asinh of images.

    Parameters
    ----------
    drawn : ndarray, (n, H, W)
        Images.
    training, held_out : ndarray, (m, H, W)
        As many images of either set.
    confidence : float
        Of the interval.
    bootstrap : int
        Replicas, over drawn images.
    """
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    sets = [np.arcsinh(one.reshape(len(one), -1)) for one in (drawn, training, held_out)]
    count = min(DIRECTIONS, len(training))
    pca = PCA(count, svd_solver="randomized", random_state=0).fit(np.concatenate(sets[1:]))
    own, *others = (pca.transform(one) for one in sets)
    near, far = (
        NearestNeighbors(n_neighbors=1).fit(one).kneighbors(own)[0][:, 0] for one in others
    )

    def ratio(weights: Array) -> float:
        return float(np.median(np.repeat(near, weights)) / np.median(np.repeat(far, weights)))

    return resampled(ratio, len(own), bootstrap, confidence)
