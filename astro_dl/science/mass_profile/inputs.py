"""From stars of a galaxy to what networks take: one way for simulated and real ones.

Velocities count from their mean and in units of their dispersion, radii in half-light radii, so
that galaxies of any scale look alike. Where the sky is round and nothing turns, neither the sign of
a velocity nor the direction of a star on the sky tells anything: they are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec
from astro_dl.models.attention.tracer_channels import CHANNELS, ERROR, KNOWN, RADIUS, SPEED
from astro_dl.science.mass_profile.physics import MassProfilePhysics

Array = np.ndarray
STARS, GALAXY = "stars", "galaxy"
NUMBERS = ("ln dispersion", "ln stars")
FARTHEST_SPEED = 5.0
"""Stars beyond this many dispersions belong to something else, and are left out."""

LEAST_ERROR, LARGEST_ERROR = 0.02, 2.0
"""In dispersions: smaller errors count as the first, stars of larger ones are left out."""

CLIP, ROUNDS = 3.5, 3
NEAREST = 0.01
"""Half-light radii below which radii count as this."""

IMAGE_SIDE = 32
IMAGE_REACH = np.log(8.0)
BANDWIDTH = 1.0
"""Pixels by which the image is smoothed."""


@dataclass(frozen=True)
class Stars:
    """Stars of a galaxy.

    Parameters
    ----------
    radii : ndarray, (m,)
        Projected, in half-light radii.
    velocities, errors : ndarray, (m,)
        Along the line of sight [km/s].
    """

    radii: Array
    velocities: Array
    errors: Array

    def __len__(self) -> int:
        return len(self.radii)

    def take(self, rows: Array) -> "Stars":
        """Return some of them."""
        return Stars(self.radii[rows], self.velocities[rows], self.errors[rows])


@dataclass(frozen=True)
class TaggedStars:
    """Stars of a galaxy with their metallicities.

    Parameters
    ----------
    stars : Stars
        m of them.
    metallicities, errors : ndarray, (m,)
        Any measure that rises with the metals, such as an index of magnesium, and its error.
    """

    stars: Stars
    metallicities: Array
    errors: Array


@dataclass(frozen=True)
class Prepared:
    """Galaxies as a network sees them.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Inputs of n galaxies.
    dispersion_kms : ndarray, (n,)
        Observed, errors included.
    intrinsic_kms : ndarray, (n,)
        The same without the errors; zero where errors explain all.
    mean_kms : ndarray, (n,)
        Of the velocities.
    stars : ndarray of int, (n,)
        Those that were used.
    """

    x: Inputs
    dispersion_kms: Array
    intrinsic_kms: Array
    mean_kms: Array
    stars: Array


def mean_and_dispersion(velocities: Array) -> tuple[float, float]:
    """Return the mean and the standard deviation [km/s] without what is 3.5 deviations off."""
    mean = float(np.median(velocities))
    deviation = 1.4826 * float(np.median(np.abs(velocities - mean)))
    for _ in range(ROUNDS):
        near = velocities[np.abs(velocities - mean) <= CLIP * deviation]
        if len(near) < 2:
            break
        mean, deviation = float(near.mean()), float(near.std(ddof=1))
    return mean, deviation


def used(physics: MassProfilePhysics, stars: Stars) -> Array:
    """Return which stars (m,) networks are given: not those beyond any galaxy of the training."""
    mean, dispersion = mean_and_dispersion(stars.velocities)
    kept = np.abs(stars.velocities - mean) < FARTHEST_SPEED * dispersion
    kept &= stars.errors < LARGEST_ERROR * dispersion
    return np.asarray(kept & (stars.radii < physics.farthest[1]))


def prepare(physics: MassProfilePhysics, galaxies: Sequence[Stars]) -> Prepared:
    """Return the inputs of galaxies; NaN for those of fewer than two stars or no dispersion.

    Stars beyond the farthest of the training, of great errors or of other velocities are left out.

    Parameters
    ----------
    physics : MassProfilePhysics
        What networks are given; stars beyond its ``most_stars`` must have been left out.
    galaxies : sequence of Stars
        With all numbers finite and errors above zero.
    """
    table = np.zeros((len(galaxies), physics.most_stars, len(CHANNELS)), np.float32)
    numbers = np.full((len(galaxies), len(NUMBERS)), np.nan, np.float32)
    means, dispersions, intrinsic = np.full((3, len(galaxies)), np.nan)
    counts = np.zeros(len(galaxies), int)
    for row, stars in enumerate(galaxies):
        if len(stars) < 2:
            continue
        mean, dispersion = mean_and_dispersion(stars.velocities)
        if not dispersion > 0:
            continue
        speeds = np.abs(stars.velocities - mean) / dispersion
        kept = used(physics, stars)
        if kept.sum() < 2:
            continue
        counts[row], means[row], dispersions[row] = kept.sum(), mean, dispersion
        errors = stars.errors[kept]
        intrinsic[row] = np.sqrt(max(dispersion**2 - float(np.mean(errors**2)), 0.0))
        table[row, : counts[row]] = np.stack(
            [
                np.log(np.maximum(stars.radii[kept], NEAREST)),
                speeds[kept],
                np.log(np.maximum(errors / dispersion, LEAST_ERROR)),
                np.ones(counts[row]),
            ],
            axis=1,
        )
        numbers[row] = np.log(dispersion), np.log(counts[row])
    x: Inputs = {STARS: table, GALAXY: numbers}
    if physics.given == "image":
        x = images(table, numbers)
    return Prepared(x, dispersions, intrinsic, means, counts)


def images(table: Array, numbers: Array) -> Array:
    """Return images (n, side, side, 2) of stars: density in radius and velocity, and their error.

    After Expósito-Márquez et al. (2023, arXiv:2209.05965): stars smoothed by a kernel on a grid of
    radius and velocity. Here the logarithm of their number keeps how many there are; their mean
    error fills the second plane.
    """
    found = np.zeros((len(table), IMAGE_SIDE, IMAGE_SIDE, 2), np.float32)
    for image, stars in zip(found, table, strict=True):
        known = stars[:, KNOWN] > 0
        across = (stars[known, RADIUS] - np.log(NEAREST)) / (IMAGE_REACH - np.log(NEAREST))
        places = np.stack([across, stars[known, SPEED] / FARTHEST_SPEED], axis=1)
        counts = np.histogramdd(
            np.clip(places, 0, 1 - 1e-6), (IMAGE_SIDE, IMAGE_SIDE), ((0, 1), (0, 1))
        )[0]
        image[..., 0] = np.log1p(gaussian_filter(counts, BANDWIDTH, mode="reflect"))
        image[..., 1] = stars[known, ERROR].mean() if known.any() else 0
    found[np.isnan(numbers).any(axis=1)] = np.nan
    return found


def input_spec(physics: MassProfilePhysics) -> InputSpec:
    """Return the shapes of the inputs, and what their numbers mean."""
    if physics.given == "image":
        meaning = {"planes": ["ln(1 + stars) in ln radius and speed", "mean ln error"]}
        return InputSpec((IMAGE_SIDE, IMAGE_SIDE, 2), meaning)
    shapes: dict[str, tuple[int, ...]] = {
        STARS: (physics.most_stars, len(CHANNELS)),
        GALAXY: (len(NUMBERS),),
    }
    return InputSpec(
        shapes,
        {
            STARS: list(CHANNELS),
            GALAXY: list(NUMBERS),
            "radius": "projected, in half-light radii",
            "speed": "from the mean along the line of sight, over the observed dispersion [km/s]",
        },
    )


def moments(physics: MassProfilePhysics, x: Inputs) -> Array:
    """Return what classical methods are given, (n, k): dispersions and kurtoses by radius.

    In three ranges of radius, and of all: the logarithm of the mean square of the speed without
    that of the errors, and the mean fourth power over the square; of images the means along both
    sides.
    """
    if isinstance(x, np.ndarray):
        return np.concatenate([x[..., 0].mean(axis=1), x[..., 0].mean(axis=2)], axis=1)
    stars, galaxy = x[STARS], x[GALAXY]
    known, speeds, radii = stars[..., KNOWN], stars[..., SPEED], stars[..., RADIUS]
    squares = np.exp(2 * stars[..., ERROR])
    columns = [galaxy]
    for low, high in ((-np.inf, np.inf), (-np.inf, -0.5), (-0.5, 0.4), (0.4, np.inf)):
        weight = known * (radii >= low) * (radii < high)
        total = np.maximum(weight.sum(axis=1), 1)
        second = (weight * speeds**2).sum(axis=1) / total
        fourth = (weight * speeds**4).sum(axis=1) / total
        error = (weight * squares).sum(axis=1) / total
        own = np.log(np.maximum(second - error, 0.05))
        columns.append(np.stack([own, fourth / np.maximum(second, 0.05) ** 2, total], axis=1))
    return np.concatenate(columns, axis=1).astype(np.float32)
