"""Maps of an interferometer: sources through the beam, correlated noise, spokes, lost scales."""

import numpy as np

from astro_dl.observations.images.degrading import FWHM_PER_SIGMA
from astro_dl.observations.images.point_spread import convolve_gaussian
from astro_dl.science.radio_morphology.physics import RadioPhysics
from astro_dl.science.radio_morphology.simulation.sources import Gaussians

Array = np.ndarray

SPOKES = 3
"""Arms of the array, each of which leaves a ridge through every source."""
SPOKE_PERIOD_BEAMS = 2.6
SIDELOBE_SCATTER = 0.7
ANGLES = 24


def render(physics: RadioPhysics, sources: Gaussians) -> Array:
    """Return what the beam makes of Gaussians, without noise.

    A round Gaussian through a round Gaussian beam is a Gaussian. What is smoother than the largest
    scale is missing: the same, convolved once more, is subtracted.

    Parameters
    ----------
    physics : RadioPhysics
        Beam, pixels, and the largest scale.
    sources : Gaussians
        Of n maps.

    Returns
    -------
    ndarray
        (n, size, size) float32 [mJy/beam].
    """
    beam = physics.beam_arcsec / FWHM_PER_SIGMA
    lost = physics.largest_scale_arcsec / FWHM_PER_SIGMA
    seen = sources.sigma**2 + beam**2
    variance = np.concatenate([seen, seen + lost**2], axis=1)
    x, y, flux = (np.tile(one, (1, 2)) for one in (sources.x, sources.y, sources.flux))
    flux[:, flux.shape[1] // 2 :] *= -1
    height = (flux * beam**2 / variance).astype(np.float32)
    middle = (physics.size_pixels - 1) / 2
    axis = (np.arange(physics.size_pixels) - middle) * physics.pixel_scale_arcsec

    def profile(centre: Array) -> Array:
        square = (axis - centre[:, :, None]) ** 2 / variance[:, :, None]
        return np.exp(-0.5 * square.astype(np.float32))

    return np.swapaxes(profile(y) * height[:, :, None], 1, 2) @ profile(x)


def correlated_noise(physics: RadioPhysics, n: int, rng: np.random.Generator) -> Array:
    """Return noise (n, size, size) [mJy/beam]: white noise through the beam, float32."""
    sigma = physics.beam_arcsec / physics.pixel_scale_arcsec / FWHM_PER_SIGMA
    margin = int(np.ceil(4 * sigma))
    side = physics.size_pixels + 2 * margin
    white = rng.normal(size=(n, side, side)).astype(np.float32)
    middle = slice(margin, -margin)
    smooth = convolve_gaussian(white, sigma)[:, middle, middle]
    reach = np.arange(-4 * margin, 4 * margin + 1)
    weights = np.exp(-0.5 * (reach / sigma) ** 2)
    weights /= weights.sum()
    return (physics.noise_mjy / np.sum(weights**2)) * smooth


def sidelobes(physics: RadioPhysics, maps: Array, rng: np.random.Generator) -> Array:
    """Return what imperfect cleaning leaves about the brightest pixel of each map.

    Three ridges through it, as of a snapshot with an array of three arms, whose orientation is that
    of the hour of the observation.
    """
    n, size, _ = maps.shape
    bank = _spokes(size, physics.beam_arcsec / physics.pixel_scale_arcsec)
    peak = maps.reshape(n, -1).argmax(axis=1)
    height = maps.reshape(n, -1).max(axis=1) * physics.sidelobe_fraction
    height = height * np.exp(SIDELOBE_SCATTER * rng.normal(size=n)) * rng.choice([-1, 1], n)
    angle = np.asarray(rng.integers(0, ANGLES, n))
    result = np.empty_like(maps)
    for k, (row, column) in enumerate(zip(*np.divmod(peak, size), strict=True)):
        part = bank[angle[k], size - row : 2 * size - row, size - column : 2 * size - column]
        result[k] = height[k] * part
    return result


def _spokes(size: int, beam: float) -> Array:
    """Return the pattern at each angle, (ANGLES, 2 size + 1, 2 size + 1), zero at its middle."""
    y, x = np.mgrid[-size : size + 1, -size : size + 1].astype(np.float32)
    sigma = beam / FWHM_PER_SIGMA
    away = 1 - np.exp(-(x**2 + y**2) / (8 * sigma**2))
    patterns = []
    for turn in np.arange(ANGLES) / ANGLES * np.pi / SPOKES:
        pattern = np.zeros_like(x)
        for angle in turn + np.arange(SPOKES) * np.pi / SPOKES:
            along = x * np.cos(angle) + y * np.sin(angle)
            across = y * np.cos(angle) - x * np.sin(angle)
            wave = np.cos(2 * np.pi * along / (SPOKE_PERIOD_BEAMS * beam))
            pattern += np.exp(-0.5 * (across / sigma) ** 2) * wave
        patterns.append(pattern * away)
    return np.asarray(np.stack(patterns))
