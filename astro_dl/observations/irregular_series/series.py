"""Irregular series: measurements of one object at times of their own, in one band or several."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

CHANNELS = ("time", "value", "error", "band", "mask")
"""The named arrays of `padded_arrays`."""


@dataclass(frozen=True)
class IrregularSeries:
    """Measurements of one object, ascending in time.

    Parameters
    ----------
    id : str
        What the object is called.
    time : ndarray, (T,)
        Times [d], float64.
    value, error : ndarray, (T,)
        Magnitudes or fluxes and their standard errors, float64. Of points that are not detected
        the value is the limit, or NaN.
    band : ndarray, (T,)
        Numbers of bands, int16.
    bands : tuple of str
        Their names.
    detected : ndarray, (T,)
        Whether a point is a measurement (and no limit), bool.
    flags : tuple of str
        What was found and mended: ``unsorted_times``, ``duplicate_points``, ``missing_values``,
        ``bad_errors``, ``missing_errors``, ``no_errors``.
    systems : tuple of str
        What is said of the system of each band's magnitudes, as ``ab``, empty for nothing; none for
        nothing of any.
    """

    id: str
    time: np.ndarray
    value: np.ndarray
    error: np.ndarray
    band: np.ndarray
    bands: tuple[str, ...] = ("",)
    detected: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    flags: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: np.ndarray) -> "IrregularSeries":
        """Return some of the points."""
        parts = {
            name: getattr(self, name)[rows]
            for name in ("time", "value", "error", "band", "detected")
        }
        return replace(self, **parts)

    def measured(self) -> "IrregularSeries":
        """Return the detections alone."""
        return self.take(self.detected)


def series_from(
    id: str,
    time: np.ndarray,
    value: np.ndarray,
    error: np.ndarray | None = None,
    band: np.ndarray | None = None,
    bands: Sequence[str] = ("",),
    detected: np.ndarray | None = None,
    systems: Sequence[str] = (),
) -> IrregularSeries:
    """Return a series of points in whatever order, cleaned.

    Points without a finite time, detections without a finite value, and detections whose error is
    zero, less or infinite are left out; of points that agree in all one is kept. Where no error is
    sound, errors are NaN; single missing ones (NaN) become the median of the others in the band.

    Parameters
    ----------
    id : str
        What the object is called.
    time, value : ndarray, (T,)
        Times [d] and values.
    error : ndarray, (T,), optional
        Standard errors.
    band : ndarray of int, (T,), optional
        Numbers of bands; default all 0.
    bands : sequence of str, default one without a name
        Their names.
    detected : ndarray of bool, (T,), optional
        False for limits; default all true.
    systems : sequence of str, optional
        Of the magnitudes of the bands.
    """
    time, value = np.asarray(time, np.float64), np.asarray(value, np.float64)
    n = len(time)
    error = np.full(n, np.nan) if error is None else np.asarray(error, np.float64)
    band = np.zeros(n, np.int16) if band is None else np.asarray(band, np.int16)
    detected = np.ones(n, bool) if detected is None else np.asarray(detected, bool)
    missing = ~np.isfinite(time) | (detected & ~np.isfinite(value))
    sound = (error > 0) & (error < np.inf)
    if not (sound & detected & ~missing).any():
        error = np.full(n, np.nan)
    bad = ~missing & detected & ~np.isnan(error) & ~sound
    kept = ~missing & ~bad
    order = np.lexsort((error, value, ~detected, band, time))
    order = order[kept[order]]
    flags = ["missing_values"] if missing.any() else []
    flags += ["bad_errors"] if bad.any() else []
    flags += ["unsorted_times"] if (np.diff(time[kept]) < 0).any() else []
    columns = np.stack([time, value, error, band, detected])[:, order]
    again = np.zeros(len(order), bool)
    if len(order):
        # NaN differs from itself, and two limits without a value are one.
        comparable = np.nan_to_num(columns, nan=-np.inf)
        again[1:] = (comparable[:, 1:] == comparable[:, :-1]).all(axis=0)
    flags += ["duplicate_points"] if again.any() else []
    order = order[~again]
    lacking = (np.isnan(error) & detected)[order]
    error, some = _filled_errors(error[order], band[order], detected[order])
    flags += ([] if not lacking.any() else ["missing_errors"]) if some else ["no_errors"]
    return IrregularSeries(
        id,
        time[order],
        value[order],
        error,
        band[order],
        tuple(bands),
        detected[order],
        tuple(flags),
        tuple(systems),
    )


def _filled_errors(
    error: np.ndarray, band: np.ndarray, detected: np.ndarray
) -> tuple[np.ndarray, bool]:
    known = np.isfinite(error) & detected
    if not known.any():
        return np.full(len(error), np.nan), False
    filled = np.where(np.isfinite(error), error, np.median(error[known]))
    for one in np.unique(band[~known & detected]):
        same = known & (band == one)
        if same.any():
            filled[(band == one) & ~known & detected] = np.median(error[same])
    return filled, True


def thinned(series: IrregularSeries, length: int) -> IrregularSeries:
    """Return a series of at most so many points, evenly chosen by their number in time."""
    if len(series) <= length:
        return series
    return series.take(np.round(np.linspace(0, len(series) - 1, length)).astype(int))


def padded_arrays(
    many: Sequence[IrregularSeries], length: int | None = None
) -> dict[str, np.ndarray]:
    """Return series as arrays of one length.

    Parameters
    ----------
    many : sequence of IrregularSeries
        n of them.
    length : int, optional
        Points of each; longer series are thinned. Default those of the longest.

    Returns
    -------
    dict of str to ndarray, (n, length)
        ``time`` [d] since the first point, the difference taken in float64, ``value``, ``error``
        float32, ``band`` int32, and ``mask``, bool, true for measurements; all other places,
        limits among them, are zero.
    """
    length = max((len(one) for one in many), default=1) if length is None else length
    arrays = {
        "time": np.zeros((len(many), length), np.float32),
        "value": np.zeros((len(many), length), np.float32),
        "error": np.zeros((len(many), length), np.float32),
        "band": np.zeros((len(many), length), np.int32),
        "mask": np.zeros((len(many), length), bool),
    }
    for row, one in enumerate(many):
        points = thinned(one.measured(), length)
        if not len(points):
            continue
        place = (row, slice(0, len(points)))
        arrays["time"][place] = points.time - points.time[0]
        arrays["value"][place] = points.value
        arrays["error"][place] = np.nan_to_num(points.error)
        arrays["band"][place] = points.band
        arrays["mask"][place] = True
    return arrays
