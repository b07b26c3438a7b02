"""A magnitude-limited sample of star-forming galaxies: what they are, and how bright in each band.

Of a mass follow, with their scatter, the star-formation rate, the metallicity, the size and the
spectral type; of the inclination the dust on the way; a galaxy lies anywhere in the volume in which
it is bright enough.
"""

from dataclasses import dataclass

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.rows import take_rows
from astro_dl.observations.images.galaxy_colors import (
    angular_diameter_distance,
    colors,
    distance_modulus,
    k_correction,
)
from astro_dl.observations.photometry.surveys import named_survey
from astro_dl.science.galaxy_metallicity.physics import BANDS, MetallicityPhysics
from astro_dl.science.galaxy_metallicity.simulation.lines import (
    HALPHA,
    NANOMAGGY,
    SPEED_OF_LIGHT,
    band_limits,
    gas_transmission,
    nebular_light,
)
from astro_dl.science.galaxy_metallicity.simulation.relations import (
    HALPHA_LUMINOSITY,
    STARS_OVER_GAS,
    SUN_R,
    attenuation_curve,
    effective_radius,
    halpha_attenuation,
    inclination_dimming,
    main_sequence,
    mass_to_light,
    metallicity,
    spectral_type,
)

Array = np.ndarray
ROUNDS = 200
"""Of draws of as many galaxies as are asked for, before the sample counts as empty."""

LG_MASSES = (8.7, 11.3)
BLUEST = 4.2
REDDEST = 0.3
MASS_TO_LIGHT_SCATTER = 0.1
"""[dex]."""

DUST_SCATTER, TEMPLATE_DUST_MASS = 0.03, 9.8
"""Of E(B - V) [mag]; lg of the mass whose mean dust is in the templates already."""

THINNEST = 0.15
"""Axis ratio of a disc seen edge-on."""

CLUMPS = 12
CLUMP_KPC = 0.25
"""Standard deviation of their light."""

MOST_OF_DISC = 0.5
"""Share of the stars' light of a disc that can be in clumps."""

FIBRE_ARCSEC = 1.0
"""Mean distance from the centre of light in a fibre 3″ wide."""

BULGE_COLOUR = 0.0
REDSHIFTS = 40
ARCSEC_PER_RADIAN, KPC = 206264.8, 1e3
CM_PER_MPC = 3.0857e24
ZERO_POINT = 22.5
"""Magnitude of one nanomaggy."""


@dataclass(frozen=True)
class Galaxies:
    """What galaxies are, each (n,) unless it is said.

    Parameters
    ----------
    redshift, lg_mass, lg_sfr : ndarray
        Redshift, lg of the stellar mass [solar masses] and of the star-formation rate [per year].
    metallicity : ndarray
        12 + lg O/H within a fibre of 3″, in the scale of Tremonti et al. (2004).
    radius_arcsec : ndarray
        Effective radius of the disc along its major axis.
    axis_ratio, angle, bulge : ndarray
        Of the disc, as seen; of its major axis [rad]; share of the stars' light in r in the bulge.
    stars, smooth_lines, bulges : ndarray, (n, bands)
        Light of all stars, of lines as smooth as the disc, of the bulge's stars [nMgy].
    clumps : ndarray, (n, clumps, bands)
        Light of clumps: lines and young stars, of which the stars are counted in ``stars`` [nMgy].
    clump_stars : ndarray, (n, bands)
        Of which these are stars [nMgy].
    clump_x, clump_y : ndarray, (n, clumps)
        Places [arcsec].
    clump_arcsec : ndarray
        Standard deviation of a clump.
    """

    redshift: Array
    lg_mass: Array
    lg_sfr: Array
    metallicity: Array
    radius_arcsec: Array
    axis_ratio: Array
    angle: Array
    bulge: Array
    stars: Array
    smooth_lines: Array
    bulges: Array
    clumps: Array
    clump_stars: Array
    clump_x: Array
    clump_y: Array
    clump_arcsec: Array

    def __len__(self) -> int:
        return len(self.redshift)

    @property
    def total(self) -> Array:
        """All light (n, bands) [nMgy]."""
        return self.stars - self.clump_stars + self.smooth_lines + self.clumps.sum(axis=1)

    @property
    def magnitudes(self) -> Array:
        """(n, bands)."""
        return ZERO_POINT - 2.5 * np.log10(self.total)

    @property
    def discs(self) -> Array:
        """Light of the smooth disc, stars and lines (n, bands) [nMgy]."""
        return self.stars - self.bulges - self.clump_stars + self.smooth_lines

    def take(self, index: Array | slice) -> "Galaxies":
        """Return those at an index."""
        return take_rows(self, index)


