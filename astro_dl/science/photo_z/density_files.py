"""Probability densities on a grid, in files that the package qp (LSST DESC) reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path
from astro_dl.core.new_hdf5 import new_hdf5

ENDINGS = (".hdf5", ".h5")


@contextmanager
def density_file(path: str | Path, points: np.ndarray) -> Iterator[Callable[[np.ndarray], None]]:
    """Give a function that appends densities to a new file, which is written whole or not at all.

    Parameters
    ----------
    path : str or Path
        Ending in ``.hdf5`` or ``.h5``; ``qp.read`` makes an ensemble of it, of the kind ``interp``.
    points : ndarray, (m,)
        Where the densities are given, rising.

    Yields
    ------
    callable
        ``(densities (n, m)) -> None``.

    Raises
    ------
    UsageError
        For another ending or a missing folder.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"{path}: ending {path.suffix!r}; accepted: {', '.join(ENDINGS)}")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: folder {path.parent} does not exist")
    with atomic_path(path) as temporary, new_hdf5(temporary) as file:
        meta = file.create_group("meta")
        meta["pdf_name"] = np.array([b"interp"])
        meta["pdf_version"] = np.array([0])
        meta["xvals"] = np.asarray(points, float)[None]
        chunk = (max(1, 2**18 // len(points)), len(points))
        values = file.create_dataset(
            "data/yvals", (0, len(points)), "f4", maxshape=(None, len(points)), chunks=chunk
        )

        def append(densities: np.ndarray) -> None:
            rows = len(values)
            values.resize(rows + len(densities), axis=0)
            values[rows:] = densities

        yield append
