"""What an object shows of itself: some lines in a terminal, a small table in a notebook."""

from collections.abc import Mapping
from html import escape
from typing import Any

LONGEST_VALUE = 100
MOST_FACTS = 9
"""Together they keep what is shown below a thousand characters."""


def text_of(title: str, facts: Mapping[str, Any]) -> str:
    """Return a title and facts as lines of text.

    Parameters
    ----------
    title : str
        The first line.
    facts : mapping
        Up to nine are shown, without those that are empty; long values are cut.
    """
    return "\n".join([title, *(f"  {name}: {value}" for name, value in _shown(facts))])


def html_of(title: str, facts: Mapping[str, Any]) -> str:
    """Return a title and facts as a table in HTML, for notebooks; see `text_of`."""
    cell = '<td style="text-align:left">'
    rows = "".join(
        f"<tr>{cell}{escape(name)}</td>{cell}{escape(value)}</td></tr>"
        for name, value in _shown(facts)
    )
    heading = f'<th colspan="2" style="text-align:left">{escape(title)}</th>'
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table>"


def several(names: Any, most: int = 6) -> str:
    """Return names joined by commas, of many the first and how many there are."""
    found = [str(name) for name in names]
    rest = f", … ({len(found)})" if len(found) > most else ""
    return ", ".join(found[:most]) + rest


def _shown(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    told = [(name, " ".join(str(one).split())) for name, one in facts.items() if one is not None]
    return [(name[:LONGEST_VALUE], _cut(text)) for name, text in told if text][:MOST_FACTS]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
