"""Images of any size through a network, one source after the other, and shares that add up."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from astro_dl.inference.protocol import Predictor
from astro_dl.models.point_spread.inputs import IMAGE
from astro_dl.observations.galaxies.fields import SkyImage
from astro_dl.observations.galaxies.stamp_files import mirrored_where_missing
from astro_dl.observations.images.pixels import blocks
from astro_dl.science.deblending.inputs import MOST_SOURCES, network_input, told_positions
from astro_dl.science.deblending.physics import DeblendingPhysics
from astro_dl.science.deblending.shares import normalised

Array = np.ndarray
BAND = 512
"""Rows of an image that are looked at at once."""

SOURCES_AT_ONCE = 256
FAINTEST = 1e-6


@dataclass(frozen=True)
class Deblended:
    """What n sources have of the light of an image.

    Parameters
    ----------
    corners : ndarray of int, (n, 2)
        Column and row of the first pixel of each stamp, perhaps outside the image.
    offsets : ndarray, (n, 2)
        x and y of each source from the middle of its stamp [pixel].
    share : ndarray of float32, (n, size, size)
        Of each pixel; those of all sources sum to one at most.
    light : ndarray of float32, (n, size, size)
        What was observed above the sky, in standard deviations of the noise; pixels that are not
        known are as those on the other side of the source.
    known : ndarray of bool, (n, size, size)
        Which pixels were observed.
    noise : ndarray, (n,)
        One standard deviation at each source, in the unit of the file.
    others : ndarray of int, (n,)
        Number of other sources in the stamp.
    claimed : ndarray of float32, (H, W)
        What all sources together have of each pixel of the image.
    """

    corners: Array
    offsets: Array
    share: Array
    light: Array
    known: Array
    noise: Array
    others: Array
    claimed: Array

    @property
    def models(self) -> Array:
        """Light of each source in its stamp (n, size, size), in the unit of the file."""
        return self.share * self.light * self.noise[:, None, None].astype(np.float32)


def deblend(
    predictor: Predictor[DeblendingPhysics], image: SkyImage, light: Array, places: Array
) -> Deblended:
    """Return what sources have of the light of an image.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``deblending``.
    image : SkyImage
        The image.
    light : ndarray, (H, W)
        As of `light_of`.
    places : ndarray, (n, 2)
        x and y of the sources [pixel, from 0], all inside.
    """
    size = predictor.physics.size_pixels
    corners = np.floor(places).astype(int) - size // 2 + 1
    offsets = places - corners - (size - 1) / 2
    stamps = cut(light, corners, size)
    known = np.isfinite(stamps)
    stamps = np.stack([mirrored_where_missing(one) for one in stamps]) if len(stamps) else stamps
    told, others = _told(places, offsets, size)
    share = np.empty(stamps.shape, np.float32)
    for part in blocks(len(places), SOURCES_AT_ONCE):
        spreads = np.repeat(image.point_spread[None], len(stamps[part]), axis=0)
        share[part] = shares_told(predictor, network_input(stamps[part], told[part], spreads))
    claimed = np.zeros(light.shape, np.float32)
    for own, (inside, there) in zip(share, overlaps(corners, size, light.shape), strict=True):
        claimed[there] += own[inside]
    for own, (inside, there) in zip(share, overlaps(corners, size, light.shape), strict=True):
        own[inside] = normalised(own[inside], claimed[there])
    return Deblended(
        corners,
        offsets,
        share,
        stamps.astype(np.float32),
        known,
        _noise_at(image, places),
        others,
        np.minimum(claimed, 1),
    )


def shares_told(predictor: Predictor[DeblendingPhysics], x: dict[str, Array]) -> Array:
    """Return the shares (n, size, size) that a network tells by the light that it answers."""
    answer, light = predictor.score(x)[..., 0], x[IMAGE][..., 0]
    seen = np.abs(light) > FAINTEST
    return np.clip(np.divide(answer, light, out=np.zeros_like(light), where=seen), 0, 1)


def light_of(image: SkyImage) -> Array:
    """Return light above the sky (H, W) float32, in standard deviations of the noise."""
    light = np.empty(image.shape, np.float32)
    for part in blocks(len(light), BAND):
        light[part] = image.light(part)
    return light


def cut(image: Array, corners: Array, size: int) -> Array:
    """Return stamps (n, size, size) of an image, NaN outside of it."""
    stamps = np.full((len(corners), size, size), np.nan, np.float32)
    for own, (inside, there) in zip(stamps, overlaps(corners, size, image.shape), strict=True):
        own[inside] = image[there]
    return stamps


def overlaps(
    corners: Array, size: int, shape: tuple[int, int]
) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Yield the part of each stamp that is inside an image, and where in the image it is."""
    for corner in corners:
        first = [int(corner[1]), int(corner[0])]
        ends = [
            (max(0, start), min(side, start + size))
            for start, side in zip(first, shape, strict=True)
        ]
        rows, columns = (slice(a, b) for a, b in ends)
        inside = [slice(a - start, b - start) for (a, b), start in zip(ends, first, strict=True)]
        yield (inside[0], inside[1]), (rows, columns)


def _told(places: Array, offsets: Array, size: int) -> tuple[Array, Array]:
    """Return what networks are told of places (n, 8, 3), and how many others are in each stamp."""
    told, others = np.zeros((len(places), MOST_SOURCES, 3)), np.zeros(len(places), int)
    if not len(places):
        return told, others
    near = cKDTree(places).query_ball_point(places, size / 2, p=np.inf)
    for k, found in enumerate(near):
        rest = np.array([one for one in found if one != k], int)
        told[k] = told_positions(offsets[k], offsets[k] + places[rest] - places[k])
        others[k] = len(rest)
    return told, others


def _noise_at(image: SkyImage, places: Array) -> Array:
    columns, rows = np.rint(places.T).astype(int)
    noise = np.empty(len(places))
    for part in blocks(image.shape[0], BAND):
        here = (rows >= part.start) & (rows < part.stop)
        if here.any():
            noise[here] = image.noise(part)[rows[here] - part.start, columns[here]]
    return noise
