"""Priors of strong lenses: who deflects, what is behind it, and how bright and large they look.

The Einstein radius is drawn first, then the redshifts; the velocity dispersion follows, and from it
the luminosity and the size of the deflector. So a heavier lens is brighter, as in the sky. The same
draws make the red galaxies of the examples that are no lenses.
"""

from typing import Annotated, Literal

import numpy as np

from astro_dl.core.limits import Bounds, Fraction, Natural, NonNegative, PositiveRange, Range
from astro_dl.core.schema import checked
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.galaxy_colors import (
    SPEED_OF_LIGHT,
    angular_diameter_distance,
    distance_modulus,
    distance_ratio,
    k_correction,
)
from astro_dl.science.lenses.simulation.mass import LensMass, inside_cut

RedshiftRange = Annotated[Range, Bounds(0, 2, open_low=True)]
AxisRatioRange = Annotated[Range, Bounds(0, 1, open_low=True)]
Shear = Annotated[float, Bounds(0, 0.5, open_high=True)]
Draws = dict[str, np.ndarray]

ARCSEC = np.pi / 180 / 3600

SHEAR = 0.04
"""Width of the prior of external shear: of each of its components the standard deviation."""

CENTRAL = 0.2
"""Einstein radii about the middle, about where an ellipsoid makes four images or a whole ring."""


@checked
class LensPriors:
    """What lenses and sources are drawn from.

    Parameters
    ----------
    einstein_radius_range : tuple of float, default (0.5, 3)
        [arcsec].
    einstein_radius_prior : {"population", "uniform"}
        ``population``: lognormal about 1.1 arcsec with a width of 0.45 in ln θ_E, about what
        surveys are forecast to find (Collett 2015, ApJ 811, 20, figure 4); or uniform.
    lens_redshift_range : tuple of float, default (0.15, 1)
        Normal prior about 0.5 ± 0.2 within this range.
    axis_ratio_range : tuple of float, default (0.45, 1)
        Of the mass, normal prior about 0.78 ± 0.15 (SLACS: Koopmans et al. 2006, ApJ 649, 599).
    shear_max : float, default 0.1
        Largest external shear; Rayleigh prior of width 0.04.
    center_scatter : float, default 0.04
        Standard deviation, on either axis, of the mass's centre from the light's [arcsec].
    angle_scatter : float, default 0.17
        Standard deviation of the mass's position angle from the light's [rad] (10°, SLACS).
    source_magnitude_range : tuple of float, default (21.5, 26)
        Unlensed i magnitude; counts rise as 10^(0.3 m).
    source_radius_range : tuple of float, default (0.08, 0.6)
        Effective radius [arcsec]; lognormal prior about 0.22 with a width of 0.45.
    clumps : int, default 4
        Largest number of star-forming clumps in a source.
    red_source_fraction : float, default 0
        Of the sources, as red as early types or nearly so; the others form stars.
    central_source_fraction : float, default 0
        Of the lenses, with the source nearly behind the middle: rings, quads, cusps and folds; the
        others' sources are anywhere with several images, and most of those are doubles.
    """

    einstein_radius_range: PositiveRange = (0.5, 3.0)
    einstein_radius_prior: Literal["population", "uniform"] = "population"
    lens_redshift_range: RedshiftRange = (0.15, 1.0)
    axis_ratio_range: AxisRatioRange = (0.45, 1.0)
    shear_max: Shear = 0.1
    center_scatter: NonNegative = 0.04
    angle_scatter: NonNegative = 0.17
    source_magnitude_range: Range = (21.5, 26.0)
    source_radius_range: PositiveRange = (0.08, 0.6)
    clumps: Natural = 4
    red_source_fraction: Fraction = 0.0
    central_source_fraction: Fraction = 0.0


def truncated_normal(
    rng: np.random.Generator, n: int, mean: float, deviation: float, limits: Range
) -> np.ndarray:
    """Return n normal numbers within limits; what is outside is drawn again, at last uniformly."""
    low, high = limits
    values = rng.normal(mean, deviation, n)
    for _ in range(8):
        outside = (values < low) | (values > high)
        if not outside.any():
            return values
        values[outside] = rng.normal(mean, deviation, outside.sum())
    outside = (values < low) | (values > high)
    values[outside] = rng.uniform(low, high, outside.sum())
    return values


