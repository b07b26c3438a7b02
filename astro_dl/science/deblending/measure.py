"""Fluxes of deblended sources, their errors, and what is unusual about them."""

import numpy as np
from scipy.spatial import cKDTree

from astro_dl.observations.galaxies.fields import SkyImage
from astro_dl.observations.images.degrading import full_width_at_half_maximum
from astro_dl.science.deblending.deblend import Deblended
from astro_dl.science.deblending.inputs import MOST_SOURCES
from astro_dl.science.deblending.shares import noisy_blendedness, windows

Array = np.ndarray
MEASURED = ("flux", "flux_error", "window_flux", "window_flux_error", "blendedness")
SHARING_ERROR = 0.7
"""Standard deviation over Σ m (1 − s), m the light of a source and s its shares, of which the
network tells no errors: about the scatter of fluxes in windows, on simulated blends."""

CLOSE_SEEING = 0.6
"""Distance in widths of the seeing below which two sources are hardly told apart."""

LEAST_MISSING, MOST_MISSING = 1e-3, 0.3
"""Share of the window of a source that is unknown: from where on that is told; and at most."""

BORDER, LEAST_AT_BORDER, CLEAR = 2, 0.05, 5.0
"""Pixels along the sides of a stamp; what of a source's light can be there, and how clearly."""


def measured(answer: Deblended, point_spread: Array) -> dict[str, Array]:
    """Return the columns `MEASURED` (n,) of sources, NaN where too little of one is known."""
    light = answer.share * answer.light
    window = _windows(answer, point_spread)
    found = {}
    for name, weight in (("flux", np.ones_like(window)), ("window_flux", window)):
        variance = np.sum((weight * answer.share) ** 2, axis=(1, 2))
        doubtful = np.sum(weight * light * (1 - answer.share), axis=(1, 2))
        found[name] = np.sum(weight * light, axis=(1, 2)) * answer.noise
        found[f"{name}_error"] = np.sqrt(variance + (SHARING_ERROR * doubtful) ** 2) * answer.noise
    found["blendedness"] = noisy_blendedness(answer.share, answer.light)
    lost = _missing(answer, window) > MOST_MISSING
    return {name: np.where(lost, np.nan, one) for name, one in found.items()}


def unusual(answer: Deblended, image: SkyImage) -> dict[str, Array]:
    """Return by flag which sources (n,) have it."""
    fwhm = full_width_at_half_maximum(image.point_spread)
    places = answer.corners + answer.offsets + (answer.share.shape[-1] - 1) / 2
    missing = _missing(answer, _windows(answer, image.point_spread))
    ends = np.array(image.shape[::-1]) - 1 - places
    edge = np.minimum(places, ends).min(axis=1) < fwhm
    apart = cKDTree(places).query(places, k=2)[0][:, 1]
    ring = np.ones(answer.share.shape[1:], bool)
    ring[BORDER:-BORDER, BORDER:-BORDER] = False
    outside = np.sum(answer.share * answer.light * ring, axis=(1, 2))
    total = np.sum(answer.share * answer.light, axis=(1, 2))
    noise = np.sqrt(np.sum((answer.share * ring) ** 2, axis=(1, 2)))
    return {
        "edge": edge,
        "masked": (missing > LEAST_MISSING) & ~edge,
        "too_few_pixels": missing > MOST_MISSING,
        "close_pair": apart < CLOSE_SEEING * fwhm,
        "crowded": answer.others >= MOST_SOURCES,
        "light_at_border": (outside > LEAST_AT_BORDER * total) & (outside > CLEAR * noise),
    }


def _windows(answer: Deblended, point_spread: Array) -> Array:
    fwhm = np.full(len(answer.offsets), full_width_at_half_maximum(point_spread))
    x, y = answer.offsets.T
    return windows(x, y, fwhm, answer.share.shape[-1])


def _missing(answer: Deblended, window: Array) -> Array:
    """Return which share (n,) of the window of each source is not known."""
    return np.sum(window * ~answer.known, axis=(1, 2)) / np.sum(window, axis=(1, 2))
