"""Light curves of a photometric survey, with the ephemeris that a box search would report.

A light curve is the product of the signal of its class, granulation and spots, plus the
photometer's noise, artefacts and outliers: signals are there before anything is detrended. Classes:

==================  ==========================================================================
planet              a transiting planet
eclipsing_binary    detached, grazing, close, eccentric, diluted and background binaries
variable            a pulsator, rotator, distorted binary, spotted star or flare star
artefact            one strong artefact of the spacecraft
quiet               nothing but what every light curve has
junk                one of the last three, in given shares
==================  ==========================================================================
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
from astropy.table import Table
from numpy.typing import ArrayLike

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.observations.light_curves.stellar_variability import (
    gaussian_process,
    granulation_spectrum,
    rotation_spectrum,
)
from astro_dl.observations.light_curves.tess_noise import (
    ARTEFACTS,
    Sector,
    add_outliers,
    draw_sectors,
    flag_cadences,
    noise_ppm,
    sector_times,
)
from astro_dl.science.transits.bound import matched_filter_snr
from astro_dl.science.transits.simulation.box_search import best_box
from astro_dl.science.transits.simulation.priors import (
    USUAL_BINARIES,
    BinaryPrior,
    Detectability,
    Stars,
)
from astro_dl.science.transits.simulation.signals import SIGNALS, Survey

Range = tuple[float, float]

KINDS = (*SIGNALS, "junk")
# By the periods of the threshold-crossing events that Yu et al. (2019), AJ 158, 25, call junk.
JUNK, JUNK_SHARES = ("variable", "artefact", "quiet"), (0.6, 0.34, 0.06)

_BLOCK_SAMPLES = 2**18
_ROUNDS = 8
_OUTLIER_RATE = 2e-3
_NOISE_SPREAD = 0.15  # of the logarithm, from star to star
# log₁₀ of the median strength of artefacts in every light curve [noise in one hour].
_FAINT = {
    "momentum_dumps": -1.0,
    "scattered_light": -0.6,
    "jumps": -1.0,
    "crossings": -1.3,
    "dropouts": -1.3,
    "drifts": -0.2,
}
_SPOTTED_FRACTION = 0.35
_COLUMNS = {
    "period_d": "d",
    "epoch_d": "d",
    "duration_d": "d",
    "depth": "",
    "snr": "",
    "photon_snr": "",
    "magnitude": "mag",
    "stellar_mass": "Msun",
    "stellar_radius": "Rsun",
    "temperature_k": "K",
    "orbital_period_d": "d",
    "conjunction_d": "d",
    "secondary_conjunction_d": "d",
    "transit_duration_d": "d",
    "radius_ratio": "",
    "impact_parameter": "",
    "eccentricity": "",
    "semi_major_axis_ratio": "",
    "mass_ratio": "",
    "surface_brightness_ratio": "",
    "third_light": "",
    "variability_period_d": "d",
    "amplitude_mag": "mag",
}


def simulate_light_curves(
    kind: ArrayLike,
    n: int,
    rng: np.random.Generator,
    *,
    cadence_minutes: float = 30.0,
    duration_days: float = 27.4,
    magnitude_range: Range = (7.0, 13.5),
    snr_range: Range = (8.0, 1e5),
    minimum_snr: float = 7.0,
    binaries: BinaryPrior = USUAL_BINARIES,
    junk_shares: Sequence[float] = JUNK_SHARES,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Table]:
    """Return light curves of given classes, and the truth about them.

    Parameters
    ----------
    kind : array_like of str
        Class of every light curve, (n,), or one for all; among `KINDS`.
    n : int
        Number of light curves, each of another star in another sector.
    rng : numpy.random.Generator
        Determines everything.
    cadence_minutes : float, default 30
        Cadence and exposure [min]: 2 for the short cadence of TESS, 10 or 30 for full frames.
    duration_days : float, default 27.4
        Length of a light curve [d].
    magnitude_range : tuple of float, default (7, 13.5)
        Range of the TESS magnitude.
    snr_range : tuple of float, default (8, 1e5)
        Expected signal-to-noise ratios of planets and binaries, in white noise alone.
    minimum_snr : float, default 7
        Ratio that a box search must measure, at an eclipse where there is a companion; what falls
        short is drawn anew, up to eight times (transits in gaps, weak artefacts). Quiet stars are
        kept whatever their ratio.
    binaries : BinaryPrior
        Which binaries there are.
    junk_shares : sequence of float
        Shares of variables, artefacts and quiet stars in ``junk``; default `JUNK_SHARES`.

    Returns
    -------
    time : ndarray
        Mid-exposure times (T,) [BTJD], equally spaced, float64.
    flux : ndarray
        Relative flux (n, T), float32, about 1; NaN where unusable.
    usable : ndarray
        bool (n, T), False in gaps and at flagged cadences.
    truth : astropy.table.Table
        ``kind``, ``subtype``; as a box search reports them ``period_d``, ``epoch_d`` [BTJD],
        ``duration_d``, ``depth`` [relative flux], ``snr``; ``photon_snr``, the ratio at which who
        knows the signal could tell it from the usual white noise of the star; of the star
        ``magnitude``,
        ``stellar_mass``, ``stellar_radius``, ``temperature_k``; of an orbit
        ``orbital_period_d``, ``conjunction_d``, ``transit_duration_d``, ``radius_ratio``,
        ``impact_parameter`` and more, NaN for other classes.

    Raises
    ------
    UsageError
        If a class is unknown, the number of classes is not n, or no system is detectable.
    """
    kinds = _single_kinds(kind, n, junk_shares, rng)
    if not 0 < cadence_minutes <= 60 or not duration_days > 1:
        raise UsageError(
            f"cadence_minutes is {cadence_minutes} and duration_days {duration_days}; "
            "accepted: up to 60 min, and more than 1 d"
        )
    time = sector_times(cadence_minutes, duration_days)
    survey = Survey(
        time,
        cadence_minutes / 1440,
        Detectability(time[0], duration_days, snr_range, magnitude_range),
        binaries,
    )
    flux = np.empty((n, len(time)), np.float32)
    usable = np.empty((n, len(time)), bool)
    truth: dict[str, np.ndarray] = {"kind": kinds, "subtype": np.empty(n, "U16")}
    truth |= {name: np.full(n, np.nan) for name in _COLUMNS}
    missing = np.arange(n)
    for _ in range(_ROUNDS):
        for rows in _blocks(missing, kinds, max(_BLOCK_SAMPLES // len(time), 1)):
            name = kinds[rows[0]]
            flux[rows], usable[rows], columns = _light_curves(name, len(rows), survey, rng)
            for column, values in columns.items():
                truth[column][rows] = values
        faint = (truth["snr"] < minimum_snr) & (kinds != "quiet")
        missing = missing[(faint | _mistaken(truth))[missing]]
        if not missing.size:
            break
    table = Table(truth)
    for name, unit in _COLUMNS.items():
        table[name].unit = unit or None
    return time, flux, usable, table


def _single_kinds(
    kind: ArrayLike, n: int, junk_shares: Sequence[float], rng: np.random.Generator
) -> np.ndarray:
    given = np.asarray(kind, dtype=str)
    if given.ndim and given.shape != (n,):
        raise UsageError(
            f"kind has shape {given.shape}; accepted: one class, or one for each of {n}"
        )
    for name in np.unique(given):
        if name not in KINDS:
            raise unknown_name("kind of light curve", str(name), KINDS)
    kinds = np.full(n, "", "U16")
    kinds[:] = given
    junk = kinds == "junk"
    kinds[junk] = rng.choice(JUNK, junk.sum(), p=junk_shares)
    return kinds


def _blocks(rows: np.ndarray, kinds: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield groups of at most ``size`` rows of one class."""
    for name in SIGNALS:
        chosen = rows[kinds[rows] == name]
        for start in range(0, len(chosen), size):
            yield chosen[start : start + size]


