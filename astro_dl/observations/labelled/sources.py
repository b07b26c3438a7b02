"""Files of examples and their labels: which example is where, and what is known of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from warnings import warn

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.columns import no_column, texts_of
from astro_dl.observations.tables.read import read_table

FILE_COLUMNS = ("file", "filename", "file_name", "path", "name", "image", "object", "id")
Unlabelled = Literal["refuse", "ignore"]
FOLDER_CLASS = "class"
"""What the column of a folder's name is called."""


@dataclass(frozen=True)
class Source:
    """Where an example is.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What it is called: its path below the folder, or the number of its row.
    row : int or None
        Number of the example in a file of many, from 0.
    """

    path: Path
    name: str
    row: int | None = None

    def __str__(self) -> str:
        return str(self.path) if self.row is None else f"{self.path}, row {self.row}"


@dataclass(frozen=True)
class Kind:
    """A kind of observation, as files hold it.

    Parameters
    ----------
    what : str
        In the plural, as ``"images"``.
    endings : tuple of str
        Of files with one example.
    read : callable
        ``(sources, member) -> iterator of (source, raw)``: what is at each of them, in order;
        ``member`` says where in a file.
    count : callable or None
        ``(path, member) -> int``: number of the examples of a file of many.
    columns : callable or None
        ``(path, n, member) -> Table``: what such a file says of its n examples.
    holds_many : callable
        ``(path) -> bool``: whether a file with an ending of files with one is one of many.
    """

    what: str
    endings: tuple[str, ...]
    read: Callable[[Iterable[Source], str], Iterator[tuple[Source, Any]]]
    count: Callable[[Path, str], int] | None = None
    columns: Callable[[Path, int, str], Table] | None = None
    holds_many: Callable[[Path], bool] = lambda path: False


def find_labelled(
    kind: Kind,
    files: Path,
    member: str,
    labels: Path | None,
    table: str,
    file_column: str,
    unlabelled: Unlabelled = "refuse",
) -> tuple[list[Source], Table]:
    """Return where the examples are, and a table with a row of labels for each.

    Parameters
    ----------
    kind : Kind
        What is looked for.
    files : Path
        A folder, searched with its folders; or a file of many examples.
    member : str
        Where in a file.
    labels : Path or None
        Table of labels. Without it, those of a folder are the names of its folders, and those of a
        file what it says itself.
    table : str
        Which table of that file.
    file_column : str
        Its column of file names; empty for the first that is called so.
    unlabelled : {"refuse", "ignore"}
        What becomes of files that the table does not name.

    Raises
    ------
    UsageError
        If there is nothing, a file has no label or a label no file, or two labels are of one file.
    """
    which: int | str | None = (int(table) if table.isdecimal() else table) if table else None
    if kind.count is not None and not _is_folder(files):
        n = kind.count(files, member)
        sources = [Source(files, str(row), row) for row in range(n)]
        if labels is not None:
            return sources, _row_by_row(read_table(labels, which), n, labels, files)
        assert kind.columns is not None
        return sources, kind.columns(files, n, member)
    if not files.is_dir():
        raise UsageError(f"{files}: no such folder of {kind.what}")
    found = [one for one in _files_below(kind.endings, kind.what, files) if one.path != labels]
    if labels is None:
        return found, _by_folder(found, files)
    rows = read_table(labels, which)
    return _matched(found, rows, file_column, labels, files, unlabelled)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.suffix


