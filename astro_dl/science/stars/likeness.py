"""Does a spectrum look like a star's? It correlates best with stars at velocities that stars have.

Cross-correlation with templates over their logarithmic wavelengths (Tonry & Davis 1979, AJ 84,
1511), normalised at each shift to the pixels that overlap. The lines of a galaxy or a quasar fit
better elsewhere; noise fits nowhere, and thus as well at one shift as at another.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import irfft, rfft

from astro_dl.observations.spectra.wavelengths import SPEED_OF_LIGHT
from astro_dl.science.stars.inputs import WAVELENGTH_RANGE, pixel_edges, spectrum_inputs
from astro_dl.science.stars.simulation.population import CLASSES, draw_stars
from astro_dl.science.stars.simulation.spectra import Observation, exact_lines, observe_stars

Array = np.ndarray

FASTEST_KM_S = 600.0
"""Beyond the escape velocity of the Galaxy, which is some 550 km/s here."""

LEAST_CORRELATION = 0.35
"""Below that of every training and validation star of MILES, the lowest of which has 0.63."""

TEMPLATES_PER_CLASS = 8
LEAST_POWER = 1e-6
"""Mean square of an input below which it has no lines at all."""


@dataclass(frozen=True)
class Likeness:
    """How well spectra match the best of all templates, each (n,), from -1 to 1.

    Parameters
    ----------
    as_star : ndarray
        Correlation at velocities up to 600 km/s.
    elsewhere : ndarray
        At all other shifts that leave half of the pixels.
    """

    as_star: Array
    elsewhere: Array

    @property
    def not_a_star(self) -> Array:
        """Which of them (n,) match no star, or match better where no star moves."""
        return (self.as_star < LEAST_CORRELATION) | (self.elsewhere > self.as_star)


@dataclass(frozen=True)
class Templates:
    """Stars that spectra are compared with, as transforms, so that none is made twice.

    Parameters
    ----------
    lines, squares : ndarray of complex, (templates, frequencies)
        Conjugate Fourier transforms of their inputs, and of the squares of these, to twice the
        length padded with zeros.
    """

    lines: Array
    squares: Array


def star_likeness(x: Array) -> Likeness:
    """Return how inputs compare with simulated stars of all classes.

    Parameters
    ----------
    x : ndarray, (n, pixels, 1)
        Inputs of `astro_dl.science.stars.inputs.spectrum_inputs`; unusable ones, NaN, match
        nothing.
    """
    lines = np.nan_to_num(np.asarray(x, float)[..., 0])
    pixels = lines.shape[1]
    templates = stellar_templates(pixels)
    best = np.array([_correlations(one, templates).max(axis=0) for one in lines])
    pixel = SPEED_OF_LIGHT * np.log(WAVELENGTH_RANGE[1] / WAVELENGTH_RANGE[0]) / pixels
    near = np.abs(_shifts(pixels)) <= max(FASTEST_KM_S / pixel, 1)
    return Likeness(best[:, near].max(axis=1), best[:, ~near].max(axis=1))


@lru_cache(maxsize=2)
def stellar_templates(pixels: int) -> Templates:
    """Return simulated stars of all classes at rest, without noise and dust."""
    rng = np.random.default_rng(0)
    stars = draw_stars(np.repeat(np.arange(len(CLASSES)), TEMPLATES_PER_CLASS), rng)
    n = len(stars.number)
    none = np.zeros(n)
    observation = Observation(
        velocity=none,
        rotation=np.full(n, 50.0),
        resolving_power=np.full(n, 2000.0),
        reddening=none,
        snr=np.full(n, 1e6),
        calibration_error=none,
        line_error=none,
    )
    seen = observe_stars(stars, observation, pixel_edges(pixels), rng, exact_lines)
    x = spectrum_inputs(seen)[..., 0]
    lines, squares = (np.conj(rfft(one, 2 * pixels)) for one in (x.astype(float), x**2.0))
    return Templates(lines, squares)


def _shifts(pixels: int) -> Array:
    """Return the shifts that leave at least half of the pixels."""
    return np.arange(-(pixels // 2), pixels // 2 + 1)


def _correlations(lines: Array, templates: Templates) -> Array:
    """Return the correlation (templates, shifts) of a spectrum (pixels,) with shifted templates."""
    pixels = len(lines)
    shifts = _shifts(pixels)
    # an input is exactly zero where nothing is known: there a template has no part in the match
    spectra = rfft(np.stack([lines, lines != 0]), 2 * pixels)
    together = irfft(spectra[0] * templates.lines, 2 * pixels)[:, shifts]
    power = irfft(spectra[1] * templates.squares, 2 * pixels)[:, shifts]
    squares = np.concatenate([[0], np.cumsum(lines**2)])
    own = squares[np.minimum(pixels, pixels + shifts)] - squares[np.maximum(0, shifts)]
    floor = LEAST_POWER * pixels
    return together / np.sqrt(np.maximum(own, floor) * np.maximum(power, floor))