def draw_deflectors(n: int, priors: LensPriors, rng: np.random.Generator) -> Draws:
    """Return the properties of n deflectors.

    θ_E = 4π (σ/c)² D_ls/D_s gives the velocity dispersion σ; the luminosity is from σ and the size
    from the luminosity (Bernardi et al. 2003, AJ 125, 1849 and 1866), with passive evolution of
    0.85 mag per unit redshift. At given σ the mean luminosity goes as σ^3.3, less steep than the
    Faber-Jackson relation for the scatter in both. Above 350 km/s a group's halo deflects, and its
    galaxy is no brighter.

    Returns
    -------
    dict
        ``einstein_radius``, ``e1``, ``e2``, ``center_x``, ``center_y`` (of the mass, relative to
        the light), ``gamma1``, ``gamma2``, ``lens_redshift``, ``source_redshift``,
        ``velocity_dispersion`` [km/s], ``magnitude`` (i), ``effective_radius`` [arcsec],
        ``sersic_index``, ``light_e1``, ``light_e2``, each (n,).
    """
    limits = priors.einstein_radius_range
    if priors.einstein_radius_prior == "uniform":
        einstein_radius = rng.uniform(*limits, n)
    else:
        logarithm = truncated_normal(rng, n, np.log(1.1), 0.45, tuple(np.log(limits)))
        einstein_radius = np.exp(logarithm)
    lens_redshift = truncated_normal(rng, n, 0.5, 0.2, priors.lens_redshift_range)
    source_redshift = np.clip(lens_redshift + rng.gamma(2.5, 0.45, n) + 0.25, 0, 3)
    ratio = distance_ratio(lens_redshift, source_redshift)
    dispersion = SPEED_OF_LIGHT * np.sqrt(einstein_radius * ARCSEC / (4 * np.pi * ratio))

    luminous = np.log10(np.minimum(dispersion, 350)) - 2.203
    absolute = -21.15 - 8.2 * luminous + rng.normal(0, 0.35, n)
    magnitude = absolute + distance_modulus(lens_redshift) - 0.85 * lens_redshift
    magnitude += k_correction(np.zeros(n), lens_redshift)
    kiloparsec = 10 ** (0.5 - 0.25 * (absolute + 21.15) + rng.normal(0, 0.12, n))
    radius = kiloparsec / 1000 / angular_diameter_distance(lens_redshift) / ARCSEC

    axis_ratio = truncated_normal(rng, n, 0.78, 0.15, priors.axis_ratio_range)
    angle = rng.uniform(0, np.pi, n)
    light_ratio = np.clip(axis_ratio + rng.normal(0, 0.08, n), 0.35, 1)
    light_angle = angle + rng.normal(0, priors.angle_scatter, n)
    shear = np.minimum(rng.rayleigh(SHEAR, n), priors.shear_max)
    shear_angle = rng.uniform(0, np.pi, n)
    e1, e2 = ellipticity(axis_ratio, angle)
    light_e1, light_e2 = ellipticity(light_ratio, light_angle)
    return {
        "einstein_radius": einstein_radius,
        "e1": e1,
        "e2": e2,
        "center_x": rng.normal(0, priors.center_scatter, n),
        "center_y": rng.normal(0, priors.center_scatter, n),
        "gamma1": shear * np.cos(2 * shear_angle),
        "gamma2": shear * np.sin(2 * shear_angle),
        "lens_redshift": lens_redshift,
        "source_redshift": source_redshift,
        "velocity_dispersion": dispersion,
        "magnitude": magnitude,
        "effective_radius": np.clip(radius, 0.15, 4),
        "sersic_index": truncated_normal(rng, n, 4.0, 0.9, (2.0, 6.5)),
        "light_e1": light_e1,
        "light_e2": light_e2,
    }


def deflector_mass(draws: Draws, light_x: np.ndarray, light_y: np.ndarray) -> LensMass:
    """Return the masses of deflectors whose light is centred at these positions [arcsec]."""
    return LensMass(
        draws["einstein_radius"],
        draws["e1"],
        draws["e2"],
        draws["center_x"] + light_x,
        draws["center_y"] + light_y,
        draws["gamma1"],
        draws["gamma2"],
    )