def sources_below(folder: Path, endings: tuple[str, ...], what: str) -> list[Source]:
    """Return the files of a folder with one of these endings, without labels.

    Raises
    ------
    UsageError
        If there is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of {what}")
    return list(_files_below(endings, what, folder))


def _files_below(endings: tuple[str, ...], what: str, folder: Path) -> Iterator[Source]:
    others = []
    every = sorted(path for path in folder.rglob("*") if path.is_file())
    visible = [
        path for path in every if not any(p[0] == "." for p in path.relative_to(folder).parts)
    ]
    for path in visible:
        if path.suffix.lower() in endings:
            yield Source(path, path.relative_to(folder).as_posix())
        else:
            others.append(path)
    if len(others) == len(visible):
        raise UsageError(f"{folder}: no {what}; accepted: {', '.join(endings)}")
    if others:
        warn(f"{folder}: {len(others)} other files, as {others[0].name}, left out", stacklevel=2)


def _by_folder(sources: Sequence[Source], folder: Path) -> Table:
    parts = [Path(source.name).parts for source in sources]
    loose = [source.name for source, one in zip(sources, parts, strict=True) if len(one) < 2]
    if loose:
        raise UsageError(
            f"{folder}: {len(loose)} of {len(sources)} files have no label, the first is "
            f"{loose[0]}; put each into the folder of its class, or give a table by --labels"
        )
    return Table({FOLDER_CLASS: [one[0] for one in parts]})


def _row_by_row(table: Table, n: int, labels: Path, files: Path) -> Table:
    if len(table) != n:
        what = "label without example" if len(table) > n else "example without label"
        raise UsageError(
            f"{labels} has {len(table)} rows, but {files} holds {n} examples: {what} in row "
            f"{min(len(table), n)}; give one row each, in the same order"
        )
    return table


def _matched(
    sources: Sequence[Source],
    table: Table,
    column: str,
    labels: Path,
    folder: Path,
    unlabelled: Unlabelled,
) -> tuple[list[Source], Table]:
    """Return files and rows that belong together, by path, by name, or by name without ending."""
    names = _names(table, column, labels)
    known: dict[str, int] = {}
    for spell in (_stem, _file_name, str):
        spelled = [spell(source.name) for source in sources]
        times = Counter(spelled)
        known |= {name: k for k, name in enumerate(spelled) if times[name] == 1}
    place = [known.get(name.removeprefix("./"), known.get(_file_name(name), -1)) for name in names]
    lost = [name for name, k in zip(names, place, strict=True) if k < 0]
    if lost:
        raise UsageError(
            f"{labels}: {len(lost)} of {len(names)} labels have no file in {folder}, the first is "
            f"of {lost[0]!r}; remove these rows, or name files by their path below the folder"
        )
    twice = [names[k] for k, one in enumerate(place) if one in place[:k]] if _repeats(place) else []
    if twice:
        raise UsageError(f"{labels}: {twice[0]!r} has several labels; leave one")
    bare = sorted(set(range(len(sources))) - set(place))
    if bare and unlabelled == "refuse":
        raise UsageError(
            f"{folder}: {len(bare)} of {len(sources)} files have no label in {labels}, the first "
            f"is {sources[bare[0]].name}; add their rows, move them elsewhere, or leave them out "
            "by --unlabelled ignore"
        )
    if bare:
        text = f"{folder}: {len(bare)} of {len(sources)} files have no label and are left out"
        warn(text, stacklevel=2)
    order = np.argsort(place)
    return [sources[place[k]] for k in order], table[order]


def _names(table: Table, column: str, labels: Path) -> list[str]:
    by_case = {name.strip().lower(): name for name in reversed(table.colnames)}
    found = column or next((by_case[one] for one in FILE_COLUMNS if one in by_case), "")
    if not found:
        raise UsageError(
            f"{labels}: none of its columns {', '.join(table.colnames)} is called "
            f"{', '.join(FILE_COLUMNS)}; say by --file-column which one names the files"
        )
    if found not in table.colnames:
        raise UsageError(no_column(labels, found, table.colnames))
    return [text.strip() for text in texts_of(np.ma.asarray(np.ma.array(table[found])))]


def _repeats(place: Sequence[int]) -> bool:
    return len(set(place)) < len(place)


def _file_name(name: str) -> str:
    return Path(name).name


def _stem(name: str) -> str:
    return Path(name).name.removesuffix(".gz").rpartition(".")[0]
