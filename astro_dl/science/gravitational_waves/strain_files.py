"""One file of detector strain: GWOSC HDF5, or a GWF frame where gwpy is installed.

Each format is two functions: what the file holds, and a slice of it with its exclusion codes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.hdf5_files import open_hdf5
from astro_dl.science.gravitational_waves.detectors import DETECTORS

EXCLUSIONS = ("no data", "not finite", "data quality", "constant")
"""Why a sample must not be used: the codes count from 1, and 0 is a good sample."""

NOT_FINITE, BAD_QUALITY, CONSTANT = 2, 3, 4
LONGEST_CONSTANT_S, FEWEST_EQUAL = 0.01, 16
"""Noise never repeats a number for so long: what does is a gap that was filled."""

REQUIRED_QUALITY = ("DATA", "CBC_CAT1")


@dataclass(frozen=True)
class StrainFile:
    """What a file of strain holds.

    Parameters
    ----------
    path : Path
        The file.
    detector : str
        Prefix, such as ``"H1"``.
    gps_start : float
        GPS time of the first sample [s].
    sample_rate : float
        Sampling rate [Hz].
    samples : int
        Number of samples.
    channels : tuple of str
        Strain and data-quality channel of a GWF frame; empty for HDF5.
    """

    path: Path
    detector: str
    gps_start: float
    sample_rate: float
    samples: int
    channels: tuple[str, ...] = ()

    @property
    def gps_end(self) -> float:
        """GPS time just after the last sample [s]."""
        return self.gps_start + self.samples / self.sample_rate


def open_file(path: str | Path) -> StrainFile:
    """Return what a file of strain holds, without reading the strain.

    Raises
    ------
    UsageError
        If it is missing, corrupt, not strain, of an unknown detector, or contradicts itself.
    """
    path = Path(path)
    with reading(path, "strain"):
        file = _open_frame(path) if path.suffix == ".gwf" else _open_hdf5(path)
    if file.detector not in DETECTORS:
        raise UsageError(
            f"{path} is of detector {file.detector!r}; accepted: {', '.join(DETECTORS)}"
        )
    if file.samples < 1 or not np.isfinite(file.sample_rate) or file.sample_rate <= 0:
        raise UsageError(
            f"{path} holds {file.samples} samples at {file.sample_rate} Hz: no strain to read"
        )
    return file


def read_slice(file: StrainFile, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Return samples ``first`` to ``stop`` of a file and their exclusion codes.

    Parameters
    ----------
    file : StrainFile
        From `open_file`.
    first, stop : int
        Sample numbers.

    Returns
    -------
    strain : ndarray
        (stop - first,) float64; zero where not finite.
    exclusion : ndarray
        (stop - first,) uint8; 0 where good, else a number into `EXCLUSIONS`, from 1.

    Raises
    ------
    UsageError
        If the data cannot be read.
    """
    # A constant stretch is told by what it is as a whole, wherever the slice cuts it.
    run = max(FEWEST_EQUAL, round(LONGEST_CONSTANT_S * file.sample_rate))
    low, high = max(0, first - run), min(file.samples, stop + run)
    with reading(file.path, "strain"):
        if file.channels:
            strain, quality = _read_frame(file, low, high)
        else:
            strain, quality = _read_hdf5(file, low, high)
    finite = np.isfinite(strain)
    exclusion = np.where(quality, np.uint8(0), np.uint8(BAD_QUALITY))
    exclusion[_constant(strain, run)] = CONSTANT
    exclusion[~finite] = NOT_FINITE
    wanted = slice(first - low, stop - low)
    return np.where(finite, strain, 0.0)[wanted], exclusion[wanted]


def _constant(strain: np.ndarray, run: int) -> np.ndarray:
    """Return which samples (N,) are among ``run`` or more in a row of one value."""
    changes = strain[1:] != strain[:-1]
    if len(changes) - np.count_nonzero(changes) < run - 1:
        return np.zeros(len(strain), bool)
    edges = np.flatnonzero(changes) + 1
    starts = np.concatenate([[0], edges])
    lengths = np.diff(np.concatenate([starts, [len(strain)]]))
    return np.repeat(lengths >= run, lengths)


def _open_hdf5(path: Path) -> StrainFile:
    with open_hdf5(path) as file:
        strain = _dataset(file, path, "strain/Strain")
        if strain.ndim != 1 or strain.dtype.kind != "f":
            raise UsageError(
                f"{path}: strain/Strain is {strain.dtype} of shape {strain.shape}; wanted is a "
                "series of floating-point numbers"
            )
        start, duration = (
            _number(path, name, _dataset(file, path, name)[()])
            for name in ("meta/GPSstart", "meta/Duration")
        )
        detector = _text(_dataset(file, path, "meta/Detector")[()])
        start = _number(path, "Xstart", strain.attrs.get("Xstart", start))
        even = duration / max(len(strain), 1)
        spacing = _number(path, "Xspacing", strain.attrs.get("Xspacing", even))
        if not np.isfinite([start, duration, spacing]).all() or spacing <= 0:
            raise UsageError(
                f"{path}: starts at {start:g}, lasts {duration:g} s, a sample every {spacing:g} s; "
                "accepted: finite numbers, and a spacing above 0"
            )
        if abs(len(strain) * spacing - duration) > spacing:
            raise UsageError(
                f"{path} contradicts itself: {len(strain)} samples every {spacing:g} s are not the "
                f"{duration:g} s that meta/Duration states"
            )
        return StrainFile(path, detector, start, round(1 / spacing, 6), len(strain))


