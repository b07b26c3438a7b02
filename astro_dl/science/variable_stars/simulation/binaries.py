"""Close binaries: folded light curves [mag] on an even grid of phases, (n, bands, 512).

Eclipses of spheres differ from band to band by the temperatures of both stars (black bodies), and
mean magnitudes by their common light over that of the primary, about V; other binaries are grey,
and have one band for all.

Phase 0 is the middle of the primary eclipse. Detached and semi-detached pairs are spheres with
tides and reflection (`astro_dl.observations.light_curves.eclipsing_binary`); contact pairs are the
cosines of Ruciński (1993, PASP 105, 1433).
"""

from dataclasses import replace

import numpy as np

from astro_dl.observations.light_curves.eclipsing_binary import Binary, binary_light_curves
from astro_dl.observations.light_curves.orbit import Orbit
from astro_dl.science.variable_stars.simulation.starlight import (
    companion_temperature,
    surface_brightness,
)

GRID = (np.arange(512) + 0.5) / 512
LARGEST_IMPACT = 0.85
"""Of the sum of both radii: eclipses are at least partial."""


def detached(
    period: np.ndarray, temperature: np.ndarray, wavelength: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return Algols: flat out of eclipse, wider orbits at longer periods."""
    n = len(period)
    axis = np.clip(3.2 * period ** (2 / 3) * np.exp(0.25 * rng.standard_normal(n)), 3.5, 40)
    eccentric = np.where(axis > 8, rng.beta(1, 4, n) * (rng.random(n) < 0.5), 0)
    radius, brightness = rng.uniform(0.4, 1.2, n), rng.beta(1.2, 1.2, n)
    return _spheres(axis, radius, brightness, eccentric, temperature, wavelength, rng)


def semi_detached(
    period: np.ndarray, temperature: np.ndarray, wavelength: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return β Lyrae stars: round out of eclipse, minima of different depth."""
    n = len(period)
    axis = rng.uniform(2.1, 3.4, n)
    radius, brightness = rng.uniform(0.6, 1.1, n), rng.uniform(0.15, 0.8, n)
    return _spheres(axis, radius, brightness, np.zeros(n), temperature, wavelength, rng)


def contact(period: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return W Ursae Majoris stars: a_4 between zero and a_2 (.125 − a_2), nearly equal minima."""
    n = len(period)
    second = -np.clip(rng.beta(2.0, 2.5, n) * 0.3, 0.03, 0.28)
    fourth = second * (0.125 - second) * rng.uniform(0.1, 0.95, n)
    first = -np.abs(rng.normal(0, 0.02, n))
    spots = rng.normal(0, 0.01, n)
    return _cosines(first, second, fourth, spots)


def ellipsoidal(period: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return pairs without eclipses, distorted by tides."""
    n = len(period)
    second = -np.exp(rng.uniform(np.log(0.02), np.log(0.12), n))
    first = -0.25 * np.abs(second) * rng.random(n)
    return _cosines(first, second, np.zeros(n), rng.normal(0, 0.004, n))


def post_common_envelope(period: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a hot dwarf that heats a cool companion, in some with a narrow, deep eclipse."""
    n = len(period)
    reflection = np.exp(rng.uniform(np.log(0.05), np.log(0.45), n))
    flux = 1 - reflection[:, None] * np.cos(2 * np.pi * GRID) * 0.5
    width = rng.uniform(0.02, 0.06, n)[:, None]
    inside = np.abs((GRID + 0.5) % 1 - 0.5) < width
    eclipsing = rng.random(n) < 0.6
    depth = rng.uniform(0.3, 0.97, n) * eclipsing
    return -2.5 * np.log10(flux * (1 - depth[:, None] * inside))[:, None]


def _cosines(
    first: np.ndarray, second: np.ndarray, fourth: np.ndarray, spots: np.ndarray
) -> np.ndarray:
    angle = 2 * np.pi * GRID
    flux = (
        1
        + first[:, None] * np.cos(angle)
        + second[:, None] * np.cos(2 * angle)
        + fourth[:, None] * np.cos(4 * angle)
        + spots[:, None] * np.sin(angle)
    )
    return -2.5 * np.log10(np.maximum(flux, 0.02))[:, None]


def _spheres(
    axis: np.ndarray,
    radius_ratio: np.ndarray,
    brightness_ratio: np.ndarray,
    eccentricity: np.ndarray,
    temperature: np.ndarray,
    wavelength: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    n = len(axis)
    impact = rng.uniform(0, LARGEST_IMPACT, n) * (1 + radius_ratio)
    orbit = Orbit.of(1.0, 0.0, axis, impact, eccentricity, rng.uniform(0, 2 * np.pi, n))
    dilution = np.where(rng.random(n) < 0.3, rng.uniform(0, 0.5, n), 0)
    pair = Binary(
        orbit=orbit,
        radius_ratio=radius_ratio,
        surface_brightness_ratio=brightness_ratio,
        mass_ratio=rng.uniform(0.2, 1.0, n),
        limb_darkening_1=np.full(n, 0.4),
        limb_darkening_2=np.full(n, 0.2),
        albedo=rng.uniform(0.3, 1.0, n),
        third_light=dilution,
    )
    second = companion_temperature(temperature, brightness_ratio)
    flux = np.empty((n, len(wavelength), len(GRID)))
    for number, one in enumerate(wavelength):
        ratio = surface_brightness(second, one) / surface_brightness(temperature, one)
        both = (1 + ratio * radius_ratio**2) / (1 + brightness_ratio * radius_ratio**2)
        flux[:, number] = both[:, None] * binary_light_curves(
            GRID, replace(pair, surface_brightness_ratio=ratio)
        )
    return -2.5 * np.log10(np.maximum(flux, 0.02))
