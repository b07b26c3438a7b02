"""Trapezoids fitted to folded transits, for many light curves at once."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from astro_dl.data.namespace import namespace_of, on_host
from astro_dl.science.transits.detrending import masked_median, robust_scatter
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


def fit_trapezoids(time: np.ndarray, flux: Any, ephemeris: Ephemeris) -> TransitFit:
    """Return the best trapezoid near each ephemeris.

    Centres within 0.6 and durations of 0.35 to 1.65, in units of the given durations or of 0.17
    periods where these are longer, and ingresses of 5 to 50% of the duration are tried; the level
    outside the transit is free. A sine is so fitted at its minimum, not as a whole.

    Parameters
    ----------
    time : ndarray, (T,)
        Times of all curves [d].
    flux : ndarray or tensor, (n, T)
        Detrended flux; NaN is left out. The sums over points of tensors are made on their device;
        what fits them best is chosen in memory.
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


def _fit_block(time: np.ndarray, flux: Any, when: Ephemeris) -> tuple[np.ndarray, ...]:
    number, mean, phase = _binned(time, flux, when)
    position, length, ingress, shapes, squares = _trapezoids()
    weight = number.sum(axis=1, keepdims=True)
    first = number @ shapes.T
    second = number @ squares.T
    cross = (number * mean) @ shapes.T
    level = (number * mean).sum(axis=1, keepdims=True)
    weight = np.maximum(weight, 1)
    spread = second - first**2 / weight
    depth = (cross - first * level / weight) / np.where(spread > 1e-9, spread, 1)
    gain = np.where((spread > 1e-9) & (depth > 0), depth**2 * spread, 0.0)
    best = _best(gain)
    rows = np.arange(len(best))
    gain, depth = gain[rows, best], depth[rows, best]
    duration = length[best] * when.duration
    epoch = when.epoch + position[best] * when.duration
    outside = np.abs(phase - position[best, None]) > length[best, None] / 2
    xp = namespace_of(flux)
    enough = on_host(xp.sum(xp.logical_and(xp.isfinite(flux), outside), axis=1)) > 10
    scatter = on_host(robust_scatter(xp.where(outside | ~enough[:, None], flux, np.nan)))
    snr = np.sqrt(gain) / np.maximum(scatter, 1e-12)
    found = gain > 0
    return (
        np.where(found, epoch, when.epoch),
        np.where(found, duration, when.duration),
        np.where(found, depth, 0.0),
        ingress[best],
        np.where(found, snr, 0.0),
    )


def _best(gain: np.ndarray) -> np.ndarray:
    """Return which trapezoid of each row (n, G) gains most, (n,).

    With few points in transit some differ, where there are points, by a factor alone: they fit
    equally well, and rounding decides.
    """
    return gain.argmax(axis=1)


def _binned(
    time: np.ndarray, flux: Any, when: Ephemeris
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return numbers and mean offsets (n, bins) about the transit, and phases [durations]."""
    half, length = when.period[:, None] / 2, when.duration[:, None]
    phase = (np.mod(time - when.epoch[:, None] + half, 2 * half) - half) / length
    xp = namespace_of(flux)
    known = xp.isfinite(flux)
    level = masked_median(flux, known)[:, None]
    bins = np.floor((phase / FIT_REACH + 1) / 2 * FIT_BINS)
    inside = (bins >= 0) & (bins < FIT_BINS)
    size = len(flux) * FIT_BINS
    line = np.where(inside, bins + FIT_BINS * np.arange(len(flux))[:, None], size)
    counts = xp.where(known, 1.0, 0.0)
    number, total = (
        _sums(line.astype(np.int32).ravel(), xp.reshape(values, -1), size + 1)[:size].reshape(
            -1, FIT_BINS
        )
        for values in (counts, xp.where(known, flux - level, 0.0))
    )
    return number, total / np.maximum(number, 1), phase


def _sums(line: np.ndarray, values: Any, size: int) -> np.ndarray:
    """Return the sums of the values of every number on the line, float64."""
    if isinstance(values, np.ndarray):
        return np.bincount(line, values, size)
    return on_host(namespace_of(values).segment_sum(values, line, size)).astype(np.float64)


@lru_cache(maxsize=1)
def _trapezoids() -> tuple[np.ndarray, ...]:
    """Return centres, lengths and ingresses (G,), trapezoids of depth 1 (G, bins), and squares."""
    grid = np.meshgrid(SHIFTS, LENGTHS, INGRESSES, indexing="ij")
    position, length, ingress = (axis.ravel() for axis in grid)
    # Averaged over the bin, so that short transits don't fall between two bins.
    fine = (np.arange(FIT_BINS * 5) + 0.5) / (FIT_BINS * 5) * 2 * FIT_REACH - FIT_REACH
    distance = np.abs(fine - position[:, None]) / length[:, None]
    depth = np.clip((0.5 - distance) / ingress[:, None], 0, 1)
    shapes = -depth.reshape(len(depth), FIT_BINS, 5).mean(axis=2)
    return position, length, ingress, shapes, shapes**2
