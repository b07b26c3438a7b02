"""Tables in JSON: lists of records, objects of columns, and light curves of alert brokers.

ALeRCE gives detections and non-detections of an object apart, Fink records whose names begin with
the part of the alert they are from, as ``i:magpsf``.
"""

import json
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.cells import column_of, kind_of

DETECTIONS, NON_DETECTIONS = "detections", "non_detections"
LIMIT = "limit"
ALERT_PART = re.compile(r"^[a-z]:(?=\w)")

Record = Mapping[str, Any]


def read_json(path: Path) -> Table:
    """Return the table of a JSON file; values that are lists or objects are left out.

    Parameters
    ----------
    path : Path
        A list of records, an object of columns of one length, or an object with a list of
        ``detections``, beside which ``non_detections`` get a column ``limit``, and the name of the
        object where they lack it. Of other lists beside these a warning tells.

    Raises
    ------
    UsageError
        If it holds none of these.
    """
    with path.open(encoding="utf-8-sig") as file:
        found = json.load(file)
    if isinstance(found, dict) and DETECTIONS in found:
        detected = _records(found[DETECTIONS], f"{path}: {DETECTIONS}")
        limits = _records(found.get(NON_DETECTIONS) or [], f"{path}: {NON_DETECTIONS}")
        others = sorted(found.keys() - {DETECTIONS, NON_DETECTIONS})
        if others:
            warnings.warn(f"{path}: {', '.join(others)} are not read", stacklevel=2)
        marked = [{**one, LIMIT: False} for one in detected]
        shared = _shared_words(detected)
        return _table([*marked, *({**shared, **one, LIMIT: True} for one in limits)], path)
    if isinstance(found, dict):
        return _table(_rows(found, path), path)
    return _table(_records(found, f"{path}"), path)


def _shared_words(records: Sequence[Record]) -> Record:
    """Return the texts that all records have alike, as the name of the object that they are of."""
    first = records[0] if records else {}
    return {
        name: text
        for name, text in first.items()
        if isinstance(text, str) and all(one.get(name) == text for one in records)
    }


def _records(found: Any, where: str) -> Sequence[Record]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UsageError(f'{where}: no list of records; accepted: [{{"mjd": 58000.1, …}}, …]')
    return found


def _rows(columns: Mapping[str, Any], path: Path) -> Sequence[Record]:
    """Return the records of an object of columns."""
    lists = {name: one for name, one in columns.items() if isinstance(one, list)}
    lengths = {len(one) for one in lists.values()}
    if len(lengths) != 1 or len(lists) < len(columns):
        raise UsageError(
            f"{path}: no table; accepted: a list of records, an object of columns of one length, "
            f"or an object with {DETECTIONS!r}"
        )
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _table(records: Sequence[Record], path: Path) -> Table:
    names = dict.fromkeys(name for one in records for name in one)
    columns: dict[str, Any] = {}
    for name in names:
        values = [one.get(name) for one in records]
        if any(isinstance(value, dict | list) for value in values):
            continue
        cells = list(_cells(values))
        columns.setdefault(ALERT_PART.sub("", name), column_of(cells, kind_of(cells)))
    if records and not columns:
        raise UsageError(f"{path}: records without numbers or words")
    return Table(columns)


def _cells(values: Iterable[Any]) -> Iterable[str]:
    """Yield what cells of text would say."""
    for value in values:
        if value is None:
            yield ""
        elif isinstance(value, bool):
            yield str(value).lower()
        else:
            yield value if isinstance(value, str) else repr(value)
