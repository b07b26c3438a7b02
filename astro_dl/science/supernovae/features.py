"""What classical methods are given of a light curve: a fit of Bazin's function, and mean fluxes.

Bazin et al. (2009, A&A 499, 653): F = A exp(-(t - t₀)/τ_fall) / (1 + exp(-(t - t₀)/τ_rise)). Times
and time scales are those of a grid, one for all bands, and amplitudes follow at once: the fit of
thousands of light curves is a few matrix products.
"""

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.supernovae.inputs import DAYS_SCALE, FLUX_SCALE, NIGHT_CHANNELS, PER_BAND

if TYPE_CHECKING:
    from astro_dl.science.supernovae.physics import SupernovaPhysics

Array = np.ndarray

BEGINNINGS = (-20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 30.0)
RISES = (2.0, 4.0, 7.0, 11.0)
FALLS = (12.0, 20.0, 30.0, 45.0, 70.0, 120.0)
GRID = tuple(product(BEGINNINGS, RISES, FALLS))
EDGES = (-30.0, -10.0, -1.0, 3.0, 10.0, 20.0, 30.0, 45.0, 60.0, 80.0, 110.0, 150.0)
ROWS_AT_ONCE = 512
DETECTION_SNR = 5.0


def light_curve_features(physics: "SupernovaPhysics", x: Inputs) -> Array:
    """Return `features` (n, k) of inputs, NaN where nothing was observed."""
    assert isinstance(x, np.ndarray)
    blocks = [x[start : start + ROWS_AT_ONCE] for start in range(0, len(x), ROWS_AT_ONCE)]
    return np.concatenate([features(block) for block in blocks]).astype(np.float32)


def features(x: Any, xp: Any = np) -> Any:
    """Return features (n, k) of inputs (n, nights, channels), NaN where nothing was observed.

    Per band: amplitude of the fit, mean flux in each of eleven spans of time, and the largest
    signal-to-noise ratio; the colours of the amplitudes; beginning, rise, fall and χ² per point of
    the fit; last night, number of nights and days from the first to the last detection; the
    redshift of the host and its error where they are inputs.

    Parameters
    ----------
    x : ndarray or tensor
        See `astro_dl.science.supernovae.inputs`.
    xp : module
        What computes: `numpy`, or `keras.ops` where a network is to have them.
    """
    bands, told = divmod(x.shape[-1] - len(NIGHT_CHANNELS), PER_BAND)
    end = PER_BAND * bands
    flux = FLUX_SCALE * xp.sinh(x[..., 0:end:PER_BAND])
    weight = x[..., 2:end:PER_BAND] * xp.exp(-2 * x[..., 1:end:PER_BAND]) / FLUX_SCALE**2
    time, known = x[..., end] * DAYS_SCALE, x[..., end + 2] > 0
    snr = flux * xp.sqrt(weight)
    amplitude, shape, misfit = fitted_shapes(time, flux, weight, xp)
    magnitude = -2.5 / np.log(10) * xp.log(xp.maximum(amplitude, 0.1))
    largest = xp.max(xp.where(weight > 0, snr, 0.0), axis=1)
    detected = xp.any(snr >= DETECTION_SNR, axis=2)
    columns = [
        xp.arcsinh(amplitude / FLUX_SCALE),
        magnitude[:, 1:] - magnitude[:, :-1],
        shape,
        xp.log1p(misfit)[:, None],
        mean_fluxes(time, flux, weight, xp),
        xp.log(xp.maximum(largest, 0.1)),
        _last(time, detected, xp)[:, None],
        xp.sum(xp.where(known, 1.0, 0.0), axis=1)[:, None],
        _last(time, known, xp)[:, None],
    ]
    if told:
        columns.append(x[:, 0, -told:])
    return xp.concatenate(columns, axis=1)


def fitted_shapes(time: Any, flux: Any, weight: Any, xp: Any = np) -> tuple[Any, Any, Any]:
    """Return the best of Bazin's functions on a grid.

    Parameters
    ----------
    time : ndarray or tensor, (n, nights)
        Days since the first detection.
    flux, weight : ndarray or tensor, (n, nights, bands)
        Fluxes and inverse variances, which are zero where nothing was observed.
    xp : module
        What computes.

    Returns
    -------
    amplitude : ndarray or tensor, (n, bands)
        Least squares, at the maximum of the function; NaN where a band was not observed.
    shape : ndarray or tensor, (n, 3)
        Beginning, rise and fall [d].
    misfit : ndarray or tensor, (n,)
        χ² over the number of points.
    """
    grid = xp.array(GRID, "float32")
    curves = bazin(time, grid, xp)
    both = xp.einsum("ngt,ntb->ngb", curves, weight * flux)
    square = xp.einsum("ngt,ntb->ngb", curves**2, weight)
    # Light is added, not taken away.
    amplitude = xp.maximum(both / xp.maximum(square, 1e-12), 0.0)
    gain = xp.sum(2 * amplitude * both - amplitude**2 * square, axis=2)
    # The first of the best, as a row of zeros and a one: ONNX cannot hold argmax of Keras.
    best = xp.where(gain >= xp.max(gain, axis=1)[:, None], 1.0, 0.0)
    chosen = xp.where(xp.cumsum(best, axis=1) == 1, best, 0.0)
    seen = xp.where(weight > 0, 1.0, 0.0)
    points = xp.maximum(xp.sum(seen, axis=(1, 2)), 1.0)
    left = xp.sum(weight * flux**2, axis=(1, 2)) - xp.sum(chosen * gain, axis=1)
    fitted = xp.einsum("ng,ngb->nb", chosen, amplitude)
    return (
        xp.where(xp.sum(seen, axis=1) > 0, fitted, np.nan),
        xp.einsum("ng,gs->ns", chosen, grid),
        xp.maximum(left, 0.0) / points,
    )


def bazin(time: Any, shapes: Any, xp: Any = np) -> Any:
    """Return Bazin's functions of unit maximum (n, shapes, nights) at times (n, nights)."""
    begin, rise, fall = (shapes[:, k][None, :, None] for k in range(3))
    course = xp.clip(time[:, None] - begin, -200, 200)
    # Written so that nothing overflows long before or after.
    value = xp.exp(-xp.logaddexp(course / fall, course / fall - course / rise))
    # At the maximum exp(-(t - t₀)/τ_rise) is τ_rise / (τ_fall - τ_rise).
    ratio = rise / (fall - rise)
    return value / (ratio ** (rise / fall) / (1 + ratio))


def mean_fluxes(time: Any, flux: Any, weight: Any, xp: Any = np) -> Any:
    """Return mean fluxes (n, spans · bands) on a logarithmic scale, NaN where there are none."""
    edges = xp.array(EDGES, "float32")
    inside = (time[..., None] >= edges[:-1]) & (time[..., None] < edges[1:])
    inside = xp.where(inside, 1.0, 0.0)
    total = xp.einsum("nts,ntb->nsb", inside, weight)
    both = xp.einsum("nts,ntb->nsb", inside, weight * flux)
    mean = xp.where(total > 0, both / xp.maximum(total, 1e-12), np.nan)
    return xp.reshape(xp.arcsinh(mean / FLUX_SCALE), (-1, (len(EDGES) - 1) * flux.shape[-1]))


def _last(time: Any, which: Any, xp: Any) -> Any:
    """Return the last time (n,) of some nights, NaN without any."""
    last = xp.max(xp.where(which, time, -np.inf), axis=1)
    return xp.where(xp.any(which, axis=1), last, np.nan)
