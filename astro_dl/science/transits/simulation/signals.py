"""What distinguishes the classes of light curves: their signals, and where to search for them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from astro_dl.observations.light_curves.eclipses import transit_light_curves
from astro_dl.observations.light_curves.eclipsing_binary import binary_light_curves
from astro_dl.observations.light_curves.orbit import Orbit, secondary_epoch, transit_duration
from astro_dl.observations.light_curves.pulsation import PERIODIC_VARIABLES, flares, periodic_shapes
from astro_dl.observations.light_curves.stellar_variability import (
    gaussian_process,
    rotation_spectrum,
)
from astro_dl.observations.light_curves.tess_noise import ARTEFACTS, Sector, noise_ppm
from astro_dl.science.transits.simulation.priors import (
    USUAL_BINARIES,
    BinaryPrior,
    Detectability,
    Stars,
    draw_binaries,
    draw_planets,
    draw_stars,
)

_SHORTEST_TRIAL_D = 0.1
_BLIND_TRIALS = 16  # periods at which artefacts are folded
_DOUBLED_FRACTION = 0.04  # of binaries folded at twice their period
_GIANT_FRACTION = 0.25  # where no companion is needed
_MAGNITUDES = np.log(10) / 2.5


@dataclass(frozen=True)
class Survey:
    """How light curves are taken, and of what.

    Times (T,) [d], exposure [d], what counts as detectable, and which binaries there are.
    """

    time: np.ndarray
    exposure_d: float
    detectability: Detectability
    binaries: BinaryPrior = USUAL_BINARIES

    @property
    def supersampling(self) -> int:
        """Nodes within an exposure: one where a transit hardly changes in it."""
        return 7 if self.exposure_d > 5 / 1440 else 1


@dataclass(frozen=True)
class Signal:
    """The signals of n light curves.

    Parameters
    ----------
    stars : Stars
        Their stars.
    flux : ndarray
        Relative flux float32 (n, T), by which the rest is multiplied.
    trial_periods_d : ndarray
        Periods (n, K) at which a box search would stop [d].
    columns : dict
        Truth: columns of the table by name, (n,).
    """

    stars: Stars
    flux: np.ndarray
    trial_periods_d: np.ndarray
    columns: dict[str, np.ndarray] = field(default_factory=dict)


def planets(survey: Survey, n: int, sector: Sector, rng: np.random.Generator) -> Signal:
    """Return transits, folded at their period to within what a search resolves."""
    stars, planet = draw_planets(n, survey.detectability, rng)
    orbit = planet.orbit
    darkening = stars.limb_darkening_1, stars.limb_darkening_2
    flux = transit_light_curves(
        survey.time,
        orbit,
        planet.radius_ratio,
        *darkening,
        exposure_d=survey.exposure_d,
        supersampling=survey.supersampling,
    )
    duration = transit_duration(orbit, planet.radius_ratio)
    error = 0.1 * rng.standard_normal(n) * duration * orbit.period_d
    trial = orbit.period_d + error / survey.detectability.duration_d
    columns = _orbit_columns(orbit, planet.radius_ratio, duration)
    return Signal(stars, flux, trial[:, None], columns | {"subtype": _words("planet", len(flux))})


def eclipsing_binaries(survey: Survey, n: int, sector: Sector, rng: np.random.Generator) -> Signal:
    """Return eclipsing binaries, folded at the best of half and once their period, or at twice it.

    Searches do the latter to a few, for reasons that white noise and clean gaps do not have.
    """
    stars, binary = draw_binaries(n, survey.detectability, rng, survey.binaries)
    flux = binary_light_curves(survey.time, binary, survey.exposure_d, survey.supersampling)
    orbit = binary.orbit
    duration = transit_duration(orbit, binary.radius_ratio)
    doubled = rng.random((n, 1)) < _DOUBLED_FRACTION
    trials = orbit.period_d[:, None] * np.where(doubled, [2, np.nan], [0.5, 1])
    filling = (1 + binary.radius_ratio) / orbit.semi_major_axis_ratio
    subtype = np.select(
        [binary.third_light > 0.4, filling > 0.5, orbit.impact_parameter > 1],
        ["background", "close", "grazing"],
        "detached",
    )
    columns = _orbit_columns(orbit, binary.radius_ratio, duration)
    columns |= {
        "subtype": subtype,
        "secondary_conjunction_d": secondary_epoch(orbit),
        "mass_ratio": binary.mass_ratio,
        "surface_brightness_ratio": binary.surface_brightness_ratio,
        "third_light": binary.third_light,
    }
    return Signal(stars, flux, np.where(trials < _SHORTEST_TRIAL_D, np.nan, trials), columns)


def variables(survey: Survey, n: int, sector: Sector, rng: np.random.Generator) -> Signal:
    """Return variable stars: coherent ones in three of four, else spotted or flaring ones."""
    stars, time = _any_stars(survey, n, rng), survey.time
    names = [*PERIODIC_VARIABLES, "spots", "flares"]
    subtype = rng.choice(names, n, p=[0.32, 0.2, 0.08, 0.14, 0.14, 0.08, 0.04])
    noise = noise_ppm(stars.magnitude) * 1e-6
    loudness = 10 ** (2.4 * rng.random(n) ** 1.7 - 0.1) * noise

    period, amplitude = np.empty(n), np.empty(n)
    for name in names:
        rows = subtype == name
        kind = PERIODIC_VARIABLES.get(name)
        low, high = kind.period_range_d if kind else (0.15, 8.0)
        period[rows] = low * (high / low) ** rng.random(rows.sum())
        faintest, brightest = kind.amplitude_range_mag if kind else (3e-4, 0.03)
        amplitude[rows] = np.clip(loudness[rows], faintest, brightest)
    shapes = periodic_shapes(subtype, time, period, rng)
    rows = np.flatnonzero(subtype == "spots")
    shapes[rows] = _spots(time, period[rows], rng)
    magnitudes = amplitude[:, None].astype(np.float32) * shapes
    flux = np.exp(np.float32(-_MAGNITUDES) * magnitudes)
    rows = np.flatnonzero(subtype == "flares")
    flux[rows] += (10 * amplitude[rows, None]) * flares(
        time, len(rows), 10 ** rng.uniform(-1, 0.3, len(rows)), rng
    )
    multiple = rng.choice([1, 2, 3], n, p=[0.6, 0.32, 0.08])
    folded = period * multiple * np.ceil(_SHORTEST_TRIAL_D / (period * multiple))
    trials = np.full((n, _BLIND_TRIALS), np.nan)
    trials[:, 0] = folded
    trials[rows] = _blind_trials(survey, sector[rows], rng)
    period[rows] = np.nan
    columns = {"subtype": subtype, "variability_period_d": period, "amplitude_mag": amplitude}
    return Signal(stars, flux, trials, columns)


def artefacts(survey: Survey, n: int, sector: Sector, rng: np.random.Generator) -> Signal:
    """Return stars whose light curve one strong artefact of the spacecraft disturbs."""
    stars = _any_stars(survey, n, rng)
    subtype = rng.choice(list(ARTEFACTS), n, p=[0.3, 0.2, 0.12, 0.16, 0.16, 0.06])
    strength = 10 ** rng.uniform(-0.1, 1.6, n) * noise_ppm(stars.magnitude) * 1e-6
    flux = np.ones((n, len(survey.time)), np.float32)
    for name, shape in ARTEFACTS.items():
        rows = np.flatnonzero(subtype == name)
        if rows.size:
            flux[rows] += strength[rows, None] * shape(survey.time, sector[rows], rng)
    trials = _blind_trials(survey, sector, rng)
    return Signal(stars, np.maximum(flux, 0), trials, {"subtype": subtype})


def quiet_stars(survey: Survey, n: int, sector: Sector, rng: np.random.Generator) -> Signal:
    """Return stars without a signal of their own."""
    flux = np.ones((n, len(survey.time)), np.float32)
    columns = {"subtype": _words("quiet", len(flux))}
    return Signal(_any_stars(survey, n, rng), flux, _blind_trials(survey, sector, rng), columns)


SIGNALS: dict[str, Callable[[Survey, int, Sector, np.random.Generator], Signal]] = {
    "planet": planets,
    "eclipsing_binary": eclipsing_binaries,
    "variable": variables,
    "artefact": artefacts,
    "quiet": quiet_stars,
}


def _any_stars(survey: Survey, n: int, rng: np.random.Generator) -> Stars:
    return draw_stars(n, rng, survey.detectability.magnitude_range, _GIANT_FRACTION)


def _spots(time: np.ndarray, period_d: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return quasi-periodic series of unit variance, (n, T)."""
    n = len(period_d)
    quality = 10 ** rng.uniform(0, 1.2, (n, 1))

    def spectrum(frequency: np.ndarray) -> np.ndarray:
        return rotation_spectrum(frequency, np.ones((n, 1)), period_d[:, None], quality)

    return gaussian_process(spectrum, n, len(time), time[1] - time[0], rng)


