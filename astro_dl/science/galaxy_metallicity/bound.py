"""What noiseless observables tell of the metallicity: the least error that there can be, nearly.

E[Z | g, r, i, size, axis ratio, bulge, light of the clumps], by a plane through the nearest
neighbours in a large simulation.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from astro_dl.science.galaxy_metallicity.physics import MetallicityPhysics
from astro_dl.science.galaxy_metallicity.simulate import observables
from astro_dl.science.galaxy_metallicity.simulation.population import draw_galaxies

Array = np.ndarray
GALAXIES = 40_000
AT_ONCE = 4000
NEIGHBOURS = 150
RIDGE = 1e-3


def expected_metallicity(
    physics: MetallicityPhysics, seen: Mapping[str, Array], galaxies: int = GALAXIES
) -> Array:
    """Return the mean metallicity of simulated galaxies that look alike, (n,).

    Parameters
    ----------
    physics : MetallicityPhysics
        Of the galaxies.
    seen : mapping of str to ndarray, (n,)
        As `astro_dl.science.galaxy_metallicity.simulate.observables`, or a table with its columns.
    galaxies : int, default 40000
        Simulated for it.
    """
    known, tree, centre, scale, z = _library(physics, galaxies)
    asked = (_coordinates(seen) - centre) / scale
    _, rows = tree.query(asked, k=min(NEIGHBOURS, galaxies))
    found = np.empty(len(asked))
    for k, (place, near) in enumerate(zip(asked, rows, strict=True)):
        away = known[near] - place
        plane = np.column_stack([np.ones(len(near)), away])
        left = plane.T @ plane + RIDGE * len(near) * np.diag([0.0, *np.ones(away.shape[1])])
        found[k] = np.linalg.solve(left, plane.T @ z[near])[0]
    return found


@lru_cache(maxsize=2)
def _library(
    physics: MetallicityPhysics, galaxies: int
) -> tuple[Array, cKDTree, Array, Array, Array]:
    """Return scaled coordinates, their tree, what scales them, and metallicities."""
    rng = np.random.default_rng(0)
    drawn = [draw_galaxies(physics, min(AT_ONCE, galaxies - start), rng)
             for start in range(0, galaxies, AT_ONCE)]  # fmt: skip
    raw = np.concatenate([_coordinates(observables(one)) for one in drawn])
    centre, scale = raw.mean(axis=0), raw.std(axis=0)
    known = (raw - centre) / scale
    return known, cKDTree(known), centre, scale, np.concatenate([d.metallicity for d in drawn])


def _coordinates(seen: Mapping[str, Array]) -> Array:
    """Return what distances between galaxies are measured in, (n, 9)."""
    g, r, i, clumps_g, clumps_r, clumps_i = (
        np.asarray(seen[f"{what}_{band}"], float)
        for what in ("magnitude", "clumps") for band in "gri"
    )  # fmt: skip
    shape = [np.log(np.asarray(seen["radius_arcsec"], float)),
             np.asarray(seen["axis_ratio"], float), np.asarray(seen["bulge"], float)]  # fmt: skip
    colours = [r, g - r, r - i, clumps_r - r, clumps_g - clumps_r, clumps_r - clumps_i]
    return np.stack([*colours, *shape], axis=1)
