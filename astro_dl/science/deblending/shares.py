"""Shares of the light of pixels, and what they tell of sources: fluxes and blendedness."""

import numpy as np

from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA

Array = np.ndarray
WINDOW_SEEING = 1.65 / FWHM_PER_SIGMA
"""Standard deviation of the window of fluxes over the width of the seeing: 1.65 times the seeing's
own, of 90% of the greatest signal-to-noise ratio of a star, and more of a galaxy's light."""


def true_shares(light: Array, total: Array, floor: float) -> Array:
    """Return L / (Σ L + ε): what a source has of each pixel, the sky's light ε beside it."""
    return light / (total + floor)


def normalised(share: Array, claimed: Array) -> Array:
    """Return shares such that those of all sources of a pixel sum to one at most.

    What they leave of a pixel is the sky's, and that of sources that nobody has told of.

    Parameters
    ----------
    share : ndarray
        Of a source, as a network told it.
    claimed : ndarray
        The sum of those of all sources, itself among them.
    """
    return share / np.maximum(claimed, 1)


def windows(x: Array, y: Array, fwhm: Array, size: int) -> Array:
    """Return round Gaussian windows (n, size, size), 1 at their middles.

    Parameters
    ----------
    x, y : ndarray, (n,)
        From the middle of the stamp [pixel].
    fwhm : ndarray, (n,)
        Of the seeing [pixel].
    size : int
        Pixels along either side.
    """
    axis = np.arange(size) - (size - 1) / 2
    across, down = (
        np.exp(-0.5 * ((axis - place[:, None]) / (WINDOW_SEEING * fwhm[:, None])) ** 2)
        for place in (x, y)
    )
    return down[:, :, None] * across[:, None, :]


def blendedness(light: Array, total: Array) -> Array:
    """Return 1 − Σ L² / Σ L T (n,): 0 of sources that are alone, towards 1 below brighter ones.

    One minus the purity of Sanchez et al. (2021), arXiv:2103.02078.

    Parameters
    ----------
    light, total : ndarray, (n, size, size)
        Of a source, and of all.
    """
    both = np.sum(light * total, axis=(1, 2), dtype=float)
    return 1 - np.sum(light**2, axis=(1, 2), dtype=float) / np.maximum(both, 1e-12)


def noisy_blendedness(share: Array, images: Array) -> Array:
    """Return `blendedness` (n,) as shares of images tell it, the noise's own power left out.

    Parameters
    ----------
    share : ndarray, (n, size, size)
        Of a source.
    images : ndarray, (n, size, size)
        In standard deviations of the noise.
    """
    power = images**2 - 1
    both = np.sum(share * power, axis=(1, 2), dtype=float)
    own = np.sum(share**2 * power, axis=(1, 2), dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(both > 0, np.clip(1 - own / both, 0, 1), np.nan)
