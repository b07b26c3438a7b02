"""How wide stars are in an image: what most of the brightest sources have in common."""

import numpy as np
from scipy.ndimage import maximum_filter

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.degrading import full_width_at_half_maximum
from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA
from astro_dl.science.source_segmentation.files import Field

Array = np.ndarray
REACH = 10
"""Pixels about a peak that are looked at, on either side."""

LEAST_SIGMA = 15.0
"""Of the noise, by which a peak stands above the sky."""

FEWEST_PEAKS, MOST_PEAKS, FEWEST_OF_BAND = 5, 300, 20
"""Of an image, and of each of its bands of rows."""

ALIKE_SHARE = 0.2
"""Of all peaks, at least, that have the width of stars."""

WIDTHS = (1.0, 2 * REACH - 4.0)
PIXEL_FWHM = FWHM_PER_SIGMA / np.sqrt(12)
"""Of a Gaussian with the standard deviation of a pixel."""


def seeing_of(field: Field) -> float:
    """Return the full width at half maximum of stars [pixel].

    Each bright peak has a width; stars all have the same, galaxies each their own, wider one. The
    answer is the middle of the narrowest interval of widths that holds a fifth of the peaks.

    Raises
    ------
    UsageError
        If there are fewer than five peaks above 15 σ.
    """
    bands = list(field.bands())
    most = max(FEWEST_OF_BAND, MOST_PEAKS // len(bands))
    widths = np.concatenate([_widths(field.light(rows), most) for rows in bands])
    if len(widths) < FEWEST_PEAKS:
        raise UsageError(
            f"{field.path}: {len(widths)} sources are bright enough to measure how wide stars are, "
            f"and {FEWEST_PEAKS} are needed; give fwhm= with their full width at half maximum in "
            "pixels"
        )
    # Networks are told the seeing itself, in which the pixel is not.
    return float(np.sqrt(max(commonest(widths) ** 2 - PIXEL_FWHM**2, WIDTHS[0] ** 2)))


def commonest(widths: Array) -> float:
    """Return the middle of the narrowest interval of a fifth of the widths, and 4 at least."""
    rising = np.sort(widths)
    count = max(FEWEST_PEAKS - 1, int(np.ceil(ALIKE_SHARE * len(rising))))
    first = int(np.argmin(np.log(rising[count - 1 :] / rising[: len(rising) - count + 1])))
    return float(np.median(rising[first : first + count]))


def _widths(light: Array, most: int) -> Array:
    """Return the widths of the bright peaks of a part of an image, of so many at most."""
    peaks = (light > LEAST_SIGMA) & (light == maximum_filter(light, 2 * REACH + 1))
    rows, columns = np.nonzero(peaks)
    height, width = light.shape
    inside = (np.minimum(rows, columns) >= REACH) & (rows < height - REACH)
    inside &= columns < width - REACH
    places = np.column_stack([rows, columns])[inside][:most]
    stamps = (
        light[row - REACH : row + REACH + 1, column - REACH : column + REACH + 1]
        for row, column in places
    )
    found = np.array([full_width_at_half_maximum(stamp) for stamp in stamps])
    return found[(found > WIDTHS[0]) & (found < WIDTHS[1])]
