"""What is counted and measured on maps of active regions, simulated or real, the same way."""

import numpy as np
from scipy import ndimage

from astro_dl.science.sun.disc import CM2_PER_SQUARE_DEGREE, MICROHEMISPHERES_PER_SQUARE_DEGREE

SPOT_EDGE, UMBRA_EDGE, COUNTED_BELOW = 0.85, 0.60, 0.70
"""Continuum over the quiet one: outlines of spots and umbrae, and where spots are counted."""

IN_PLANE = np.zeros((3, 3, 3), bool)
IN_PLANE[1] = True
INVERSION_BLUR_DEG = 1.2


def total_flux(field: np.ndarray, scale: float) -> np.ndarray:
    """Return the unsigned flux (n,) [Mx] of maps (n, rows, columns) [G], ``scale`` [deg]."""
    return np.abs(field).sum(axis=(1, 2), dtype=float) * scale**2 * CM2_PER_SQUARE_DEGREE


def darker_area(intensity: np.ndarray, threshold: float, scale: float) -> np.ndarray:
    """Return the area (n,) [millionths of the hemisphere] with a continuum below ``threshold``."""
    pixels = (intensity < threshold).sum(axis=(1, 2))
    return pixels * scale**2 * MICROHEMISPHERES_PER_SQUARE_DEGREE


def count_patches(mask: np.ndarray) -> np.ndarray:
    """Return the number (n,) of connected patches (by sides or corners) of masks (n, r, c).

    Spots are the patches of the continuum below `COUNTED_BELOW` of the quiet one on a map of
    0.15 deg a pixel: umbrae in one penumbra count one by one, as observers count them.
    """
    labels, patches = ndimage.label(mask, IN_PLANE)
    if patches == 0:
        return np.zeros(len(mask), int)
    first = np.zeros(patches, int)
    plane = np.nonzero(labels)
    first[labels[plane] - 1] = plane[0]
    return np.bincount(first, minlength=len(mask))


def bipole_axis(
    field: np.ndarray, scale: float, threshold: float = 50.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return separation [deg] and tilt [deg] of the flux-weighted centres of both polarities.

    Parameters
    ----------
    field : ndarray, (n, rows, columns)
        [G], rows from south to north, columns from east to west.
    scale : float
        Pixel scale [deg].
    threshold : float, default 50
        Weaker fields don't count [G].

    Returns
    -------
    separation, tilt : ndarray, (n,)
        The tilt is the angle, within ±90°, from east–west to the line between the centres, positive
        where its western end lies to the south (Joy's law in the northern hemisphere). NaN where a
        polarity is absent.
    """
    rows, columns = (np.arange(size) * scale for size in field.shape[1:])
    centres: list[tuple[np.ndarray, np.ndarray]] = []
    for sign in (1, -1):
        weight = np.where(sign * field > threshold, sign * field, 0.0)
        total = weight.sum(axis=(1, 2))
        with np.errstate(invalid="ignore"):
            centres.append(
                (
                    weight.sum(axis=1) @ columns / total,
                    weight.sum(axis=2) @ rows / total,
                )
            )
    (east_west, south_north), (other_x, other_y) = centres
    dx, dy = east_west - other_x, south_north - other_y
    dx, dy = np.abs(dx), dy * np.where(dx < 0, -1, 1)
    return np.hypot(dx, dy), np.degrees(np.arctan2(-dy, dx))


def inversion_line(
    field: np.ndarray, scale: float, threshold: float = 150.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return length and R value of strong-gradient polarity inversion lines (Schrijver 2007).

    Where fields of both polarities above the threshold are within a pixel of each other is an
    inversion line; R is the logarithm of one plus the unsigned flux near it [1e18 Mx], weighted by
    a Gaussian about the line.

    Parameters
    ----------
    field : ndarray, (n, rows, columns)
        [G].
    scale : float
        Pixel scale [deg].
    threshold : float, default 150
        [G].

    Returns
    -------
    length, r_value : ndarray, (n,)
        Length [deg] and log10 of the weighted flux.
    """
    window = (1, 3, 3)
    positive = ndimage.maximum_filter(field > threshold, window)
    negative = ndimage.maximum_filter(field < -threshold, window)
    line = (positive & negative).astype(np.float32)
    # A line between touching polarities is two pixels wide after both were grown.
    length = line.sum(axis=(1, 2)) * scale / 2
    sigma = INVERSION_BLUR_DEG / 2 / scale
    weight = ndimage.gaussian_filter(line, (0, sigma, sigma), truncate=2.5)
    return length, np.log10(1 + total_flux(field * weight, scale) / 1e18)
