"""Images in files of one or of many, read in order."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.image_files import (
    as_image,
    only_array,
    opened_arrays,
    read_image_file,
)

STACK_AXES = (3, 4)


def read_images(sources: Iterable[Any], member: str = "") -> Iterator[tuple[Any, np.ndarray]]:
    """Yield each source with its image (y, x, bands); files of many are opened once.

    Parameters
    ----------
    sources : iterable
        With ``path`` and ``row``, None for files of one image.
    member : str, optional
        Name of the array, or number or name of the extension.

    Raises
    ------
    UsageError
        If a file cannot be read, or holds no image.
    """
    for (path, many), some in groupby(sources, lambda one: (one.path, one.row is not None)):
        if not many:
            for source in some:
                yield source, read_image_file(path, member or None)
            continue
        with ExitStack() as stack:
            arrays = stack.enter_context(opened_arrays(path))
            images = arrays[only_array(arrays, member, path, STACK_AXES)]
            for source in some:
                yield source, as_image(np.asarray(images[source.row]), source)


def count_images(path: Path, member: str = "") -> int:
    """Return how many images a file of many holds: the length of its first axis."""
    with opened_arrays(path) as arrays:
        images = arrays[only_array(arrays, member, path, STACK_AXES)]
        if images.ndim not in STACK_AXES or not images.shape[0]:
            raise UsageError(f"{path}: shape {images.shape} is no stack of images (n, y, x, bands)")
        return int(images.shape[0])


def columns_beside(path: Path, n: int) -> Table:
    """Return the arrays (n,) of a file of n images as the columns of a table."""
    with opened_arrays(path) as arrays:
        columns = {name: np.asarray(one[:]) for name, one in arrays.items() if one.shape == (n,)}
    if not columns:
        raise UsageError(
            f"{path}: no array of {n} labels beside the images; give a table by --labels"
        )
    texts = {name: one.astype(str) for name, one in columns.items() if one.dtype.kind in "SO"}
    return Table(columns | texts)
