"""How far images are from the true ones; all intervals resample images."""

from typing import Any

import numpy as np

from astro_dl.metrics.intervals import resampled

Array = np.ndarray


def inner(images: Array, border: int) -> Array:
    """Return images (n, H, W) without a border on all sides."""
    return images[:, border : images.shape[1] - border, border : images.shape[2] - border]


def image_metrics(
    found: Array, y: Array, confidence: float, bootstrap: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Return errors of pixels.

    Parameters
    ----------
    found, y : ndarray, (n, H, W)
        Images and the true ones.
    confidence, bootstrap, rng
        Of the intervals.

    Returns
    -------
    dict
        ``n``; ``pixels``; ``rmse``, in the unit of the images; ``unexplained``, the squared error
        over the power Σ y² of the truth; ``bias``, the mean error.
    """
    wrong = np.asarray(found, np.float64) - y
    squared, error = (one.mean(axis=(1, 2)) for one in (wrong**2, wrong))
    power = np.mean(np.asarray(y, np.float64) ** 2, axis=(1, 2))
    statistics = {
        "rmse": lambda weights: np.sqrt(np.average(squared, weights=weights)),
        "unexplained": lambda weights: (weights @ squared) / (weights @ power),
        "bias": lambda weights: np.average(error, weights=weights),
    }
    measured = {
        name: resampled(one, len(y), bootstrap, confidence, rng) for name, one in statistics.items()
    }
    return {"n": len(y), "pixels": int(np.size(y)), **measured}


def error_ratio(
    found: Array, other: Array, y: Array, confidence: float, bootstrap: int
) -> dict[str, Any]:
    """Return the root mean square error of images over that of others of the same examples."""
    own, theirs = (
        np.mean((np.asarray(one, np.float64) - y) ** 2, axis=(1, 2)) for one in (found, other)
    )

    def ratio(weights: Array) -> float:
        return float(np.sqrt((weights @ own) / (weights @ theirs)))

    return resampled(ratio, len(y), bootstrap, confidence)
