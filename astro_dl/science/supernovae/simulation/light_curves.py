"""Simulated supernovae as a survey sees them: those that it would detect."""

from dataclasses import dataclass, replace

import numpy as np

from astro_dl.core.rows import take_rows
from astro_dl.observations.photometry import surveys
from astro_dl.observations.photometry.galaxy_templates import attenuation
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.simulation.band_light import (
    BandLight,
    Blanketing,
    black_body_light,
    ia_light,
)
from astro_dl.science.supernovae.simulation.engines import DAYS
from astro_dl.science.supernovae.simulation.populations import (
    Explosions,
    draw_explosions,
    draw_redshifts,
    draw_subtypes,
    luminosity_distance,
)
from astro_dl.science.supernovae.simulation.surveys import (
    SURVEYS,
    Survey,
    detected,
    draw_visits,
    measured,
)

Array = np.ndarray
Generator = np.random.Generator

IA_MAGNITUDE = -19.35
"""At 4400 Å, of x1 = c = 0 [AB]."""

STRETCH_SLOPE, COLOR_SLOPE = 0.14, 3.15
MEAN_REDDENING = {"Ibc": 0.11, "II": 0.05, "SLSN": 0.03}
PERIPHERAL = 0.35
"""Share of core collapse outside its galaxy's dust."""

BLANKETING = {
    "Ibc": Blanketing(4250.0, 3.0, 12_000.0),
    "II": Blanketing(3500.0, 7.0, 12_000.0),
    "SLSN": Blanketing(3000.0),
}
"""Of Ibc and II, as their colours with redshift have it on half of the set ``spcc``."""

BAND_SCATTER = {"Ia": 0.04, "Ibc": 0.2, "II": 0.12, "SLSN": 0.1}
"""How far a supernova is from all spectra, in each band [mag]; black bodies are far off."""

MEAN_FOREGROUND = {"des": 0.02, "lsst": 0.06}
"""Mean E(B - V) of the Galaxy's dust [mag]."""

BEFORE_SEASON, AFTER_SEASON = 45.0, 35.0
"""How long [d] before and after its season a supernova may be at maximum."""


@dataclass(frozen=True)
class Sources:
    """The truth behind n supernovae; NaN where it has no meaning.

    Parameters
    ----------
    subtype : ndarray of str, (n,)
        Such as ``"IIP"``.
    redshift : ndarray, (n,)
        Of the supernova.
    x1, color : ndarray, (n,)
        Stretch and colour of type Ia.
    reddening : ndarray, (n,)
        E(B - V) of the host's dust [mag] of all others.
    peak_day : ndarray, (n,)
        Maximum in B of type Ia, of the luminosity of others [d of the season].
    """

    subtype: Array
    redshift: Array
    x1: Array
    color: Array
    reddening: Array
    peak_day: Array

    def __getitem__(self, rows: Array) -> "Sources":
        """Return some of the rows."""
        return take_rows(self, rows)


def draw_stretch_and_color(n: int, rng: Generator) -> tuple[Array, Array]:
    """Return x1 and c of type Ia (n,).

    x1 of two populations, as Nicolas et al. (2021, A&A 649, A74) have it; c of a Gaussian of their
    own and an exponential of dust, as Brout & Scolnic (2021, ApJ 909, 26).
    """
    young = rng.random(n) < 0.725
    x1 = np.where(young, rng.normal(0.33, 0.64, n), rng.normal(-1.50, 0.58, n))
    return x1, rng.normal(-0.075, 0.05, n) + rng.exponential(0.11, n)


def stretch(x1: Array) -> Array:
    """Return how much slower than the template: Guy et al. (2007, A&A 466, 11), section 6."""
    return 0.98 + 0.091 * x1 + 0.003 * x1**2 - 0.00075 * x1**3


def ia_flux(light: BandLight, source: Sources, band: Array, day: Array) -> Array:
    """Return fluxes (P,) of type Ia without noise.

    Parameters
    ----------
    light : BandLight
        Of `astro_dl.science.supernovae.simulation.band_light.ia_light`.
    source : Sources
        (P,), that of each point.
    band, day : ndarray, (P,)
        What is observed, and days since the maximum.
    """
    z = source.redshift
    rest = day / (1 + z) / stretch(source.x1)
    magnitude = IA_MAGNITUDE - STRETCH_SLOPE * source.x1 + COLOR_SLOPE * source.color
    near = light.at(band, source.color, rest, z) * (rest > light.second[0])
    return near * 10 ** (-0.4 * magnitude) * (10 / luminosity_distance(z)) ** 2


