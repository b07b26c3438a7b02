"""Where stars, galaxies and quasars lie in the colours of the SDSS, and how they are measured.

Loci are medians of spectroscopically classed objects of SDSS DR14 (Abolfathi et al. 2018, ApJS 235,
42), rounded to 0.01 mag, u to z, without correction for Galactic dust; compare Covey et al. (2007,
AJ 134, 2398) for stars, Strateva et al. (2001, AJ 122, 1861) for galaxies, and Richards et al.
(2001, AJ 121, 2308) for quasars. Scatter about the loci is what is intrinsic. Colours of stars and
galaxies along their loci, scatter, and magnitudes by colour are those of the training and
validation objects that the task splits off; the loci, which are older, those of all objects.
"""

import numpy as np
from astropy.table import Table

BANDS = ("u", "g", "r", "i", "z")
KINDS = ("star", "galaxy", "quasar")

STAR_LOCUS = np.array(
    [
        (-0.47, -0.23, -0.33, -0.30),
        (-0.29, 0.20, -0.23, -0.22),
        (-0.07, 1.20, -0.09, -0.08),
        (0.05, 1.13, -0.02, -0.05),
        (0.15, 1.04, 0.03, -0.02),
        (0.27, 0.93, 0.10, 0.02),
        (0.34, 0.98, 0.13, 0.04),
        (0.45, 1.16, 0.17, 0.07),
        (0.55, 1.40, 0.20, 0.10),
        (0.64, 1.58, 0.24, 0.13),
        (0.74, 1.80, 0.28, 0.15),
        (0.89, 2.17, 0.32, 0.18),
        (1.08, 2.40, 0.39, 0.23),
        (1.35, 2.60, 0.80, 0.45),
        (1.45, 2.70, 1.50, 0.85),
    ]
)
"""Along g - r: u - g, r - i, i - z; the last two rows are M dwarfs, the first two white dwarfs."""

STAR_LEVELS = np.array((0, 0.005, 0.02, 0.05, 0.1, 0.15, 0.2, 0.4, 0.5, 0.7, 0.9, 0.95, 0.98, 1))
STAR_G_R = np.array(
    (-0.6, -0.48, -0.31, -0.12, 0.07, 0.21, 0.26, 0.36, 0.43, 0.54, 0.65, 0.77, 0.94, 1.45)
)
STAR_SCATTER = (0.09, 0.0, 0.010, 0.012)
WHITE_DWARFS = 0.1
"""Share of white dwarfs among stars bluer than g - r = 0.1 that the locus takes for others."""

MAGNITUDE_LEVELS = np.array((0, 0.1, 0.5, 0.9, 1))
STAR_MAGNITUDES = np.array(
    [
        (-0.40, 14.6, 16.4, 18.2, 19.6, 20.4),
        (0.00, 14.2, 15.8, 17.4, 18.4, 19.6),
        (0.17, 14.2, 15.5, 17.4, 18.2, 19.2),
        (0.30, 14.2, 15.7, 17.3, 18.2, 19.2),
        (0.42, 14.1, 15.4, 16.9, 17.8, 18.9),
        (0.60, 13.9, 15.0, 16.4, 17.4, 18.6),
        (0.80, 14.0, 15.2, 16.1, 16.9, 18.3),
        (1.10, 13.9, 15.0, 15.8, 16.3, 18.0),
    ]
)
"""Along g - r: r at `MAGNITUDE_LEVELS`. Spectra are of faint blue stars and of bright red ones."""

GALAXY_FITS = np.array(
    [
        (0.695, 0.945, -1.188, -2.521, 0.629),
        (-0.036, 0.584, 2.671, -3.308, -0.028),
        (-0.029, 0.596, -1.194, 1.094, -0.188),
    ]
)
"""u - g, r - i, i - z as sums of 1, g - r, redshift, their product, and the square of g - r."""
GALAXY_LEVELS = (0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1)
GALAXY_Z = (0.002, 0.03, 0.05, 0.077, 0.1, 0.13, 0.19, 0.5)
GALAXY_SCATTER = (0.085, 0.0, 0.024, 0.018)
GALAXY_MAGNITUDES = np.array(
    [
        (0.20, 14.0, 16.3, 17.4, 18.4, 19.6),
        (0.37, 14.0, 16.3, 17.3, 17.8, 19.0),
        (0.52, 14.0, 16.2, 17.2, 17.7, 18.8),
        (0.67, 13.8, 15.7, 17.0, 17.6, 18.4),
        (0.82, 13.5, 15.0, 16.5, 17.2, 18.0),
        (1.00, 13.8, 15.4, 16.3, 16.7, 18.0),
    ]
)
"""As `STAR_MAGNITUDES`."""

