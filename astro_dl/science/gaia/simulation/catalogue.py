"""A catalogue as Gaia's: stars of known kinds, dust, motions, errors, and what spoils it."""

import numpy as np
from astropy.table import Table

from astro_dl.science.gaia.instrument import (
    blended,
    excess_scatter,
    normal_excess_factor,
    parallax_error,
    photometric_errors,
    reddened,
)
from astro_dl.science.gaia.simulation.stars import (
    binaries,
    giants,
    in_sight,
    main_sequence,
    mixed_pairs,
    white_dwarfs,
)

Array = np.ndarray
Rng = np.random.Generator

MAKERS = {
    "main_sequence": main_sequence,
    "binary": binaries,
    "giant": giants,
    "white_dwarf": white_dwarfs,
}
KINDS = (*MAKERS, "contaminant")
CONTAMINANTS = ("spurious_parallax", "blend", "white_dwarf_with_dwarf", "quasar")
CONTAMINANT_SHARES = (0.4, 0.35, 0.15, 0.1)

DUST_SCATTER = 0.35
"""In ln, of the dust towards one star about the average."""

THICK_SHARE, THICK_HEIGHTS_PC = 0.12, (300.0, 900.0)
"""Of the thick disc in the plane, and scale heights of both (Jurić et al. 2008, table 10)."""
VELOCITIES_KM_S, THICK_LAG_KM_S, SUN_KM_S = (35.0, 60.0), 45.0, 18.0
"""Dispersion of thin and thick disc along one axis, the latter's lag (Bland-Hawthorn & Gerhard
2016, section 5), and the Sun's speed (Schönrich et al. 2010)."""
KM_S_PER_MAS_YR_KPC = 4.740470
PROPER_MOTION_ERRORS = (1.03, 0.89)

RUWE = (1.015, 0.035)
"""Median and scatter in ln of single stars (Lindegren 2018, GAIA-C3-TN-LU-LL-124)."""
WOBBLING_SHARE = 0.35
"""Of binaries whose orbits spoil the astrometric solution."""


def simulate_catalogue(kinds: Array, limit: float, rng: Rng, contaminants: bool = True) -> Table:
    """Return a catalogue of objects of given kinds.

    Parameters
    ----------
    kinds : ndarray of int, (n,)
        Position in `KINDS`.
    limit : float
        Apparent G of the faintest, each behind its own dust [mag].
    rng : numpy.random.Generator
        Determines everything.
    contaminants : bool, default True
        Without, contaminants are ordinary dwarfs.

    Returns
    -------
    astropy.table.Table
        Columns as in Gaia's, measured: ``phot_g_mean_mag``, ``bp_rp`` [mag], ``parallax``,
        ``parallax_error`` [mas], ``pmra``, ``pmdec`` [mas/yr], ``ruwe``,
        ``phot_bp_rp_excess_factor``; and true: ``kind`` (of contaminants which),
        ``absolute_magnitude`` [mag], ``distance`` [pc], ``color_excess`` E(B - V) [mag].
    """
    n = len(kinds)
    kind, absolute = _absolute(kinds, limit, rng, contaminants)
    distance, height, color_excess = in_sight(absolute[:, 0], limit, DUST_SCATTER, rng)
    photometry = absolute.copy()
    photometry[:, 0] += 5 * np.log10(distance) - 5
    photometry = reddened(photometry, color_excess)
    motion = _motion(distance, height, rng)
    ruwe = RUWE[0] * np.exp(RUWE[1] * rng.normal(size=n))
    wobbling = (kind == "binary") & (rng.random(n) < WOBBLING_SHARE)
    ruwe = np.where(wobbling, ruwe * np.exp(rng.exponential(0.7, n)), ruwe)
    parallax = 1e3 / distance
    blends, quasars, spurious = (kind == name for name in ("blend", "quasar", "spurious_parallax"))
    photometry[blends] = _with_neighbours(photometry[blends], rng)
    photometry[quasars] = _quasars(int(quasars.sum()), limit, rng)
    parallax[quasars] = motion[quasars] = color_excess[quasars] = 0.0
    ruwe = np.where(blends, ruwe * np.exp(rng.exponential(0.25, n)), ruwe)
    ruwe = np.where(spurious, ruwe * np.exp(rng.uniform(0.3, 2.5, n)), ruwe)
    # A wrong solution errs by far more than it claims.
    wrong = spurious * rng.lognormal(np.log(3.0), 0.8, n)
    parallax = parallax + wrong
    motion = motion + wrong[:, None] * rng.normal(size=(n, 2))
    table = _measured(photometry, parallax, motion, ruwe, rng)
    table["kind"] = kind
    table["absolute_magnitude"] = np.where(quasars, np.nan, absolute[:, 0])
    table["distance"] = np.where(quasars, np.nan, distance)
    table["color_excess"] = color_excess
    for name, unit in (("absolute_magnitude", "mag"), ("distance", "pc"), ("color_excess", "mag")):
        table[name].unit = unit
    return table


