"""Labelled files as examples: in memory, or in a file of the cache where they don't fit."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import SET, WEIGHT, Examples, Inputs, MappedRows, stacked
from astro_dl.core.files import atomic_path
from astro_dl.core.reading.folders import cache_folder
from astro_dl.core.task import Shape
from astro_dl.data.memory import fits_in_memory
from astro_dl.observations.labelled.labels import LabelledFiles, fingerprint
from astro_dl.observations.labelled.sources import Kind, Source

MakeInput = Callable[[Any, str], Inputs]
"""From what was read at a source, and its name, to an input."""


def read_examples(
    about: LabelledFiles,
    kind: Kind,
    folder: Path,
    make: MakeInput,
    shape: Shape | dict[str, Shape],
    recipe: str,
    keep: bool = False,
) -> Examples:
    """Return all labelled examples; ``info`` has ``id``, ``group`` and, where given, more.

    Those whose inputs are the same as another's of another group are warned of, where they are in
    memory.

    Parameters
    ----------
    about : LabelledFiles
        Where they are, and what is to be learnt.
    kind : Kind
        How they are read.
    folder : Path
        ``data.folder``.
    make : callable
        Reading to input.
    shape : tuple of int or dict of tuple
        Of an input; several by name are held in memory.
    recipe : str
        What inputs depend on besides the files: part of a cached file's name.
    keep : bool, default False
        Whether inputs are kept in the cache whatever their size, as they take long to make.

    Raises
    ------
    UsageError
        If a file or a label cannot be used.
    """
    sources, rows = about.find(kind, folder)
    where = folder / (about.labels or about.files)
    y = about.truth(rows, where)
    info = Table({"id": [one.name for one in sources], "group": about.groups(rows, where)})
    weights, sets = about.weights(rows, where), about.sets(rows, where)
    if weights is not None:
        info[WEIGHT] = weights
    if sets is not None:
        info[SET] = sets
    inputs = _inputs(kind, sources, about.member, make)
    if isinstance(shape, dict):
        return Examples(stacked(list(inputs)), y, info)
    if not keep and fits_in_memory(4.0 * len(sources) * np.prod(shape)):
        x: Any = np.empty((len(sources), *shape), np.float32)
        _fill(x, inputs)
        _tell_of_copies(x, info["group"], where)
    else:
        key = sha256(f"{folder.resolve()} {fingerprint(sources, rows)} {recipe}".encode())
        x = kept_inputs(key.hexdigest()[:24], inputs, (len(sources), *shape))
    return Examples(x, y, info)


def _inputs(
    kind: Kind, sources: Sequence[Source], member: str, make: MakeInput
) -> Iterator[Inputs]:
    for source, raw in kind.read(sources, member):
        yield make(raw, str(source))


def _fill(x: np.ndarray, inputs: Iterator[Inputs]) -> None:
    for row, one in enumerate(inputs):
        x[row] = one


def _tell_of_copies(x: np.ndarray, groups: Iterable[object], where: Path) -> None:
    """Warn of examples that may be in training and test both."""
    first: dict[bytes, object] = {}
    copies = sum(
        first.setdefault(sha256(one.tobytes()).digest(), group) != group
        for one, group in zip(x, groups, strict=True)
    )
    if copies:
        warnings.warn(
            f"{where}: {copies} of {len(x)} examples are the same as one of another group; copies "
            "in training and test raise the scores, and a column that tells what is one object "
            "(--group) keeps them together",
            stacklevel=3,
        )


def kept_inputs(key: str, inputs: Iterator[Inputs], shape: Shape) -> MappedRows:
    """Return inputs, float32 of a shape (n, …), from a file of the cache, made if need be.

    It is written row by row: a disk that fills under a mapped file ends the process.
    """
    path = cache_folder() / "own" / f"{key}.npy"
    if not path.is_file():
        about = {"descr": "<f4", "fortran_order": False, "shape": shape}
        with atomic_path(path) as temporary, open(temporary, "wb") as file:
            np.lib.format.write_array_header_1_0(file, about)
            for one in inputs:
                file.write(np.asarray(one, "<f4").tobytes())
    return MappedRows(np.load(path, mmap_mode="r"))
