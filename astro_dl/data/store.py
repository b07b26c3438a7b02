"""Examples in HDF5 files: written block by block, read lazily, made once and cached.

Layout: ``x`` (or ``x/<name>`` for models with several inputs), ``y`` and ``info/<column>``, all
with the examples along the first axis; units are attributes of the columns, and what the file is
stands in the attribute ``meta`` as JSON. Every chunk carries a checksum, and the file is sealed.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from astropy.table import Table
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, Inputs, inputs_by_name
from astro_dl.core.files import atomic_path
from astro_dl.core.new_hdf5 import new_hdf5
from astro_dl.core.reading.sealed import check_seal, seal
from astro_dl.core.reading.strict_json import read_json

FORMAT = 2
CHUNK_BYTES = 2**20


@dataclass(frozen=True)
class Store:
    """A readable store; the file is opened for every read, so that a store can be pickled.

    Parameters
    ----------
    path : Path
        The HDF5 file.
    meta : dict
        What the file holds: task, physics, seed, stream, ….
    """

    path: Path
    meta: dict[str, Any]

    def __len__(self) -> int:
        return int(self.meta["n"])

    @cached_property
    def nbytes(self) -> int:
        """Bytes of all inputs in memory."""
        with self._open() as file:
            return sum(dataset.nbytes for dataset in _input_datasets(file).values())

    @cached_property
    def y(self) -> np.ndarray:
        """All targets."""
        with self._open() as file:
            return file["y"][:]

    @cached_property
    def info(self) -> Table:
        """The table of all examples."""
        with self._open() as file:
            return _read_info(file["info"], slice(None))

    def read(self, part: slice = slice(None)) -> Examples:
        """Return a contiguous part of the examples, all of them by default."""
        with self._open() as file:
            return Examples(
                _read_inputs(file, part), file["y"][part], _read_info(file["info"], part)
            )

    def inputs(self, part: slice = slice(None)) -> Inputs:
        """Return the inputs of a contiguous part of the examples."""
        with self._open() as file:
            return _read_inputs(file, part)

    def blocks(self, size: int) -> Iterator[Examples]:
        """Yield the examples in contiguous blocks."""
        for start in range(0, len(self), size):
            yield self.read(slice(start, start + size))

    @contextmanager
    def _open(self) -> Iterator[h5py.File]:
        try:
            with h5py.File(self.path, "r") as file:
                yield file
        except (OSError, KeyError, RuntimeError) as error:
            raise UsageError(
                f"{self.path}: damaged store of examples ({error}); delete it to have it remade"
            ) from error


def store_examples(
    path: str | Path,
    blocks: Iterable[Examples],
    n: int,
    meta: Mapping[str, Any] | None = None,
    progress: bool = True,
    description: str = "simulating",
) -> None:
    """Write examples to an HDF5 file, which appears only when it is complete.

    Parameters
    ----------
    path : str or Path
        The file; its folder is made.
    blocks : iterable of Examples
        The examples, in order.
    n : int
        How many they are together.
    meta : mapping, optional
        What the file holds, plain values.
    progress : bool, default True
        Whether a progress bar is shown.
    description : str, default "simulating"
        Its label.

    Raises
    ------
    UsageError
        If the blocks do not sum to `n`, or the disk is too small for them.
    """
    path = Path(path)
    with atomic_path(path) as temporary:
        with (
            new_hdf5(temporary) as file,
            tqdm(total=n, desc=description, unit="ex", disable=not progress) as bar,
        ):
            written = 0
            for block in blocks:
                if not written:
                    _create(file, block, n, path)
                _write(file, block, written)
                written += len(block)
                bar.update(len(block))
            if written != n:
                raise UsageError(f"{path}: {written} examples were made instead of {n}")
            file.attrs["meta"] = json.dumps({**(meta or {}), "n": n, "format": FORMAT})
        seal(temporary)


def open_store(path: str | Path) -> Store:
    """Return a store for reading.

    Raises
    ------
    UsageError
        Naming the file, if it is missing, no store, truncated or inconsistent.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        status = path.stat()
        _check_unchanged(path, (status.st_ino, status.st_size, status.st_mtime_ns))
        with h5py.File(path, "r") as file:
            meta = read_json(file.attrs["meta"])
            _check_stored(file, meta["n"])
        if meta["format"] != FORMAT:
            raise UsageError(f"format {meta['format']}; this version reads {FORMAT}")
    except Exception as error:
        # HDF5 has many ways to say that a file is not one.
        reason = " ".join(str(error).split())
        raise UsageError(f"{path}: not a complete store of examples ({reason})") from error
    return Store(path, meta)


@lru_cache(maxsize=1024)
def _check_unchanged(path: Path, identity: tuple[int, ...]) -> None:
    """Check the seal of a file, once for every state of it."""
    check_seal(path)


