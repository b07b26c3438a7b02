"""Arrays, such as images, in files of one or of many, read in order."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Stack:
    """How arrays of a kind lie in files.

    Parameters
    ----------
    axes : tuple of int
        How many a file of many has, the first of which counts examples.
    form : str
        The same in words.
    one : callable
        ``(array, where) -> array``: an example of such a file in its own form.
    single : callable
        ``(path, member) -> array``: that of a file of one.
    """

    axes: tuple[int, ...]
    form: str
    one: Callable[[np.ndarray, Any], np.ndarray]
    single: Callable[[Path, str], np.ndarray]

    def read(self, sources: Iterable[Any], member: str = "") -> Iterator[tuple[Any, np.ndarray]]:
        """Yield each source with its array; files of many are opened once.

        Parameters
        ----------
        sources : iterable
            With ``path`` and ``row``, None for files of one.
        member : str, optional
            Name of the array, or number or name of the extension.

        Raises
        ------
        UsageError
            If a file cannot be read, or holds no such array.
        """
        for (path, many), some in groupby(sources, lambda one: (one.path, one.row is not None)):
            if not many:
                for source in some:
                    yield source, self.single(path, member)
                continue
            with ExitStack() as stack:
                arrays = stack.enter_context(opened_arrays(path))
                array = arrays[only_array(arrays, member, path, self.axes)]
                for source in some:
                    yield source, self.one(np.asarray(array[source.row]), source)

    def count(self, path: Path, member: str = "") -> int:
        """Return how many examples a file of many holds: the length of its first axis."""
        with opened_arrays(path) as arrays:
            array = arrays[only_array(arrays, member, path, self.axes)]
            if array.ndim not in self.axes or not array.shape[0]:
                raise UsageError(f"{path}: shape {array.shape} is no stack of {self.form}")
            return int(array.shape[0])


def columns_beside(path: Path, n: int, member: str = "") -> Table:
    """Return the arrays (n,) of a file of n examples as the columns of a table."""
    with opened_arrays(path) as arrays:
        columns = {name: np.asarray(one[:]) for name, one in arrays.items() if one.shape == (n,)}
    if not columns:
        raise UsageError(
            f"{path}: no array of {n} labels beside the examples; give a table by --labels"
        )
    texts = {name: one.astype(str) for name, one in columns.items() if one.dtype.kind in "SO"}
    return Table(columns | texts)


IMAGES = Stack(
    axes=(3, 4),
    form="images (n, y, x, bands)",
    one=as_image,
    single=lambda path, member: read_image_file(path, member or None),
)
