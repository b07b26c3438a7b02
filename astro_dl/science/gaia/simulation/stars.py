"""Stars of the Galactic disc in absolute magnitude and colour, and where they are.

Absolute photometry is G [mag], BP - RP [mag] and the excess of `astro_dl.science.gaia.instrument`.
Stars are drawn as a survey limited in magnitude sees them: each luminosity by the number per volume
and the volume in which it is bright enough.
"""

import numpy as np

from astro_dl.science.gaia.instrument import EXTINCTION, added

Array = np.ndarray
Rng = np.random.Generator

MAIN_SEQUENCE = np.array(
    [
        (2.75, -0.120, 0.52),
        (2.33, -0.037, 1.00),
        (1.92, 0.110, 1.69),
        (1.76, 0.263, 2.19),
        (1.60, 0.377, 2.51),
        (1.32, 0.587, 3.26),
        (1.16, 0.694, 3.90),
        (1.00, 0.823, 4.64),
        (0.93, 0.900, 5.10),
        (0.86, 0.983, 5.55),
        (0.82, 1.10, 5.83),
        (0.76, 1.19, 6.22),
        (0.70, 1.43, 6.85),
        (0.64, 1.70, 7.57),
        (0.585, 1.84, 8.10),
        (0.51, 2.09, 8.82),
        (0.45, 2.23, 9.29),
        (0.36, 2.50, 10.05),
        (0.24, 2.94, 11.21),
        (0.155, 3.35, 12.45),
        (0.105, 4.16, 14.26),
    ]
)[::-1]
"""Mass [solar], BP - RP, M_G of dwarfs from M6 to B9 (Pecaut & Mamajek 2013, table 5, as extended
to Gaia's bands)."""
MAIN_SEQUENCE_SCATTER = (0.22, 0.02)
"""In M_G and BP - RP, of ages and abundances."""

GIANT_BRANCH = np.array(
    [
        (3.5, 0.74),
        (3.2, 0.92),
        (2.6, 1.02),
        (2.0, 1.08),
        (1.0, 1.18),
        (0.0, 1.30),
        (-1.0, 1.50),
        (-1.8, 1.80),
        (-2.4, 2.20),
    ]
)
"""M_G and BP - RP from the subgiants to the tip, and of the white dwarfs below: ridges of the
diagrams of Gaia Collaboration, Babusiaux et al. (2018), to about 0.1 mag."""
GIANT_SLOPE, GIANT_SCATTER = 0.30, (0.15, 0.04)
"""Logarithmic slope of the luminosity function [1/mag], and scatter as above."""
RED_CLUMP, RED_CLUMP_SCATTER, RED_CLUMP_SHARE = (0.495, 1.22), (0.18, 0.06), 0.3
"""M_G and BP - RP of giants that burn helium (Ruiz-Dern et al. 2018), and their share per
volume."""

WHITE_DWARFS = np.array(
    [
        (9.3, -0.55),
        (10.3, -0.35),
        (11.3, -0.10),
        (12.0, 0.10),
        (13.0, 0.42),
        (14.0, 0.80),
        (15.0, 1.20),
        (15.6, 1.50),
    ]
)
WHITE_DWARF_LOGARITHMS = ((9.3, 11.5, 15.6), (-1.65, 0.0, 1.2))
"""Of the number per volume at these M_G, up to a constant, after Harris et al. (2006), figure 4."""
WHITE_DWARF_SCATTER = (0.20, 0.03)

SCALE_HEIGHT_PC = 350.0
LARGEST_DISTANCE_PC = 6000.0
NEAREST_PC = 1.0
ATTEMPTS = 60
SUN_LIFETIME_GYR, DISC_AGE_GYR = 10.0, 10.0

DUST_MAG_PER_KPC, DUST_HEIGHT_PC, TOTAL_TO_SELECTIVE = 0.7, 125.0, 3.1
"""A_V in the plane, its scale height (Bahcall & Soneira 1980, section II), and A_V / E(B - V)."""


def main_sequence(n: int, limit: float, rng: Rng) -> Array:
    """Return absolute photometry (n, 3) of single dwarfs brighter than an apparent limit [mag].

    Masses follow Kroupa (2001, eq. 2), less those that a constant star formation over 10 Gyr has
    seen die.
    """
    return _dwarfs(_masses(n, limit, rng), rng)


