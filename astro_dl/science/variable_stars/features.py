"""Numbers that describe a light curve: what forests are given, and networks beside the curve.

None of them tells how bright the star is, but its errors do a little; colours are asked for apart.
"""

from dataclasses import replace

import numpy as np

from astro_dl.science.variable_stars.colours import COLOURS, colour_features
from astro_dl.science.variable_stars.curves import Curve
from astro_dl.science.variable_stars.periods.harmonics import amplitudes_and_phases, evaluate
from astro_dl.science.variable_stars.periods.rivals import rival_series
from astro_dl.science.variable_stars.periods.search import PHASES, Series

LAGS_DAYS = (0.0, 0.1, 3.0, 30.0, 300.0)
YEAR_DAYS = 365.25

FEATURES = (
    *("log_period", "log_false_alarm", "power", "explained", "harmonics", "alias", "day_distance"),
    *("log_fit_amplitude", "r21", "r31", "r41", "cos_phi21", "sin_phi21", "cos_phi31", "sin_phi31"),
    *("rise_share", "least_light_width", "odd_even", "second_minimum"),
    *("log_deviation", "log_range", "deviation_of_median", "skewness", "kurtosis", "asymmetry"),
    *("middle_20", "middle_50", "middle_80", "beyond_one", "faint_beyond_two", "bright_beyond_two"),
    *("stetson_k", "log_neumann", "log_folded_neumann", "log_chi_square", "log_residual_chi"),
    *("trend_share", "year_share", "lag_minutes", "lag_days", "lag_weeks", "lag_months"),
    *("log_error", "log_points", "log_baseline"),
)
"""Names of the features in order. Amplitudes and errors are in mag, times in days, logarithms
decimal."""

RIVAL = (
    *("known", "unexplained_ratio", "log_period", "explained", "harmonics", "day_distance"),
    *("log_fit_amplitude", "r21", "r31", "r41", "cos_phi21", "sin_phi21", "cos_phi31", "sin_phi31"),
    *("rise_share", "least_light_width", "odd_even", "second_minimum", "log_folded_neumann"),
)
"""What is told of a rival period: 1, the natural logarithm of the variance that it leaves over that
which the period found leaves, and numbers of the names above. All are zero without a rival."""

LEAST = 1e-4


def feature_names(colours: bool = False, rivals: int = 0) -> tuple[str, ...]:
    """Return the names of the features, with or without those of bands and of rival periods."""
    of_rivals = (f"rival_{number}_{name}" for number in range(1, rivals + 1) for name in RIVAL)
    return (*FEATURES, *(COLOURS if colours else ()), *of_rivals)


def light_curve_features(curve: Curve, colours: bool = False, rivals: int = 0) -> np.ndarray:
    """Return the features of a star that `feature_names` names, float32 (k,), all finite.

    Parameters
    ----------
    curve : Curve
        A star with its period. Of fewer than ten points all features are zero.
    colours : bool, default False
        Whether `astro_dl.science.variable_stars.colours.COLOURS` follow.
    rivals : int, default 0
        Of how many other periods `RIVAL` follows, the best first.
    """
    if not np.isfinite(curve.period.period):
        return np.zeros(len(feature_names(colours, rivals)), np.float32)
    values = [*_of_period(curve), *_of_fold(curve), *_of_values(curve), *_of_time(curve)]
    values += colour_features(curve) if colours else []
    values += _of_rivals(curve, rivals) if rivals else []
    return np.clip(np.nan_to_num(values), -50, 50).astype(np.float32)


def _of_rivals(curve: Curve, count: int) -> list[float]:
    found = rival_series(curve.time, curve.value, curve.error, 1 / curve.period.period, count)
    told = [number for one in found for number in _of_rival(curve, one)]
    return told + [0.0] * (count * len(RIVAL) - len(told))


def _of_rival(curve: Curve, rival: Series) -> list[float]:
    """Return what `RIVAL` names, as if the rival were the period."""
    ratio = max(1 - rival.explained, LEAST) / max(1 - curve.period.explained, LEAST)
    of_series = {name: getattr(rival, name) for name in ("explained", "harmonics", "coefficients")}
    taken = replace(curve, period=replace(curve.period, period=1 / rival.frequency, **of_series))
    values = dict(zip(FEATURES, [*_of_period(taken), *_of_fold(taken)], strict=False))
    values["log_folded_neumann"] = _log_folded_neumann(taken)
    return [1.0, np.log(ratio), *(values[name] for name in RIVAL[2:])]


def _of_period(curve: Curve) -> list[float]:
    found = curve.period
    frequency, largest = 1 / found.period, np.ptp(curve.value)
    amplitudes, phases = amplitudes_and_phases(found.coefficients)
    ratios = amplitudes[1:4] / max(amplitudes[0], LEAST)
    turned = phases[1:3] - np.array([2, 3]) * phases[0]
    present = amplitudes[1:3] > 0
    return [
        np.log10(found.period),
        np.log10(max(found.false_alarm_probability, 1e-30)),
        found.power,
        found.explained,
        found.harmonics,
        float(found.alias),
        abs(frequency - np.round(frequency)),
        np.log10(max(min(np.ptp(evaluate(found.coefficients, PHASES)), 2 * largest), LEAST)),
        *np.minimum(ratios, 5),
        *(np.stack([np.cos(turned), np.sin(turned)], axis=1) * present[:, None]).ravel(),
    ]


