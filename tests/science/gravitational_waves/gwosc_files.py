"""Strain files as the Gravitational Wave Open Science Center publishes them, made for tests."""

from pathlib import Path

import h5py
import numpy as np

QUALITY = ["DATA", "CBC_CAT1", "CBC_CAT2"]


def write_gwosc(
    path: Path,
    strain: np.ndarray,
    *,
    detector: str = "H1",
    gps_start: int = 1_200_000_000,
    sample_rate: int = 4096,
    quality: np.ndarray | None = None,
) -> Path:
    """Write strain (N,) with one data-quality word per second, all good by default."""
    seconds = len(strain) // sample_rate
    flags = np.full(seconds, 7, dtype=np.uint32) if quality is None else quality
    with h5py.File(path, "w") as file:
        data = file.create_dataset("strain/Strain", data=strain, chunks=True)
        data.attrs.update({"Xspacing": 1 / sample_rate, "Xstart": gps_start})
        file["meta/GPSstart"] = gps_start
        file["meta/Duration"] = seconds
        file["meta/Detector"] = detector
        mask = file.create_dataset("quality/simple/DQmask", data=flags)
        mask.attrs.update({"Xspacing": 1.0, "Xstart": gps_start})
        file["quality/simple/DQShortnames"] = np.array(QUALITY, dtype="S")
    return path
