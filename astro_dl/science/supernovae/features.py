"""What classical methods are given of a light curve: a fit of Bazin's function, and mean fluxes.

Bazin et al. (2009, A&A 499, 653): F = A exp(-(t - t₀)/τ_fall) / (1 + exp(-(t - t₀)/τ_rise)). Times
and time scales are those of a grid, one for all bands, and amplitudes follow at once: the fit of
thousands of light curves is a few matrix products.
"""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.supernovae.inputs import FLUX_SCALE, unpacked
from astro_dl.science.supernovae.nights import Nights

if TYPE_CHECKING:
    from astro_dl.science.supernovae.physics import SupernovaPhysics

Array = np.ndarray

BEGINNINGS = (-20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 30.0)
RISES = (2.0, 4.0, 7.0, 11.0)
FALLS = (12.0, 20.0, 30.0, 45.0, 70.0, 120.0)
GRID = tuple(product(BEGINNINGS, RISES, FALLS))
EDGES = (-30.0, -10.0, -1.0, 3.0, 10.0, 20.0, 30.0, 45.0, 60.0, 80.0, 110.0, 150.0)
ROWS_AT_ONCE = 512


def light_curve_features(physics: "SupernovaPhysics", x: Inputs) -> Array:
    """Return features (n, k) of inputs, NaN where nothing was observed.

    Per band: amplitude of the fit, mean flux in each of eleven spans of time, and the largest
    signal-to-noise ratio; the colours of the amplitudes; beginning, rise, fall and χ² per point of
    the fit; last night, number of nights and days from the first to the last detection; the
    redshift of the host and its error where they are inputs.
    """
    assert isinstance(x, np.ndarray)
    blocks = [x[start : start + ROWS_AT_ONCE] for start in range(0, len(x), ROWS_AT_ONCE)]
    return np.concatenate([_features(block) for block in blocks])


def _features(x: Array) -> Array:
    nights, redshift = unpacked(x)
    snr, known = nights.signal_to_noise, nights.known
    amplitude, shape, misfit = fitted_shapes(nights)
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitude = -2.5 * np.log10(np.maximum(amplitude, 0.1))
    found = (snr >= 5).any(axis=2)
    last = np.where(found, nights.time, -np.inf).max(axis=1)
    columns = [
        np.arcsinh(amplitude / FLUX_SCALE),
        np.diff(magnitude, axis=1),
        shape,
        np.log1p(misfit)[:, None],
        mean_fluxes(nights).reshape(len(x), -1),
        np.log(np.maximum(np.where(nights.observed, snr, 0).max(axis=1), 0.1)),
        np.stack([np.where(np.isfinite(last), last, np.nan), known.sum(axis=1)], axis=1),
        np.where(known, nights.time, -np.inf).max(axis=1, keepdims=True),
    ]
    if redshift is not None:
        columns.append(np.stack(redshift, axis=1))
    features = np.concatenate(columns, axis=1).astype(np.float32)
    return np.where(np.isfinite(features), features, np.nan)


def fitted_shapes(nights: Nights) -> tuple[Array, Array, Array]:
    """Return the best of Bazin's functions on a grid.

    Returns
    -------
    amplitude : ndarray, (n, bands)
        Least squares, at the maximum of the function; NaN where a band was not observed.
    shape : ndarray, (n, 3)
        Beginning, rise and fall [d].
    misfit : ndarray, (n,)
        χ² over the number of points.
    """
    weight = np.divide(1, nights.error**2, out=np.zeros_like(nights.error), where=nights.observed)
    curves = bazin(nights.time, np.array(GRID, np.float32))
    both = np.einsum("ngt,ntb->ngb", curves, weight * nights.flux)
    square = np.einsum("ngt,ntb->ngb", curves**2, weight)
    safe = np.maximum(square, 1e-12)
    # Light is added, not taken away.
    amplitude = np.maximum(both / safe, 0)
    gain = (2 * amplitude * both - amplitude**2 * square).sum(axis=2)
    best = gain.argmax(axis=1)
    rows = np.arange(len(best))
    whole = (weight * nights.flux**2).sum(axis=(1, 2))
    points = np.maximum(nights.observed.sum(axis=(1, 2)), 1)
    seen = nights.observed.any(axis=1)
    return (
        np.where(seen, amplitude[rows, best], np.nan),
        np.array(GRID)[best],
        np.maximum(whole - gain[rows, best], 0) / points,
    )


def bazin(time: Array, shapes: Array) -> Array:
    """Return Bazin's functions of unit maximum (n, shapes, nights) at times (n, nights)."""
    begin, rise, fall = shapes.T[:, None, :, None]
    course = np.clip(time[:, None] - begin, -200, 200)
    # Written so that nothing overflows long before or after.
    value = np.exp(-np.logaddexp(course / fall, course / fall - course / rise))
    # At the maximum exp(-(t - t₀)/τ_rise) is τ_rise / (τ_fall - τ_rise).
    ratio = rise / (fall - rise)
    return value / (ratio ** (rise / fall) / (1 + ratio))


def mean_fluxes(nights: Nights) -> Array:
    """Return mean fluxes (n, spans, bands) on a logarithmic scale, NaN where there are none."""
    span = np.digitize(nights.time, EDGES) - 1
    means = []
    for number in range(len(EDGES) - 1):
        used = nights.observed & (span == number)[..., None]
        weight = np.divide(1, nights.error**2, out=np.zeros_like(nights.error), where=used)
        total = weight.sum(axis=1)
        mean = np.divide(
            (weight * nights.flux).sum(axis=1), total, out=np.full_like(total, np.nan),
            where=total > 0,
        )  # fmt: skip
        means.append(np.arcsinh(mean / FLUX_SCALE))
    return np.stack(means, axis=1)
