"""A run on many files in parts that are alike in size, whoever works on them."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names, stems_of
from astro_dl.core.reading.share import Division, Share
from astro_dl.observations.tables.read import ROWS_AT_ONCE, count_rows

FILES_PER_PART, BYTES_PER_PART = 1024, 2**28
ROWS_PER_PART = 4 * ROWS_AT_ONCE


@dataclass(frozen=True)
class Part:
    """A part of a run.

    Parameters
    ----------
    number : int
        From 0, in the order of the files.
    paths : tuple of Path
        Its files.
    share : Share
        What it knows of the whole.
    """

    number: int
    paths: tuple[Path, ...]
    share: Share


@dataclass(frozen=True)
class _Unit:
    """What is not divided further: files, what their rows may be called, its share of a part."""

    paths: tuple[Path, ...]
    called: frozenset[str]
    weight: float
    rows: range | None = None


def divide(
    paths: Sequence[Path], division: Division, which: int | str | None, size: int | None
) -> list[Part]:
    """Return the parts of a run, which depend on its files and on the size alone.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    division : Division
        How they may be divided.
    which : int or str or None
        The table that is meant where files hold several.
    size : int or None
        Most files of a part, or rows where files are tables; by default 1024 files of at most
        256 MiB, or 262,144 rows.

    Raises
    ------
    UsageError
        If a file is not there.
    """
    names, alone = distinct_names(list(paths)), len(paths) == 1
    stems = stems_of(names)
    if division.rows:
        units = list(_blocks_of_rows(paths, which, size or ROWS_PER_PART))
    else:
        units = [
            _Unit(tuple(group), frozenset({Path(key).name, *(path.name for path in group)}), weight)
            for key, group in division.groups(paths).items()
            for weight in [_weight(group, size)]
        ]
    times = Counter(name for unit in units for name in unit.called)
    return [
        Part(
            number,
            own,
            Share(
                {path: names[path] for path in own},
                {path: stems[path] for path in own},
                ambiguous,
                alone,
                rows,
            ),
        )
        for number, packed in enumerate(_packed(units))
        for own in [tuple(path for unit in packed for path in unit.paths)]
        for ambiguous in [frozenset(o for unit in packed for o in unit.called if times[o] > 1)]
        for rows in [packed[0].rows]
    ]


def _weight(group: Sequence[Path], size: int | None) -> float:
    """Return which fraction of a part a group of files is."""
    if size is not None:
        return len(group) / size
    nbytes = sum(os.stat(path).st_size for path in group)
    return max(len(group) / FILES_PER_PART, nbytes / BYTES_PER_PART)


def _blocks_of_rows(paths: Sequence[Path], which: int | str | None, size: int) -> Iterator[_Unit]:
    """Yield small tables as a whole, and large ones in blocks of rows where that can be."""
    for path in paths:
        try:
            n = count_rows(path, which)
        except UsageError:
            # Whoever predicts on it says why, in the table.
            n = None
        if n is None or n <= size:
            yield _Unit((path,), frozenset(), 1.0 if n is None else n / size)
        else:
            for start in range(0, n, size):
                rows = range(start, min(start + size, n))
                yield _Unit((path,), frozenset(), 1.0, rows)


def _packed(units: Iterable[_Unit]) -> Iterator[list[_Unit]]:
    """Yield neighbours together, as many as make up a part."""
    packed: list[_Unit] = []
    weight = 0.0
    for unit in units:
        if packed and (weight + unit.weight > 1 or unit.rows is not None):
            yield packed
            packed, weight = [], 0.0
        packed.append(unit)
        weight += unit.weight
    if packed:
        yield packed
