"""Tests of what a dip is: depths of odd and even transits, and of a secondary eclipse."""

import numpy as np

from astro_dl.science.transits.detrending import robust_scatter
from astro_dl.science.transits.views import Ephemeris, secondary_phase

BOTTOM, BASELINE = 0.6, (0.7, 2.0)


def box_depth(time: np.ndarray, flux: np.ndarray, ephemeris: Ephemeris) -> np.ndarray:
    """Return depth and standard error of dips, (n, 2).

    The mean of the inner 60% of the transit against the mean of what lies between 0.7 and 2
    durations from its centre; the error is that of white noise of the curve's robust scatter.

    Parameters
    ----------
    time : ndarray, (T,)
        Times [d].
    flux : ndarray, (n, T)
        Detrended flux; NaN is left out.
    ephemeris : Ephemeris
        Of each curve.

    Returns
    -------
    ndarray
        NaN where there are no points inside or outside.
    """
    half = ephemeris.period[:, None] / 2
    phase = np.abs(np.mod(time - ephemeris.epoch[:, None] + half, 2 * half) - half)
    phase = phase / ephemeris.duration[:, None]
    good = np.isfinite(flux)
    inside = good & (phase < BOTTOM / 2)
    outside = good & (phase > BASELINE[0]) & (phase < BASELINE[1])
    inner, outer = (mask.sum(axis=1).astype(float) for mask in (inside, outside))
    with np.errstate(invalid="ignore", divide="ignore"):
        depth = _mean(flux, outside, outer) - _mean(flux, inside, inner)
        error = robust_scatter(flux) * np.sqrt(1 / inner + 1 / outer)
    return np.stack([depth, error], axis=1)


def odd_even_depths(
    time: np.ndarray, flux: np.ndarray, ephemeris: Ephemeris
) -> tuple[np.ndarray, np.ndarray]:
    """Return depths and errors of every other transit and of those between; see `box_depth`."""
    double = 2 * ephemeris.period
    epochs = (ephemeris.epoch, ephemeris.epoch + ephemeris.period)
    odd, even = (
        box_depth(time, flux, Ephemeris(double, epoch, ephemeris.duration)) for epoch in epochs
    )
    return odd, even


def secondary_depth(time: np.ndarray, flux: np.ndarray, ephemeris: Ephemeris) -> np.ndarray:
    """Return depth and error of the strongest event outside of the transit; see `box_depth`."""
    epoch = ephemeris.epoch + secondary_phase(time, flux, ephemeris) * ephemeris.period
    return box_depth(time, flux, Ephemeris(ephemeris.period, epoch, ephemeris.duration))


def _mean(flux: np.ndarray, mask: np.ndarray, number: np.ndarray) -> np.ndarray:
    return np.where(mask, flux, 0.0).sum(axis=1) / number
