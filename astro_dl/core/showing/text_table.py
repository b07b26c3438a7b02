"""Rows of text as tables, for a terminal or as Markdown."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def text_table(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return rows as aligned columns, two blanks between them.

    Parameters
    ----------
    rows : sequence of sequence of str
        Equally long; the first may be a heading.
    left : int, default 1
        How many columns, from the first, are flush left; the others are flush right.

    Returns
    -------
    str
        A line for each row, without blanks at its end.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if position < left else cell.rjust(width)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a heading and rows, all equally long, as a table in Markdown, a line for each."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def csv_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows, column to value, as CSV; a row may lack columns."""
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
