"""What the verbs print."""

import json
import math
from pathlib import Path
from typing import Any

from astro_dl.cli.options import Arguments


def tell(arguments: Arguments, result: dict[str, Any], *paths: Path) -> None:
    """Print the paths of what was written, or with ``--json`` what is told of it."""
    if arguments.json:
        print_json(result)
    else:
        print(*paths, sep="\n")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def plain_cell(cell: Any) -> Any:
    """Return a table cell as JSON can hold it; quantities in the column's unit."""
    value = getattr(cell, "value", cell)
    value = value.item() if hasattr(value, "item") else str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
