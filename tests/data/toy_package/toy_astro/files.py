"""Pulse files: text, a first line ``# pulse``, then a name and 48 samples a line."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from toy_astro.physics import SAMPLES

FIRST_LINE = "# pulse"


def write_pulses(path: Path, names: Sequence[str], series: np.ndarray) -> Path:
    """Write series (n, SAMPLES) under their names."""
    rows = [" ".join([name, *map(str, one)]) for name, one in zip(names, series, strict=True)]
    path.write_text("\n".join([FIRST_LINE, *rows, ""]), encoding="utf-8")
    return path


def read_pulses(path: Path) -> tuple[list[str], np.ndarray]:
    """Return the names and series of a file, (n,) and (n, SAMPLES, 1) float32.

    Raises
    ------
    UsageError
        If it is no pulse file, or a line has no 48 numbers.
    """
    first, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if first != FIRST_LINE:
        raise UsageError(f"{path}: begins with {first!r}; accepted: {FIRST_LINE!r}")
    names, series = [], []
    for number, line in enumerate(lines, start=2):
        name, *words = line.split()
        try:
            values = [float(word) for word in words]
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: {error}") from None
        if len(values) != SAMPLES:
            raise UsageError(f"{path}, line {number}: {len(values)} samples; accepted: {SAMPLES}")
        names.append(name)
        series.append(values)
    return names, np.array(series, np.float32)[..., None]