def draw_source_positions(
    mass: LensMass,
    multiple: np.ndarray,
    radius: np.ndarray,
    rng: np.random.Generator,
    central_fraction: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of sources, uniform over where they have several images, or one.

    Parameters
    ----------
    mass : LensMass
        (n,) deflectors.
    multiple : ndarray
        (n,) bool: inside the cut of a deflector 5% smaller; else outside of one 15% larger by half
        the source's radius, and within 2.5 Einstein radii.
    radius : ndarray
        (n,) effective radius of the sources [arcsec].
    rng : numpy.random.Generator
    central_fraction : float, default 0
        Of those with several images: within `CENTRAL` Einstein radii of the middle.

    Returns
    -------
    x, y : ndarray
        (n,) [arcsec].
    """
    theta = np.asarray(mass.einstein_radius)
    n = len(theta)
    scale = np.where(multiple, 0.95, 1.15 + 0.5 * radius / theta)
    central = rng.random(n) < central_fraction if central_fraction else np.zeros(n, bool)
    reach = np.where(multiple, np.where(central, CENTRAL, 1.3), 2.5) * theta
    x, y, todo = np.zeros(n), np.zeros(n), np.arange(n)
    centre_x = x + mass.center_x * (1 - mass.gamma1) - mass.center_y * mass.gamma2
    centre_y = y + mass.center_y * (1 + mass.gamma1) - mass.center_x * mass.gamma2
    while len(todo):
        distance = reach[todo] * np.sqrt(rng.random(len(todo)))
        direction = rng.uniform(0, 2 * np.pi, len(todo))
        x[todo] = centre_x[todo] + distance * np.cos(direction)
        y[todo] = centre_y[todo] + distance * np.sin(direction)
        some = mass.take(todo)
        # scaling the source's offset is scaling the cut the other way
        here_x = centre_x[todo] + (x - centre_x)[todo] / scale[todo]
        here_y = centre_y[todo] + (y - centre_y)[todo] / scale[todo]
        todo = todo[inside_cut(some, here_x, here_y) != multiple[todo]]
    return x, y


def draw_sources(n: int, priors: LensPriors, rng: np.random.Generator) -> Draws:
    """Return the properties of n sources: a disc and clumps, the clumps bluer.

    Returns
    -------
    dict
        ``magnitude`` (i, unlensed) and ``spectral_type`` (of the disc), (n,); ``x``, ``y``
        (relative to the disc), ``effective_radius`` [arcsec], ``sersic_index``, ``e1``, ``e2``,
        ``fraction`` (of the light in i) and ``bluer`` (difference of spectral type), (n, K).
    """
    shape = (n, priors.clumps + 1)
    low, high = 10 ** (0.3 * np.asarray(priors.source_magnitude_range))
    magnitude = np.log10(rng.uniform(low, high, n)) / 0.3
    limits = tuple(np.log(priors.source_radius_range))
    radius = np.exp(truncated_normal(rng, n, np.log(0.22), 0.45, limits))
    effective_radius = radius[:, None] * np.exp(rng.uniform(np.log(0.12), np.log(0.4), shape))
    effective_radius = np.maximum(effective_radius, 0.03)
    effective_radius[:, 0] = radius
    index = rng.uniform(0.5, 1.0, shape)
    index[:, 0] = rng.uniform(0.7, 1.5, n)
    q = rng.uniform(0.6, 1, shape)
    q[:, 0] = rng.uniform(0.3, 1, n)
    angle = rng.uniform(0, np.pi, shape)
    e1, e2 = ellipticity(q, angle)
    # clumps scatter over the disc, flattened and turned like it
    along = radius[:, None] * rng.normal(0, 0.7, shape)
    across = radius[:, None] * rng.normal(0, 0.7, shape) * q[:, :1]
    cos, sin = np.cos(angle[:, :1]), np.sin(angle[:, :1])
    x, y = cos * along - sin * across, sin * along + cos * across
    x[:, 0] = y[:, 0] = 0
    share = rng.dirichlet(np.ones(shape[1]), n)
    share[:, 1:] *= np.arange(priors.clumps) < rng.integers(0, priors.clumps + 1, n)[:, None]
    clumpy = np.where(share[:, 1:].any(axis=1), rng.uniform(0.1, 0.5, n), 0)
    fraction = share * (clumpy / np.maximum(share[:, 1:].sum(axis=1), 1e-12))[:, None]
    fraction[:, 0] = 1 - clumpy
    bluer = rng.uniform(0.3, 1.5, shape)
    bluer[:, 0] = 0
    spectral_type = truncated_normal(rng, n, 3.2, 0.9, (1.0, 5.0))
    if priors.red_source_fraction:
        red = rng.random(n) < priors.red_source_fraction
        spectral_type = np.where(red, rng.uniform(0, 1, n), spectral_type)
    return {
        "magnitude": magnitude,
        "spectral_type": spectral_type,
        "x": x,
        "y": y,
        "effective_radius": effective_radius,
        "sersic_index": index,
        "e1": e1,
        "e2": e2,
        "fraction": fraction,
        "bluer": bluer,
    }