def _read_hdf5(file: StrainFile, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    # Its members were checked by `open_file`.
    with h5py.File(file.path, "r") as opened:
        strain = opened["strain/Strain"][first:stop].astype(np.float64)
        if "quality/simple/DQmask" not in opened:
            return strain, np.ones(len(strain), dtype=bool)
        mask = _dataset(opened, file.path, "quality/simple/DQmask")
        short = _dataset(opened, file.path, "quality/simple/DQShortnames")[()]
        names = [_text(name) for name in np.ravel(short)]
        spacing = _number(file.path, "Xspacing", mask.attrs.get("Xspacing", 1.0))
        if not 0 < spacing < np.inf:
            raise UsageError(f"{file.path}: data quality every {spacing:g} s; accepted: above 0")
        seconds = np.arange(first, stop) / (file.sample_rate * spacing)
        low, high = int(seconds[0]), int(seconds[-1]) + 1
        flags = np.zeros(high - low, dtype=np.int64)
        stored = mask[low:high]
        if stored.dtype.kind not in "iu" or stored.ndim != 1:
            raise UsageError(f"{file.path}: data quality is {stored.dtype}; accepted: integers")
        flags[: len(stored)] = stored
        return strain, _passes(flags, names)[seconds.astype(np.int64) - low]


def _passes(flags: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return where the required bits of a data-quality mask are set."""
    wanted = sum(1 << bit for bit, name in enumerate(names) if name in REQUIRED_QUALITY)
    return (flags & wanted) == wanted


def _dataset(file: h5py.File, path: Path, name: str) -> h5py.Dataset:
    found = file.get(name)
    if not isinstance(found, h5py.Dataset):
        raise UsageError(
            f"{path} has no dataset {name!r}; wanted is strain as GWOSC publishes it (HDF5 with "
            "strain/Strain, meta/GPSstart, meta/Duration, meta/Detector)"
        )
    return found


def _number(path: Path, name: str, value: Any) -> float:
    number = np.asarray(value)
    if number.size != 1 or number.dtype.kind not in "fiu":
        raise UsageError(f"{path}: {name} is {str(value)[:40]!r}; accepted: one number")
    return float(number.item())


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _gwpy() -> Any:
    try:
        import matplotlib

        # gwpy changes everybody's figures when it is imported
        with matplotlib.rc_context():
            import gwpy.io.gwf
            import gwpy.timeseries
    except ImportError as error:
        raise UsageError(
            "reading GWF frames needs gwpy and a frame library: pip install gwpy lalsuite; or "
            "give the HDF5 file of the same data"
        ) from error
    return gwpy


def _open_frame(path: Path) -> StrainFile:
    _require_whole_frame(path)
    gwpy = _gwpy()
    names = sorted(gwpy.io.gwf.get_channel_names(path))
    strain = [name for name in names if name.upper().endswith("STRAIN")]
    if len(strain) != 1:
        raise UsageError(f"{path} has {len(strain)} strain channels among {names}; wanted is one")
    quality = [name for name in names if name.upper().endswith("DQMASK")][:1]
    stretches = gwpy.io.gwf.data_segments([str(path)], strain[0])
    if len(stretches) != 1:
        raise UsageError(f"{path} holds {len(stretches)} stretches of strain; wanted is one")
    start, end = map(float, stretches[0])
    glimpse = gwpy.timeseries.TimeSeries.read(
        path, strain[0], start=start, end=min(start + 1, end), format="gwf"
    )
    rate = float(glimpse.sample_rate.value)
    detector = strain[0].split(":")[0]
    return StrainFile(
        path, detector, start, rate, round((end - start) * rate), (strain[0], *quality)
    )


def _require_whole_frame(path: Path) -> None:
    """Refuse what is not a complete frame file, on which frame libraries crash.

    A frame file begins with IGWD and ends with a record that holds the file's length, at one place
    in version 8 and another in version 6 of the format (LIGO-T970130).
    """
    with path.open("rb") as file:
        magic = file.read(4)
        length = file.seek(0, 2)
        file.seek(max(0, length - 28))
        tail = file.read()
    stated = {
        int.from_bytes(tail[first : first + 8], order)
        for first in (0, 4)
        for order in ("little", "big")
    }
    if magic != b"IGWD" or length not in stated:
        raise UsageError(f"cannot read {path}: it is not a complete frame file; download it again")


def _read_frame(file: StrainFile, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    read = _gwpy().timeseries.TimeSeries.read
    start = file.gps_start + first / file.sample_rate
    end = file.gps_start + stop / file.sample_rate
    strain = read(file.path, file.channels[0], start=start, end=end, format="gwf")
    values = np.asarray(strain.value, dtype=np.float64)
    if len(file.channels) == 1:
        return values, np.ones(len(values), dtype=bool)
    state = read(file.path, file.channels[1], start=np.floor(start), end=np.ceil(end), format="gwf")
    # GWOSC frames number the bits as the HDF5 files do, but carry no names: DATA, CBC_CAT1.
    times = start + np.arange(len(values)) / file.sample_rate
    index = ((times - np.floor(start)) * float(state.sample_rate.value)).astype(np.int64)
    return values, _passes(np.asarray(state.value, dtype=np.int64), REQUIRED_QUALITY)[index]
