"""What networks are given of a light curve: for each night, fluxes, errors, and when it was."""

from typing import TYPE_CHECKING

import numpy as np

from astro_dl.science.supernovae.nights import Nights, Points, first_detection, gathered_nights

if TYPE_CHECKING:
    from astro_dl.science.supernovae.physics import SupernovaPhysics

Array = np.ndarray

FLUX_SCALE = 10.0
"""Flux at zero point 27.5, about the noise of a night, at which the scale of fluxes turns from
linear to logarithmic."""

DAYS_SCALE, STEP_SCALE = 50.0, 10.0
PER_BAND = 3
NIGHT_CHANNELS = ("days since the first detection / 50", "days since the night before / 10", "1")


def channel_names(physics: "SupernovaPhysics") -> list[str]:
    """Return what each channel is."""
    names = []
    for band in physics.bands:
        names += [f"asinh({band} flux / {FLUX_SCALE:g})", f"ln({band} error / {FLUX_SCALE:g})"]
        names += [f"{band} observed"]
    redshift = ["host redshift", "its error"] if physics.host_redshift else []
    return [*names, *NIGHT_CHANNELS, *redshift]


def light_curve_inputs(
    physics: "SupernovaPhysics",
    points: Points,
    n: int,
    redshift: tuple[Array, Array] | None = None,
) -> tuple[Array, Array]:
    """Return inputs of light curves, and when each was first detected.

    Parameters
    ----------
    physics : SupernovaPhysics
        Bands, nights, window and threshold of detection.
    points : Points
        Fluxes at zero point 27.5, bands numbered as the physics lists them.
    n : int
        Number of objects.
    redshift : tuple of ndarray, (n,), optional
        Redshift of each host and its error, where the physics asks for them.

    Returns
    -------
    x : ndarray of float32, (n, nights, channels)
        See `channel_names`; zero everywhere after the last night.
    detected : ndarray, (n,)
        Time of the first detection [d]; NaN, and no night, without one.
    """
    start = first_detection(points, n, physics.detection_snr)
    nights = gathered_nights(points, start, len(physics.bands), physics.nights, physics.window_days)
    return packed(nights, redshift if physics.host_redshift else None), start


def packed(nights: Nights, redshift: tuple[Array, Array] | None = None) -> Array:
    """Return nights as channels (n, nights, channels), and the redshift in every night."""
    known, seen = nights.known, nights.observed
    error = np.where(seen, nights.error, FLUX_SCALE)
    per_band = [np.arcsinh(nights.flux / FLUX_SCALE), np.log(error / FLUX_SCALE), seen]
    channels = [np.stack(per_band, axis=3).reshape(*known.shape, -1)]
    before = np.concatenate([nights.time[:, :1], nights.time[:, :-1]], axis=1)
    step = (nights.time - before) / STEP_SCALE
    channels += [np.stack([nights.time / DAYS_SCALE, step, known], axis=2)]
    if redshift is not None:
        both = np.stack(redshift, axis=1)[:, None]
        channels += [np.broadcast_to(both, (*known.shape, 2))]
    return (np.concatenate(channels, axis=2) * known[..., None]).astype(np.float32)


def unpacked(x: Array) -> tuple[Nights, tuple[Array, Array] | None]:
    """Return the nights and redshifts that `packed` was given."""
    bands, rest = divmod(x.shape[2] - len(NIGHT_CHANNELS), PER_BAND)
    end = PER_BAND * bands
    per_band = x[..., :end].reshape(*x.shape[:2], bands, PER_BAND)
    observed = per_band[..., 2] > 0.5
    flux = np.where(observed, FLUX_SCALE * np.sinh(per_band[..., 0]), 0)
    error = np.where(observed, FLUX_SCALE * np.exp(per_band[..., 1]), 0)
    nights = Nights(x[..., end] * np.float32(DAYS_SCALE), flux, error, observed)
    return nights, (x[:, 0, -2], x[:, 0, -1]) if rest else None