def _absolute(kinds: Array, limit: float, rng: Rng, contaminants: bool) -> tuple[Array, Array]:
    """Return the kind of each object by name, and its absolute photometry (n, 3)."""
    names = np.array(KINDS, dtype="U24")[kinds]
    absolute = np.empty((len(kinds), 3))
    for name, make in MAKERS.items():
        rows = names == name
        absolute[rows] = make(int(rows.sum()), limit, rng)
    odd = np.flatnonzero(names == "contaminant")
    absolute[odd] = main_sequence(len(odd), limit, rng)
    if not contaminants:
        return names, absolute
    names[odd] = rng.choice(CONTAMINANTS, len(odd), p=CONTAMINANT_SHARES)
    # Wrong parallaxes are noticed where distant, luminous stars are taken for near ones.
    luminous = np.flatnonzero((names == "spurious_parallax") & (rng.random(len(names)) < 0.5))
    absolute[luminous] = giants(len(luminous), limit, rng)
    pairs = names == "white_dwarf_with_dwarf"
    absolute[pairs] = mixed_pairs(int(pairs.sum()), limit, rng)
    return names, absolute


def _motion(distance: Array, height: Array, rng: Rng) -> Array:
    """Return proper motions (n, 2) [mas/yr] from velocities of two discs."""
    thin, thick = (np.exp(-height / scale) for scale in THICK_HEIGHTS_PC)
    share = THICK_SHARE * thick
    old = rng.random(len(distance)) < share / (share + (1 - THICK_SHARE) * thin)
    dispersion = np.where(old, VELOCITIES_KM_S[1], VELOCITIES_KM_S[0])
    velocity = rng.normal(size=(len(distance), 2)) * dispersion[:, None]
    # The streams of the Sun and of the thick disc, seen at random angles.
    drift = SUN_KM_S + np.where(old, THICK_LAG_KM_S, 0)
    direction = rng.normal(size=(len(distance), 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    velocity += drift[:, None] * direction[:, :2]
    return velocity / (KM_S_PER_MAS_YR_KPC * distance[:, None] / 1e3)


def _with_neighbours(star: Array, rng: Rng) -> Array:
    """Return the photometry of stars with the light of another in the wider windows of BP, RP."""
    n = len(star)
    fainter = np.stack([rng.uniform(0.0, 2.5, n), rng.normal(0.3, 0.5, n), np.zeros(n)], axis=1)
    return blended(star, star + fainter)


def _quasars(n: int, limit: float, rng: Rng) -> Array:
    """Return the photometry of quasars, ever more towards the limit."""
    g = limit + np.log10(rng.random(n)) / 0.8
    color = rng.normal(0.6, 0.2, n)
    # Their hosts are resolved in part, which BP and RP do not mind.
    return np.stack([g, color, rng.exponential(0.05, n)], axis=1)


def _measured(photometry: Array, parallax: Array, motion: Array, ruwe: Array, rng: Rng) -> Table:
    n = len(parallax)
    g, bp_rp, excess = photometry.T
    errors = photometric_errors(g) * rng.normal(size=(n, 3))
    color = bp_rp + errors[:, 1] - errors[:, 2]
    error = parallax_error(g) * np.sqrt(np.maximum(ruwe, 1.0))
    noise = rng.normal(size=(n, 3)) * error[:, None] * (1.0, *PROPER_MOTION_ERRORS)
    factor = normal_excess_factor(color) + excess + excess_scatter(g) * rng.normal(size=n)
    table = Table(
        {
            "phot_g_mean_mag": g + errors[:, 0],
            "bp_rp": color,
            "parallax": parallax + noise[:, 0],
            "parallax_error": error,
            "pmra": motion[:, 0] + noise[:, 1],
            "pmdec": motion[:, 1] + noise[:, 2],
            "ruwe": ruwe,
            "phot_bp_rp_excess_factor": factor,
        }
    )
    units = ("mag", "mag", "mas", "mas", "mas / yr", "mas / yr", None, None)
    for name, unit in zip(table.colnames, units, strict=True):
        table[name].unit = unit
    return table
