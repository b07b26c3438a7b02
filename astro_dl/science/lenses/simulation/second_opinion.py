"""Cutouts by a simulator that shares no model with the other one: a second opinion.

Sources are squares of random shapelets (clumpy, of any shape), masses are power laws of any slope,
deflectors fall off as modified Hubble profiles, spirals are Archimedean, colours are drawn without
templates, and noise has Poisson's distribution. A finder that has learnt one simulator's habits
fails here.
"""

from collections.abc import Callable

import numpy as np
from astropy import units as u
from astropy.table import Table
from numpy.polynomial.hermite import hermval

from astro_dl.observations.images.point_spread import PointSpread
from astro_dl.observations.images.sky_noise import noise_variance, signal_to_noise
from astro_dl.science.lenses.simulation.power_law import power_law_deflection

ORDER = 4
"""Highest order of the shapelets along either axis."""

SKY_ELECTRONS = 400.0
"""In a pixel: one sigma of the sky is 20 electrons."""

Grid = np.ndarray


def second_cutouts(
    n: int,
    lens_fraction: float,
    rng: np.random.Generator,
    *,
    size: int,
    pixel_scale: float,
    bands: int,
    einstein_radius_range: tuple[float, float],
    arc_snr_range: tuple[float, float],
) -> tuple[np.ndarray, Table]:
    """Return cutouts of lenses and of what is none.

    Parameters
    ----------
    n : int
        Number of cutouts.
    lens_fraction : float
        Of the cutouts; the others are early types alone, early types with companions, spirals and
        rings, all as likely.
    rng : numpy.random.Generator
        Determines everything.
    size : int
        Pixels along either side.
    pixel_scale : float
        [arcsec].
    bands : int
        Blue to red.
    einstein_radius_range, arc_snr_range : (float, float)
        Of the lenses, evenly in their logarithms [arcsec and none].

    Returns
    -------
    images : ndarray
        (n, size, size, bands) float32 [σ of the sky].
    truth : Table
        ``kind`` (lens, elliptical, spiral, ring), ``einstein_radius``, ``arc_snr``, ``group``.
    """
    lens = rng.random(n) < lens_fraction
    others = rng.choice(["elliptical", "companions", "spiral", "ring"], n)
    kind = np.where(lens, "lens", others)
    theta, ratio = (
        low * (high / low) ** rng.random(n) for low, high in (einstein_radius_range, arc_snr_range)
    )
    images = np.empty((n, size, size, bands), np.float32)
    found = np.zeros(n)
    for index in range(n):
        images[index], found[index] = _cutout(
            str(kind[index]), theta[index], ratio[index], rng, size, pixel_scale, bands
        )
    told = np.where(kind == "companions", "elliptical", kind)
    truth = Table({"kind": told, "einstein_radius": np.where(lens, theta, 0.0) * u.arcsec})
    truth["arc_snr"] = found
    truth["group"] = rng.integers(2**62, size=n)
    return images, truth


def _cutout(
    kind: str,
    theta: float,
    ratio: float,
    rng: np.random.Generator,
    size: int,
    pixel_scale: float,
    bands: int,
) -> tuple[np.ndarray, float]:
    """Return an image (size, size, bands) and the signal-to-noise ratio of its arcs."""
    axis = (np.arange(size) - (size - 1) / 2) * pixel_scale
    x, y = np.meshgrid(axis, axis)
    x, y = (grid - shift for grid, shift in zip((x, y), rng.uniform(-0.1, 0.1, 2), strict=True))
    q, angle = rng.uniform(0.5, 1.0), rng.uniform(0, np.pi)
    early = _falling_colours(bands, rng.normal(0.9, 0.2))
    late = _falling_colours(bands, rng.uniform(-0.2, 0.9))
    peak = np.exp(rng.uniform(np.log(15), np.log(400)))
    main = _early_type(x, y, q, angle, theta, rng)
    light = peak * np.multiply.outer(early, main)
    extra = np.zeros_like(light)
    if kind == "lens":
        extra = np.multiply.outer(late, _arcs(x, y, theta, q, angle, rng))
    elif kind == "companions":
        extra = np.multiply.outer(late, _companions(x, y, theta, rng))
    elif kind == "ring":
        extra = np.multiply.outer(0.5 * (early + late), _ring(x, y, theta, q, angle, rng))
    elif kind == "spiral":
        light = peak * np.multiply.outer(late, _spiral(x, y, q, angle, theta, rng)) + 0.4 * light
    seeing = rng.uniform(0.6, 1.1) / pixel_scale * np.ones(bands)
    spread = PointSpread(seeing)
    light, extra = spread.blur(light), spread.blur(extra)
    gain = np.sqrt(SKY_ELECTRONS)
    # the ratio grows nearly as the light does
    for _ in range(4):
        if not extra.any():
            break
        variance = noise_variance((light + extra)[None], gain)
        now = signal_to_noise(extra[None], variance)[0]
        extra = extra * np.clip(ratio / max(now, 1e-2), 1e-3, 1e3)
    variance = noise_variance((light + extra)[None], gain)
    found = float(signal_to_noise(extra[None], variance)[0]) if kind == "lens" else 0.0
    electrons = rng.poisson(np.maximum(light + extra, 0) * gain + SKY_ELECTRONS)
    return np.moveaxis((electrons - SKY_ELECTRONS) / gain, 0, -1), found


