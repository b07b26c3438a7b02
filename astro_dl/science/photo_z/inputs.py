"""Photometry as networks take it: compressed magnitudes, colours, errors, and what is missing.

An input of B bands has 5B - 1 numbers, in this order: B magnitudes, B - 1 colours of neighbouring
bands, B logarithms of errors, B marks of bands in which the object was not detected, and B marks of
bands in which it was not observed. Not detected: the flux is zero within its error. Not observed:
nothing is known, and the numbers of the band are 0, the centre of their scales.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.observations.photometry.synthetic_magnitudes import PhotometricSurvey

Array = np.ndarray

REFERENCE_BAND = "i"
TYPICAL_COLOR = 0.6
MAGNITUDE_WIDTH, COLOR_WIDTH = 1.5, 0.5
LOG_ERROR_CENTRE, LOG_ERROR_WIDTH = -3.0, 1.2
ERROR_LIMITS = (1e-3, 10.0)
HIDDEN_ROWS = 0.2
POGSON = 2.5 / np.log(10)


def photometry_inputs(
    survey: PhotometricSurvey,
    bands: Sequence[str],
    middle: float,
    magnitudes: Array,
    errors: Array | None = None,
) -> Array:
    """Return inputs from magnitudes.

    Parameters
    ----------
    survey : PhotometricSurvey
        Whose depths say where magnitudes become uncertain.
    bands : sequence of str
        B bands, blue to red.
    middle : float
        Magnitude of the band i that becomes 0.
    magnitudes : ndarray, (n, B)
        AB [mag]; infinite where not detected, NaN where not observed.
    errors : ndarray, (n, B), optional
        Standard deviations [mag]; without them their scale is not used.

    Returns
    -------
    ndarray of float32, (n, 5B - 1)
    """
    unseen, unknown = np.isposinf(magnitudes), np.isnan(magnitudes)
    compressed = _compressed(survey, bands, magnitudes)
    values = (compressed - _centres(bands, middle)) / MAGNITUDE_WIDTH
    colors = (compressed[:, :-1] - compressed[:, 1:] - TYPICAL_COLOR) / COLOR_WIDTH
    logs = np.zeros_like(values)
    if errors is not None:
        logs = (np.log(np.clip(errors, *ERROR_LIMITS)) - LOG_ERROR_CENTRE) / LOG_ERROR_WIDTH
        logs = np.where(unseen | unknown | ~np.isfinite(logs), 0, logs)
    known = [np.where(np.isnan(part), 0, part) for part in (values, colors)]
    return np.concatenate([*known, logs, unseen, unknown], axis=1).astype(np.float32)


def input_magnitudes(
    survey: PhotometricSurvey, bands: Sequence[str], middle: float, x: Inputs
) -> tuple[Array, Array]:
    """Return magnitudes (n, B), as `photometry_inputs` takes them, and errors; NaN if not known."""
    values, _, logs, unseen, unknown = split_inputs(x)
    compressed = values * MAGNITUDE_WIDTH + _centres(bands, middle)
    softening = _softening(survey, bands)
    flux = 2 * np.sinh((softening - compressed) / POGSON)
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitudes = softening - 2.5 * np.log10(flux)
    magnitudes = np.where(unseen > 0, np.inf, np.where(unknown > 0, np.nan, magnitudes))
    errors = np.exp(logs * LOG_ERROR_WIDTH + LOG_ERROR_CENTRE)
    return magnitudes, np.where(logs != 0, errors, np.nan)


def split_inputs(x: Inputs) -> tuple[Array, ...]:
    """Return magnitudes, colours, errors, marks of not detected and of not observed bands."""
    array = np.asarray(x, np.float64)
    count = bands_of(x)
    return tuple(np.split(array, np.cumsum([count, count - 1, count, count]), axis=1))


def bands_of(x: Inputs) -> int:
    """Return the number of bands of inputs."""
    return (np.asarray(x).shape[1] + 1) // 5


def photometry_features(physics: object, x: Inputs) -> Array:
    """Return what classical methods are given: all but the marks, NaN where not observed."""
    values, colors, logs, _, unknown = split_inputs(x)
    missing = unknown > 0
    return np.concatenate(
        [
            np.where(missing, np.nan, values),
            np.where(missing[:, 1:] | missing[:, :-1], np.nan, colors),
            np.where(missing, np.nan, logs),
        ],
        axis=1,
    )


def hide_bands(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return inputs in which one band of a fifth of the rows, drawn at random, is not observed."""
    count = bands_of(x)
    hidden = np.zeros((len(np.asarray(x)), count), bool)
    rows = np.flatnonzero(rng.random(len(hidden)) < HIDDEN_ROWS)
    hidden[rows, rng.integers(0, count, len(rows))] = True
    return without_bands(x, hidden)


def without_bands(x: Inputs, hidden: Array) -> Inputs:
    """Return inputs as if the bands of a mask (n, B) had not been observed."""
    values, colors, logs, unseen, unknown = split_inputs(x)
    lost = hidden[:, 1:] | hidden[:, :-1]
    known = [np.where(hidden, 0, values), np.where(lost, 0, colors)]
    marks = [np.where(hidden, 0, unseen), np.where(hidden, 1, unknown)]
    return np.concatenate([*known, np.where(hidden, 0, logs), *marks], axis=1).astype(np.float32)


def photometry_contract(
    survey: PhotometricSurvey, bands: Sequence[str], middle: float, errors: bool
) -> dict[str, Any]:
    """Return what the numbers of an input mean, for the bundle."""
    softening = [round(float(one), 2) for one in _softening(survey, bands)]
    colors = [f"{blue} - {red}" for blue, red in pairwise(bands)]
    return {
        "photometry": f"{survey.name} {''.join(bands)}, AB magnitudes",
        "bands": list(bands),
        "inputs": [*bands, *colors, *(f"error of {band}" for band in bands if errors)],
        "magnitudes": f"m = s - {POGSON:.4f} arcsinh(10^(-0.4 (magnitude - s)) / 2), s = "
        f"{softening}; then (m - {[round(float(c), 2) for c in _centres(bands, middle)]}) / "
        f"{MAGNITUDE_WIDTH}; the flux is 0 where not detected",
        "colors": f"(difference of neighbouring m - {TYPICAL_COLOR}) / {COLOR_WIDTH}",
        "errors": f"(ln(error within {list(ERROR_LIMITS)} mag) - {LOG_ERROR_CENTRE}) / "
        f"{LOG_ERROR_WIDTH}"
        if errors
        else "not used: 0",
        "marks": "1 for bands of no detection, then 1 for bands of no observation",
    }


def _compressed(survey: PhotometricSurvey, bands: Sequence[str], magnitudes: Array) -> Array:
    """Return asinh magnitudes (Lupton, Gunn & Szalay 1999, eq. 3), softened at one deviation."""
    softening = _softening(survey, bands)
    with np.errstate(over="ignore"):
        flux = 10 ** (-0.4 * (magnitudes - softening))
    return softening - POGSON * np.arcsinh(flux / 2)


def _softening(survey: PhotometricSurvey, bands: Sequence[str]) -> Array:
    """Return the magnitudes of one standard deviation of the sky."""
    return np.array([survey.depths[band] for band in bands]) + 2.5 * np.log10(5)


def _centres(bands: Sequence[str], middle: float) -> Array:
    return middle + TYPICAL_COLOR * (list(bands).index(REFERENCE_BAND) - np.arange(len(bands)))
