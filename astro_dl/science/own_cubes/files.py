"""Cubes in files: (depth, y, x), such as a spectrum in every pixel, or images at several times."""

from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.image_files import (
    FITS,
    fits_array,
    only_array,
    opened_arrays,
)
from astro_dl.observations.images.stacks import Stack

SINGLE = (*FITS, ".npy")
AXES = 3
FEWEST_PIXELS = 2


def read_cube_file(path: str | Path, member: str = "") -> np.ndarray:
    """Return the cube of a file (depth, y, x), in the file's numbers.

    Parameters
    ----------
    path : str or Path
        FITS, plain or compressed, whose axes are x, y and depth; or npy.
    member : str, optional
        Number or name of the extension of a FITS file; default the first with an array.

    Raises
    ------
    UsageError
        If it cannot be read, or holds no cube.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending in FITS:
        return as_cube(fits_array(path, member or None), path)
    if ending == ".npy":
        with opened_arrays(path) as arrays:
            return as_cube(np.asarray(arrays[only_array(arrays, "", path, (AXES,))]), path)
    raise UsageError(
        f"{path}: ending {ending!r} names no file of one cube; accepted: {', '.join(SINGLE)}"
    )


def as_cube(array: np.ndarray, where: object) -> np.ndarray:
    """Return an array if it is a cube of numbers of three axes, each of two values or more.

    Raises
    ------
    UsageError
        If it is not.
    """
    if array.dtype.kind not in "fiub" or array.ndim != AXES or min(array.shape) < FEWEST_PIXELS:
        raise UsageError(
            f"{where}: {array.dtype} of shape {array.shape} is no cube; accepted: numbers of three "
            f"axes (depth, y, x), each of {FEWEST_PIXELS} or more"
        )
    return array


CUBES = Stack(axes=(AXES + 1,), form="cubes (n, depth, y, x)", one=as_cube, single=read_cube_file)