def _of_fold(curve: Curve) -> list[float]:
    fit = evaluate(curve.period.coefficients, PHASES)
    faintest, brightest = int(fit.argmax()), int(fit.argmin())
    rise = ((brightest - faintest) % len(PHASES)) / len(PHASES)
    width = float(np.mean(fit > (fit.max() + fit.min()) / 2))
    bins = 20
    place = (curve.phase(2) * 2 * bins).astype(int) % (2 * bins)
    weight = curve.error**-2.0
    total = np.bincount(place, weight, 2 * bins)
    mean = np.bincount(place, weight * curve.value, 2 * bins) / np.maximum(total, 1e-30)
    first, second = mean[:bins], mean[bins:]
    both = (total[:bins] > 0) & (total[bins:] > 0)
    spread = max(np.var(curve.value), LEAST**2)
    odd_even = float(np.mean((first - second)[both] ** 2)) / spread if both.any() else 0.0
    local = fit[(fit >= np.roll(fit, 1)) & (fit > np.roll(fit, -1))]
    scale = max(np.ptp(fit), LEAST)
    others = np.sort((local - fit.min()) / scale)[::-1]
    return [rise, width, min(odd_even, 5.0), float(others[1]) if len(others) > 1 else 0.0]


def _of_values(curve: Curve) -> list[float]:
    value, n = curve.value, len(curve)
    mean, deviation = value.mean(), max(value.std(), LEAST)
    scaled = (value - mean) / deviation
    p = dict(
        zip(
            (2.5, 5, 10, 25, 40, 50, 60, 75, 90, 95, 97.5),
            np.percentile(value, (2.5, 5, 10, 25, 40, 50, 60, 75, 90, 95, 97.5)),
            strict=True,
        )
    )
    wide = max(p[95] - p[5], LEAST)
    residual = np.sqrt(n / max(n - 1, 1)) * (value - np.average(value, weights=curve.error**-2.0))
    residual = residual / curve.error
    return [
        np.log10(deviation),
        np.log10(wide),
        np.median(np.abs(value - p[50])) / deviation,
        np.mean(scaled**3),
        min(np.mean(scaled**4), 30.0),
        (p[95] - p[50]) / wide,
        (p[60] - p[40]) / wide,
        (p[75] - p[25]) / wide,
        (p[90] - p[10]) / wide,
        np.mean(np.abs(scaled) > 1),
        np.mean(scaled > 2),
        np.mean(scaled < -2),
        np.mean(np.abs(residual)) / max(np.sqrt(np.mean(residual**2)), LEAST),
    ]


def _of_time(curve: Curve) -> list[float]:
    time, value, n = curve.time, curve.value, len(curve)
    variance = max(value.var(), LEAST**2)
    centred = time - time.mean()
    slope = (centred @ value) / max(centred @ centred, 1e-30)
    year = (time // YEAR_DAYS).astype(int)
    numbers = np.bincount(year)
    means = np.bincount(year, value)[numbers > 0] / numbers[numbers > 0]
    chi = np.mean((value - value.mean()) ** 2 / curve.error**2)
    return [
        np.log10(max(np.mean(np.diff(value) ** 2) / variance, LEAST)),
        _log_folded_neumann(curve),
        np.log10(max(chi, LEAST)),
        np.log10(max(chi * (1 - curve.period.explained), LEAST)),
        slope**2 * centred.var() / variance,
        np.average((means - value.mean()) ** 2, weights=numbers[numbers > 0]) / variance,
        *_structure(time, value, variance),
        np.log10(np.median(curve.error)),
        np.log10(n),
        np.log10(time[-1]),
    ]


def _log_folded_neumann(curve: Curve) -> float:
    folded = curve.value[np.argsort(curve.phase(), kind="stable")]
    variance = max(curve.value.var(), LEAST**2)
    return float(np.log10(max(np.mean(np.diff(folded) ** 2) / variance, LEAST)))


def _structure(time: np.ndarray, value: np.ndarray, variance: float) -> list[float]:
    """Return half the mean squared difference over the variance, by how far apart points are."""
    apart, squares = [], []
    for lag in (1, 2, 3, 5, 8, 13, 21):
        if lag < len(time):
            apart.append(time[lag:] - time[:-lag])
            squares.append((value[lag:] - value[:-lag]) ** 2)
    which = np.digitize(np.concatenate(apart), LAGS_DAYS[1:])
    number = np.bincount(which, minlength=5)[:4]
    total = np.bincount(which, np.concatenate(squares), minlength=5)[:4]
    return list(np.where(number > 3, total / np.maximum(2 * number * variance, 1e-30), 1.0))