def explosion_flux(
    light: BandLight,
    source: Sources,
    band: Array,
    rest: Array,
    luminosity: Array,
    temperature: Array,
) -> Array:
    """Return fluxes (P,) of all others without noise.

    Parameters
    ----------
    light : BandLight
        Of `astro_dl.science.supernovae.simulation.band_light.black_body_light`.
    source, band
        As in `ia_flux`.
    rest : ndarray, (P,)
        Days since the explosion, at rest.
    luminosity, temperature : ndarray, (P,)
        Then [1e43 erg/s] and [K].
    """
    near = light.at(band, source.reddening, np.log(temperature), source.redshift)
    far = near * luminosity * (10 / luminosity_distance(source.redshift)) ** 2
    return np.where(rest > 0, far, 0)


def simulate_class(
    kind: str,
    n: int,
    survey: str,
    bands: tuple[str, ...],
    redshift_range: tuple[float, float],
    threshold: float,
    rng: Generator,
) -> tuple[Sources, Points]:
    """Return what a survey detects of n supernovae of one class, and what it measures.

    Parameters
    ----------
    kind : str
        The class.
    n : int
        How many there are; most are too far.
    survey : str
        Of `astro_dl.science.supernovae.simulation.surveys.SURVEYS`.
    bands : tuple of str
        Its bands.
    redshift_range : tuple of float
        Of the supernovae.
    threshold : float
        Signal-to-noise ratio of a detection.
    rng : numpy.random.Generator
        Source of randomness.
    """
    about = SURVEYS[survey]
    visits, season = draw_visits(about, n, rng)
    source, explosions = _draw(kind, season, redshift_range, rng)
    since = visits.day - source.peak_day[visits.object]
    rest = since / (1 + source.redshift[visits.object])
    kept = (rest > about.rest_days[0]) & (rest < about.rest_days[1])
    visits, since, rest = visits[kept], since[kept], rest[kept]
    own = source[visits.object]
    if kind == "Ia":
        flux = ia_flux(ia_light(survey, bands), own, visits.band, since)
    else:
        age = rest + explosions.rise_days[visits.object]
        course = (
            _at(values, visits.object, age) for values in (explosions.light, explosions.temperature)
        )
        bodies = black_body_light(survey, bands, BLANKETING[kind])
        flux = explosion_flux(bodies, own, visits.band, age, *course)
    dimming = foreground(n, survey, bands, rng)
    dimming = dimming + rng.normal(0, BAND_SCATTER[kind], dimming.shape)
    flux *= 10 ** (-0.4 * dimming[visits.object, visits.band])
    flux, error = measured(about, flux, visits.log_error, rng)
    points = Points(visits.object, visits.day, visits.band, flux, error)
    kept = triggered(points, n, about, threshold, rng)
    points = points[kept[points.object]]
    return source[kept], replace(points, object=(np.cumsum(kept) - 1)[points.object])


def _draw(
    kind: str, season: Array, redshift_range: tuple[float, float], rng: Generator
) -> tuple[Sources, Explosions]:
    """Return supernovae of a class, and the light of those that are not of type Ia."""
    n = len(season)
    redshift = draw_redshifts(kind, n, redshift_range, rng)
    peak = rng.uniform(-BEFORE_SEASON, season + AFTER_SEASON)
    nothing = np.full(n, np.nan)
    if kind == "Ia":
        source = Sources(np.full(n, "Ia"), redshift, *draw_stretch_and_color(n, rng), nothing, peak)
        return source, Explosions(np.zeros((0, len(DAYS))), np.zeros((0, len(DAYS))))
    subtype = draw_subtypes(kind, n, rng)
    dusty = rng.random(n) >= PERIPHERAL
    reddening = np.where(dusty, rng.exponential(MEAN_REDDENING[kind], n), 0)
    source = Sources(subtype, redshift, nothing, nothing, reddening, peak)
    return source, draw_explosions(subtype, rng)


def _at(course: Array, row: Array, day: Array) -> Array:
    """Return the values of rows of a course (n, days) on days (P,), linear between whole ones."""
    day = np.clip(day, 0, DAYS[-1] - 1e-6)
    first = day.astype(np.intp)
    before, after = course[row, first], course[row, first + 1]
    return before + (day - first) * (after - before)


def foreground(n: int, survey: str, bands: tuple[str, ...], rng: Generator) -> Array:
    """Return by how many magnitudes the Galaxy's dust dims each band (n, bands)."""
    known = surveys.SURVEYS[survey].bands
    wavelength = np.array([1e4 * known[band].wavelength for band in bands])
    per_reddening = -2.5 * np.log10(attenuation(wavelength, np.ones(len(bands))))
    return rng.exponential(MEAN_FOREGROUND[survey], (n, 1)) * per_reddening


def triggered(points: Points, n: int, about: Survey, threshold: float, rng: Generator) -> Array:
    """Return which of n objects the survey detects."""
    found = points[detected(about, points.signal_to_noise, threshold, rng)]
    bands = np.zeros((n, len(about.log_error[0])), bool)
    bands[found.object, found.band] = True
    often = np.bincount(found.object, minlength=n) >= about.points_needed
    loud = np.bincount(points.object, points.signal_to_noise >= threshold, n) > 0
    return often & loud & (bands.sum(axis=1) >= about.bands_needed)