def binaries(n: int, limit: float, rng: Rng) -> Array:
    """Return absolute photometry (n, 3) of pairs of dwarfs with mass ratios uniform in 0.5 to 1."""
    masses = _masses(n, limit, rng)
    companions = np.maximum(masses * rng.uniform(0.5, 1.0, n), MAIN_SEQUENCE[0, 0])
    # Of one age and abundance, they lie equally far off the sequence.
    offset = rng.normal(size=(n, 2)) * MAIN_SEQUENCE_SCATTER
    return added(_dwarfs(masses, rng, offset), _dwarfs(companions, rng, offset))


def giants(n: int, limit: float, rng: Rng) -> Array:
    """Return absolute photometry (n, 3) of subgiants, giants and the red clump."""
    grid = np.linspace(GIANT_BRANCH[-1, 0], GIANT_BRANCH[0, 0], 200)
    branch = 10 ** (GIANT_SLOPE * grid)
    shift = (grid - RED_CLUMP[0]) / RED_CLUMP_SCATTER[0]
    clump = np.exp(-0.5 * shift**2)
    clump *= RED_CLUMP_SHARE / (1 - RED_CLUMP_SHARE) * branch.sum() / clump.sum()
    absolute = _drawn(grid, branch + clump, grid, limit, n, rng)
    share = np.interp(absolute, grid, clump / (branch + clump))
    on_branch = _ridge(absolute, GIANT_BRANCH) + rng.normal(size=n) * GIANT_SCATTER[1]
    in_clump = RED_CLUMP[1] + rng.normal(size=n) * RED_CLUMP_SCATTER[1]
    color = np.where(rng.random(n) < share, in_clump, on_branch)
    return _normal(absolute + rng.normal(size=n) * GIANT_SCATTER[0] * (1 - share), color)


def white_dwarfs(n: int, limit: float, rng: Rng) -> Array:
    """Return absolute photometry (n, 3) of white dwarfs."""
    grid = np.linspace(WHITE_DWARFS[0, 0], WHITE_DWARFS[-1, 0], 200)
    density = 10 ** np.interp(grid, *WHITE_DWARF_LOGARITHMS)
    absolute = _drawn(grid, density, grid, limit, n, rng)
    scatter = rng.normal(size=(n, 2)) * WHITE_DWARF_SCATTER
    return _normal(absolute + scatter[:, 0], _ridge(absolute, WHITE_DWARFS) + scatter[:, 1])


def mixed_pairs(n: int, limit: float, rng: Rng) -> Array:
    """Return absolute photometry (n, 3) of hot white dwarfs with M dwarfs, between both sequences.

    Either contributes at least a fifth of the light in G.
    """
    hot = white_dwarfs(n, limit, rng)
    hot[:, 0] = rng.uniform(9.5, 12.0, n)
    hot[:, 1] = _ridge(hot[:, 0], WHITE_DWARFS)
    # A magnitude difference of 1.5 is a flux ratio of 4.
    absolute = np.clip(hot[:, 0] + rng.uniform(-1.5, 1.5, n), 8.5, 13.5)
    cool = _normal(absolute, np.interp(absolute, MAIN_SEQUENCE[::-1, 2], MAIN_SEQUENCE[::-1, 1]))
    return added(hot, cool)


def placed(reach: Array, rng: Rng) -> tuple[Array, Array]:
    """Return distances of stars up to a reach, and their heights above the Galactic plane.

    Stars fill a disc that is exponential in height, with the Sun in its plane.

    Parameters
    ----------
    reach : ndarray, (n,)
        Greatest distance [pc].
    rng : numpy.random.Generator
        Source of the places.

    Returns
    -------
    distance, height : ndarray, (n,)
        [pc]; heights are not signed.
    """
    grid = _distance_grid()
    volume = _volume(grid)
    share = rng.random(len(reach)) * np.interp(reach, grid, volume)
    distance = np.maximum(np.interp(share, volume, grid), NEAREST_PC)
    # Given the distance, |sin b| is exponential, cut off at one.
    share = 1 - np.exp(-distance / SCALE_HEIGHT_PC)
    height = -SCALE_HEIGHT_PC * np.log1p(-rng.random(len(reach)) * share)
    return distance, height


