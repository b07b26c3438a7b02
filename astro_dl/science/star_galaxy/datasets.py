"""Real sources that people called stars or galaxies."""

from pathlib import Path

import numpy as np
from astropy.stats import mad_std
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.hdf5_files import open_hdf5
from astro_dl.core.task import Dataset
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.images.point_spread import prepare_kernel
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics

Array = np.ndarray
FILE = "star_galaxy/aries_cutouts.h5"
SATURATED = 250.0
"""Of 255 steps."""

CANDIDATES = 40
SHARPEST = 0.4
"""Share of the brightest unsaturated sources of a frame, whose median is its point spread."""

CENTRAL = 12


def read_aries(physics: StarGalaxyPhysics, folder: Path) -> Examples:
    """Return the cutouts of ARIES below a folder.

    They are pictures of 8 bits: what is above the median is divided by its scatter, and cut off as
    bright pixels are. The point spread of a frame is the median of its sharpest sources, whatever
    they are called.

    Raises
    ------
    UsageError
        If the file is missing, or its cutouts are smaller than the physics asks for.
    """
    path = find_in(folder, FILE)
    with open_hdf5(path) as file:
        picture = np.asarray(file["image"][..., 0], np.float32)
        label = np.asarray(file["label"][:]) == b"galaxy"
        frame = np.asarray(file["group"][:]).astype(str)
    size = physics.size_pixels
    if picture.shape[1] < size:
        raise UsageError(f"{path}: cutouts of {picture.shape[1]} pixels; {size} are asked for")
    level = np.median(picture, axis=(1, 2))[:, None, None]
    sigma = np.maximum(mad_std(picture, axis=(1, 2)), 1.0)[:, None, None]
    images = (picture - level) / sigma
    if physics.saturation_sigma is not None:
        images = np.minimum(images, physics.saturation_sigma)
    saturated = picture[:, 26:38, 26:38].max(axis=(1, 2)) >= SATURATED
    spreads = np.empty((len(images), physics.point_spread_pixels, physics.point_spread_pixels))
    for name in np.unique(frame):
        own = frame == name
        spreads[own] = frame_point_spread(images[own], saturated[own], physics)
    start = (picture.shape[1] - size) // 2
    cut = images[:, start : start + size, start : start + size]
    # what the square of the noise adds is subtracted
    power = np.sum(cut[:, 10:-10, 10:-10] ** 2 - 1, axis=(1, 2))
    info = QTable({"frame_id": frame, "snr": np.sqrt(np.maximum(power, 1.0))})
    return Examples(network_input(cut, spreads), label.astype(np.float32), info)


def frame_point_spread(images: Array, saturated: Array, physics: StarGalaxyPhysics) -> Array:
    """Return the point-spread function of a frame by its own sources.

    Parameters
    ----------
    images : ndarray, (n, size, size)
        Of one frame [σ].
    saturated : ndarray of bool, (n,)
        Whether a middle is cut off.
    physics : StarGalaxyPhysics
        Says the size.
    """
    half, reach = images.shape[1] // 2, physics.point_spread_pixels // 2
    centred = np.stack([_centred(image) for image in images])
    part = slice(half - reach, half + reach + 1)
    stamps = centred[:, part, part]
    middle = centred[:, half - CENTRAL : half + CENTRAL + 1, half - CENTRAL : half + CENTRAL + 1]
    light = middle.sum(axis=(1, 2))
    order = np.argsort(-np.where(saturated, light / 1e3, light))[:CANDIDATES]
    sharpness = stamps[order, reach, reach] / np.maximum(light[order], 1.0)
    count = max(3, round(SHARPEST * len(order)))
    best = order[np.argsort(-sharpness)[:count]]
    norm = np.maximum(light[best], 1.0)[:, None, None]
    return prepare_kernel(np.maximum(np.median(stamps[best] / norm, axis=0), 0) + 1e-9)


def _centred(image: Array) -> Array:
    """Return an image moved by whole pixels, its brightest pixel near the middle in the middle."""
    half = len(image) // 2
    part = slice(half - 4, half + 5)
    near = image[part, part]
    smooth = near + np.roll(near, 1, 0) + np.roll(near, -1, 0)
    smooth = smooth + np.roll(near, 1, 1) + np.roll(near, -1, 1)
    row, column = np.unravel_index(smooth[1:-1, 1:-1].argmax(), (7, 7))
    return np.roll(image, (3 - row, 3 - column), (0, 1))


ARIES = Dataset(
    summary="2,920 ground-based cutouts of the ARIES observatory, called stars or galaxies",
    read=read_aries,
    group="frame_id",
    n=2920,
    reference="Chaini et al. (2023), arXiv:2207.13456",
    licence="MIT; labels unverified",
)
