"""The classical method: fit a Sérsic profile, seen through the point spread, by least squares."""

from dataclasses import dataclass, replace

import numpy as np
from astropy.stats import mad_std

from astro_dl.core.examples import Inputs
from astro_dl.observations.galaxies.inputs import images_of
from astro_dl.observations.galaxies.stamps import stamp_derivatives
from astro_dl.observations.images.pixels import blocks
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.galaxy_structure.bound import MAGNITUDES, covariance
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics

Array = np.ndarray
STEPS = 25
AT_ONCE = 64
LARGEST_STEP = np.array([1.0, 0.7, 0.7, 0.25, 0.25, 1.0, 1.0])
LOWEST = np.array([-np.inf, np.log(0.15), np.log(0.32), -0.9, -0.9, -6.0, -6.0])
HIGHEST = np.array([np.inf, np.log(60.0), np.log(9.5), 0.9, 0.9, 6.0, 6.0])
"""Of ln flux, ln R_e, ln n, e1, e2, x and y."""

ROUNDEST = 0.9
"""Largest modulus of an ellipticity."""


@dataclass(frozen=True)
class Fit:
    """Least-squares fits of n galaxies.

    Parameters
    ----------
    values, errors : ndarray, (n, 5)
        Targets in the order of ``TARGETS``, and their standard deviations by the inverse Fisher
        matrix at the fit.
    chi2 : ndarray, (n,)
        Of all pixels.
    converged : ndarray of bool, (n,)
        Whether the last step was below a hundredth of an error.
    """

    values: Array
    errors: Array
    chi2: Array
    converged: Array


def fit_galaxies(physics: GalaxyStructurePhysics, x: Inputs) -> Fit:
    """Fit galaxies by Levenberg & Marquardt's method, many at once.

    It starts from moments and moves by exact derivatives; the sky is fitted, too, within the error
    that the physics states for it.

    Parameters
    ----------
    physics : GalaxyStructurePhysics
        Says how well the sky is known.
    x : dict of ndarray
        Inputs of networks.
    """
    images, spreads = images_of(x)
    parts = [
        _fit_block(images[part].astype(float), spreads[part].astype(float), physics)
        for part in blocks(len(images), AT_ONCE)
    ]
    return Fit(*(np.concatenate([vars(one)[name] for one in parts]) for name in vars(parts[0])))


def moment_start(images: Array, spreads: Array) -> Array:
    """Return first values (n, 7) of the parameters of stamps, from moments in a round window."""
    size = images.shape[-1]
    axis = np.arange(size) - (size - 1) / 2
    x, y = axis[None, None, :], axis[None, :, None]
    window = np.exp(-(x**2 + y**2) / (2 * (size / 6) ** 2))
    weight = np.maximum(images, 0) * (images > 2 * mad_std(images, axis=(1, 2))[:, None, None])
    weight = weight * window + 1e-3 * window
    total = weight.sum(axis=(1, 2))

    def mean(values: Array) -> Array:
        return np.sum(weight * values, axis=(1, 2)) / total

    dx, dy = mean(x), mean(y)
    off_x, off_y = x - dx[:, None, None], y - dy[:, None, None]
    xx, yy, xy = mean(off_x**2), mean(off_y**2), mean(off_x * off_y)
    reach = spreads.shape[-1] // 2
    own = np.arange(-reach, reach + 1.0) ** 2
    seeing = np.sum(spreads * (own[:, None] + own), axis=(1, 2)) / 2
    area = np.maximum((xx + yy) / 2 - 0.7 * seeing, 0.3)
    shrink = area / ((xx + yy) / 2 + seeing)
    e1, e2 = shrink * (xx - yy) / (xx + yy), shrink * 2 * xy / (xx + yy)
    flux = np.maximum(images.sum(axis=(1, 2)), np.maximum((images * window).sum(axis=(1, 2)), 5.0))
    radius, index = np.sqrt(area) * 1.1, np.full(len(images), 1.5)
    return np.stack([np.log(flux), np.log(radius), np.log(index), e1, e2, dx, dy], axis=1)


@dataclass(frozen=True)
class _State:
    """Parameters (n, 7), what is left (n, size, size) with the best sky, derivatives and χ²."""

    parameters: Array
    residual: Array
    slopes: Array
    chi2: Array

    def where(self, better: Array, other: "_State") -> "_State":
        chosen = {
            name: np.where(better.reshape(-1, *[1] * (one.ndim - 1)), vars(other)[name], one)
            for name, one in vars(self).items()
        }
        return replace(self, **chosen)


def _fit_block(images: Array, spreads: Array, physics: GalaxyStructurePhysics) -> Fit:
    error = physics.sky_error_sigma
    state = _state(moment_start(images, spreads), images, spreads, error)
    damping = np.full(len(images), 1e-2)
    step = np.full_like(state.parameters, np.inf)
    for _ in range(STEPS):
        slopes = _without_sky(state.slopes, error)
        gradient = np.einsum("nip,np->ni", slopes, state.residual.reshape(len(images), -1))
        fisher = np.einsum("nip,njp->nij", slopes, slopes)
        diagonal = np.einsum("nii->ni", fisher)
        damped = fisher + np.eye(7) * (damping[:, None] * diagonal + 1e-9)[:, :, None]
        step = np.clip(
            np.linalg.solve(damped, gradient[..., None])[..., 0], -LARGEST_STEP, LARGEST_STEP
        )
        tried = _state(_within(state.parameters + step), images, spreads, error)
        better = tried.chi2 <= state.chi2
        state = state.where(better, tried)
        damping = np.clip(np.where(better, damping / 5, damping * 6), 1e-8, 1e4)
    spread = np.sqrt(np.einsum("nii->ni", covariance(state.slopes, error)))
    units = np.array([-MAGNITUDES, 1, 1, 1, 1])
    done = np.all(np.abs(step) < 1e-2 * spread, axis=1)
    values, errors = state.parameters[:, :5] * units, spread[:, :5] * np.abs(units)
    return Fit(values, errors, state.chi2, done)


def _state(parameters: Array, images: Array, spreads: Array, sky_error: float) -> _State:
    flux, radius, index = np.exp(parameters[:, :3]).T
    light = SersicLight(radius, index, *parameters[:, 3:].T)
    stamps, slopes = stamp_derivatives(light, flux, spreads, images.shape[-1])
    residual = images - stamps
    sky = _sky(residual.sum(axis=(1, 2)), residual[0].size, sky_error)
    residual = residual - sky[:, None, None]
    chi2 = np.sum(residual**2, axis=(1, 2))
    if sky_error > 0:
        chi2 = chi2 + (sky / sky_error) ** 2
    return _State(parameters, residual, slopes, chi2)


def _sky(total: Array, pixels: int, sky_error: float) -> Array:
    """Return the likeliest sky by what is left in all pixels."""
    return total / (pixels + sky_error**-2) if sky_error > 0 else 0 * total


def _without_sky(slopes: Array, sky_error: float) -> Array:
    """Return derivatives (n, 7, pixels) along the best sky."""
    flat = slopes.reshape(*slopes.shape[:2], -1)
    return flat - _sky(flat.sum(axis=2), flat.shape[2], sky_error)[:, :, None]


def _within(parameters: Array) -> Array:
    inside = np.clip(parameters, LOWEST, HIGHEST)
    modulus = np.hypot(inside[:, 3], inside[:, 4])
    inside[:, 3:5] *= np.minimum(1, ROUNDEST / np.maximum(modulus, 1e-9))[:, None]
    return inside
