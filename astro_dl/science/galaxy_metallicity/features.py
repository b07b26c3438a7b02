"""What classical methods are given: magnitudes in three bands, size and concentration."""

from dataclasses import dataclass

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.galaxy_metallicity.inputs import light_of
from astro_dl.science.galaxy_metallicity.physics import MetallicityPhysics
from astro_dl.science.galaxy_metallicity.simulation.population import ZERO_POINT

Array = np.ndarray
APERTURE = 3.0
"""Its radius, over the half-light radius."""

LEAST_LIGHT = 1e-3
"""[nMgy]: of what is not brighter than the sky, magnitudes end there."""

RED = 1
"""The band in which sizes are measured."""


@dataclass(frozen=True)
class Photometry:
    """What is measured on images.

    Parameters
    ----------
    magnitudes : ndarray, (n, 3)
        In g, r and i, within three half-light radii, or what fits into the image.
    radius_arcsec : ndarray, (n,)
        Half-light radius in r, of circles about the middle, the seeing included.
    concentration : ndarray, (n,)
        5 lg (r80 / r20).
    """

    magnitudes: Array
    radius_arcsec: Array
    concentration: Array


def photometry_features(physics: MetallicityPhysics, x: Inputs) -> Array:
    """Return (n, 5) float32 of inputs (n, size, size, 3).

    Magnitudes in g, r and i, ln of the half-light radius ["], concentration.
    """
    if isinstance(x, dict):
        raise TypeError("images are a single input array")
    found = measure(physics, x)
    more = np.stack([np.log(found.radius_arcsec), found.concentration], axis=1)
    return np.concatenate([found.magnitudes, more], axis=1).astype(np.float32)


def measure(physics: MetallicityPhysics, x: Array) -> Photometry:
    """Return magnitudes, sizes and concentrations of inputs (n, size, size, 3)."""
    light = light_of(physics, x)
    size = light.shape[1]
    axis = np.arange(size) - (size - 1) / 2
    ring = np.hypot(axis[:, None], axis).astype(int).ravel()
    rings = size // 2
    member = (ring[:, None] == np.arange(rings)).astype(float)
    growth = np.cumsum(np.einsum("npb,pr->nbr", light.reshape(len(light), -1, 3), member), axis=2)
    radius = np.arange(1, rings + 1.0)
    everything = np.full(len(light), float(rings))
    aperture = np.minimum(APERTURE * _radius_of(growth[:, RED], radius, everything, 0.5), rings)
    total = np.stack([_within(growth[:, band], radius, aperture) for band in range(3)], axis=1)
    r20, r50, r80 = (
        _radius_of(growth[:, RED], radius, aperture, share) for share in (0.2, 0.5, 0.8)
    )
    return Photometry(
        ZERO_POINT - 2.5 * np.log10(np.maximum(total, LEAST_LIGHT)),
        r50 * physics.pixel_scale_arcsec,
        5 * np.log10(r80 / r20),
    )


def _within(growth: Array, radius: Array, aperture: Array) -> Array:
    """Return the light (n,) within apertures (n,) of curves of growth (n, rings)."""
    return np.array([np.interp(at, radius, one) for at, one in zip(aperture, growth, strict=True)])


def _radius_of(growth: Array, radius: Array, aperture: Array, share: float) -> Array:
    """Return the radius (n,) that holds a share of the light within apertures, at least half a
    pixel."""
    found = np.empty(len(growth))
    for row, (curve, end) in enumerate(zip(growth, aperture, strict=True)):
        inside = np.append(0, np.maximum.accumulate(np.maximum(curve, 0)))
        wanted = share * np.interp(end, radius, curve)
        found[row] = np.interp(wanted, inside, np.append(0, radius))
    return np.clip(found, 0.5, radius[-1])