def in_sight(absolute: Array, limit: float, scatter: float, rng: Rng) -> tuple[Array, Array, Array]:
    """Return places as `placed` does, of stars that are bright enough behind their own dust.

    Places within reach of a star without dust are drawn until one is in sight; the few that never
    are come as near as it takes.

    Parameters
    ----------
    absolute : ndarray, (n,)
        M_G [mag].
    limit : float
        Apparent G of the faintest [mag].
    rng : numpy.random.Generator
        Source of places and dust.
    scatter : float
        In ln, of the dust towards one star about the average.

    Returns
    -------
    distance, height, color_excess : ndarray, (n,)
        [pc] and E(B - V) [mag].
    """
    distance, height, dust = np.empty((3, len(absolute)))
    free = np.minimum(10 ** (0.2 * (limit - absolute) + 1), LARGEST_DISTANCE_PC)
    pending = np.arange(len(absolute))
    for attempt in range(ATTEMPTS):
        # After a while the nearest places alone: nothing hides a star next to the Sun.
        nearer = free[pending] * min(1.0, 4 * (1 - attempt / ATTEMPTS))
        distance[pending], height[pending] = placed(nearer, rng)
        column = dust_column(distance[pending], height[pending])
        dust[pending] = column * np.exp(scatter * rng.normal(size=len(pending)))
        seen = absolute[pending] + 5 * np.log10(distance[pending]) - 5
        hidden = seen + EXTINCTION[0] * dust[pending] > limit
        pending = pending[hidden]
        if not len(pending):
            break
    return distance, height, dust


def dust_column(distance: Array, height: Array) -> Array:
    """Return E(B - V) [mag] of an exponential layer up to stars at a distance and height [pc]."""
    ratio = np.maximum(height / DUST_HEIGHT_PC, 1e-6)
    column = distance * -np.expm1(-ratio) / ratio
    return DUST_MAG_PER_KPC / TOTAL_TO_SELECTIVE * 1e-3 * column


def _distance_grid() -> Array:
    return np.concatenate([[0.0], np.geomspace(1.0, LARGEST_DISTANCE_PC, 400)])


def _volume(distance: Array) -> Array:
    """Return the density-weighted volume out to a distance, up to a factor.

    The integral of d h (1 - exp(-d/h)), which is the disc's density averaged over directions.
    """
    ratio = distance / SCALE_HEIGHT_PC
    return ratio**2 / 2 - 1 + np.exp(-ratio) * (1 + ratio)


def _reach(absolute: Array, limit: float) -> Array:
    """Return the distance [pc] at which a star behind the average dust is at the limit."""
    distance = _distance_grid()[1:]
    ratio = distance / SCALE_HEIGHT_PC
    height = SCALE_HEIGHT_PC * (1 - ratio / np.expm1(ratio))
    dust = EXTINCTION[0] * dust_column(distance, height)
    return np.interp(limit - absolute, 5 * np.log10(distance) - 5 + dust, distance)


def _drawn(values: Array, density: Array, absolute: Array, limit: float, n: int, rng: Rng) -> Array:
    """Return n draws of a quantity by its density per volume and the volume that is surveyed."""
    weight = density * _volume(_reach(absolute, limit))
    middle = (weight[1:] + weight[:-1]) / 2 * np.diff(values)
    cumulative = np.concatenate([[0.0], np.cumsum(middle)])
    return np.interp(rng.random(n) * cumulative[-1], cumulative, values)


def _masses(n: int, limit: float, rng: Rng) -> Array:
    grid = np.geomspace(MAIN_SEQUENCE[0, 0], MAIN_SEQUENCE[-1, 0], 400)
    density = np.where(grid < 0.5, grid**-1.3, 0.5 * grid**-2.3)
    lifetime = SUN_LIFETIME_GYR * grid**-2.5
    absolute = np.interp(grid, MAIN_SEQUENCE[:, 0], MAIN_SEQUENCE[:, 2])
    return _drawn(grid, density * np.minimum(lifetime / DISC_AGE_GYR, 1), absolute, limit, n, rng)


def _dwarfs(masses: Array, rng: Rng, offset: Array | None = None) -> Array:
    if offset is None:
        offset = rng.normal(size=(len(masses), 2)) * MAIN_SEQUENCE_SCATTER
    color, absolute = (np.interp(masses, MAIN_SEQUENCE[:, 0], MAIN_SEQUENCE[:, k]) for k in (1, 2))
    return _normal(absolute + offset[:, 0], color + offset[:, 1])


def _ridge(absolute: Array, ridge: Array) -> Array:
    ordered = ridge[np.argsort(ridge[:, 0])]
    return np.interp(absolute, *ordered.T)


def _normal(absolute: Array, color: Array) -> Array:
    return np.stack([absolute, color, np.zeros_like(absolute)], axis=1)
