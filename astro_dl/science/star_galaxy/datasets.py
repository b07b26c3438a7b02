"""Real sources that people called stars or galaxies."""

import re
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
from astro_dl.science.star_galaxy.like_sources import of_like_sources
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics

Array = np.ndarray
FILE = "star_galaxy/aries_cutouts.h5"


def read_aries(physics: StarGalaxyPhysics, folder: Path) -> Examples:
    """Return the cutouts of ARIES below a folder.

    They are pictures of 8 bits: what is above the median is divided by its scatter, and cut off as
    bright pixels are. As nearly all stars are cut off, their images broaden with their brightness:
    the point spread of a source is what the others of its frame look like, see `of_like_sources`.

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
    spreads = of_like_sources(images, frame, physics.point_spread_pixels)
    start = (picture.shape[1] - size) // 2
    cut = images[:, start : start + size, start : start + size]
    # what the square of the noise adds is subtracted
    power = np.sum(cut[:, 10:-10, 10:-10] ** 2 - 1, axis=(1, 2))
    snr = np.sqrt(np.maximum(power, 1.0))
    info = QTable({"frame_id": frame, "field": [field_of(name) for name in frame], "snr": snr})
    return Examples(network_input(cut, spreads), label.astype(np.float32), info)


def field_of(frame: str) -> str:
    """Return what part of the sky a frame shows, by the coordinates in its name, or else the name.

    J1530p2310_r_01 and J153044p231014_001_001 show the same sources.
    """
    found = re.match(r"J(\d{4})\d*p(\d{4})", frame, re.IGNORECASE)
    return f"J{found[1]}p{found[2]}" if found else frame


ARIES = Dataset(
    summary="2,920 ground-based cutouts of the ARIES observatory, called stars or galaxies",
    read=read_aries,
    group="field",
    n=2920,
    reference="Chaini et al. (2023), arXiv:2207.13456",
    licence="MIT; labels unverified",
)
