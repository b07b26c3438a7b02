"""From segments to a catalogue: where sources are, how bright, and of which kind."""

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.observations.galaxies.coordinates import celestial, sky_of_pixels
from astro_dl.science.source_segmentation.files import Field
from astro_dl.science.source_segmentation.physics import CLASSES
from astro_dl.science.source_segmentation.segments import grown

Array = np.ndarray
FAINTEST_WEIGHT = 0.01
"""Of pixels without light [σ], so that every source has a place."""


@dataclass(frozen=True)
class Segmentation:
    """What was found in an image.

    Parameters
    ----------
    probability : ndarray of uint8, (classes, H, W)
        Times `STEPS`.
    brightness : ndarray of float16, (H, W)
        asinh of light above the sky [σ].
    segments : ndarray of int32, (H, W)
        Numbers from 1.
    divided : ndarray of bool, (segments + 1,)
        Whether each was divided from others.
    fwhm : float
        Of stars [pixel].
    """

    probability: Array
    brightness: Array
    segments: Array
    divided: Array
    fwhm: float

    @property
    def count(self) -> int:
        """Number of segments."""
        return len(self.divided) - 1


@dataclass(frozen=True)
class _Sums:
    """What is added up over the pixels of each segment, all (segments + 1,)."""

    pixels: Array
    weight: Array
    x: Array
    y: Array
    by_class: Array
    edge: Array


def catalogue(field: Field, found: Segmentation, gain: float | None) -> QTable:
    """Return a row for each segment.

    Parameters
    ----------
    field : Field
        The image.
    found : Segmentation
        Its segments.
    gain : float or None
        Electrons for each unit of the image; None where only the sky's noise is known.

    Returns
    -------
    QTable
        As of `astro_dl.science.source_segmentation.predict.predict_fields`, without names.
    """
    sums = _summed(found)
    flux, variance, unknown = _fluxes(field, found)
    if gain is not None:
        variance = variance + np.maximum(flux, 0) / gain
    weight = sums.weight[1:]
    x, y = sums.x[1:] / weight, sums.y[1:] / weight
    shares = sums.by_class[1:, 1:]
    shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    wcs = celestial(field.header)
    ra, dec = np.full((2, len(x)), np.nan) if wcs is None else sky_of_pixels(wcs, x, y)
    names = np.array(CLASSES[1:])
    return QTable(
        {
            "segment": np.arange(1, found.count + 1),
            "x": x * u.pix,
            "y": y * u.pix,
            "ra": ra * u.deg,
            "dec": dec * u.deg,
            "flux": flux[1:],
            "flux_err": np.sqrt(variance[1:]),
            "label": names[shares.argmax(axis=1)] if len(shares) else np.array([], "U8"),
            **{f"p_{name}": shares[:, k].astype(np.float32) for k, name in enumerate(names)},
            "pixels": sums.pixels[1:].astype(int),
            "edge": sums.edge[1:] > 0,
            "blended": found.divided[1:],
            "unknown_pixels": unknown[1:] > 0,
        }
    )


def _summed(found: Segmentation) -> _Sums:
    """Return sums weighted by light over segments, band by band."""
    size = found.count + 1
    flat = {name: np.zeros(size) for name in ("pixels", "weight", "x", "y", "edge")}
    sums = _Sums(**flat, by_class=np.zeros((size, len(CLASSES))))
    height, width = found.segments.shape
    for rows, segments in grown(found.segments, 0):
        row, column = np.nonzero(segments)
        number = segments[row, column]
        light = np.sinh(found.brightness[rows][row, column].astype(np.float32))
        weight = np.maximum(light, FAINTEST_WEIGHT)
        row_of_image = row + rows.start
        edge = (row_of_image == 0) | (row_of_image == height - 1)
        edge |= (column == 0) | (column == width - 1)
        for total, values in (
            (sums.pixels, np.ones(len(number))),
            (sums.weight, weight),
            (sums.x, weight * column),
            (sums.y, weight * row_of_image),
            (sums.edge, edge),
        ):
            total += np.bincount(number, values, size)
        for k in range(len(CLASSES)):
            values = weight * found.probability[k][rows][row, column]
            sums.by_class[:, k] += np.bincount(number, values, size)
    return sums


def _fluxes(field: Field, found: Segmentation) -> tuple[Array, Array, Array]:
    """Return sums of light, its variance and unknown pixels over segments grown by a FWHM."""
    size = found.count + 1
    flux, variance, unknown = np.zeros((3, size))
    for rows, segments in grown(found.segments, max(1, round(found.fwhm))):
        light, noise = field.above_sky(rows)
        row, column = np.nonzero(segments)
        number = segments[row, column]
        values, deviation = light[row, column], noise[row, column]
        known = np.isfinite(values)
        flux += np.bincount(number, np.where(known, values, 0), size)
        variance += np.bincount(number, known * deviation.astype(float) ** 2, size)
        unknown += np.bincount(number, ~known, size)
    return flux, variance, unknown