QUASAR_REDSHIFTS = np.concatenate(
    [[0], np.arange(0.15, 1, 0.1), np.arange(1.1, 2.8, 0.2), np.arange(3, 5.1, 0.5)]
)
QUASAR_LOCUS = np.array(
    [
        (0.90, 0.62, 0.46, 0.22),
        (0.45, 0.50, 0.43, 0.16),
        (0.18, 0.38, 0.25, 0.30),
        (0.18, 0.19, 0.08, 0.42),
        (0.28, 0.03, 0.15, 0.18),
        (0.34, -0.02, 0.17, 0.01),
        (0.36, 0.01, 0.09, 0.00),
        (0.34, 0.07, 0.00, 0.11),
        (0.30, 0.11, -0.04, 0.13),
        (0.20, 0.16, -0.04, 0.10),
        (0.15, 0.24, -0.01, -0.02),
        (0.11, 0.27, 0.05, -0.03),
        (0.18, 0.16, 0.16, -0.02),
        (0.16, 0.07, 0.24, 0.02),
        (0.10, 0.06, 0.22, 0.08),
        (0.18, 0.09, 0.12, 0.18),
        (0.48, 0.13, 0.05, 0.20),
        (0.62, 0.13, 0.03, 0.19),
        (0.75, 0.13, 0.06, 0.12),
        (1.50, 0.23, 0.13, 0.12),
        (2.60, 0.65, 0.15, 0.08),
        (3.20, 1.15, 0.20, 0.08),
        (3.40, 1.70, 0.60, 0.15),
        (3.50, 2.20, 1.40, 0.25),
    ]
)
"""u - g, g - r, r - i, i - z at these redshifts: emission lines pass through the bands, and beyond
a redshift of 2.5 intergalactic hydrogen absorbs first u, then g."""
QUASAR_SCATTER = (0.10, 0.08, 0.06, 0.07)
QUASAR_LEVELS = np.array((0, 0.05, 0.15, 0.30, 0.45, 0.60, 0.80, 0.90, 0.95, 0.985, 1))
QUASAR_Z = np.array((0.02, 0.15, 0.34, 0.72, 1.1, 1.42, 1.82, 2.03, 2.3, 2.8, 5.0))
QUASAR_R_LEVELS = (0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1)
QUASAR_R = (15.5, 16.5, 17.6, 18.2, 18.7, 19.0, 19.2, 19.4, 20.0)

EXTINCTION = np.array((5.16, 3.79, 2.75, 2.09, 1.48))
"""A / E(B - V) of the bands (Stoughton et al. 2002, AJ 123, 485, table 22)."""

DEPTH = np.array((22.15, 23.13, 22.70, 22.20, 20.71))
"""Magnitudes measured at five standard deviations (York et al. 2000; SDSS DR7)."""
FLOOR = 0.013
BAD_SIZE = 0.3
"""Scale of the Laplace distribution of errors by neighbours, saturation, wrong deblending [mag]."""


def simulate_magnitudes(kinds: np.ndarray, rng: np.random.Generator) -> Table:
    """Return true magnitudes of objects of given kinds.

    Parameters
    ----------
    kinds : ndarray of int, (n,)
        0, 1, 2 for stars, galaxies and quasars.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    astropy.table.Table
        ``u``, ``g``, ``r``, ``i``, ``z`` [mag] and ``redshift``.
    """
    makers = (_stars, _galaxies, _quasars)
    colors, redshift, r = np.empty((len(kinds), 4)), np.zeros(len(kinds)), np.empty(len(kinds))
    for number, make in enumerate(makers):
        rows = kinds == number
        colors[rows], redshift[rows], r[rows] = make(int(rows.sum()), rng)
    u_g, g_r, r_i, i_z = colors.T
    g, i = r + g_r, r - r_i
    magnitudes = np.stack([g + u_g, g, r, i, i - i_z], axis=1)
    table = Table(magnitudes, names=BANDS, units=("mag",) * len(BANDS))
    table["redshift"] = redshift
    return table


