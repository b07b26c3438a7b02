"""Detector strain: the time series of gwpy."""

import re
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from astro_dl.core.errors import UsageError

DETECTOR = re.compile(r"^([A-Z]\d)\b")


def is_strain(given: Any) -> bool:
    """Whether something is a series with ``t0`` and ``sample_rate``."""
    return all(hasattr(given, name) for name in ("t0", "sample_rate", "value"))


def write_strain(one: Any, path: Path) -> None:
    """Write a series as HDF5 in the layout of GWOSC, all of it of good quality.

    Parameters
    ----------
    one : object
        ``value`` (samples,), ``t0`` [s] and ``sample_rate`` [Hz], with units; its ``channel`` or
        ``name`` begins with the detector, as ``H1:``.
    path : Path
        The file.

    Raises
    ------
    UsageError
        If it has no detector.
    """
    names = [str(getattr(one, name, None) or "") for name in ("channel", "name")]
    found = next(filter(None, map(DETECTOR.match, names)), None)
    if found is None:
        raise UsageError(
            f"a {type(one).__name__} named {names[1]!r} does not say its detector; give it a "
            "channel such as 'H1:STRAIN'"
        )
    values = np.asarray(one.value, np.float64)
    rate, start = _plain(one.sample_rate, "Hz"), _plain(one.t0, "s")
    with h5py.File(path, "w") as file:
        strain = file.create_dataset("strain/Strain", data=values)
        strain.attrs["Xstart"], strain.attrs["Xspacing"] = start, 1 / rate
        file["meta/GPSstart"], file["meta/Duration"] = start, values.size / rate
        file["meta/Detector"] = found[1]


def _plain(quantity: Any, unit: str) -> float:
    return float(quantity.to_value(unit))
