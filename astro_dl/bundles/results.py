"""What a training and its evaluation leave beside the card: ``history.csv``, ``metrics.json``."""

import csv
import io
from pathlib import Path
from typing import Any

from astro_dl.bundles.card import Card
from astro_dl.bundles.files import read_text_file
from astro_dl.core.errors import UsageError
from astro_dl.core.reading.strict_json import read_json


def read_history(folder: Path, card: Card) -> list[dict[str, str]]:
    """Return the rows of ``history.csv``, one per epoch, as they are written there.

    Raises
    ------
    UsageError
        If it is not a table: a column without name or of a name given twice, or a ragged row.
    """
    if "history.csv" not in card.files:
        return []
    text = read_text_file(folder, "history.csv", card.files["history.csv"])
    try:
        return _rows(text)
    except (csv.Error, UsageError) as error:
        raise UsageError(f"{folder / 'history.csv'}: {error}") from None


def read_metrics(folder: Path, card: Card) -> dict[str, Any]:
    """Return the contents of ``metrics.json``; of a bundle without it none.

    Raises
    ------
    UsageError
        If it is not strict JSON, or no mapping.
    """
    if "metrics.json" not in card.files:
        return {}
    text = read_text_file(folder, "metrics.json", card.files["metrics.json"])
    try:
        metrics = read_json(text)
        if not isinstance(metrics, dict):
            raise UsageError("holds no mapping")
        for part in ("simulated", "real"):
            if not isinstance(metrics.get(part, {}), dict):
                raise UsageError(f"{part!r} is not a mapping")
    except UsageError as error:
        raise UsageError(f"{folder / 'metrics.json'}: {error}") from None
    return metrics


def _rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV text, column to cell."""
    lines = list(csv.reader(io.StringIO(text), strict=True))
    columns, rows = (lines[0], lines[1:]) if lines else ([], [])
    if len(set(columns)) != len(columns) or "" in columns:
        raise UsageError("a column has no name, or that of another")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise UsageError(f"row {number} has {len(row)} cells for {len(columns)} columns")
    return [dict(zip(columns, row, strict=True)) for row in rows]
