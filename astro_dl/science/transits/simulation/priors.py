"""Stars, planets and binaries as a survey of bright stars would detect them in transit.

Systems are drawn from a population, weighted by the geometric probability of transit, and kept if a
box search could find them: that is what shapes the observed periods and depths.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any, Self

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.rows import take_rows
from astro_dl.observations.light_curves.eclipsing_binary import Binary
from astro_dl.observations.light_curves.limb_darkened_transit import limb_darkening_from_kipping
from astro_dl.observations.light_curves.orbit import Orbit, semi_major_axis_ratio, transit_duration
from astro_dl.observations.light_curves.tess_noise import noise_ppm

Range = tuple[float, float]

_EARTH_RADII_PER_SUN = 109.1
_MAGNITUDE_SLOPE = 0.22  # of log₁₀ of the number of stars per magnitude
_POOL = 4096  # systems drawn at once
_ROUNDS = 20
_LARGEST_RATIO = 0.25  # of planets [stellar radii]
_HEAVY = 0.5, 0.9  # mass ratios of heavy companions


@dataclass(frozen=True)
class Detectability:
    """What a survey can find.

    Parameters
    ----------
    start_d, duration_d : float
        First time and length of the observations [d].
    snr_range : tuple of float
        Signal-to-noise ratios of a system's folded dips that are kept.
    magnitude_range : tuple of float, default (7, 13.5)
        Range of the TESS magnitude.
    """

    start_d: float
    duration_d: float
    snr_range: Range
    magnitude_range: Range = (7.0, 13.5)


@dataclass(frozen=True)
class BinaryPrior:
    """Which binaries there are.

    Parameters
    ----------
    faintest_blend : float, default 10^-2.3
        Least share of the light that background binaries give.
    heavy_companion_fraction : float, default 0
        Share of binaries with mass ratios of 0.5 to 0.9, whose secondary eclipses are deep and yet
        shallower than the primary ones.
    largest_filling : float, default 0.8
        Largest sum of the radii [semi-major axis]: the closer, the more the stars are distorted.
    """

    faintest_blend: float = 10**-2.3
    heavy_companion_fraction: float = 0.0
    largest_filling: float = 0.8

    def mass_ratios(self, quantile: np.ndarray) -> np.ndarray:
        """Return the mass ratios of quantiles: even from 0.1 to 1, but for heavy companions."""
        edges = np.array([0.1, *_HEAVY, 1.0])
        even, heavy = (edges - 0.1) / 0.9, np.array([0, 0, 1, 1])
        share = self.heavy_companion_fraction
        return np.interp(quantile, (1 - share) * even + share * heavy, edges)


USUAL_BINARIES = BinaryPrior()


@dataclass(frozen=True)
class Stars:
    """n stars; arrays (n,): TESS magnitude, mass and radius [solar], temperature [K], u₁, u₂."""

    magnitude: np.ndarray
    mass: np.ndarray
    radius: np.ndarray
    temperature_k: np.ndarray
    limb_darkening_1: np.ndarray
    limb_darkening_2: np.ndarray

    def __getitem__(self, rows: Any) -> Self:
        """Return the rows of an index or mask."""
        return take_rows(self, rows)

    @property
    def surface_gravity(self) -> np.ndarray:
        """log₁₀ g [cm/s²]."""
        return 4.438 + np.log10(self.mass / self.radius**2)


@dataclass(frozen=True)
class Planet:
    """n planets: their orbits and radii [stellar radii], (n,)."""

    orbit: Orbit
    radius_ratio: np.ndarray


def draw_stars(
    n: int,
    rng: np.random.Generator,
    magnitude_range: Range = (7.0, 13.5),
    giant_fraction: float = 0.0,
) -> Stars:
    """Return stars of a magnitude-limited survey.

    Dwarfs have R = M^0.9 widened by evolution, and T = 5777 K M^0.55; giants 3 to 20 R☉ and 4700 K.
    Limb darkening is drawn in Kipping's (2013) square about the values of Sun-like stars in the
    TESS band (Claret 2017, A&A 600, A30).

    Parameters
    ----------
    n : int
        Number of stars.
    rng : numpy.random.Generator
        Source of randomness.
    magnitude_range : tuple of float
        Range of the TESS magnitude; numbers rise by 10^0.22 per magnitude.
    giant_fraction : float, default 0
        Fraction of giants.
    """
    low, high = (10 ** (_MAGNITUDE_SLOPE * m) for m in magnitude_range)
    magnitude = np.log10(rng.uniform(low, high, n)) / _MAGNITUDE_SLOPE
    mass = np.clip(rng.normal(1.1, 0.3, n), 0.4, 3.0)
    cool = rng.random(n) < 0.12
    mass = np.where(cool, rng.uniform(0.15, 0.65, n), mass)
    evolution = np.where(cool, 0, np.abs(rng.normal(0, 0.16, n)))
    radius = mass**0.9 * 10**evolution
    temperature = 5777 * mass**0.55 * rng.normal(1, 0.02, n)
    giant = rng.random(n) < giant_fraction
    radius = np.where(giant, np.exp(rng.uniform(np.log(3), np.log(20), n)), radius)
    temperature = np.where(giant, rng.normal(4700, 150, n), np.maximum(temperature, 2900))
    q1 = np.clip(rng.normal(0.33, 0.12, n), 0.02, 0.98)
    q2 = np.clip(rng.normal(0.30, 0.12, n), 0.02, 0.98)
    return Stars(magnitude, mass, radius, temperature, *limb_darkening_from_kipping(q1, q2))


def draw_planets(
    n: int, detectability: Detectability, rng: np.random.Generator
) -> tuple[Stars, Planet]:
    """Return n detectable transiting planets and their stars.

    Radii: a log-normal peak at Jupiter's (rare about M dwarfs), and smaller ones from 1.2 to
    10 R⊕; periods log-normal about 6 d, and 11 d for the small ones, before selection;
    eccentricity from Kipping's (2013, MNRAS 434, L51) beta distribution beyond 6 d; impact
    parameters uniform up to a grazing 1 + p/2.

    Parameters
    ----------
    n : int
        Number of planets.
    detectability : Detectability
        What is kept.
    rng : numpy.random.Generator
        Source of randomness.

    Raises
    ------
    UsageError
        If hardly any system is detectable.
    """

    def draw(stars: Stars) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        m = len(stars.mass)
        small = rng.random(m) < np.where(stars.mass < 0.6, 0.98, 0.7)
        radius = np.where(
            small, 1.2 * 8 ** (rng.random(m) ** 1.3), 12.0 * 10 ** rng.normal(0, 0.12, m)
        )
        period = np.where(small, 11.0, 6.0) * 10 ** rng.normal(0, 0.42, m)
        ratio = radius / _EARTH_RADII_PER_SUN / stars.radius
        e = _eccentricity(period > 6, rng)
        density = stars.mass / stars.radius**3
        orbit = _draw_orbits(period, density, e, 1 + ratio / 2, detectability, rng)
        depth = ratio**2 * np.clip((1 + ratio - orbit.impact_parameter) / (2 * ratio), 0, 1)
        snr = _box_snr(depth, stars, orbit, ratio, detectability)
        nearest = orbit.semi_major_axis_ratio * (1 - e)
        possible = (nearest > 1.5) & (period > 0.3) & (ratio < _LARGEST_RATIO)
        return [*astuple(orbit), ratio], snr, possible / (nearest * (1 + e))

    stars, parameters = _draw_detectable(draw, n, detectability, rng)
    return stars, Planet(Orbit.of(*parameters[:6]), parameters[6])


def draw_binaries(
    n: int,
    detectability: Detectability,
    rng: np.random.Generator,
    prior: BinaryPrior = USUAL_BINARIES,
) -> tuple[Stars, Binary]:
    """Return n detectable eclipsing binaries and their primaries.

    Mass ratios uniform from 0.1 to 1, of heavy companions from 0.5 to 0.9; periods log-normal about
    5 d before selection, circular below 4 d; surface brightness as the temperatures' fourth power.
    Six in ten give but a share of the light, down to the prior's least (background binaries); two
    in ten lose up to a third of it to other stars.

    Parameters and errors as of `draw_planets`.
    """

    def draw(stars: Stars) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        m = len(stars.mass)
        mass_ratio = prior.mass_ratios(rng.random(m))
        radius = (mass_ratio * stars.mass) ** 0.9 * 10 ** np.abs(rng.normal(0, 0.04, m))
        ratio = radius / stars.radius
        brightness = mass_ratio ** (0.55 * 4) * 10 ** rng.normal(0, 0.05, m)
        period = 5.0 * 10 ** rng.normal(0, 0.5, m)
        e = _eccentricity(period > 4, rng)
        density = stars.mass * (1 + mass_ratio) / stars.radius**3
        orbit = _draw_orbits(period, density, e, 1 + ratio, detectability, rng)
        blend = rng.random(m)
        light = np.where(
            blend < 0.6, prior.faintest_blend ** (1 - rng.random(m)), 1 - rng.random(m) / 3
        )
        third = np.where(blend < 0.8, 1 - light, 0)
        covered = np.clip((1 + ratio - orbit.impact_parameter) / (2 * ratio), 0, 1)
        depth = np.minimum(ratio, 1) ** 2 * covered / (1 + brightness * ratio**2)
        snr = _box_snr(depth * (1 - third), stars, orbit, ratio, detectability)
        filling = (1 + ratio) / (orbit.semi_major_axis_ratio * (1 - e))
        probability = filling * (filling < prior.largest_filling) * (period > 0.22)
        albedo = rng.uniform(0.1, 0.7, m)
        parameters = [*astuple(orbit), ratio, brightness, mass_ratio, albedo, third]
        return parameters, snr, probability

    stars, parameters = _draw_detectable(draw, n, detectability, rng)
    ratio, brightness, mass_ratio, albedo, third = parameters[6:]
    binary = Binary(
        orbit=Orbit.of(*parameters[:6]),
        radius_ratio=ratio,
        surface_brightness_ratio=brightness,
        mass_ratio=mass_ratio,
        limb_darkening_1=stars.limb_darkening_1,
        limb_darkening_2=stars.limb_darkening_2,
        albedo=albedo,
        third_light=third,
    )
    return stars, binary


def _eccentricity(eccentric: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Kipping's (2013) distribution up to 0.95, beyond which no orbit here clears its star."""
    drawn = rng.beta(0.867, 3.03, len(eccentric))
    return np.where(eccentric, np.minimum(drawn, 0.95), 0)


