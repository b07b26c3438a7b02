"""How much likelier an image is of a galaxy than of a star, all else integrated out.

Of a template t of unit power, seen through the point-spread function, the likelihood of an image x
depends on a = Σ t x alone: with the prior 1/ν of signal-to-noise ratios ν in a range, it is the
integral of exp(ν a − ν²/2) / ν over it, about exp(a²/2) / a times the share of N(a, 1) inside.
Places are integrated over by Laplace's method about the best of a grid; shapes of galaxies are
summed over as the simulation draws them. With all priors those of the simulation, no statistic of
the image ranks sources better.
"""

from itertools import product

import numpy as np
from numpy.typing import ArrayLike
from scipy import fft
from scipy.special import log_ndtr, logsumexp

from astro_dl.core.examples import Inputs
from astro_dl.observations.galaxies.inputs import images_of
from astro_dl.observations.galaxies.stamps import galaxy_stamps, star_stamps
from astro_dl.observations.images.degrading import full_width_at_half_maximum
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics

Array = np.ndarray
RADII, INDICES, RATIOS, ANGLES = 8, 4, 3, 4
"""Grid of shapes, at the middles of equal parts of their priors."""

STEPS = 2
"""Of the grid of places, to either side of the middle."""


def log_bayes_factors(physics: StarGalaxyPhysics, x: Inputs) -> Array:
    """Return ln P(image | galaxy) − ln P(image | star) (n,), neighbours and saturation aside.

    Parameters
    ----------
    physics : StarGalaxyPhysics
        Priors.
    x : dict of ndarray
        Inputs of networks.
    """
    images, spreads = images_of(x)
    _, first, frame = np.unique(
        spreads.reshape(len(spreads), -1), axis=0, return_index=True, return_inverse=True
    )
    moves = shift_matrices(images.shape[1], physics.offset_pixels)
    found = np.empty(len(images))
    for number, start in enumerate(first):
        star, galaxies = templates(physics, spreads[start].astype(float), images.shape[1])
        together = np.concatenate([star[None], galaxies]).reshape(1 + len(galaxies), -1)
        for k in np.flatnonzero(frame.ravel() == number):
            moved = moves[:, None] @ images[k] @ moves.transpose(0, 2, 1)
            overlap = together @ moved.reshape(-1, images[k].size).T
            evidence = _over_places(overlap.reshape(len(together), *[2 * STEPS + 1] * 2), physics)
            found[k] = logsumexp(evidence[1:]) - np.log(len(galaxies)) - evidence[0]
    return found


def templates(physics: StarGalaxyPhysics, spread: Array, size: int) -> tuple[Array, Array]:
    """Return images in the middle of a star and of galaxies (m, size, size), of unit power."""
    width = max(np.sqrt(max(full_width_at_half_maximum(spread) ** 2 - 1, 0)), 1.0)
    radius = np.exp(_middles(np.log(physics.radius_fwhm_range), RADII)) * width
    index = np.exp(_middles(np.log(physics.sersic_index_range), INDICES))
    ratio = _middles(physics.axis_ratio_range, RATIOS)
    angle = np.arange(ANGLES) * np.pi / ANGLES
    shapes = np.array(list(product(radius, index, ratio, angle))).T
    light = SersicLight(shapes[0], shapes[1], *ellipticity(shapes[2], shapes[3]))
    galaxies = galaxy_stamps(light, np.ones(shapes.shape[1]), spread, size)
    (star,) = star_stamps(np.zeros(1), np.zeros(1), np.ones(1), spread, size)
    power = np.sqrt(np.sum(galaxies**2, axis=(1, 2), keepdims=True))
    return star / np.sqrt(np.sum(star**2)), galaxies / power


def shift_matrices(size: int, reach: float) -> Array:
    """Return what moves a row of pixels by steps up to a reach to either side (2 s + 1, …)."""
    frequency = 2j * np.pi * fft.fftfreq(size)
    steps = np.linspace(-reach, reach, 2 * STEPS + 1)
    spectrum = fft.fft(np.eye(size), axis=0)
    moved = fft.ifft(np.exp(steps[:, None, None] * frequency[:, None]) * spectrum, axis=1)
    return moved.real.astype(np.float32)


def _middles(bounds: ArrayLike, count: int) -> Array:
    low, high = np.asarray(bounds, float)
    return low + (high - low) * (np.arange(count) + 0.5) / count


def _over_places(overlap: Array, physics: StarGalaxyPhysics) -> Array:
    """Return the logarithm of the mean likelihood over places, a (m, 2 s + 1, 2 s + 1)."""
    low, high = physics.snr_range
    inside = log_ndtr(overlap - low) + log_ndtr(high - overlap)
    log_likelihood = 0.5 * overlap**2 - np.log(np.maximum(overlap, low)) + inside
    step = physics.offset_pixels / STEPS
    if step == 0:
        return log_likelihood[:, STEPS, STEPS]
    inner = log_likelihood[:, 1:-1, 1:-1].reshape(len(overlap), -1)
    best = inner.argmax(axis=1)
    row, column = best // (2 * STEPS - 1) + 1, best % (2 * STEPS - 1) + 1
    m = np.arange(len(overlap))

    def at(i: int, j: int) -> Array:
        return log_likelihood[m, row + i, column + j]

    top = at(0, 0)
    slope_y, slope_x = (at(1, 0) - at(-1, 0)) / 2, (at(0, 1) - at(0, -1)) / 2
    yy, xx = 2 * top - at(1, 0) - at(-1, 0), 2 * top - at(0, 1) - at(0, -1)
    xy = -(at(1, 1) + at(-1, -1) - at(1, -1) - at(-1, 1)) / 4
    determinant = yy * xx - xy**2
    peaked = (yy > 0) & (xx > 0) & (determinant > 1e-3 * yy * xx)
    safe = np.where(peaked, determinant, 1.0)
    rise = (xx * slope_y**2 - 2 * xy * slope_x * slope_y + yy * slope_x**2) / (2 * safe)
    area = (2 * STEPS) ** 2
    narrow = top + np.clip(rise, 0, None) + np.log(2 * np.pi / area) - 0.5 * np.log(safe)
    wide = logsumexp(log_likelihood.reshape(len(overlap), -1), axis=1) - np.log(
        (2 * STEPS + 1) ** 2
    )
    # broad peaks are better summed, and sharp ones better integrated by their curvature
    sharp = peaked & (np.minimum(yy, xx) > 0.5)
    return np.where(sharp, narrow, wide)
