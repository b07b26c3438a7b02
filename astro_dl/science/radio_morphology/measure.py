"""What people measure on a radio map: the ratio of Fanaroff and Riley, size, bend, components."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label, maximum, maximum_filter

from astro_dl.observations.images.cutouts import MEDIAN_OF_ABSOLUTE_NORMAL
from astro_dl.science.radio_morphology.physics import RadioPhysics

Array = np.ndarray

DIRECTIONS = 36
"""In which the extent of a source is looked for."""
FAINTEST_COMPONENT = 0.1
"""Of the peak, for a local maximum to count."""
NEIGHBOURS = np.ones((3, 3), int)


@dataclass(frozen=True)
class Shape:
    """What was measured of a source; NaN where there are too few pixels.

    Parameters
    ----------
    fr_ratio : float
        Distance between the brightest places of both halves over the whole extent: below one half
        for class I and above it for class II (Fanaroff & Riley 1974, MNRAS 167, 31P).
    size_arcsec : float
        The largest extent of the pixels, as they are seen through the beam ["].
    bend_degrees : float
        By how much the light of the outer thirds is bent about that of the middle one [°].
    components : int
        Local maxima above a tenth of the peak.
    """

    fr_ratio: float
    size_arcsec: float
    bend_degrees: float
    components: int


NOTHING = Shape(np.nan, np.nan, np.nan, 0)


def beam_area_pixels(major_arcsec: float, minor_arcsec: float, pixel_scale_arcsec: float) -> float:
    """Return the area of a Gaussian beam of these widths at half maximum, in pixels.

    The sum of a map in Jy/beam over this area is the flux density in Jy.
    """
    return float(np.pi * major_arcsec * minor_arcsec / (4 * np.log(2)) / pixel_scale_arcsec**2)


def map_noise(image: Array) -> float:
    """Return the standard deviation of the noise of a map (y, x), by its median deviation.

    In maps from which noise was cut away, a third of the faintest pixel that is left. NaN where
    all pixels are alike.
    """
    values = image[np.isfinite(image)]
    if not values.size:
        return np.nan
    level = np.median(values)
    spread = float(np.median(np.abs(values - level)) / MEDIAN_OF_ABSOLUTE_NORMAL)
    if spread > 0:
        return spread
    left = values[values > level]
    return float(left.min() - level) / 3 if left.size else np.nan


def source_pixels(image: Array, noise: float, physics: RadioPhysics) -> Array:
    """Return a map (y, x) whose pixels are 0 but for those of sources.

    Those above ``clip_sigma`` of the noise, in islands that reach ``seed_sigma`` somewhere and are
    as large as the beam; pixels that are not finite are 0.
    """
    known = np.where(np.isfinite(image), image, 0.0)
    # in a map that was clipped the faintest pixel is at the limit itself
    above = known >= physics.clip_sigma * noise * (1 - 1e-6)
    islands, count = label(above, NEIGHBOURS)
    if not count:
        return np.zeros_like(known)
    highest = np.asarray(maximum(known, islands, np.arange(count + 1)))
    beam = beam_area_pixels(physics.beam_arcsec, physics.beam_arcsec, physics.pixel_scale_arcsec)
    large = np.bincount(islands.ravel(), minlength=count + 1) >= beam
    kept = large & (highest >= physics.seed_sigma * noise)
    kept[0] = False
    return np.where(kept[islands], known, 0.0)


def measure(image: Array, pixel_scale_arcsec: float) -> Shape:
    """Return the shape of a source.

    No place of the host galaxy is needed: the halves are those of the extent.

    Parameters
    ----------
    image : ndarray
        (y, x), 0 where there is no source, see `source_pixels`, in any unit.
    pixel_scale_arcsec : float
        Width of a pixel ["].
    """
    y, x = np.nonzero(image)
    if len(y) < 3:
        return NOTHING
    light = image[y, x].astype(np.float64)
    angles = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
    along = np.cos(angles)[:, None] * x + np.sin(angles)[:, None] * y
    extent = along.max(axis=1) - along.min(axis=1)
    u = along[extent.argmax()]
    longest = float(extent.max())
    if longest <= 0:
        return NOTHING
    first = u < (u.max() + u.min()) / 2
    spots = [np.flatnonzero(half)[light[half].argmax()] for half in (first, ~first)]
    apart = np.hypot(x[spots[0]] - x[spots[1]], y[spots[0]] - y[spots[1]])
    return Shape(
        fr_ratio=float(apart / longest),
        size_arcsec=(longest + 1) * pixel_scale_arcsec,
        bend_degrees=_bend(x, y, light, (u - u.min()) / longest),
        components=int(np.sum(local_maxima(image))),
    )


def is_uncertain(kind: Array, fr_ratio: Array, margin: float) -> Array:
    """Return where the ratio (n,) does not tell what a straight source was drawn as.

    Where it lies within a margin of one half, on the other side, or cannot be measured.
    """
    away = np.where(kind == "FRI", 0.5 - fr_ratio, fr_ratio - 0.5)
    return np.isin(kind, ("FRI", "FRII")) & ~(away > margin)


def local_maxima(image: Array) -> Array:
    """Return which pixels (y, x) above a tenth of the peak none of their neighbours outshines."""
    highest = maximum_filter(image, size=3)
    return (image == highest) & (image > FAINTEST_COMPONENT * image.max())


def _bend(x: Array, y: Array, light: Array, place: Array) -> float:
    thirds = np.minimum((3 * place).astype(int), 2)
    weight = np.bincount(thirds, light, minlength=3)
    if not (weight > 0).all():
        return np.nan
    centres = np.stack([np.bincount(thirds, light * one, minlength=3) / weight for one in (x, y)])
    before, after = centres[:, 1] - centres[:, 0], centres[:, 2] - centres[:, 1]
    cross = before[0] * after[1] - before[1] * after[0]
    return float(abs(np.degrees(np.arctan2(cross, before @ after))))
