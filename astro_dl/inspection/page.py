"""The page: one HTML file that holds the table, the pictures and the program, and asks for nothing.

Nothing of the table is ever read as HTML: it is JSON, and the program writes it as text. The page's
policy admits its own style and program alone, by their sha256.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

PARTS = Path(__file__).parent / "page"


def render_page(
    title: str,
    table: Table,
    files: Sequence[str],
    pictures: Mapping[int, bytes],
    grades: Sequence[str],
) -> str:
    """Return the page of candidates.

    Parameters
    ----------
    title : str
        Of the page.
    table : Table
        One row per candidate.
    files : sequence of str
        What the exported grades call each of them.
    pictures : mapping
        By row, from 0, the bytes of a PNG.
    grades : sequence of str
        At most nine; the number of each, from 1, is its key.
    """
    columns = [_column(table, name) for name in table.colnames]
    values = [_values(table, one) for one in columns]
    rows = [
        {
            "file": str(file),
            "cells": [column[number] for column in values],
            "picture": _as_url(pictures.get(number)),
        }
        for number, file in enumerate(files)
    ]
    content = {"columns": columns, "rows": rows, "grades": list(grades)}
    key = hashlib.sha256(json.dumps([columns, values, list(grades)]).encode()).hexdigest()[:16]
    # A "<" in a text could end the element that holds the data.
    data = json.dumps({**content, "key": key}).replace("<", "\\u003c")
    style, script = (_part(name) for name in ("page.css", "page.js"))
    return _part("page.html").format(
        title=html.escape(title),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        data=data,
    )


def _part(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _as_url(png: bytes | None) -> str | None:
    return None if png is None else f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _column(table: Table, name: str) -> dict[str, Any]:
    column = table[name]
    numeric = column.dtype.kind in "iuf" and column.ndim == 1
    return {"name": name, "unit": str(column.unit or ""), "numeric": numeric}


def _values(table: Table, about: Mapping[str, Any]) -> list[Any]:
    """Return a column as numbers, None where there is none, or as texts."""
    column = table[about["name"]]
    masked = np.ma.getmaskarray(np.ma.asarray(getattr(column, "value", column)))
    if not about["numeric"]:
        return ["" if np.all(m) else str(one) for one, m in zip(column, masked, strict=True)]
    numbers = np.ma.asarray(getattr(column, "value", column)).filled(0)
    shown = np.isfinite(numbers) & ~masked
    return [one.item() if good else None for one, good in zip(numbers, shown, strict=True)]
