"""What is in images besides the sky: cosmic rays, trails, full pixels, bad columns, spots.

Every function returns an image of the light that it adds, or of the pixels that it spoils.
"""

import numpy as np

from astro_dl.observations.images.particles import Detector, deposit, draw_hits
from astro_dl.science.real_bogus.elliptical_moffat import EllipticalMoffat

DETECTOR = Detector(np.array([15.0]), np.array([150.0]), np.array([4.5]))
"""Pixels of 15 µm on a sensor of 150 µm, as of the survey cameras with thick devices."""


def cosmic_rays(
    n: int, size: int, electrons_per_sigma: float, rng: np.random.Generator
) -> np.ndarray:
    """Return the light (size, size) of n muons [σ], which know no point-spread function."""
    hits = draw_hits(np.zeros(n, int), size, DETECTOR, rng)
    return deposit(hits, DETECTOR, 1, size, rng)[0] / np.float32(electrons_per_sigma)


def satellite_trail(
    size: int, psf: EllipticalMoffat, rng: np.random.Generator, faintest: float = 0.3
) -> np.ndarray:
    """Return a line (size, size) across a field, as wide as the point-spread function.

    Its peak is 0.3 to 30 σ; half of the trails are dashes of a tumbling satellite.
    """
    y, x = np.indices((size, size), dtype=np.float32)
    angle = rng.uniform(0, np.pi)
    through = rng.uniform(0.2 * size, 0.8 * size, 2)
    across = (y - through[0]) * np.cos(angle) - (x - through[1]) * np.sin(angle)
    along = (y - through[0]) * np.sin(angle) + (x - through[1]) * np.cos(angle)
    peak = faintest * np.exp(rng.uniform(0, np.log(100)))
    light = peak * np.exp(-0.5 * (across * np.sqrt(8 * np.log(2)) / psf.fwhm) ** 2)
    if rng.random() < 0.5:
        light *= 0.5 + 0.5 * np.sin(2 * np.pi * along / rng.uniform(10, 60) + rng.uniform(0, 6))
    return light.astype(np.float32)


def bad_columns(size: int, rng: np.random.Generator) -> np.ndarray:
    """Return one or two columns (size, size) from some row on, too bright or too dark [σ]."""
    image = np.zeros((size, size), np.float32)
    column, wide, row = rng.integers(size), rng.integers(1, 3), rng.integers(size)
    level = rng.choice([-1, 1]) * np.exp(rng.uniform(np.log(2), np.log(50)))
    image[row if rng.random() < 0.5 else 0 :, column : column + wide] = level
    return image


def spots(n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return n smooth patches (size, size), dark or bright, 2 to 6 pixels wide [σ]."""
    y, x = np.indices((size, size), dtype=np.float32)
    image = np.zeros((size, size), np.float32)
    for _ in range(n):
        row, column = rng.uniform(0, size, 2)
        wide = rng.uniform(2, 6, 2)
        level = rng.choice([-1, 1]) * np.exp(rng.uniform(np.log(0.5), np.log(8)))
        image += level * np.exp(-0.5 * (((y - row) / wide[0]) ** 2 + ((x - column) / wide[1]) ** 2))
    return image


def bleed(image: np.ndarray, full_well: float, rng: np.random.Generator) -> np.ndarray:
    """Limit an image (H, W) to the full well, in place, and return which pixels are spoilt.

    The charge above the full well of a column runs along it, up and down alike, and fills as many
    pixels as it can, give or take a fifth.
    """
    full = image >= full_well
    spoilt = full.copy()
    for column in np.flatnonzero(full.any(axis=0)):
        rows = np.flatnonzero(full[:, column])
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            excess = float((image[run, column] - full_well).sum())
            reach = int(0.5 * excess / full_well * rng.uniform(0.8, 1.2))
            spoilt[max(run[0] - reach, 0) : run[-1] + reach + 1, column] = True
    image[spoilt] = full_well
    return spoilt


def resampled_noise(
    size: int, rng: np.random.Generator, phase: tuple[float, float] | None = None
) -> np.ndarray:
    """Return white noise (size, size) after an interpolation by Lanczos' function of order 3.

    Neighbours become alike, and the variance falls, as in resampled images; without a phase [pixel]
    a random one is taken.
    """
    noise = rng.standard_normal((size, size), dtype=np.float32)
    for axis, offset in enumerate(rng.uniform(-0.5, 0.5, 2) if phase is None else phase):
        u = np.arange(-3, 4.0) - offset
        taps = np.sinc(u) * np.sinc(u / 3) * (np.abs(u) < 3)
        noise = _filtered(noise, taps / taps.sum(), axis)
    return noise


def _filtered(image: np.ndarray, taps: np.ndarray, axis: int) -> np.ndarray:
    reach = len(taps) // 2
    moved = [np.roll(image, step, axis) for step in range(-reach, reach + 1)]
    return np.tensordot(taps.astype(image.dtype), np.stack(moved), axes=1)