def draw_galaxies(physics: MetallicityPhysics, n: int, rng: np.random.Generator) -> Galaxies:
    """Return n galaxies.

    Raises
    ------
    UsageError
        If hardly any is in the sample.
    """
    found: dict[str, Array] = {}
    for _ in range(ROUNDS):
        if len(found.get("redshift", ())) >= n:
            break
        more = _bright_enough(physics, n + 32, rng)
        found = {
            name: np.concatenate([found.get(name, one[:0]), one]) for name, one in more.items()
        }
    if len(found["redshift"]) < n:
        raise UsageError(
            f"only {len(found['redshift'])} of {ROUNDS * (n + 32):,} galaxies of lg_mass "
            f"{physics.lg_mass:g} are brighter than faintest_r {physics.faintest_r:g} within "
            f"redshift_range {physics.redshift_range}; set one of these or lg_mass_scatter"
        )
    return _with_light(physics, {name: one[:n] for name, one in found.items()}, rng)


def _bright_enough(
    physics: MetallicityPhysics, n: int, rng: np.random.Generator
) -> dict[str, Array]:
    """Return the properties of those of n galaxies that are seen within the redshifts."""
    lg_mass = rng.normal(physics.lg_mass, physics.lg_mass_scatter, n)
    lg_sfr = main_sequence(lg_mass) + rng.normal(0, physics.sfr_scatter_dex, n)
    kind = spectral_type(lg_mass, lg_sfr) + rng.normal(0, physics.colour_scatter, n)
    kind = np.clip(kind, REDDEST, BLUEST)
    cosine = rng.uniform(0, 1, n)
    axis_ratio = np.sqrt(cosine**2 + (1 - cosine**2) * THINNEST**2)
    halpha_mag = halpha_attenuation(lg_mass)
    more = halpha_mag - halpha_attenuation(np.array(TEMPLATE_DUST_MASS))
    reddening = STARS_OVER_GAS * more / attenuation_curve(np.array(HALPHA / 1e4))
    wavelengths = np.array([one.wavelength for one in named_survey(physics.survey).choose(BANDS)])
    curve = attenuation_curve(wavelengths)
    reddening = reddening + inclination_dimming(axis_ratio) / curve[1]
    reddening = np.maximum(reddening + rng.normal(0, DUST_SCATTER, n), 0)
    rest = colors(kind, np.zeros(n), wavelengths)
    lg_light = lg_mass - mass_to_light(rest[:, 0] - rest[:, 1])
    lg_light += rng.normal(0, MASS_TO_LIGHT_SCATTER, n)
    absolute = SUN_R - 2.5 * lg_light
    grid = np.linspace(*physics.redshift_range, REDSHIFTS)
    shape = colors(np.repeat(kind, REDSHIFTS), np.tile(grid, n), wavelengths[1:2])
    bright = absolute[:, None] + distance_modulus(grid) + reddening[:, None] * curve[1]
    bright += k_correction(kind[:, None], grid) + shape.reshape(n, REDSHIFTS)
    seen = np.cumprod(bright < physics.faintest_r, axis=1).sum(axis=1)
    volume = (angular_diameter_distance(grid) * (1 + grid)) ** 3
    inside = (seen > 1) & (lg_mass > LG_MASSES[0]) & (lg_mass < LG_MASSES[1])
    last = volume[np.maximum(seen - 1, 0)]
    redshift = np.interp(volume[0] + rng.uniform(0, 1, n) * (last - volume[0]), volume, grid)
    drawn = {
        "lg_mass": lg_mass, "lg_sfr": lg_sfr, "kind": kind, "axis_ratio": axis_ratio,
        "halpha_mag": halpha_mag, "reddening": reddening, "absolute": absolute,
        "redshift": redshift,
    }  # fmt: skip
    return {name: one[inside] for name, one in drawn.items()}


