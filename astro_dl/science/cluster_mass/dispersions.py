"""Dispersions of clusters, and the masses that are commonly read off them."""

from collections.abc import Callable, Mapping

import numpy as np
from astropy.stats import biweight_location, biweight_scale

from astro_dl.science.cluster_mass.simulation.haloes import LITTLE_H, expansion

Array = np.ndarray
CLIP, ROUNDS = 3.0, 6


def clipped_dispersion(velocities: Array) -> tuple[float, float]:
    """Return centre and dispersion [km/s], without what is 3 dispersions off.

    By biweight (Beers et al. 1990, AJ 100, 32), again and again until nothing more is left out.
    """
    centre = float(np.median(velocities))
    scale = 1.4826 * float(np.median(np.abs(velocities - centre)))
    near = velocities
    for _ in range(ROUNDS):
        inside = velocities[np.abs(velocities - centre) <= CLIP * scale]
        if len(inside) < 2 or len(inside) == len(near) < len(velocities):
            break
        near = inside
        centre, scale = float(biweight_location(near)), float(biweight_scale(near))
    return centre, scale


def evrard(dispersion_kms: Array, redshift: Array) -> Array:
    """Return log₁₀ M200c [M☉] (Evrard et al. 2008, ApJ 672, 122, table 4): of dark matter."""
    return _inverted(dispersion_kms, redshift, 1082.9, 0.3361)


def munari(dispersion_kms: Array, redshift: Array) -> Array:
    """Return log₁₀ M200c [M☉] (Munari et al. 2013, MNRAS 430, 2638, table 1): of galaxies."""
    return _inverted(dispersion_kms, redshift, 1177.0, 0.364)


def _inverted(dispersion_kms: Array, redshift: Array, at_1e15: float, power: float) -> Array:
    """Return the mass of which the dispersion is at_1e15 (h E(z) M / 10¹⁵ M☉)^power."""
    with np.errstate(divide="ignore"):
        own = np.log10(np.asarray(dispersion_kms) / at_1e15) / power
    return 15 + own - np.log10(LITTLE_H * expansion(np.asarray(redshift)))


PUBLISHED: Mapping[str, Callable[[Array, Array], Array]] = {
    "Evrard et al.": evrard,
    "Munari et al.": munari,
}
"""Masses by a dispersion and a redshift alone."""