def _falling_colours(bands: int, steepness: float) -> np.ndarray:
    """Return the light in each band over that in the last, blue to red."""
    step = steepness * 2.5 / max(bands - 1, 1)
    return np.exp(-0.4 * step * np.arange(bands - 1, -1, -1.0))


def _turned(x: Grid, y: Grid, q: float, angle: float) -> tuple[Grid, Grid]:
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return along * np.sqrt(q), across / np.sqrt(q)


def _early_type(
    x: Grid, y: Grid, q: float, angle: float, theta: float, rng: np.random.Generator
) -> Grid:
    """Return a modified Hubble profile with a break (Binney & Tremaine 2008, eq. 2.53)."""
    radius = np.hypot(*_turned(x, y, rng.uniform(0.9, 1.1) * q, angle + rng.normal(0, 0.15)))
    core, edge = rng.uniform(0.15, 0.5), rng.uniform(2, 5) * np.sqrt(theta)
    return (1 + (radius / core) ** 2) ** -rng.uniform(0.8, 1.2) * np.exp(-radius / edge)


def _shapelets(rng: np.random.Generator) -> Callable[[Grid, Grid], Grid]:
    """Return a random source about the origin: a square of shapelets (Refregier 2003)."""
    orders = np.add.outer(np.arange(ORDER + 1), np.arange(ORDER + 1))
    weights = rng.normal(size=orders.shape) * rng.uniform(0.3, 0.8) ** orders
    weights[0, 0] += 1.5
    norm = np.array(
        [1 / np.sqrt(2.0**k * float(np.prod(range(1, k + 1)))) for k in range(ORDER + 1)]
    )
    weights = weights * np.multiply.outer(norm, norm)
    scale, q, angle = (
        np.exp(rng.uniform(np.log(0.08), np.log(0.35))),
        rng.uniform(0.4, 1),
        rng.uniform(0, np.pi),
    )

    def light(x: Grid, y: Grid) -> Grid:
        along, across = (one / scale for one in _turned(x, y, q, angle))
        gauss = np.exp(-0.5 * np.minimum(along**2 + across**2, 200.0))
        rows = sum(
            hermval(across, np.eye(ORDER + 1)[j]) * hermval(along, weights[:, j])
            for j in range(ORDER + 1)
        )
        return (rows * gauss) ** 2

    return light


def _arcs(x: Grid, y: Grid, theta: float, q: float, angle: float, rng: np.random.Generator) -> Grid:
    slope = rng.uniform(0.8, 1.2)
    alpha = power_law_deflection(x, y, theta, slope, max(q, 0.5), angle)
    gamma, direction = min(rng.rayleigh(0.04), 0.12), rng.uniform(0, np.pi)
    g1, g2 = gamma * np.cos(2 * direction), gamma * np.sin(2 * direction)
    beta_x = x - alpha[0] - g1 * x - g2 * y
    beta_y = y - alpha[1] - g2 * x + g1 * y
    # two in five nearly behind the middle: rings and four images
    reach = theta * (0.15 if rng.random() < 0.4 else 0.6)
    distance, towards = reach * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
    source = _shapelets(rng)
    return source(beta_x - distance * np.cos(towards), beta_y - distance * np.sin(towards))


def _companions(x: Grid, y: Grid, theta: float, rng: np.random.Generator) -> Grid:
    total = np.zeros_like(x)
    for _ in range(rng.integers(1, 4)):
        distance, towards = theta * rng.uniform(0.7, 2.0), rng.uniform(0, 2 * np.pi)
        total += _shapelets(rng)(x - distance * np.cos(towards), y - distance * np.sin(towards))
    return total


def _ring(x: Grid, y: Grid, theta: float, q: float, angle: float, rng: np.random.Generator) -> Grid:
    along, across = _turned(x, y, rng.uniform(0.5, 1.0), angle + rng.normal(0, 0.5))
    radius, azimuth = np.hypot(along, across), np.arctan2(across, along)
    width = theta * rng.uniform(0.12, 0.3)
    knots = 1 + rng.uniform(0, 0.7) * np.cos(rng.integers(1, 6) * azimuth + rng.uniform(0, 6.3))
    return np.exp(-np.abs(radius - theta) / width) * knots


def _spiral(
    x: Grid, y: Grid, q: float, angle: float, theta: float, rng: np.random.Generator
) -> Grid:
    along, across = _turned(x, y, q, angle)
    radius, azimuth = np.hypot(along, across), np.arctan2(across, along)
    arms = rng.integers(2, 4) * (azimuth - rng.choice([-1, 1]) * rng.uniform(0.8, 2.5) * radius)
    return np.exp(-radius / (0.6 * theta)) * (1 + rng.uniform(0.4, 1.0) * np.cos(arms))
