"""Tables in Parquet files, read in parts; nulls are masked, and whole numbers stay whole."""

from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Column, MaskedColumn, Table, meta

from astro_dl.observations.tables.columns import refuse_twins

HEADER = b"table_meta_yaml"
"""Where astropy keeps units."""

MASK = ".mask"
"""What astropy adds to a column's name for the column that tells where it has no value."""


def iterate_parquet(path: Path, rows: int, span: range | None = None) -> Iterator[Table]:
    """Yield the rows of a Parquet file in parts, with the units that astropy or a field tells.

    Parameters
    ----------
    path : Path
        The file.
    rows : int
        Most rows of a part.
    span : range, optional
        Which rows; default all. Of groups of rows outside them nothing is read.
    """
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        schema = file.schema_arrow
        refuse_twins(schema.names, path)
        units = _units(schema)
        for batch in _batches(file, rows, span):
            columns = {
                name: _column(values)
                for name, values in zip(schema.names, batch.columns, strict=True)
            }
            columns = _with_masks(columns)
            for name, unit in units.items():
                if name in columns:
                    columns[name].unit = unit
            yield Table(columns)


def count_parquet(path: Path) -> int:
    """Return the number of rows of a Parquet file."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def _batches(file: Any, rows: int, span: range | None) -> Iterator[Any]:
    """Yield the rows of an open file, at most so many at once."""
    if span is None:
        yield from file.iter_batches(batch_size=rows)
        return
    sizes = [file.metadata.row_group(k).num_rows for k in range(file.metadata.num_row_groups)]
    ends = list(accumulate(sizes))
    groups = [k for k, end in enumerate(ends) if end > span.start and end - sizes[k] < span.stop]
    # Counted from the first row of the first group that is read.
    row = ends[groups[0]] - sizes[groups[0]] if groups else 0
    for batch in file.iter_batches(batch_size=rows, row_groups=groups):
        first, last = max(span.start - row, 0), min(span.stop - row, len(batch))
        row += len(batch)
        if first < last:
            yield batch.slice(first, last - first)
        if row >= span.stop:
            return


def _with_masks(columns: dict[str, Column]) -> dict[str, Column]:
    """Return columns masked by those that astropy writes beside them for their nulls."""
    masks = {
        name: f"{name}{MASK}"
        for name in columns
        if f"{name}{MASK}" in columns and columns[f"{name}{MASK}"].dtype == bool
    }
    kept = {name: values for name, values in columns.items() if name not in masks.values()}
    return kept | {
        name: MaskedColumn(kept[name], mask=np.asarray(columns[mask]))
        for name, mask in masks.items()
    }


def _column(values: Any) -> Column:
    from pyarrow import compute, types

    kind = values.type
    if types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    missing = np.asarray(values.is_null().to_numpy(zero_copy_only=False), bool)
    if types.is_integer(kind) or types.is_boolean(kind):
        plain = compute.fill_null(values, False if types.is_boolean(kind) else 0)
        return _masked(plain.to_numpy(zero_copy_only=False), missing)
    if types.is_decimal(kind):
        values = values.cast("float64")
    elif not types.is_floating(kind) and not types.is_temporal(kind):
        texts = np.empty(len(values), object)
        texts[:] = ["" if one is None else one for one in values.to_pylist()]
        return _masked(texts, missing)
    return _masked(values.to_numpy(zero_copy_only=False), missing)


def _masked(values: np.ndarray, missing: np.ndarray) -> Column:
    return MaskedColumn(values, mask=missing) if missing.any() else Column(values)


def _units(schema: Any) -> dict[str, str]:
    units = {
        field.name: field.metadata[b"unit"].decode()
        for field in schema
        if b"unit" in (field.metadata or {})
    }
    if HEADER in (schema.metadata or {}):
        header = meta.get_header_from_yaml(schema.metadata[HEADER].decode().split("\n"))
        units |= {one["name"]: str(one["unit"]) for one in header["datatype"] if "unit" in one}
    return {name: unit for name, unit in units.items() if name in schema.names}