def _blind_trials(survey: Survey, sector: Sector, rng: np.random.Generator) -> np.ndarray:
    """Periods at which a search without a signal ends: of the dumps, the orbit, and any."""
    n = len(sector.first_dump_d)
    longest = survey.detectability.duration_d
    anything = _SHORTEST_TRIAL_D * (longest / _SHORTEST_TRIAL_D) ** rng.random((n, _BLIND_TRIALS))
    dumps = sector.dump_interval_d[:, None] * rng.choice([1, 2], (n, 3))
    anything[:, :3] = dumps * rng.normal(1, 0.002, (n, 3))
    anything[:, 3:8] = longest / 2 * rng.uniform(0.85, 1.1, (n, 5))
    return anything


def _orbit_columns(
    orbit: Orbit, radius_ratio: np.ndarray, duration_d: np.ndarray
) -> dict[str, np.ndarray]:
    return {
        "orbital_period_d": orbit.period_d,
        "conjunction_d": orbit.epoch_d,
        "transit_duration_d": duration_d,
        "radius_ratio": radius_ratio,
        "impact_parameter": orbit.impact_parameter,
        "eccentricity": orbit.eccentricity,
        "semi_major_axis_ratio": orbit.semi_major_axis_ratio,
    }


def _words(word: str, n: int) -> np.ndarray:
    return np.full(n, word)
