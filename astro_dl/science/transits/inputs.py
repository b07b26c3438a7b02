"""From light curves and ephemerides to what the networks take: one way for simulated and real."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.core.examples import Inputs, inputs_by_name
from astro_dl.data.namespace import namespace_of, on_device
from astro_dl.science.transits.detrending import clip_outliers, detrend, in_transit
from astro_dl.science.transits.search.trapezoids import TransitFit, fit_trapezoids
from astro_dl.science.transits.views import Ephemeris, ViewShape, fold_views

if TYPE_CHECKING:
    from astro_dl.science.transits.physics import TransitPhysics

SCALARS = {
    "log10 period [d]": (0.1, 0.75),
    "log10 duration [d]": (-0.85, 0.45),
    "log10 depth": (-2.5, 0.9),
    "duration / period": (0.14, 0.15),
    "log10 signal-to-noise ratio": (1.35, 0.45),
}
"""The scalars in order, each with the mean and standard deviation that it is standardised by: round
numbers near those of the events of Yu et al. (2019)."""

LARGEST_SCALAR = 5.0
SHALLOWEST, LOWEST_SNR = 1e-6, 1.0
PROTECTED_DURATIONS = 1.3


@dataclass(frozen=True)
class FoldedCurves:
    """Light curves as a network sees them.

    Parameters
    ----------
    x : ndarray or tensor, or dict of these
        Inputs, as `named_inputs` gives them.
    fit : TransitFit
        Trapezoids, whose epochs and durations the views are made with.
    flux : ndarray or tensor, (n, T)
        Detrended flux, of tensors less 1; NaN at outliers.
    """

    x: Inputs
    fit: TransitFit
    flux: Any


def view_shape(physics: "TransitPhysics") -> ViewShape:
    """Return the bins of the physics' views."""
    return ViewShape(
        global_bins=physics.global_bins,
        local_bins=physics.local_bins,
        local_reach=physics.local_reach_durations,
        secondary_reach=physics.secondary_reach_durations,
    )


def flat_light_curves(time: np.ndarray, flux: Any, ephemeris: Ephemeris, window: float) -> Any:
    """Return light curves (n, T) detrended past their transits, outliers set to NaN.

    Points within 0.65 durations of a transit's centre don't count in the trend.
    """
    mask = in_transit(
        time, ephemeris.period, ephemeris.epoch, PROTECTED_DURATIONS * ephemeris.duration
    )
    return clip_outliers(detrend(time, flux, window, mask))


def light_curve_inputs(
    physics: "TransitPhysics", time: np.ndarray, flux: Any, ephemeris: Ephemeris
) -> FoldedCurves:
    """Return the inputs of light curves, and what was found on the way to them.

    Parameters
    ----------
    physics : TransitPhysics
        Which views, their bins, and the window of the detrending.
    time : ndarray, (T,)
        Ascending times of all curves [d].
    flux : ndarray or tensor, (n, T)
        Flux before detrending, in any units; NaN where it is not to be used. Of tensors, inputs are
        tensors.
    ephemeris : Ephemeris
        Where the transits are, roughly: epoch and duration are fitted.
    """
    flat = flat_light_curves(time, flux, ephemeris, physics.detrending_window_days)
    fit = fit_trapezoids(time, flat, ephemeris)
    folded = [view for view in physics.views if view != "scalars"]
    views = fold_views(time, flat, fit.ephemeris, folded, view_shape(physics))
    when = fit.ephemeris
    scalars = scalar_inputs(when.period, when.duration, fit.depth, fit.snr)
    if namespace_of(flux) is not np:
        scalars = on_device(scalars)
    return FoldedCurves(named_inputs(physics, views, scalars), fit, flat)


def scalar_inputs(
    period: np.ndarray, duration: np.ndarray, depth: np.ndarray, snr: np.ndarray
) -> np.ndarray:
    """Return the standardised scalars, (n, 5) float32, within ±5.

    Parameters
    ----------
    period, duration : ndarray, (n,)
        Period and full duration [d].
    depth : ndarray, (n,)
        In units of the flux outside; below 1e-6 counts as 1e-6.
    snr : ndarray, (n,)
        Signal-to-noise ratio; below 1 counts as 1.

    Notes
    -----
    All can be had from any light curve, so that none is ever missing; a value that is not finite
    becomes 0, the mean.
    """
    values = np.stack(
        [
            np.log10(period),
            np.log10(duration),
            np.log10(np.maximum(depth, SHALLOWEST)),
            duration / period,
            np.log10(np.maximum(snr, LOWEST_SNR)),
        ],
        axis=1,
    )
    mean, deviation = np.array(list(SCALARS.values())).T
    standard = np.clip((values - mean) / deviation, -LARGEST_SCALAR, LARGEST_SCALAR)
    return np.nan_to_num(standard).astype(np.float32)


def named_inputs(physics: "TransitPhysics", views: Mapping[str, Any], scalars: Any) -> Inputs:
    """Return inputs: (n, bins, 1) for each view and (n, 5) ``scalars``; one alone is no dict."""
    arrays = {
        name: scalars if name == "scalars" else views[name][..., None] for name in physics.views
    }
    return arrays if len(arrays) > 1 else arrays[physics.views[0]]


def view_features(physics: "TransitPhysics", x: Inputs) -> np.ndarray:
    """Return views and scalars side by side, (n, k), for classical methods."""
    return np.concatenate(
        [array.reshape(len(array), -1) for array in inputs_by_name(x).values()], axis=1
    )


def ephemeris_features(physics: "TransitPhysics", x: Inputs) -> np.ndarray:
    """Return log10 period and log10 depth, standardised, (n, 2): what no network is needed for.

    Raises
    ------
    KeyError
        If ``scalars`` are not among the views.
    """
    return inputs_by_name(x)["scalars"][:, [0, 2]]
