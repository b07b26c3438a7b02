"""Types and redshifts of galaxies of a magnitude: Benítez (2000), ApJ 536, 571, section 4.1."""

import numpy as np
from scipy.special import gammaln

Array = np.ndarray

TYPE_RANGES = ((0.0, 0.6), (0.6, 2.5), (2.5, 5.0))
"""Numbers of templates of early types, of spirals, and of irregulars with starbursts."""

ALPHA = np.array((2.46, 1.81, 0.91))
FIRST_REDSHIFT = np.array((0.431, 0.390, 0.063))
REDSHIFT_SLOPE = np.array((0.091, 0.0636, 0.123))
FRACTION, FRACTION_SLOPE = np.array((0.35, 0.50)), np.array((0.450, 0.147))
"""Table 1, for the magnitude I = 20; the slopes of the fractions as in the program BPZ."""

BRIGHTEST = 20.0
SMALLEST_REDSHIFT = 0.03


def draw_magnitudes(
    n: int, limits: tuple[float, float], slope: float, rng: np.random.Generator
) -> Array:
    """Return n magnitudes whose density grows as 10 to the slope times the magnitude."""
    low, high = limits
    if slope == 0:
        return rng.uniform(low, high, n)
    u = rng.random(n) * -np.expm1(-slope * np.log(10) * (high - low))
    return high + np.log1p(-u) / (slope * np.log(10))


def draw_types_and_redshifts(
    magnitude: Array, redshift_range: tuple[float, float], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return spectral types and redshifts of galaxies of given magnitudes.

    Parameters
    ----------
    magnitude : ndarray, (n,)
        In the band i [AB]. Type fractions of galaxies brighter than 20 are those at 20; redshifts
        are continued, as far as the mode is above 0.03.
    redshift_range : (float, float)
        Others are drawn again.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    spectral_type, redshift : ndarray, (n,)
        Eqs. 22 to 24; within each of `TYPE_RANGES` types are uniform.
    """
    fractions, modes = _groups(np.asarray(magnitude, float))
    n = len(fractions)
    group = (rng.random(n)[:, None] > np.cumsum(fractions[:, :-1], axis=1)).sum(axis=1)
    low, high = np.array(TYPE_RANGES)[group].T
    mode = modes[np.arange(n), group]
    # With t = (z / mode)^α the density z^α exp(-t) is that of a gamma variable t.
    redshift = np.full(n, np.nan)
    while (missing := np.flatnonzero(np.isnan(redshift))).size:
        alpha = ALPHA[group[missing]]
        drawn = mode[missing] * rng.gamma(1 + 1 / alpha) ** (1 / alpha)
        inside = (drawn >= redshift_range[0]) & (drawn <= redshift_range[1])
        redshift[missing[inside]] = drawn[inside]
    return rng.uniform(low, high), redshift


def log_prior(spectral_type: Array, redshift: Array, magnitude: Array) -> Array:
    """Return ln p(type, redshift | magnitude), for grids of types as fine in all groups.

    Parameters
    ----------
    spectral_type, redshift : ndarray, (k,)
        Of templates.
    magnitude : ndarray, (n,)
        In the band i [AB].

    Returns
    -------
    ndarray, (n, k)
        Without the limits of redshift.
    """
    limits = np.array(TYPE_RANGES)
    group = np.searchsorted(limits[:-1, 1], spectral_type, side="right")
    fractions, modes = _groups(np.asarray(magnitude, float))
    # ∫ z^α exp(-(z / mode)^α) dz = mode^(α + 1) Γ(1 + 1/α) / α
    norm = (ALPHA + 1) * np.log(modes) + gammaln(1 + 1 / ALPHA) - np.log(ALPHA)
    constant = np.log(fractions / np.diff(limits, axis=1)[:, 0]) - norm
    with np.errstate(divide="ignore"):
        power = ALPHA[group] * np.log(redshift)
    exponent = redshift ** ALPHA[group] * (modes**-ALPHA)[:, group]
    return constant[:, group] + power - exponent


def _groups(magnitude: Array) -> tuple[Array, Array]:
    """Return fractions and modes of redshift (n, 3) of the groups of types."""
    faintness = (magnitude - BRIGHTEST)[:, None]
    early = FRACTION * np.exp(-FRACTION_SLOPE * np.maximum(faintness, 0))
    late = 1 - early.sum(axis=1, keepdims=True)
    modes = np.maximum(FIRST_REDSHIFT + REDSHIFT_SLOPE * faintness, SMALLEST_REDSHIFT)
    return np.concatenate([early, late], axis=1), modes
