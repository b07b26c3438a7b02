"""What is in the sky and in the detector besides particles: stars, galaxies, trails, hot pixels."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from astro_dl.observations.images.galaxies import Components, render_components
from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA, convolve_gaussian
from astro_dl.science.cosmic_rays.physics import CosmicRayPhysics

COUNTS_SLOPE = 0.75
"""Of the number of stars with more than a flux against the flux: 0.3 per magnitude."""

FAINTEST_SNR, BRIGHTEST_SNR = 3.0, 30_000.0
WING_RATIO_RANGE, WING_SHARE_RANGE = (2.0, 3.0), (0.02, 0.2)
ELLIPTICAL_AXES = 0.1
BLEEDING_STEPS = 64


@dataclass(frozen=True)
class Seeing:
    """Point-spread functions of n images: two Gaussians each, along the axes of the image.

    As the Sloan survey describes its stars (Stoughton et al. 2002, section 4.3).

    Parameters
    ----------
    sigma : ndarray, (n, 2)
        Standard deviations along rows and columns of the core [pixel].
    wing_ratio : ndarray, (n,)
        By which the wings are wider.
    wing_share : ndarray, (n,)
        Of the light that is in them.
    """

    sigma: np.ndarray
    wing_ratio: np.ndarray
    wing_share: np.ndarray


def draw_seeing(fwhm: np.ndarray, rng: np.random.Generator) -> Seeing:
    """Return point-spread functions whose cores are this wide (n,) [pixel]."""
    n = len(fwhm)
    stretch = np.exp(ELLIPTICAL_AXES * rng.standard_normal((n, 1)) * np.array([0.5, -0.5]))
    return Seeing(
        fwhm[:, None] / FWHM_PER_SIGMA * stretch,
        rng.uniform(*WING_RATIO_RANGE, n),
        rng.uniform(*WING_SHARE_RANGE, n),
    )


def star_light(
    physics: CosmicRayPhysics,
    seeing: Seeing,
    density: np.ndarray,
    noise: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return stars (n, size, size) [electrons].

    Light is integrated over pixels: undersampled stars are as sharp as they can be.

    Parameters
    ----------
    physics : CosmicRayPhysics
        Size of the images.
    seeing : Seeing
        Of each image.
    density, noise : ndarray, (n,)
        Mean number per million pixels; standard deviation of the noise in a pixel [electrons].
    rng : numpy.random.Generator
        Determines everything.
    """
    size, n = physics.size_pixels, len(density)
    numbers = rng.poisson(density * size**2 / 1e6)
    most = max(1, int(numbers.max(initial=0)))
    there = np.arange(most) < numbers[:, None]
    row, column = rng.uniform(-2, size + 1, (2, n, most))
    snr = FAINTEST_SNR * rng.random((n, most)) ** (-1 / COUNTS_SLOPE)
    width = np.sqrt(4 * np.pi * seeing.sigma.prod(axis=1))
    flux = np.minimum(snr, BRIGHTEST_SNR) * (noise * width)[:, None] * there
    image = np.zeros((n, size, size), np.float32)
    for ratio, share in (
        (np.ones(n), 1 - seeing.wing_share),
        (seeing.wing_ratio, seeing.wing_share),
    ):
        along, across = (
            _in_pixels(where, seeing.sigma[:, axis] * ratio, size)
            for axis, where in enumerate((row, column))
        )
        image += np.swapaxes(along * (flux * share[:, None])[..., None], 1, 2) @ across
    return image


def galaxy_light(
    physics: CosmicRayPhysics,
    seeing: Seeing,
    density: np.ndarray,
    noise: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return galaxies (n, size, size) [electrons]; parameters as of `star_light`."""
    size, n = physics.size_pixels, len(density)
    image = np.repeat(np.arange(n), rng.poisson(density * size**2 / 1e6))
    m = len(image)
    if not m:
        return np.zeros((n, size, size), np.float32)
    radius = np.exp(rng.uniform(np.log(0.7), np.log(8), m))
    snr = 5 * rng.random(m) ** (-1 / COUNTS_SLOPE)
    flux = np.minimum(snr, BRIGHTEST_SNR) * noise[image] * np.sqrt(4 * np.pi) * (radius + 1)
    ellipticity, angle = rng.uniform(0, 0.6, m), rng.uniform(0, 2 * np.pi, m)
    x, y = rng.uniform(-size / 2, size / 2, (2, m))
    galaxies = Components(
        image,
        flux[:, None],
        x,
        y,
        radius,
        np.where(rng.random(m) < 0.7, 1.0, 4.0),
        ellipticity * np.cos(angle),
        ellipticity * np.sin(angle),
    )
    sharp = render_components(galaxies, n, size=size, pixel_scale=1.0)[:, 0]
    return convolve_gaussian(sharp, np.sqrt(seeing.sigma.prod(axis=1)))


def trail_light(
    physics: CosmicRayPhysics, seeing: Seeing, noise: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the trails of satellites (n, size, size) [electrons], in some of the images."""
    size, n = physics.size_pixels, len(noise)
    crossed = np.flatnonzero(rng.random(n) < physics.trail_fraction)
    light = np.zeros((n, size, size), np.float32)
    angle = rng.uniform(0, np.pi, len(crossed))
    offset = rng.uniform(-size / 2, size / 2, len(crossed))
    axis = np.arange(size) - (size - 1) / 2
    distance = (
        np.cos(angle)[:, None, None] * axis
        + np.sin(angle)[:, None, None] * axis[:, None]
        - offset[:, None, None]
    )
    width = np.sqrt(seeing.sigma.prod(axis=1))[crossed] * rng.uniform(1, 1.5, len(crossed))
    peak = noise[crossed] * np.exp(rng.uniform(np.log(2), np.log(100), len(crossed)))
    light[crossed] = peak[:, None, None] * np.exp(-0.5 * (distance / width[:, None, None]) ** 2)
    return light


def hot_pixels(
    physics: CosmicRayPhysics, noise: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return what single pixels count without any light (n, size, size) [electrons]."""
    size, n = physics.size_pixels, len(noise)
    hot = rng.random((n, size, size)) < physics.hot_pixels_per_megapixel / 1e6
    strength = np.exp(rng.uniform(np.log(3), np.log(300), (n, size, size)))
    return (hot * strength * noise[:, None, None]).astype(np.float32)


def bleed(electrons: np.ndarray, full_well: float) -> np.ndarray:
    """Return images in which what pixels cannot hold runs along their columns, (n, H, W)."""
    held = np.array(electrons, np.float32)
    some = np.flatnonzero((held > full_well).any(axis=(1, 2)))
    images = held[some]
    for _ in range(BLEEDING_STEPS):
        excess = np.maximum(images - full_well, 0)
        if not excess.any():
            break
        images -= excess
        images[:, 1:] += 0.5 * excess[:, :-1]
        images[:, :-1] += 0.5 * excess[:, 1:]
    held[some] = np.minimum(images, full_well)
    return held


def _in_pixels(centre: np.ndarray, sigma: np.ndarray, size: int) -> np.ndarray:
    """Return the share of a Gaussian's light in each row of pixels, (n, stars, size)."""
    edges = np.arange(size + 1) - 0.5
    below = ndtr((edges - centre[..., None]) / sigma[:, None, None])
    return np.diff(below, axis=-1).astype(np.float32)
