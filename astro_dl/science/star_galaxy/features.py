"""What a table tells of a source: how its light is spread, and how sure that is."""

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.signal import fftconvolve

from astro_dl.core.examples import Inputs
from astro_dl.observations.galaxies.inputs import images_of
from astro_dl.observations.galaxies.stamps import galaxy_stamps
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.star_galaxy.bayes_factor import log_bayes_factors
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics

Array = np.ndarray
BOUND = "Bayes factor"
NOT_CUT_OFF = "Bayes factor of what is not cut off"
"""What it is called where bright pixels are: it knows nothing of that, and is no bound."""

SPREAD = "spread"
WIDER = 1.0 / 16
"""Of the scale of the wider model of `spread_significance`, in widths of the point spread."""

REACH = 3
APERTURES = (1.5, 2.5, 4.0, 6.0, 9.0, 13.0)
"""Radii [pixel]."""

LEVELS = (1.0, 1.5, 2.2, 3.0, 4.0, 4.9)
"""Light above the sky above which pixels are counted [σ]."""

LIGHT_RADIUS = 10
"""About the middle, in which a source's light is [pixel]."""


def classical_scores(physics: StarGalaxyPhysics, x: Inputs) -> dict[str, Array]:
    """Return what ranks galaxies above stars without training, (n,) by name.

    Parameters
    ----------
    physics : StarGalaxyPhysics
        Priors of the bound.
    x : dict of ndarray
        Inputs of networks.
    """
    return {
        BOUND if physics.saturation_sigma is None else NOT_CUT_OFF: log_bayes_factors(physics, x),
        SPREAD: spread_significance(*images_of(x))[0],
    }


def spread_significance(images: Array, spreads: Array) -> tuple[Array, Array]:
    """Return how much broader sources are than the point spread: in errors, and itself (n,).

    SPREAD_MODEL of SExtractor (Desai et al. 2012, ApJ 757, 83, eq. 2): what a point spread,
    convolved with a small exponential disc, fits better than the point spread alone.
    """
    point, broad = _models(spreads, images.shape[1])
    light = fftconvolve(images, point[:, ::-1, ::-1], mode="same", axes=(1, 2))
    # a source may be some pixels off the middle
    part = slice(images.shape[1] // 2 - REACH, images.shape[1] // 2 + REACH + 1)
    best = light[:, part, part].reshape(len(images), -1).argmax(axis=1)
    row, column = (one - REACH for one in np.divmod(best, 2 * REACH + 1))
    moved = np.stack(
        [np.roll(image, (-r, -c), (0, 1)) for image, r, c in zip(images, row, column, strict=True)]
    )

    def product(one: Array, other: Array) -> Array:
        return np.sum(one * other, axis=(1, 2), dtype=float)

    px, bx = product(point, moved), product(broad, moved)
    pp, bp, bb = product(point, point), product(broad, point), product(broad, broad)
    safe = np.where(np.abs(px) > 1e-6, px, 1e-6)
    spread = bx / safe - bp / pp
    error = np.sqrt(np.maximum(bb * px**2 + pp * bx**2 - 2 * bp * px * bx, 1e-12)) / safe**2
    return spread / error, spread


def catalogue_features(physics: StarGalaxyPhysics, x: Inputs) -> Array:
    """Return features (n, k) as catalogues hold them: fluxes in apertures, moments, spread.

    Where bright pixels are cut off, also radii of the areas above `LEVELS`, of the source and of a
    star with as much light.
    """
    images, spreads = images_of(x)
    significance, spread = spread_significance(images, spreads)
    axis = np.arange(images.shape[1]) - (images.shape[1] - 1) / 2
    squared = axis**2 + axis[:, None] ** 2
    within = [images[:, squared <= radius**2].sum(axis=1) for radius in APERTURES]
    ratios = [one / np.maximum(np.abs(within[2]), 1.0) for one in within]
    window = np.exp(-squared / (2 * 5.0**2))
    weight = np.maximum(images, 0) * window
    total = np.maximum(weight.sum(axis=(1, 2)), 1e-3)
    xx, yy, xy = (
        np.sum(weight * one, axis=(1, 2)) / total
        for one in (axis**2, axis[:, None] ** 2, axis * axis[:, None])
    )
    side = np.arange(spreads.shape[1]) - spreads.shape[1] // 2
    seeing = np.sum(spreads * (side**2 + side[:, None] ** 2), axis=(1, 2))
    columns = [significance, spread, np.arcsinh(within[2]), *ratios, xx + yy]
    columns += [np.hypot(xx - yy, 2 * xy) / (xx + yy), seeing, spreads.max(axis=(1, 2))]
    if physics.saturation_sigma is not None:
        light = np.maximum(images[:, squared <= LIGHT_RADIUS**2].sum(axis=1), 1.0)
        star = np.minimum(spreads * light[:, None, None], physics.saturation_sigma)
        columns += [*isophotal_radii(images).T, *isophotal_radii(star).T]
    return np.stack(columns, axis=1).astype(np.float32)


def isophotal_radii(images: Array) -> Array:
    """Return the radius of a disc as large as the area above each of the `LEVELS`, (n, levels).

    Areas are within `LIGHT_RADIUS` of the middle along either axis, of images (n, size, size) in σ
    that are smoothed over 3 × 3 pixels.
    """
    half = images.shape[1] // 2
    part = slice(max(0, half - LIGHT_RADIUS), half + LIGHT_RADIUS)
    smooth = uniform_filter(images, (0, 3, 3))[:, part, part]
    areas = [np.sum(smooth > level, axis=(1, 2)) for level in LEVELS]
    return np.sqrt(np.stack(areas, axis=1) / np.pi)


def _models(spreads: Array, size: int) -> tuple[Array, Array]:
    """Return the point spreads, and those convolved with a small disc, in stamps of a size."""
    n, width = len(spreads), spreads.shape[1]
    before = (size - width) // 2
    after = size - width - before
    point = np.pad(spreads, ((0, 0), (before, after), (before, after)))
    # the disc's half-light radius; 1.678 scale lengths
    peak = spreads.max(axis=(1, 2)).astype(float)
    fwhm = 0.94 / np.sqrt(peak)
    light = SersicLight(1.678 * WIDER * fwhm, np.ones(n))
    # both about the same pixel: the middle of the stamp is between pixels where it is even
    shift = before + width // 2 - (size - 1) / 2
    moved = SersicLight(light.effective_radius, light.sersic_index, 0.0, 0.0, shift, shift)
    return point, galaxy_stamps(moved, np.ones(n), spreads.astype(float), size)