def _with_light(
    physics: MetallicityPhysics, drawn: dict[str, Array], rng: np.random.Generator
) -> Galaxies:
    """Return galaxies of drawn properties with their sizes, metallicities, and all light."""
    survey, n = named_survey(physics.survey), len(drawn["redshift"])
    wavelengths = np.array([one.wavelength for one in survey.choose(BANDS)])
    curve = attenuation_curve(wavelengths)
    redshift, lg_mass, lg_sfr = (drawn[name] for name in ("redshift", "lg_mass", "lg_sfr"))
    z = metallicity(lg_mass, lg_sfr, physics.sfr_dependence)
    z = z + rng.normal(0, physics.metallicity_scatter_dex, n)
    arcsec_per_kpc = ARCSEC_PER_RADIAN / (angular_diameter_distance(redshift) * KPC)
    median, spread = effective_radius(lg_mass)
    radius = median * np.exp(rng.normal(0, 1, n) * spread) * arcsec_per_kpc

    def starlight(kind: Array) -> Array:
        middle = drawn["absolute"] + distance_modulus(redshift) + k_correction(kind, redshift)
        dim = np.multiply.outer(drawn["reddening"], curve)
        magnitude = middle[:, None] + colors(kind, redshift, wavelengths) + dim
        return 10 ** (-0.4 * (magnitude - ZERO_POINT))

    stars = starlight(drawn["kind"])
    bulge = 0.15 + 0.15 * (lg_mass - 10.2) - 0.2 * (lg_sfr - main_sequence(lg_mass))
    bulge = np.clip(bulge + rng.normal(0, 0.1, n), 0.0, 0.6)
    old = starlight(np.full(n, BULGE_COLOUR))
    bulges = old * (bulge * stars[:, 1] / old[:, 1])[:, None]
    bulges = np.minimum(bulges, 0.8 * stars)

    distance = angular_diameter_distance(redshift) * (1 + redshift) ** 2 * CM_PER_MPC
    halpha = 10 ** (HALPHA_LUMINOSITY + lg_sfr) / (4 * np.pi * distance**2)
    limits = band_limits(survey, BANDS)
    dimming = gas_transmission(drawn["halpha_mag"], wavelengths)
    smooth = nebular_light(halpha * (1 - physics.clump_share), z, redshift, limits) * dimming
    weight = rng.lognormal(0, 1, (n, CLUMPS))
    weight /= weight.sum(axis=1, keepdims=True)
    far = rng.gamma(2, 1 / 1.678, (n, CLUMPS))
    around = rng.uniform(0, 2 * np.pi, (n, CLUMPS))
    here = z[:, None] + physics.gradient_dex_per_radius * (far - (FIBRE_ARCSEC / radius)[:, None])
    own = physics.clump_share * halpha[:, None] * weight
    lines = nebular_light(own, here, redshift[:, None], limits) * dimming[:, None]
    young = _young_stars(own, physics.clump_equivalent_width_angstrom, redshift) * dimming[:, None]
    room = MOST_OF_DISC * (stars - bulges)
    young *= np.minimum(1, (room / young.sum(axis=1)).min(axis=1))[:, None, None]
    angle = rng.uniform(0, np.pi, n)
    along = far * np.cos(around) * radius[:, None]
    across = far * np.sin(around) * (radius * drawn["axis_ratio"])[:, None]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return Galaxies(
        redshift=redshift,
        lg_mass=lg_mass,
        lg_sfr=lg_sfr,
        metallicity=z,
        radius_arcsec=radius,
        axis_ratio=drawn["axis_ratio"],
        angle=angle,
        bulge=bulge,
        stars=stars,
        smooth_lines=smooth,
        bulges=bulges,
        clumps=lines + young,
        clump_stars=young.sum(axis=1),
        clump_x=cos * along - sin * across,
        clump_y=sin * along + cos * across,
        clump_arcsec=CLUMP_KPC * arcsec_per_kpc,
    )


def _young_stars(halpha: Array, equivalent_width: float, redshift: Array) -> Array:
    """Return the light of the stars of clumps (n, clumps, bands) [nMgy], alike in all bands."""
    stretch = (1 + redshift)[:, None]
    per_angstrom = halpha / (equivalent_width * stretch)
    per_hertz = per_angstrom * (HALPHA * stretch) ** 2 / SPEED_OF_LIGHT
    return np.repeat((per_hertz / NANOMAGGY)[..., None], len(BANDS), axis=2)
