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
CLUMP_COLUMNS = 3


def expected_metallicity(
    physics: MetallicityPhysics,
    seen: Mapping[str, Array],
    galaxies: int = GALAXIES,
    clumps: bool = True,
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
    clumps : bool, default True
        Whether the light of the clumps is told from that of the rest.
    """
    raw, z = _library(physics, galaxies)
    columns = slice(None) if clumps else slice(0, -CLUMP_COLUMNS)
    centre, scale = raw.mean(axis=0), raw.std(axis=0)
    known, asked = (((one - centre) / scale)[:, columns] for one in (raw, _coordinates(seen)))
    _, rows = cKDTree(known).query(asked, k=min(NEIGHBOURS, galaxies))
    found = np.empty(len(asked))
    for k, (place, near) in enumerate(zip(asked, rows, strict=True)):
        away = known[near] - place
        plane = np.column_stack([np.ones(len(near)), away])
        left = plane.T @ plane + RIDGE * len(near) * np.diag([0.0, *np.ones(away.shape[1])])
        found[k] = np.linalg.solve(left, plane.T @ z[near])[0]
    return found


@lru_cache(maxsize=2)
def _library(physics: MetallicityPhysics, galaxies: int) -> tuple[Array, Array]:
    """Return coordinates (n, 9) and metallicities (n,) of simulated galaxies."""
    rng = np.random.default_rng(0)
    counts = (min(AT_ONCE, galaxies - start) for start in range(0, galaxies, AT_ONCE))
    drawn = [draw_galaxies(physics, count, rng) for count in counts]
    raw = np.concatenate([_coordinates(observables(one)) for one in drawn])
    return raw, np.concatenate([one.metallicity for one in drawn])


def _coordinates(seen: Mapping[str, Array]) -> Array:
    """Return what distances between galaxies are measured in, (n, 9); last those of clumps."""
    names = [f"{what}_{band}" for what in ("magnitude", "clumps") for band in "gri"]
    g, r, i, clumps_g, clumps_r, clumps_i = (np.asarray(seen[name], float) for name in names)
    radius, axis_ratio, bulge = (
        np.asarray(seen[name], float) for name in ("radius_arcsec", "axis_ratio", "bulge")
    )
    galaxy = [r, g - r, r - i, np.log(radius), axis_ratio, bulge]
    return np.stack([*galaxy, clumps_r - r, clumps_g - clumps_r, clumps_r - clumps_i], axis=1)
