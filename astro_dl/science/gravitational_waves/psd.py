"""One-sided power spectral densities of detector noise: analytic, tabulated, or estimated."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.fft import rfft

from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.hdf5_files import open_hdf5


def aligo_design_psd(frequencies: np.ndarray) -> np.ndarray:
    """Return the Advanced LIGO design sensitivity (zero detuning, high power).

    The fit of Ajith (2011), Phys. Rev. D 84, 084037, eq. 4.7, good from 20 Hz; below, the formula
    is continued as it stands.

    Parameters
    ----------
    frequencies : ndarray
        Frequencies [Hz], any shape.

    Returns
    -------
    ndarray
        One-sided PSD [1/Hz], float64, infinite at zero frequency.
    """
    with np.errstate(divide="ignore"):
        x = np.abs(np.asarray(frequencies, dtype=np.float64)) / 245.4
        return 1e-48 * (
            0.0152 * x**-4.0 + 0.2935 * x**2.25 + 2.7951 * x**1.5 - 6.5080 * x**0.75 + 17.7622
        )


NAMED_PSDS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"aligo_design": aligo_design_psd}


def named_psd(name_or_path: str | Path, frequencies: np.ndarray) -> np.ndarray:
    """Return a PSD by name (`NAMED_PSDS`) or from a file (`load_psd`).

    Parameters
    ----------
    name_or_path : str or Path
        A known name, or the path of a table.
    frequencies : ndarray
        Frequencies [Hz].

    Raises
    ------
    UsageError
        If it is neither.
    """
    if str(name_or_path) in NAMED_PSDS:
        return NAMED_PSDS[str(name_or_path)](frequencies)
    if Path(name_or_path).is_file():
        return load_psd(name_or_path, frequencies)
    nearest = did_you_mean(str(name_or_path), NAMED_PSDS)
    raise UsageError(f"PSD {str(name_or_path)!r} is neither a known name nor a file{nearest}")


def load_psd(path: str | Path, frequencies: np.ndarray) -> np.ndarray:
    """Return a tabulated PSD at these frequencies, interpolated in the logarithm.

    Read are: text of two columns, frequency [Hz] and amplitude spectral density [Hz^-1/2]; NumPy
    ``.npy`` arrays (2, n) or (n, 2) of the same; HDF5 (``.hdf``, ``.hdf5``, ``.h5``) with a dataset
    ``data`` of PSD values [1/Hz] and its attribute ``delta_f`` [Hz].

    Parameters
    ----------
    path : str or Path
        The table.
    frequencies : ndarray
        Frequencies [Hz].

    Returns
    -------
    ndarray
        One-sided PSD [1/Hz], float64, infinite outside the table.

    Raises
    ------
    UsageError
        If the file cannot be read as such a table.
    """
    path = Path(path)
    try:
        with reading(path, "PSD"):
            table_frequencies, density = _read_table(path)
    except UsageError as error:
        raise UsageError(
            f"{error}; wanted is text or .npy of frequency [Hz] and amplitude spectral density, or "
            "HDF5 with 'data' and its attribute 'delta_f'"
        ) from error
    usable = (table_frequencies > 0) & np.isfinite(density) & (density > 0)
    table_frequencies, density = table_frequencies[usable], density[usable]
    if len(density) < 2 or np.any(np.diff(table_frequencies) <= 0):
        raise UsageError(f"{path} holds no PSD: fewer than two usable rows, or not ascending")
    frequencies = np.abs(np.asarray(frequencies, dtype=np.float64))
    with np.errstate(divide="ignore"):
        logarithm = np.interp(
            np.log(frequencies),
            np.log(table_frequencies),
            np.log(density),
            left=np.inf,
            right=np.inf,
        )
    return np.exp(logarithm)


def estimate_psd(
    strain: np.ndarray,
    sample_rate: float,
    segment_seconds: float = 4.0,
    method: Literal["median", "welch"] = "median",
    frequencies: np.ndarray | None = None,
) -> np.ndarray:
    """Return the PSD of a series from its Hann-windowed, half-overlapping segments.

    Parameters
    ----------
    strain : ndarray
        Series (N,). Segments with a value that is not finite are left out.
    sample_rate : float
        Sampling rate [Hz].
    segment_seconds : float, default 4.0
        Length of a segment [s]; the resolution is its inverse.
    method : {"median", "welch"}
        How to average over the segments; see `average_power`.
    frequencies : ndarray, optional
        Frequencies [Hz] to interpolate to (in the logarithm); default the segments' own grid.

    Returns
    -------
    ndarray
        One-sided PSD (F,) [1/Hz], float64.

    Raises
    ------
    UsageError
        If the series is shorter than a segment or has no clean one, or the method is unknown.
    """
    powers = segment_power(strain, sample_rate, segment_seconds)
    if not len(powers):
        raise UsageError(
            f"{len(strain) / sample_rate:g} s of strain are too short for a PSD from segments of "
            f"{segment_seconds:g} s"
        )
    psd = average_power(powers, method)
    if frequencies is None:
        return psd
    grid = np.arange(len(psd)) / segment_seconds
    return np.exp(np.interp(frequencies, grid, np.log(psd)))


def segment_power(strain: np.ndarray, sample_rate: float, segment_seconds: float) -> np.ndarray:
    """Return the one-sided periodograms of the Hann-windowed, half-overlapping segments.

    Parameters
    ----------
    strain : ndarray
        Series (N,).
    sample_rate : float
        Sampling rate [Hz].
    segment_seconds : float
        Length of a segment [s].

    Returns
    -------
    ndarray
        (segments, F) [1/Hz], float64; segment k starts k half segments after the series; NaN where
        a segment holds values that are not finite. No rows where the series is too short.
    """
    length = round(segment_seconds * sample_rate)
    if len(strain) < length:
        return np.empty((0, length // 2 + 1))
    window = np.sin(np.pi * np.arange(length) / length) ** 2
    segments = np.lib.stride_tricks.sliding_window_view(strain, length)[:: length // 2]
    level = segments - segments.mean(axis=-1, keepdims=True)
    level *= window
    spectrum = rfft(level, overwrite_x=True)
    power = spectrum.real**2
    power += spectrum.imag**2
    power /= sample_rate * np.sum(window**2)
    power[:, 1 : (length + 1) // 2] *= 2
    return power


def average_power(powers: np.ndarray, method: Literal["median", "welch"] = "median") -> np.ndarray:
    """Return the PSD from the periodograms of segments, leaving out those that are not finite.

    The median, divided by its expectation for exponentially distributed power, is blind to a few
    loud segments: Allen et al. (2012), Phys. Rev. D 85, 122006, appendix B.

    Parameters
    ----------
    powers : ndarray
        (segments, F), from `segment_power`.
    method : {"median", "welch"}
        Bias-corrected median, or mean.

    Raises
    ------
    UsageError
        If no segment is finite, or the method is unknown.
    """
    if method not in ("median", "welch"):
        raise UsageError(f"unknown PSD method {method!r}; accepted: median, welch")
    clean = powers[np.isfinite(powers[:, 0])]
    if not len(clean):
        raise UsageError("no segment without gaps to estimate the PSD from; give more strain")
    return np.mean(clean, axis=0) if method == "welch" else _corrected_median(clean)


def _corrected_median(powers: np.ndarray) -> np.ndarray:
    # An even number of exponentials has the same expected median as the next smaller odd one.
    terms = np.arange(1, len(powers) + len(powers) % 2)
    bias = np.sum((-1.0) ** (terms + 1) / terms)
    return np.median(powers, axis=0) / bias


def _read_table(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies [Hz] and PSD [1/Hz] of a table."""
    if path.suffix in (".hdf", ".hdf5", ".h5"):
        with open_hdf5(path) as file:
            data, spacing = file["data"], np.asarray(file["data"].attrs["delta_f"])
            if data.dtype.kind not in "fiu" or data.ndim != 1 or spacing.dtype.kind not in "fiu":
                raise UsageError("'data' or its attribute 'delta_f' are no numbers")
            if spacing.size != 1:
                raise UsageError(f"'delta_f' holds {spacing.size} numbers; one is needed")
            density = np.asarray(data, dtype=np.float64)
            return np.arange(len(density)) * float(spacing.item()), density
    table = np.load(path, allow_pickle=False) if path.suffix == ".npy" else np.loadtxt(path)
    if table.ndim != 2 or 2 not in table.shape or table.dtype.kind not in "fiu":
        raise UsageError(f"holds {table.dtype} of shape {table.shape}, not two columns of numbers")
    frequencies, amplitude = table if table.shape[0] == 2 else table.T
    return frequencies.astype(np.float64), amplitude.astype(np.float64) ** 2
