"""What forecasts are compared with: the last value again, and an autoregressive model."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.own_forecasts.physics import OwnForecasts

HIGHEST_ORDER = 20


def forecast_baselines(physics: OwnForecasts, x: Inputs) -> dict[str, np.ndarray]:
    """Return forecasts (n, horizon) by methods that need no training.

    ``persistence`` repeats the last known value. ``autoregressive`` is fitted to each window by
    itself by Burg's method, which is always stable, with the order of the least Akaike criterion
    (Brockwell & Davis 2016, Introduction to Time Series and Forecasting, section 5.1.2).
    """
    values, known = np.moveaxis(np.asarray(x, np.float64), -1, 0)
    horizon = physics.windows.horizon
    filled = filled_series(values, known > 0.5)
    told = [_autoregressive(*one, horizon) for one in zip(values, known > 0.5, strict=True)]
    return {
        "persistence": np.repeat(filled[:, -1:], horizon, axis=1),
        "autoregressive": np.array(told),
    }


def forecast_features(physics: object, x: Inputs) -> np.ndarray:
    """Return what methods that are trained are given: the window without gaps (n, window)."""
    values, known = np.moveaxis(np.asarray(x, np.float64), -1, 0)
    return filled_series(values, known > 0.5)


def filled_series(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return series (n, steps) in whose gaps the last known value stands, or the first before."""
    steps = np.arange(values.shape[1])
    last = np.maximum.accumulate(np.where(known, steps, -1), axis=1)
    first = np.argmax(known, axis=1)[:, None]
    return np.take_along_axis(values, np.where(last < 0, first, last), axis=1)


def _autoregressive(values: np.ndarray, known: np.ndarray, horizon: int) -> np.ndarray:
    """Return the steps that follow a series of mean zero, its gaps bridged by straight lines."""
    steps = np.arange(len(values))
    series = np.interp(steps, steps[known], values[known])
    coefficients = _burg(series, min(HIGHEST_ORDER, len(series) // 3))
    told = series.tolist()
    for _ in range(horizon):
        told.append(float(coefficients @ told[: -len(coefficients) - 1 : -1]))
    return np.array(told[len(series) :])


def _burg(series: np.ndarray, highest: int) -> np.ndarray:
    """Return the coefficients of the order with the least Akaike criterion, at least 1."""
    n, noise = len(series), float(series @ series) / len(series)
    forward = backward = series
    coefficients, best, chosen = np.zeros(0), np.inf, np.zeros(1)
    for order in range(1, highest + 1):
        ahead, behind = forward[1:], backward[:-1]
        reflection = 2 * (ahead @ behind) / max(ahead @ ahead + behind @ behind, 1e-300)
        coefficients = np.append(coefficients - reflection * coefficients[::-1], reflection)
        forward, backward = ahead - reflection * behind, behind - reflection * ahead
        noise *= 1 - reflection**2
        criterion = n * np.log(max(noise, 1e-12)) + 2 * order
        if criterion < best:
            best, chosen = criterion, coefficients
    return chosen
