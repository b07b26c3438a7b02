"""Redshifts by fitting templates, as BPZ does: Benítez (2000), ApJ 536, 571."""

from functools import cache

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.observations.photometry.galaxy_templates import REDDEST_TO_BLUEST
from astro_dl.observations.photometry.magnitude_errors import magnitude_errors, noise_to_signal
from astro_dl.observations.photometry.synthetic_magnitudes import galaxy_magnitudes
from astro_dl.science.photo_z.inputs import REFERENCE_BAND, input_magnitudes
from astro_dl.science.photo_z.physics import PhotoZPhysics
from astro_dl.science.photo_z.prior import log_prior

Array = np.ndarray

TYPE_STEP = 0.5
LOG_REDSHIFT_STEP = 0.01
TEMPLATE_ERROR = 0.05
ROWS_AT_ONCE = 256


def template_fit(physics: PhotoZPhysics, x: Inputs) -> dict[str, Array]:
    """Return redshifts (n,) under ``"template fit"``: where the probability density is highest.

    Without dust, and marginalised over types with the prior of the simulation; the mean redshift of
    this prior where no band tells anything.

    Parameters
    ----------
    physics : PhotoZPhysics
        Survey and range of redshifts.
    x : ndarray, (n, 5B - 1)
        As in `astro_dl.science.photo_z.inputs`.
    """
    bands = physics.used_bands
    magnitudes, errors = input_magnitudes(physics.about, bands, physics.middle, x)
    flux, deviation = _fluxes(physics, magnitudes, errors)
    reference = magnitudes[:, bands.index(REFERENCE_BAND)]
    brightness = np.where(np.isfinite(reference), reference, physics.magnitude_range[1])
    parts = [
        _best_redshifts(physics, flux[rows], deviation[rows], brightness[rows])
        for rows in (slice(i, i + ROWS_AT_ONCE) for i in range(0, len(flux), ROWS_AT_ONCE))
    ]
    return {"template fit": np.concatenate(parts)}


def _fluxes(physics: PhotoZPhysics, magnitudes: Array, errors: Array) -> tuple[Array, Array]:
    """Return fluxes and standard deviations, infinite where not observed, in units of the depth."""
    about, bands = physics.about, physics.used_bands
    depths = np.array([about.depths[band] for band in bands]) + physics.depth_offset_mag
    gammas = np.array([about.gammas[band] for band in bands])
    flux = 10 ** (-0.4 * (magnitudes - depths))
    with np.errstate(invalid="ignore", over="ignore"):
        expected = magnitude_errors(noise_to_signal(magnitudes, depths, gammas, about.floor))
        known = np.where(np.isfinite(errors), errors, expected)
        ratio = np.hypot(known * np.log(10) / 2.5, TEMPLATE_ERROR)
        deviation = np.where(np.isposinf(magnitudes), np.sqrt(gammas), flux * ratio)
    unknown = np.isnan(magnitudes)
    zero = 10 ** (0.4 * depths)
    return np.where(unknown, 0, flux) / zero, np.where(unknown, np.inf, deviation) / zero


def _best_redshifts(
    physics: PhotoZPhysics, flux: Array, deviation: Array, brightness: Array
) -> Array:
    kinds, redshifts, templates = _grid(physics.survey, physics.used_bands, physics.redshift_range)
    scale = np.max(flux, axis=1, keepdims=True)
    scale = np.where(scale > 0, scale, 1.0)
    weight = (scale / deviation) ** 2
    # χ² less its value for no flux, at the best amplitude of each template.
    across = (weight * flux / scale) @ templates.T
    gain = np.maximum(across, 0) ** 2 / np.maximum(weight @ (templates**2).T, 1e-30)
    density = gain / 2 + log_prior(kinds, redshifts, brightness)
    density = np.exp(density - density.max(axis=1, keepdims=True), dtype=np.float32)
    trial = np.unique(redshifts)
    total = density.reshape(len(flux), -1, len(trial)).sum(axis=1)
    return trial[np.argmax(total, axis=1)]


@cache
def _grid(
    survey: str, bands: tuple[str, ...], limits: tuple[float, float]
) -> tuple[Array, Array, Array]:
    """Return types, redshifts (k,) and fluxes (k, bands), of magnitude one, of all templates.

    Redshifts follow each other for each type.
    """
    low, high = np.log1p(limits)
    steps = int(np.ceil((high - low) / LOG_REDSHIFT_STEP)) + 1
    trial = np.expm1(np.linspace(low, high, steps))
    types = np.arange(0, len(REDDEST_TO_BLUEST) - 1 + TYPE_STEP, TYPE_STEP)
    kinds, redshifts = np.repeat(types, steps), np.tile(trial, len(types))
    magnitudes = galaxy_magnitudes(survey, bands, kinds, redshifts, np.zeros_like(kinds))
    flux = 10 ** (-0.4 * (magnitudes - magnitudes.min(axis=1, keepdims=True)))
    return kinds, redshifts, flux