def _draw_orbits(
    period: np.ndarray,
    density: np.ndarray,
    eccentricity: np.ndarray,
    largest_impact: np.ndarray,
    detectability: Detectability,
    rng: np.random.Generator,
) -> Orbit:
    """Orbits of given periods that pass the star within the largest impact parameter."""
    m = len(period)
    axis = np.maximum(semi_major_axis_ratio(period, density), 1.05)
    return Orbit.of(
        period,
        detectability.start_d + rng.random(m) * np.minimum(period, detectability.duration_d),
        axis,
        np.minimum(rng.random(m) * largest_impact, 0.95 * axis * (1 - eccentricity)),
        eccentricity,
        rng.uniform(0, 2 * np.pi, m),
    )


def _box_snr(
    depth: np.ndarray,
    stars: Stars,
    orbit: Orbit,
    radius_ratio: np.ndarray,
    detectability: Detectability,
) -> np.ndarray:
    hours = 24 * transit_duration(orbit, radius_ratio)
    number = np.maximum(detectability.duration_d / orbit.period_d, 1)
    return depth / (noise_ppm(stars.magnitude) * 1e-6) * np.sqrt(hours * number)


def _draw_detectable(
    draw: Callable[[Stars], tuple[list[np.ndarray], np.ndarray, np.ndarray]],
    n: int,
    detectability: Detectability,
    rng: np.random.Generator,
) -> tuple[Stars, np.ndarray]:
    """Return n stars and the parameters (k, n) of systems that transit and are detected.

    ``draw`` gives parameters, expected signal-to-noise ratio, and probability of transit.
    """
    low, high = detectability.snr_range
    stars, systems, number = [], [], 0
    for _ in range(_ROUNDS + n):
        drawn = draw_stars(_POOL, rng, detectability.magnitude_range)
        parameters, snr, probability = draw(drawn)
        kept = (snr >= low) & (snr <= high) & (rng.random(_POOL) < probability)
        stars.append(drawn[kept])
        systems.append(np.stack(parameters)[:, kept])
        number += kept.sum()
        if number >= n:
            columns = (
                np.concatenate(values)[:n] for values in zip(*map(astuple, stars), strict=True)
            )
            return Stars(*columns), np.concatenate(systems, axis=1)[:, :n]
    raise UsageError(
        f"only {number} of {n} systems with a signal-to-noise ratio within {low:g} and {high:g} "
        f"were found at magnitudes {detectability.magnitude_range}; widen a range"
    )