def _check_stored(file: h5py.File, n: int) -> None:
    """Raise `UsageError` unless all arrays of a store lie in it, whole, one row per example."""
    if type(n) is not int or n < 0:
        raise UsageError(f"n is {n!r}")
    names = ["x", "y", "info"]
    names += [f"info/{name}" for name in file["info"]]
    if isinstance(file["x"], h5py.Group):
        names += [f"x/{name}" for name in file["x"]]
    for name in names:
        if not isinstance(file.get(name, getlink=True), h5py.HardLink):
            raise UsageError(f"{name} is a link to elsewhere")
        if isinstance(file[name], h5py.Dataset):
            _check_rows(file[name], n)
        elif name not in ("x", "info"):
            raise UsageError(f"{name} is no array")


def _check_rows(array: h5py.Dataset, n: int) -> None:
    """Refuse an array of other length, in another file, or larger in memory than on the disk."""
    if array.shape is None or array.shape[:1] != (n,):
        raise UsageError(f"{array.name} has shape {array.shape} for {n} examples")
    if array.external or array.is_virtual:
        raise UsageError(f"{array.name} lies in another file")
    text = h5py.check_string_dtype(array.dtype) is not None
    if not text and array.dtype.kind not in "fiubc":
        raise UsageError(f"{array.name} has no numbers, but {array.dtype}")
    if array.nbytes > array.id.get_storage_size():
        raise UsageError(f"{array.name} is larger than its data in the file")


def content_key(meta: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits for plain values; a file that one names counts by its content.

    Parameters
    ----------
    meta : mapping
        Nested plain values.
    """
    text = json.dumps(_with_file_contents(meta), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _with_file_contents(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_file_contents(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_file_contents(one) for one in value]
    if isinstance(value, str):
        with suppress(OSError, ValueError):
            if Path(value).is_file():
                return hashlib.sha256(Path(value).read_bytes()).hexdigest()
    return value


def _input_datasets(file: h5py.File) -> dict[str, h5py.Dataset]:
    x = file["x"]
    return dict(x) if isinstance(x, h5py.Group) else {"x": x}


def _read_inputs(file: h5py.File, part: slice) -> Inputs:
    inputs = {name: dataset[part] for name, dataset in _input_datasets(file).items()}
    for name, array in inputs.items():
        if not np.isfinite(array).all():
            raise UsageError(f"{file.filename}: damaged store of examples, {name} is not finite")
    return inputs if isinstance(file["x"], h5py.Group) else inputs["x"]


def _create(file: h5py.File, block: Examples, n: int, path: Path) -> None:
    """Make the datasets for n examples like those of the block."""
    columns = {f"info/{name}": _plain_column(block.info[name]) for name in block.info.colnames}
    prefix = "x/" if isinstance(block.x, dict) else ""
    inputs = {f"{prefix}{name}": array for name, array in inputs_by_name(block.x).items()}
    needed = sum(array[:1].nbytes for array in [*inputs.values(), block.y]) * n
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise UsageError(
            f"{path}: {n} examples need {needed / 1e6:,.1f} MB but {free / 1e6:,.1f} MB are free; "
            "lower the number, set ASTRO_DL_CACHE to another disk, or use data.mode=stream"
        )
    # Tracked, so that columns come back in the order of the table.
    file.create_group("info", track_order=True)
    for name, array in {**inputs, "y": block.y, **columns}.items():
        rows = min(n, len(block), max(1, CHUNK_BYTES // max(1, array[:1].nbytes)))
        text = array.dtype.kind == "O"
        file.create_dataset(
            name,
            shape=(n, *array.shape[1:]),
            dtype=h5py.string_dtype() if text else array.dtype,
            chunks=(rows, *array.shape[1:]),
            fletcher32=not text,
        )
    for name in block.info.colnames:
        unit = block.info[name].unit
        file[f"info/{name}"].attrs["unit"] = "" if unit is None else unit.to_string()


def _write(file: h5py.File, block: Examples, start: int) -> None:
    rows = slice(start, start + len(block))
    if rows.stop > len(file["y"]):
        raise UsageError(f"more examples were made than the {len(file['y'])} asked for")
    if isinstance(block.x, dict):
        for name, array in block.x.items():
            file[f"x/{name}"][rows] = array
    else:
        file["x"][rows] = block.x
    file["y"][rows] = block.y
    for name in block.info.colnames:
        file[f"info/{name}"][rows] = _plain_column(block.info[name])


def _plain_column(column: Any) -> np.ndarray:
    """Return a table column as a plain array; texts as objects, for HDF5."""
    values = np.asarray(column.filled() if hasattr(column, "filled") else column)
    return values.astype(object) if values.dtype.kind == "U" else values


def _read_info(group: h5py.Group, part: slice) -> Table:
    table = Table()
    for name, dataset in group.items():
        text = h5py.check_string_dtype(dataset.dtype) is not None
        table[name] = dataset.asstr()[part].astype(str) if text else dataset[part]
        table[name].unit = dataset.attrs["unit"] or None
    return table
