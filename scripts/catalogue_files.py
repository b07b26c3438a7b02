"""Catalogues of objects that are alike, to measure how fast networks answer for rows."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from astropy.table import Table

STARS = {"u": 19.0, "g": 17.6, "r": 17.0, "i": 16.7, "z": 16.5}
GALAXIES = {"u": 25.2, "g": 24.2, "r": 23.4, "i": 22.9, "z": 22.7, "y": 22.6}
MAGNITUDES = {"sgq_mlp": STARS, "photoz_mdn": GALAXIES}
"""Of an object of each kind [mag]."""

SCATTER_MAG = 0.2


def write_catalogues(
    folder: Path, magnitudes: Mapping[str, float], n: int, files: int = 1
) -> list[Path]:
    """Write the magnitudes of n objects that scatter about some, in Parquet files."""
    rng = np.random.default_rng(0)
    paths = [folder / f"{k:02d}.parquet" for k in range(files)]
    for path, rows in zip(paths, np.array_split(np.arange(n), files), strict=True):
        columns = {
            band: (one + rng.normal(0, SCATTER_MAG, len(rows))).astype(np.float32)
            for band, one in magnitudes.items()
        }
        Table(columns).write(path)
    return paths
