"""What numpydoc docstrings say of parameters, for the help of the command line."""

import inspect
import re
from collections.abc import Callable
from typing import Any

HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.M)
SENTENCE = re.compile(r"^(.*?[^.\s].*?)(?:\.(?=\s|$)|;(?=\s)|$)", re.S)
MARKUP = re.compile(r"``?|`")


def parameter_texts(function: Callable[..., Any] | type) -> dict[str, str]:
    """Return the first sentence that a docstring says of each parameter, by its name.

    Parameters
    ----------
    function : callable
        Its docstring is numpydoc; of ``low, high : float`` both have the same sentence.
    """
    texts = {}
    for names, lines in _entries(_section(inspect.getdoc(function) or "", "Parameters")):
        found = SENTENCE.match(MARKUP.sub("", " ".join(" ".join(lines).split())))
        for name in names.split(","):
            texts[name.strip().lstrip("*")] = found[1].strip() if found else ""
    return texts


def _section(text: str, title: str) -> str:
    """Return what stands under a heading."""
    parts = HEADING.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(title, "")


def _entries(section: str) -> list[tuple[str, list[str]]]:
    entries: list[tuple[str, list[str]]] = []
    for line in section.splitlines():
        if line[:1].strip():
            entries.append((line.partition(" : ")[0], []))
        elif entries:
            entries[-1][1].append(line)
    return entries