def spoilt(magnitudes: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return magnitudes of which some are off by tenths, each by itself, and no error tells.

    Parameters
    ----------
    magnitudes : ndarray, (n, 5)
        True ones [mag].
    share : float
        Of those that are off.
    rng : numpy.random.Generator
        Source of the errors.
    """
    bad = rng.random(magnitudes.shape) < share
    return magnitudes + np.where(bad, rng.laplace(scale=BAD_SIZE, size=magnitudes.shape), 0)


def measured(magnitudes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return magnitudes as measured, and their standard deviations.

    Noise is of the sky, of five standard deviations at the survey's depth, on top of 0.013 mag of
    photometric calibration; the measured flux stays above 0.3 standard deviations of the sky.

    Parameters
    ----------
    magnitudes : ndarray, (n, 5)
        True ones [mag].
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    magnitudes, errors : ndarray, (n, 5)
        [mag].
    """
    flux = 10 ** (-0.4 * (magnitudes - DEPTH)) * 5
    noise = np.sqrt(1 + (FLOOR * np.log(10) / 2.5 * flux) ** 2)
    found = np.maximum(flux + noise * rng.normal(size=flux.shape), 0.3)
    return DEPTH - 2.5 * np.log10(found / 5), 2.5 / np.log(10) * noise / found


def _stars(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    g_r = np.interp(rng.random(n), STAR_LEVELS, STAR_G_R)
    u_g, r_i, i_z = (np.interp(g_r, STAR_LOCUS[:, 0], STAR_LOCUS[:, k]) for k in (1, 2, 3))
    colors = np.stack([u_g, g_r, r_i, i_z], axis=1) + rng.normal(size=(n, 4)) * STAR_SCATTER
    # Blue ones are horizontal-branch stars, or white dwarfs without a Balmer jump.
    dwarf = (g_r < 0.1) & (rng.random(n) < WHITE_DWARFS)
    colors[dwarf, 0] = 0.3 + 1.2 * g_r[dwarf] + 0.2 * rng.normal(size=dwarf.sum())
    return colors, np.zeros(n), _magnitudes(g_r, STAR_MAGNITUDES, rng)


def _galaxies(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    redshift = np.interp(rng.random(n), GALAXY_LEVELS, GALAXY_Z)
    red = rng.random(n) < 0.42
    reach = np.minimum(redshift, 0.25)
    g_r = np.where(red, 0.73 + 2.2 * reach, 0.45 + 1.6 * reach)
    g_r = g_r + rng.normal(size=n) * np.where(red, 0.05, 0.15)
    terms = np.stack([np.ones(n), g_r, reach, g_r * reach, g_r**2])
    u_g, r_i, i_z = GALAXY_FITS @ terms
    colors = np.stack([u_g, g_r, r_i, i_z], axis=1) + rng.normal(size=(n, 4)) * GALAXY_SCATTER
    return colors, redshift, _magnitudes(g_r, GALAXY_MAGNITUDES, rng)


def _quasars(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    redshift = np.interp(rng.random(n), QUASAR_LEVELS, QUASAR_Z)
    colors = np.stack(
        [np.interp(redshift, QUASAR_REDSHIFTS, track) for track in QUASAR_LOCUS.T], axis=1
    )
    # The spectral index tilts all colours alike; some quasars are seen through dust.
    tilt = 0.06 * rng.normal(size=n)
    dust = np.where(rng.random(n) < 0.15, rng.exponential(0.06, n), 0.0)
    colors = colors + tilt[:, None] - dust[:, None] * np.diff(EXTINCTION)
    # Nuclei of low luminosity are reddened by the light of their galaxies.
    host = np.where(redshift < 0.4, rng.random(n) ** 2 * (1 - redshift / 0.4), 0.0)[:, None]
    colors = (1 - host) * colors + host * np.array((1.3, 0.65, 0.40, 0.28))
    colors = colors + rng.normal(size=(n, 4)) * QUASAR_SCATTER
    return colors, redshift, np.interp(rng.random(n), QUASAR_R_LEVELS, QUASAR_R)


def _magnitudes(g_r: np.ndarray, table: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return magnitudes r (n,) drawn from quantiles that are told along g - r."""
    quantiles = np.stack([np.interp(g_r, table[:, 0], column) for column in table.T[1:]], axis=1)
    drawn = rng.random(len(g_r))
    part = np.searchsorted(MAGNITUDE_LEVELS[1:-1], drawn)
    low, high = MAGNITUDE_LEVELS[part], MAGNITUDE_LEVELS[part + 1]
    rows = np.arange(len(g_r))
    from_low, to_high = quantiles[rows, part], quantiles[rows, part + 1]
    return from_low + (drawn - low) / (high - low) * (to_high - from_low)