def _light_curves(
    kind: str, n: int, survey: Survey, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Return flux and usable cadences (n, T) of one class, and the columns of its truth."""
    sector = draw_sectors(survey.time, n, rng)
    usable = flag_cadences(survey.time, sector, rng)
    signal = SIGNALS[kind](survey, n, sector, rng)
    stars = signal.stars
    flux = signal.flux * (1 + _activity(survey.time, stars, rng))
    flux += _disturbances(survey, stars, sector, rng)
    box = best_box(survey.time, flux, usable, signal.trial_periods_d)
    flux[~usable] = np.nan
    scatter = noise_ppm(stars.magnitude, survey.exposure_d * 1440) * 1e-6
    photon_snr = matched_filter_snr(np.where(usable, signal.flux, np.nan), scatter)
    columns = signal.columns | _star_columns(stars) | {"photon_snr": photon_snr}
    return flux, usable, columns | asdict(box)


def _activity(time: np.ndarray, stars: Stars, rng: np.random.Generator) -> np.ndarray:
    """Granulation of every star, and the spots of some, relative (n, T)."""
    n = len(stars.magnitude)
    spotted = rng.random(n) < _SPOTTED_FRACTION
    variance = (np.where(spotted, 10 ** rng.uniform(-4, -2, n), 0) ** 2)[:, None]
    period = 10 ** rng.uniform(0.4, 1.5, (n, 1))
    quality = 10 ** rng.uniform(0, 1, (n, 1))

    def spectrum(frequency: np.ndarray) -> np.ndarray:
        granulation = granulation_spectrum(
            frequency, stars.surface_gravity[:, None], stars.temperature_k[:, None]
        )
        return granulation + rotation_spectrum(frequency, variance, period, quality)

    return gaussian_process(spectrum, n, len(time), time[1] - time[0], rng)


def _disturbances(
    survey: Survey, stars: Stars, sector: Sector, rng: np.random.Generator
) -> np.ndarray:
    """White noise, a faint share of every artefact, and outliers, relative (n, T) float32."""
    n, time = len(stars.magnitude), survey.time
    hour = noise_ppm(stars.magnitude) * 1e-6
    sigma = noise_ppm(stars.magnitude, survey.exposure_d * 1440) * 1e-6
    sigma = (sigma * np.exp(rng.normal(0, _NOISE_SPREAD, n))).astype(np.float32)
    total = rng.standard_normal((n, len(time)), np.float32) * sigma[:, None]
    for name, shape in ARTEFACTS.items():
        strength = hour * 10 ** rng.normal(_FAINT[name], 0.4, n)
        total += strength[:, None].astype(np.float32) * shape(time, sector, rng)
    add_outliers(total, sigma, _OUTLIER_RATE, rng)
    return total


def _mistaken(truth: dict[str, np.ndarray]) -> np.ndarray:
    """Where the box lies off both eclipses of a companion, because something else was deeper."""
    nearest = np.full(len(truth["kind"]), np.inf)
    for column in ("conjunction_d", "secondary_conjunction_d"):
        turns = (truth["epoch_d"] - truth[column]) / truth["period_d"]
        nearest = np.fmin(nearest, np.abs(turns - np.round(turns)) * truth["period_d"])
    return np.isfinite(truth["conjunction_d"]) & ~(nearest < truth["transit_duration_d"] / 2)


def _star_columns(stars: Stars) -> dict[str, np.ndarray]:
    return {
        "magnitude": stars.magnitude,
        "stellar_mass": stars.mass,
        "stellar_radius": stars.radius,
        "temperature_k": stars.temperature_k,
    }
