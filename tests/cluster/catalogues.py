"""Catalogues of galaxies and folders of parts, for tests of runs that are divided."""

from pathlib import Path

import numpy as np
from astropy.table import Table, vstack

COLORS = {"u": 25.2, "g": 24.2, "r": 23.4, "i": 22.9, "z": 22.7, "y": 22.6}


def magnitudes(n, seed=0, brighter=0.0):
    """Return a table of magnitudes of galaxies that are alike, or of stars some magnitudes up."""
    rng = np.random.default_rng(seed)
    return Table({band: one - brighter + rng.normal(0, 0.2, n) for band, one in COLORS.items()})


def read_parts(folder):
    """Return the rows of all parts of a run, in order."""
    parts = [Table.read(path) for path in sorted(Path(folder).glob("*.parquet"))]
    return vstack(parts, metadata_conflicts="silent")


def assert_equal_rows(found, expected, tolerance=2e-6):
    """Compare tables row by row: texts exactly, numbers to the last digits of float32."""
    assert found.colnames == expected.colnames
    assert len(found) == len(expected)
    for name in expected.colnames:
        one, other = np.asarray(found[name]), np.asarray(expected[name])
        if other.dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=1e-6, err_msg=name)
        else:
            assert one.tolist() == other.tolist(), name
