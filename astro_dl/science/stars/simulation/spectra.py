"""Spectra of stars as a spectrograph sees them: lines, rotation, velocity, dust, noise."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import irfft, rfft, rfftfreq
from scipy.special import j1

from astro_dl.observations.photometry.extinction import optical_extinction
from astro_dl.observations.spectra.wavelengths import SPEED_OF_LIGHT, resample
from astro_dl.science.stars.simulation.atmosphere import continuum_flux
from astro_dl.science.stars.simulation.grid import (
    GRAVITIES,
    METALLICITIES,
    STEP,
    TEMPERATURES,
    WAVELENGTHS,
    line_spectra,
    model_lines,
)
from astro_dl.science.stars.simulation.population import Stars

Array = np.ndarray
Range = tuple[float, float]

LIMB_DARKENING = 0.6
SIGMAS_PER_WIDTH = 2.354820
HIGHEST_DEGREE = 4
DARKEST = 1e-4
DISC_NODES = 256
"""Of the tabulated transform, to the unit."""

TURNS = 128


@dataclass(frozen=True)
class Observation:
    """What stands between a star's lines and its spectrum, each (n,).

    Parameters
    ----------
    velocity : ndarray
        Radial velocity, away from us [km/s].
    rotation : ndarray
        Projected velocity of the equator, v sin i [km/s].
    resolving_power : ndarray
        Wavelength over the full width at half maximum of a Gaussian line-spread function.
    reddening : ndarray
        Colour excess E(B − V) [mag].
    snr : ndarray
        Median signal-to-noise ratio of a pixel.
    calibration_error : ndarray
        Standard deviation of smooth errors of the flux calibration, relative.
    line_error : ndarray
        That of smooth errors of opacities in lines and bands, relative, for what these lack.
    """

    velocity: Array
    rotation: Array
    resolving_power: Array
    reddening: Array
    snr: Array
    calibration_error: Array
    line_error: Array


def interpolated_lines(stars: Stars) -> Array:
    """Return flux over continuum (n, pixels) on the grid's wavelengths, linearly interpolated.

    Parameters beyond the grid's ends are taken at the ends.
    """
    places = [
        _place(np.log(stars.temperature), np.log(TEMPERATURES)),
        _place(stars.log_g, GRAVITIES),
        _place(stars.metallicity, METALLICITIES),
    ]
    grid = line_spectra()
    total = np.empty((len(stars.temperature), len(WAVELENGTHS)), np.float32)
    (lefts, rights) = zip(*places, strict=True)
    shares = [np.stack([1 - share, share], axis=1).astype(np.float32) for share in rights]
    weights = np.einsum("ni,nj,nk->nijk", *shares).reshape(len(total), -1)
    # Star by star, as the eight spectra of one fit into a cache.
    for row, left in enumerate(zip(*lefts, strict=True)):
        corners = grid[tuple(slice(first, first + 2) for first in left)]
        np.matmul(weights[row], corners.reshape(8, -1), out=total[row])
    return total


def observed_lines(
    lines: Array, velocity: Array, rotation: Array, resolving_power: Array, edges: Array
) -> Array:
    """Return lines that are broadened, shifted and resampled.

    Parameters
    ----------
    lines : ndarray, (n, m)
        On the grid's wavelengths.
    velocity, rotation : ndarray, (n,)
        Radial velocity and v sin i [km/s].
    resolving_power : ndarray, (n,)
        Of the spectrograph.
    edges : ndarray, (pixels + 1,)
        Edges of its pixels, in vacuum [Å].

    Returns
    -------
    ndarray of float64, (n, pixels)
        Flux over continuum.
    """
    sigma = SPEED_OF_LIGHT / (SIGMAS_PER_WIDTH * resolving_power)
    pixel = SPEED_OF_LIGHT * STEP
    shift = np.log1p(velocity / SPEED_OF_LIGHT) / STEP
    n = lines.shape[1]
    # about one, so that the jump between the ends is small
    spectrum = rfft((lines - 1).astype(np.float32), axis=1)
    spectrum *= broadening(rfftfreq(n), sigma / pixel, rotation / pixel)
    spectrum *= _shifts(shift / n, spectrum.shape[1])
    seen = 1 + irfft(spectrum, n, axis=1, overwrite_x=True)
    return resample(WAVELENGTHS, seen, np.ones(n, bool), edges)


def _shifts(shift: Array, count: int) -> Array:
    """Return exp(-2πi k shift) (n, count), complex64: products of some coarse and some fine turns.

    A complex exponential for each would take longer than both transforms.
    """
    turns = [np.arange(0, count, TURNS), np.arange(TURNS)]
    coarse, fine = (
        np.exp(-2j * np.pi * one * shift[:, None]).astype(np.complex64) for one in turns
    )
    product = coarse[:, :, None] * fine[:, None, :]
    return product.reshape(len(shift), -1)[:, :count]


def broadening(frequency: Array, sigma: Array, rotation: Array) -> Array:
    """Return the transfer function (n, frequencies) of a Gaussian and a rotating disc, float32.

    Parameters
    ----------
    frequency : ndarray
        Per pixel.
    sigma, rotation : ndarray, (n,)
        Standard deviation, and v sin i, in pixels.

    Notes
    -----
    The disc is darkened towards its limb: the transform of Gray (2005), eq. 18.14, with ε = 0.6.
    """
    square = (np.pi * np.sqrt(2) * frequency).astype(np.float32) ** 2
    gauss = np.exp(-square * (sigma.astype(np.float32) ** 2)[:, None])
    u = (2 * np.pi * frequency) * rotation[:, None]
    end = 1 << max(int(u.max(initial=0)), 1).bit_length()
    gauss *= np.interp(u, *_disc_table(end))
    return gauss


@lru_cache(maxsize=4)
def _disc_table(end: int) -> tuple[Array, Array]:
    """Return places up to an end, and the transform of a darkened disc at these, to 1e-6."""
    u = np.arange(end * DISC_NODES + 1) / DISC_NODES
    small = u < 1e-2
    safe = np.where(small, 1, u)
    disc = 2 * (1 - LIMB_DARKENING) * j1(safe) / safe
    limb = 2 * LIMB_DARKENING * (np.sin(safe) - safe * np.cos(safe)) / safe**3
    return u, np.where(small, 1, (disc + limb) / (1 - LIMB_DARKENING / 3))


def exact_lines(stars: Stars) -> Array:
    """Return flux over continuum (n, pixels) on the grid's wavelengths, each star's own.

    For few stars quicker than `interpolated_lines`, which needs the whole grid.
    """
    return model_lines(stars.temperature, stars.log_g, stars.metallicity)


def observe_stars(
    stars: Stars,
    observation: Observation,
    edges: Array,
    rng: np.random.Generator,
    lines: Callable[[Stars], Array] = interpolated_lines,
) -> Array:
    """Return spectra (n, pixels) of stars, flux per wavelength of mean one before the noise.

    Parameters
    ----------
    stars : Stars
        What they are.
    observation : Observation
        How they are observed.
    edges : ndarray, (pixels + 1,)
        Edges of the spectrograph's pixels, in vacuum, within 3760 and 7540 Å [Å].
    rng : numpy.random.Generator
        Of calibration errors and noise.
    lines : callable, default interpolated_lines
        What gives flux over continuum on the grid's wavelengths.
    """
    seen = observed_lines(
        lines(stars),
        observation.velocity,
        observation.rotation,
        observation.resolving_power,
        edges,
    )
    strength = _smooth_factors(observation.line_error, seen.shape[1], 0, rng)
    seen = np.maximum(seen, DARKEST) ** strength
    wavelength = np.sqrt(edges[1:] * edges[:-1])
    continuum = continuum_flux(stars.temperature, stars.log_g, stars.metallicity, wavelength)
    absorbed = 3.1 * observation.reddening[:, None] * optical_extinction(wavelength)
    flux = seen * continuum * 10 ** (-0.4 * absorbed)
    flux *= _smooth_factors(observation.calibration_error, len(wavelength), 1, rng)
    flux /= flux.mean(axis=1, keepdims=True)
    return flux + photon_noise(flux, observation.snr, rng)


def photon_noise(flux: Array, snr: Array, rng: np.random.Generator) -> Array:
    """Return noise (n, pixels) whose variance follows the flux, of a median ratio ``snr`` (n,)."""
    median = np.median(flux, axis=1, keepdims=True)
    sigma = np.sqrt(np.maximum(flux, 0) * median) / snr[:, None]
    return sigma * rng.standard_normal(flux.shape)


def _smooth_factors(size: Array, pixels: int, least: int, rng: np.random.Generator) -> Array:
    """Return factors (n, pixels) about one: Legendre polynomials from degree ``least`` on."""
    basis = np.polynomial.legendre.legvander(np.linspace(-1, 1, pixels), HIGHEST_DEGREE)[:, least:]
    weights = rng.standard_normal((len(size), basis.shape[1]))
    return np.exp(size[:, None] * (weights @ basis.T))


def _place(values: Array, nodes: Array) -> tuple[Array, Array]:
    """Return the node to the left of each value, and how far it is on the way to the next."""
    inside = np.clip(values, nodes[0], nodes[-1])
    left = np.clip(np.searchsorted(nodes, inside) - 1, 0, len(nodes) - 2)
    return left, (inside - nodes[left]) / (nodes[left + 1] - nodes[left])
