"""The colour of a star, and how its amplitude depends on wavelength: what no distance changes.

Both are told per inverse wavelength, between the bluest and the reddest of the star's bands from
.4 to 1 µm, so that they are nearly the same whatever the bands: for black bodies colours go with
inverse wavelength.
"""

from dataclasses import dataclass

import numpy as np

from astro_dl.science.variable_stars.curves import Curve, CurveBand

COLOURS = (
    *("colour", "colour_error", "colour_known"),
    *("amplitude_slope", "amplitude_slope_known"),
)
"""Names in order: m_AB(blue) − m_AB(red) over 1/λ_blue − 1/λ_red [mag µm], its standard error, 1 if
it is known; the decimal logarithm of the ratio of the amplitudes over the same [dex µm], 1 if it
is known. What is not known is zero."""

BLUEST, REDDEST = 0.4, 1.0
SMALLEST_LEVER = 0.15
"""Least difference of inverse wavelengths [1/µm]."""

FEWEST_POINTS = 5
POSSIBLE = (-3.0, 12.0)
"""No star is bluer or redder than this [mag µm]: beyond it, zero points are wrong."""

SURE_AMPLITUDE, STEEPEST = 4.0, 2.0


ROUNDS = 3
"""Of fits of the common curve and of the amplitudes of bands in turn."""

AMPLITUDES = (0.2, 5.0)
"""Of a band over that of the common curve, within which they are looked for."""


@dataclass(frozen=True)
class _Fit:
    """Mean of a band, and its amplitude over that of the common curve, with standard errors."""

    mean: float
    mean_error: float
    amplitude: float
    amplitude_error: float


def colour_features(curve: Curve) -> list[float]:
    """Return what `COLOURS` names.

    A common curve is fitted, of which each band has a mean and an amplitude of its own, so that it
    does not matter at which phases a band was seen.

    Parameters
    ----------
    curve : Curve
        A star with its period.
    """
    unknown = [0.0] * len(COLOURS)
    bands = _usable(curve)
    if len(bands) < 2:
        return unknown
    blue, red = bands[0], bands[-1]
    lever = 1 / blue.wavelength - 1 / red.wavelength
    if lever < SMALLEST_LEVER:
        return unknown
    shape = _common_curve(curve)
    one, other = (_fit(curve, shape, band.number) for band in (blue, red))
    colour = (blue.level + one.mean - red.level - other.mean) / lever
    if not POSSIBLE[0] < colour < POSSIBLE[1]:
        return unknown
    error = float(np.hypot(one.mean_error, other.mean_error)) / lever
    sure = all(fit.amplitude > SURE_AMPLITUDE * fit.amplitude_error for fit in (one, other))
    slope = float(np.log10(one.amplitude / other.amplitude)) / lever if sure else 0.0
    return [colour, min(error, 5.0), 1.0, float(np.clip(slope, -STEEPEST, STEEPEST)), float(sure)]


def _usable(curve: Curve) -> list[CurveBand]:
    """Return the bands of which colours are made, blue to red."""
    numbers = np.bincount(curve.band, minlength=1 + max((b.number for b in curve.bands), default=0))
    usable = (
        band
        for band in curve.bands
        if BLUEST < band.wavelength < REDDEST and numbers[band.number] >= FEWEST_POINTS
    )
    return sorted(usable, key=lambda band: band.wavelength)


def _common_curve(curve: Curve) -> np.ndarray:
    """Return the Fourier series (T,) of all points, fitted together with a mean of each band."""
    numbers, place = np.unique(curve.band, return_inverse=True)
    multiples = np.arange(1, curve.period.harmonics + 1)
    angle = 2 * np.pi * multiples * (curve.time / curve.period.period % 1)[:, None]
    waves = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    means = (place[:, None] == np.arange(len(numbers))).astype(float)
    shape, amplitude = np.zeros(len(curve)), np.ones(len(numbers))
    for _ in range(ROUNDS):
        basis = np.concatenate([means, waves * amplitude[place, None]], axis=1)
        weighted = basis / curve.error[:, None], curve.value / curve.error
        coefficients = np.linalg.lstsq(*weighted, rcond=1e-6)[0]
        shape = waves @ coefficients[len(numbers) :]
        fits = [_fit(curve, shape, int(number)) for number in numbers]
        amplitude = np.clip([fit.amplitude for fit in fits], *AMPLITUDES)
    return shape


def _fit(curve: Curve, shape: np.ndarray, number: int) -> _Fit:
    rows = curve.band == number
    value, weight = curve.value[rows], curve.error[rows] ** -2.0
    mean_shape = np.average(shape[rows], weights=weight)
    centred = shape[rows] - mean_shape
    power = max(float(weight @ centred**2), 1e-12)
    mean = np.average(value, weights=weight)
    amplitude = float(weight @ (centred * (value - mean))) / power
    left = value - mean - amplitude * centred
    scale = np.sqrt(max(float(weight @ left**2) / max(len(left) - 2, 1), 1.0))
    variance = 1 / weight.sum() + mean_shape**2 / power
    return _Fit(
        float(mean - amplitude * mean_shape),
        float(scale * np.sqrt(variance)),
        amplitude,
        float(scale / np.sqrt(power)),
    )
