"""Networks for the morphology of galaxies on real files: FITS images and photographs."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.core.reading.share import divisible
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.images.image_files import SINGLE, holds_many, read_image_file
from astro_dl.observations.images.stacks import IMAGES as STACK
from astro_dl.observations.images.stacks import columns_beside
from astro_dl.observations.labelled.predict import predict_files
from astro_dl.observations.labelled.sources import Kind
from astro_dl.science.galaxy_morphology.inputs import network_input
from astro_dl.science.galaxy_morphology.physics import MorphologyPhysics

PHOTOGRAPHS = Kind("images", SINGLE, STACK.read, STACK.count, columns_beside, holds_many)
"""Files of one image, or of many."""


@divisible()
def predict_galaxies(
    predictor: Predictor[MorphologyPhysics],
    paths: Sequence[Any],
    *,
    hdu: int | str | None = None,
    path: str = "",
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Yield tables of predictions that follow each other, one row for each image.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``galaxy_morphology``.
    paths : sequence of path
        The galaxy in the middle: FITS cubes of g, r and i; PNG, JPEG; npy; HDF5, npz or
        tables of FITS of many.
        Pixels are taken to be as wide as the network's. Whole numbers from 0 to 255 are those of a
        photograph, others are light and become one.
    hdu : int or str, optional
        Number or name of the extension, where a FITS file holds several images.
    path : str, optional
        Name of the array or column, where a file of many holds several.
    batch_size : int, optional
        Images given to the network at once.
    keep_flagged : bool, default False
        Answer for what is outside the training range, too, instead of leaving the answer out.

    Yields
    ------
    astropy.table.QTable
        ``id``; shares of votes with their intervals, see `astro_dl.answers.votes.Votes`, or the
        probability of a spiral; ``flags``.

    Raises
    ------
    UsageError
        If a file cannot be read, or an image is too small, has other bands or no noise.
    """
    make = partial(network_input, predictor.physics)
    member = path or ("" if hdu is None else str(hdu))
    yield from predict_files(predictor, PHOTOGRAPHS, paths, make, member, batch_size, keep_flagged)


def galaxy_of_file(physics: MorphologyPhysics, path: Path) -> np.ndarray:
    """Return the input of the one image in a file, (size, size, 3)."""
    return network_input(physics, read_image_file(path), path)
