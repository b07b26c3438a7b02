"""Predictions on files: by the task's reader, with a row for each file that cannot be used."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from astropy.table import MaskedColumn, QTable, Table, vstack

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.reading.many_files import NothingRead, nothing_read, tolerating
from astro_dl.core.reading.share import Share, reading_share
from astro_dl.core.schema import check_rules, keyword_defaults, takes_any_keyword
from astro_dl.core.task import Files
from astro_dl.inference.header import finished
from astro_dl.inference.input_checks import check_files
from astro_dl.inference.objects.door import as_files
from astro_dl.inference.protocol import Predictor

OnError = Literal["flag", "stop"]
UNREADABLE = "unreadable"


def predict_files(
    predictor: Predictor[Any],
    paths: Sequence[Any],
    options: Mapping[str, Any],
    on_error: OnError | None,
) -> Iterator[QTable]:
    """Yield the table of files in parts that follow each other.

    Parameters
    ----------
    predictor : Predictor
        Of a task that reads files.
    paths : sequence of path
        The files, or objects of other packages, see `astro_dl.inference.objects`.
    options : mapping
        Of the task.
    on_error : {"flag", "stop"} or None
        Whether files that cannot be used are rows at the end, see `unreadable_rows`, or the first
        of them raises; None flags where there are several files.

    Raises
    ------
    UsageError
        If the task reads no files, a path names no file, for the first one that cannot be used
        where that stops, or if none can be used.
    """
    task = predictor.task
    if task is None or task.files.reader is None:
        name = predictor.bundle.card.task or "none"
        raise UsageError(f"task {name!r} reads no files; give arrays of preprocessed inputs")
    if on_error not in (None, *get_args(OnError)):
        raise unknown_name("on_error", str(on_error), get_args(OnError))
    # A path that names nothing is no bad file but a slip.
    check_files(paths)
    with as_files(paths, task.files.objects) as files:
        yield from _tables(predictor, task.files, files, options, on_error)


def _tables(
    predictor: Predictor[Any],
    reader: Files,
    paths: Sequence[Any],
    options: Mapping[str, Any],
    on_error: OnError | None,
) -> Iterator[QTable]:
    """Yield the tables of files, and of those that cannot be used."""
    if on_error == "stop" or (on_error is None and len(paths) == 1):
        yield from _parts(predictor, reader, paths, options)
        return
    unreadable: dict[str, str] = {}
    parts, table = _parts(predictor, reader, paths, options), None
    while True:
        # Only while the task reads: what takes the parts has its own errors.
        with tolerating(unreadable):
            part = next(parts, None)
            if part is None and table is None:
                raise nothing_read()
        if part is None:
            break
        table = part
        yield table
    if unreadable and table is not None:
        yield unreadable_rows(table, unreadable, paths)


def predict_share(
    predictor: Predictor[Any],
    paths: Sequence[Any],
    options: Mapping[str, Any],
    tolerant: bool,
    share: Share,
) -> tuple[QTable | None, dict[str, str]]:
    """Return the table of a share of a run on files.

    Parameters
    ----------
    predictor : Predictor
        Of a task whose runs can be divided, see `astro_dl.core.reading.share.division_of`.
    paths : sequence of path
        The files of the share.
    options : mapping
        Of the task.
    tolerant : bool
        Whether files that cannot be used are passed over.
    share : Share
        What it knows of the whole.

    Returns
    -------
    table : astropy.table.QTable or None
        The rows that it gives to the table of the whole, with their header; None for none.
    unreadable : dict of str to str
        File to why it cannot be used.

    Raises
    ------
    UsageError
        If the options cannot be used, or a file, where that is not tolerated.
    """
    task, tables = predictor.task, list[QTable]()
    assert task is not None
    unreadable: dict[str, str] = {}
    with reading_share(share), tolerating(unreadable) if tolerant else nullcontext():
        try:
            tables += _parts(predictor, task.files, paths, options)
        except NothingRead:
            if not tolerant:
                raise
    return (finished(vstack(tables), predictor) if tables else None), unreadable


def draw_files(
    predictor: Predictor[Any], paths: Sequence[Any], table: Table, folder: Path
) -> list[Path]:
    """Return the figures of a prediction on files, without those that could not be used."""
    task = predictor.task
    if task is None or task.files.draw is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    files = [Path(path) if isinstance(path, str) else path for path in paths]
    flags = table["flags"] if "flags" in table.colnames else [""] * len(table)
    used = np.array([str(words).split(",")[0] != UNREADABLE for words in flags], bool)
    passed_over = nullcontext() if used.all() else tolerating({})
    with as_files(files, task.files.objects) as given, passed_over:
        return list(task.files.draw(predictor, given, table[used], folder))


def _parts(
    predictor: Predictor[Any], files: Files, paths: Sequence[Any], options: Mapping[str, Any]
) -> Iterator[QTable]:
    assert files.reader is not None
    accepted = keyword_defaults(files.reader)
    for name in () if takes_any_keyword(files.reader) else options:
        if name not in accepted:
            raise unknown_name("option", name, accepted)
    check_rules(files.reader, options)
    found = files.reader(predictor, paths, **options)
    if files.predict_blocks is None:
        yield QTable(found, copy=False)
    else:
        yield from found


def unreadable_rows(like: QTable, unreadable: Mapping[str, str], paths: Sequence[Any]) -> QTable:
    """Return one row for each file that could not be read.

    Parameters
    ----------
    like : astropy.table.QTable
        Table of the others, whose columns the rows get: numbers are NaN, or masked where they are
        integers, and texts empty.
    unreadable : mapping of str to str
        File, or what was made of several, to the reason.
    paths : sequence of path
        All files, to tell whether their names alone tell them apart.

    Returns
    -------
    astropy.table.QTable
        ``id``, if there is one, is the file's name, or its path where another has it; ``flags`` are
        ``unreadable`` and the reason, in which commas are semicolons.
    """
    rows = QTable({name: _blank(like[name], len(unreadable)) for name in like.colnames})
    times = Counter(Path(str(path)).name for path in paths)
    names = [Path(one).name if times[Path(one).name] < 2 else one for one in unreadable]
    if "id" in like.colnames and like["id"].dtype.kind in "UO":
        rows["id"] = names
    rows["flags"] = [f"{UNREADABLE},{reason.replace(',', ';')}" for reason in unreadable.values()]
    return rows


def _blank(column: Any, n: int) -> Any:
    shape = (n, *column.shape[1:])
    kind, unit = column.dtype.kind, getattr(column, "unit", None)
    if kind == "f":
        blank = np.full(shape, np.nan, column.dtype)
        return blank if unit is None else blank * unit
    if kind in "US":
        return np.zeros(shape, column.dtype)
    # The number below the mask is for formats that have none.
    absent = np.iinfo(column.dtype).max if kind in "iu" else 0
    return MaskedColumn(np.full(shape, absent, column.dtype), mask=True, unit=unit)
