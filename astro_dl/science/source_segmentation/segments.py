"""Pixels of sources to segments: those that touch are together, unless there are several peaks."""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA

Array = np.ndarray
NEIGHBOURS = np.ones((3, 3))
"""Pixels that touch, also at corners, are of one segment."""

LEAST_PIXELS = 4
"""Of a segment."""

PROMINENCE_SIGMA, PROMINENCE_SHARE = 4.0, 0.1
"""By which a peak stands above its saddle to be a source of its own: the noise, and its height."""


def find_segments(mask: Array, brightness: Array, fwhm: float) -> tuple[Array, Array]:
    """Return segments of sources, divided where there are several peaks.

    Parameters
    ----------
    mask : ndarray of bool, (H, W)
        Pixels of sources.
    brightness : ndarray, (H, W)
        asinh of the light above the sky [σ].
    fwhm : float
        Of stars [pixel].

    Returns
    -------
    segments : ndarray of int32, (H, W)
        Numbers from 1, 0 between segments.
    divided : ndarray of bool, (segments + 1,)
        By number: whether it touches others that it was divided from.
    """
    segments = np.empty(mask.shape, np.int32)
    count = ndimage.label(mask, NEIGHBOURS, output=segments)
    parts: list[int] = []
    divided_from: set[int] = set()
    smoothing = fwhm / FWHM_PER_SIGMA / 2
    noise = min(1.0, 1 / (2 * np.sqrt(np.pi) * smoothing))
    smallest = max(2 * LEAST_PIXELS, np.pi * fwhm**2 / 4)
    for number, window in enumerate(ndimage.find_objects(segments), start=1):
        own = segments[window] == number
        if own.sum() < smallest:
            continue
        light = np.sinh(brightness[window].astype(np.float32)) * own
        smooth = ndimage.gaussian_filter(light, smoothing, mode="constant")
        if (own & (smooth == ndimage.maximum_filter(smooth, 3))).sum() < 2:
            continue
        found = basins(smooth, own, PROMINENCE_SIGMA * noise, PROMINENCE_SHARE)
        if found.max() > 1:
            first = count + len(parts)
            segments[window] = np.where(found > 1, first + found - 1, segments[window])
            parts += range(first + 1, first + int(found.max()))
            divided_from.add(number)
    return _numbered(segments, np.array([*divided_from, *parts], int), count + len(parts))


def basins(values: Array, inside: Array, least: float, share: float) -> Array:
    """Return which peak every pixel belongs to: the one that is reached uphill.

    A peak that stands less above its saddle than ``least``, or than ``share`` of its own height,
    belongs to the higher one beyond the saddle.

    Parameters
    ----------
    values : ndarray, (H, W)
        Light.
    inside : ndarray of bool, (H, W)
        Which pixels count.
    least, share : float
        Prominence of a peak of its own.

    Returns
    -------
    ndarray of int, (H, W)
        Numbers from 1, the highest peak first; 0 outside.
    """
    width = inside.shape[1] + 2
    flat = np.pad(values, 1).ravel()
    order = np.flatnonzero(np.pad(inside, 1).ravel())
    order = order[np.argsort(-flat[order], kind="stable")]
    steps = (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1)
    peak_of: dict[int, int] = {}

    def peak(place: int) -> int:
        while peak_of[place] != place:
            peak_of[place] = place = peak_of[peak_of[place]]
        return place

    for place in order.tolist():
        # Places are met downhill: of two peaks the higher one was met first.
        uphill = [place + step for step in steps if place + step in peak_of]
        peak_of[place] = peak(max(uphill, key=flat.__getitem__)) if uphill else place
        around = {peak(one) for one in uphill}
        higher = max(around, key=flat.__getitem__, default=place)
        for lower in around - {higher}:
            height = flat[lower]
            if height - flat[place] < max(least, share * height):
                peak_of[lower] = higher
    peaks = [peak(place) for place in order.tolist()]
    number = {one: k for k, one in enumerate(dict.fromkeys(peaks), start=1)}
    found = np.zeros(len(flat), int)
    found[order] = [number[one] for one in peaks]
    return found.reshape(-1, width)[1:-1, 1:-1]


def grown(segments: Array, steps: int) -> Iterator[tuple[slice, Array]]:
    """Yield segments with the free pixels around them, in bands of rows.

    Parameters
    ----------
    segments : ndarray of int, (H, W)
    steps : int
        Pixels by which they grow; where two meet, the one of the higher number goes on.
    """
    height, band = len(segments), 512
    for top in range(0, height, band):
        first, bottom = max(0, top - steps), min(height, top + band)
        part = segments[first : bottom + steps]
        for _ in range(steps):
            part = np.where(part == 0, ndimage.maximum_filter(part, 3, mode="constant"), part)
        yield slice(top, bottom), part[top - first : bottom - first]


def _numbered(segments: Array, divided: Array, count: int) -> tuple[Array, Array]:
    """Return segments without those that are too small, numbered without gaps."""
    sizes = np.bincount(segments.ravel(), minlength=count + 1)
    kept = sizes >= LEAST_PIXELS
    kept[0] = False
    numbers = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    flagged = np.zeros(count + 1, bool)
    flagged[divided] = True
    return numbers[segments], np.concatenate([[False], flagged[kept]])
