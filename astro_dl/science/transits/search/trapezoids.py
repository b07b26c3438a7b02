"""Trapezoids fitted to folded transits, for many light curves at once."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from astro_dl.science.transits.detrending import robust_scatter
from astro_dl.science.transits.views import Ephemeris

FIT_BINS = 75
FIT_REACH = 2.5
SHIFTS = np.linspace(-0.6, 0.6, 13)
LENGTHS = np.geomspace(0.35, 1.65, 14)
BROADEST = 0.17
INGRESSES = (0.05, 0.15, 0.25, 0.35, 0.5)
BLOCK_VALUES = 400_000


@dataclass(frozen=True)
class TransitFit:
    """The trapezoid that fits each folded light curve best.

    Parameters
    ----------
    ephemeris : Ephemeris
        Period as given; epoch and full duration (first to last contact) as fitted [d].
    depth : ndarray, (n,)
        Depth in units of the flux outside, above 0; 0 where nothing fits.
    ingress : ndarray, (n,)
        Duration of ingress over full duration: 0.5 is V-shaped.
    snr : ndarray, (n,)
        Square root of what the trapezoid takes from χ², for white noise of the robust scatter of
        the points outside the transit.
    """

    ephemeris: Ephemeris
    depth: np.ndarray
    ingress: np.ndarray
    snr: np.ndarray


def fit_trapezoids(time: np.ndarray, flux: np.ndarray, ephemeris: Ephemeris) -> TransitFit:
    """Return the best trapezoid near each ephemeris.

    Centres within 0.6 and durations of 0.35 to 1.65, in units of the given durations or of 0.17
    periods where these are longer, and ingresses of 5 to 50% of the duration are tried; the level
    outside the transit is free. A sine is so fitted at its minimum, not as a whole.

    Parameters
    ----------
    time : ndarray, (T,)
        Times of all curves [d].
    flux : ndarray, (n, T)
        Detrended flux; NaN is left out.
    ephemeris : Ephemeris
        Period, epoch and approximate duration of each curve.
    """
    start = np.minimum(ephemeris.duration, BROADEST * ephemeris.period)
    ephemeris = Ephemeris(ephemeris.period, ephemeris.epoch, start)
    rows = max(1, BLOCK_VALUES // len(time))
    parts = [
        _fit_block(time, flux[first : first + rows], ephemeris.take(slice(first, first + rows)))
        for first in range(0, len(flux), rows)
    ]
    epoch, duration, depth, ingress, snr = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return TransitFit(Ephemeris(ephemeris.period, epoch, duration), depth, ingress, snr)


def _fit_block(time: np.ndarray, flux: np.ndarray, when: Ephemeris) -> tuple[np.ndarray, ...]:
    number, mean, phase = _binned(time, flux, when)
    position, length, ingress, shapes = _trapezoids()
    weight = number.sum(axis=1, keepdims=True)
    first = number @ shapes.T
    second = number @ (shapes**2).T
    cross = (number * mean) @ shapes.T
    level = (number * mean).sum(axis=1, keepdims=True)
    weight = np.maximum(weight, 1)
    spread = second - first**2 / weight
    depth = (cross - first * level / weight) / np.where(spread > 1e-9, spread, 1)
    gain = np.where((spread > 1e-9) & (depth > 0), depth**2 * spread, 0.0)
    best = gain.argmax(axis=1)
    rows = np.arange(len(best))
    gain, depth = gain[rows, best], depth[rows, best]
    duration = length[best] * when.duration
    epoch = when.epoch + position[best] * when.duration
    outside = np.abs(phase - position[best, None]) > length[best, None] / 2
    enough = (outside & np.isfinite(flux)).sum(axis=1) > 10
    scatter = robust_scatter(np.where(outside | ~enough[:, None], flux, np.nan))
    snr = np.sqrt(gain) / np.maximum(scatter, 1e-12)
    found = gain > 0
    return (
        np.where(found, epoch, when.epoch),
        np.where(found, duration, when.duration),
        np.where(found, depth, 0.0),
        ingress[best],
        np.where(found, snr, 0.0),
    )


def _binned(
    time: np.ndarray, flux: np.ndarray, when: Ephemeris
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return numbers and mean offsets (n, bins) about the transit, and phases [durations]."""
    half, length = when.period[:, None] / 2, when.duration[:, None]
    phase = (np.mod(time - when.epoch[:, None] + half, 2 * half) - half) / length
    level = np.nanmedian(flux, axis=1, keepdims=True)
    bins = np.floor((phase / FIT_REACH + 1) / 2 * FIT_BINS)
    counts = np.isfinite(flux) & (bins >= 0) & (bins < FIT_BINS)
    line = np.where(counts, bins + FIT_BINS * np.arange(len(flux))[:, None], len(flux) * FIT_BINS)
    line = line.astype(np.int64).ravel()
    size = len(flux) * FIT_BINS
    values = np.where(counts, flux - level, 0.0)
    number = np.bincount(line, minlength=size + 1)[:size].reshape(-1, FIT_BINS).astype(float)
    total = np.bincount(line, values.ravel(), size + 1)[:size].reshape(-1, FIT_BINS)
    return number, total / np.maximum(number, 1), phase


@lru_cache(maxsize=1)
def _trapezoids() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return centres, lengths and ingresses (G,) and trapezoids of depth 1 (G, bins)."""
    grid = np.meshgrid(SHIFTS, LENGTHS, INGRESSES, indexing="ij")
    position, length, ingress = (axis.ravel() for axis in grid)
    # Averaged over the bin, so that short transits don't fall between two bins.
    fine = (np.arange(FIT_BINS * 5) + 0.5) / (FIT_BINS * 5) * 2 * FIT_REACH - FIT_REACH
    distance = np.abs(fine - position[:, None]) / length[:, None]
    depth = np.clip((0.5 - distance) / ingress[:, None], 0, 1)
    return position, length, ingress, -depth.reshape(len(depth), FIT_BINS, 5).mean(axis=2)
