"""Tables in HDF5 files: of astropy, of pandas, and groups that hold one dataset per column."""

import io
import pickle
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from astropy.table import Column, Table

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.hdf5_files import open_hdf5

HEADER = "__table_column_meta__"
PANDAS = "pandas_type"
FRAMES = ("frame", "frame_table")


def read_hdf5(path: Path, which: str | None = None) -> Table:
    """Return a table of an HDF5 file.

    Parameters
    ----------
    path : Path
        The file.
    which : str, optional
        Path of the dataset or group; default the first in the order of names, with a warning if
        there are several.

    Raises
    ------
    UsageError
        If the file is damaged, or there is no such table.
    """
    with open_hdf5(path) as file:
        tables = _tables(file)
        name = _chosen(tables, which, path)
        found = file[name]
        if isinstance(found, h5py.Dataset):
            return Table.read(file, format="hdf5", path=name, character_as_bytes=False)
        if _text(found.attrs.get(PANDAS, "")) in FRAMES:
            return _of_pandas(found, path)
        return Table({key: _column(values) for key, values in _columns(found).items()})


def _tables(file: h5py.File) -> list[str]:
    found: list[str] = []

    def look(name: str, item: Any) -> None:
        inside = any(f"{name}/".startswith(f"{one.rstrip('/')}/") for one in found)
        if inside or name.endswith(HEADER):
            return
        if isinstance(item, h5py.Dataset):
            if item.dtype.names and item.ndim == 1:
                found.append(name)
        elif _text(item.attrs.get(PANDAS, "")) in FRAMES or _columns(item):
            found.append(name)

    if _columns(file):
        return ["/"]
    file.visititems(look)
    return found


def _columns(group: h5py.Group) -> dict[str, h5py.Dataset]:
    """Return the datasets of a group if they are the columns of one table."""
    datasets = {
        name: item
        for name, item in group.items()
        if isinstance(item, h5py.Dataset)
        and item.ndim
        and not item.dtype.names
        and not name.endswith(HEADER)
    }
    return datasets if len({len(one) for one in datasets.values()}) == 1 else {}


def _chosen(tables: list[str], which: str | None, path: Path) -> str:
    held = ", ".join(tables)
    if not tables:
        raise UsageError(
            f"{path}: holds no table: neither a dataset with named columns nor a group of columns "
            "of one length"
        )
    if which is not None:
        wanted = str(which).strip("/") or "/"
        if wanted not in tables:
            raise UsageError(f"{path}: no table at {which!r}; it has tables at: {held}")
        return wanted
    if len(tables) > 1:
        warnings.warn(
            f"{path}: tables are at {held}; the first is read, others by the option path",
            stacklevel=2,
        )
    return tables[0]


def _column(dataset: h5py.Dataset) -> Column:
    text = h5py.check_string_dtype(dataset.dtype) is not None
    values = dataset.asstr()[()].astype(str) if text else dataset[()]
    unit = dataset.attrs.get("unit", dataset.attrs.get("units"))
    return Column(values, unit=None if unit is None else _text(unit) or None)


def _of_pandas(group: h5py.Group, path: Path) -> Table:
    """Return a frame that pandas wrote, its index first; nothing pickled is executed."""
    if "table" in group:
        return Table(dict(_of_rows(group["table"], path)))
    table = Table({"index": group["axis1"][()]})
    for number in range(int(group.attrs["nblocks"])):
        names = [_text(name) for name in group[f"block{number}_items"][()]]
        values = group[f"block{number}_values"]
        if h5py.check_vlen_dtype(values.dtype) is not None:
            _leave_out(names, path)
            continue
        for place, name in enumerate(names):
            table[name] = values[:, place]
    order = [_text(name) for name in group["axis0"][()]]
    return table[["index", *(name for name in order if name in table.colnames)]]


def _of_rows(dataset: h5py.Dataset, path: Path) -> Iterable[tuple[str, np.ndarray]]:
    rows = dataset[()]
    for field in rows.dtype.names:
        kept = dataset.attrs.get(f"{field}_kind")
        if not field.startswith("values_block") or kept is None:
            yield field, rows[field]
            continue
        names = _names(kept, path)
        values = rows[field].reshape(len(rows), -1)
        for place, name in enumerate(names):
            yield name, values[:, place]


class _NamesOnly(pickle.Unpickler):
    """Reads lists of texts, and refuses everything that could be executed."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is no list of names")


def _names(kept: Any, path: Path) -> list[str]:
    try:
        names = _NamesOnly(io.BytesIO(bytes(kept))).load()
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, IndexError) as error:
        raise UsageError(
            f"{path}: the names of the columns cannot be read ({error}); write the frame to Parquet"
        ) from None
    return [str(name) for name in names]


def _leave_out(names: list[str], path: Path) -> None:
    warnings.warn(
        f"{path}: pandas pickled the columns {', '.join(names)}, which are left out; write the "
        "frame to Parquet to keep them",
        stacklevel=2,
    )


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
