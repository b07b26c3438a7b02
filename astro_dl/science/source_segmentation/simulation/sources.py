"""Which stars and galaxies are in a field: how many of which magnitude, how large, of what kind."""

from dataclasses import dataclass

import numpy as np

from astro_dl.core.rows import take_rows
from astro_dl.observations.images.ellipse import ellipticity
from astro_dl.observations.images.point_spread import FWHM_PER_SIGMA
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.source_segmentation.physics import (
    CLASSES,
    COUNTS_MAGNITUDE,
    MARGIN_PIXELS,
    SourceSegmentationPhysics,
)

Array = np.ndarray
STAR, SPHEROID, DISC = (CLASSES.index(name) for name in ("star", "spheroid", "disc"))
RADIUS_MAGNITUDE, RADIUS_SLOPE = 24.0, 0.13
DEPTH_SNR = 5.0
AXIS_RATIOS = {SPHEROID: (0.55, 1.0), DISC: (0.2, 1.0)}
SERSIC_INDEX_OF_SPHEROIDS = (2.5, 5.0)
BULGE_INDEX, BULGE_RADIUS = 2.5, 0.3
"""Of bulges; the radius in those of their discs."""


@dataclass(frozen=True)
class Seeing:
    """Through what n images are taken.

    Parameters
    ----------
    fwhm : ndarray, (n,)
        Full width at half maximum of stars [pixel].
    beta : ndarray, (n,)
        Exponent of their Moffat profiles.
    e1, e2 : ndarray, (n,)
        Their ellipticity.
    depth : ndarray, (n,)
        Magnitude of a star with a signal-to-noise ratio of 5.
    pixel_scale : ndarray, (n,)
        [arcsec].
    """

    fwhm: Array
    beta: Array
    e1: Array
    e2: Array
    depth: Array
    pixel_scale: Array

    def flux(self, image: Array, magnitude: Array) -> Array:
        """Return fluxes in standard deviations of the sky's noise in a pixel.

        A Gaussian of width s in white noise has the signal-to-noise ratio flux / √(4π) s.
        """
        faintest = DEPTH_SNR * np.sqrt(4 * np.pi) * self.fwhm[image] / FWHM_PER_SIGMA
        return faintest * 10 ** (-0.4 * (magnitude - self.depth[image]))


@dataclass(frozen=True)
class Sources:
    """Stars and galaxies.

    Parameters
    ----------
    image : ndarray of int, (m,)
        The image that each is in.
    kind : ndarray of int, (m,)
        Number of its class: star, spheroid or disc.
    magnitude : ndarray, (m,)
    flux : ndarray, (m,)
        Of all of its light [σ of the sky in a pixel].
    x, y : ndarray, (m,)
        Columns and rows [pixel], counted from the middle of the first pixel.
    radius : ndarray, (m,)
        Circularised effective radius [pixel], 0 of stars.
    index : ndarray, (m,)
        Sérsic index of spheroids and discs.
    e1, e2 : ndarray, (m,)
        Ellipticity.
    bulge_share : ndarray, (m,)
        Of the light of discs, in a bulge.
    """

    image: Array
    kind: Array
    magnitude: Array
    flux: Array
    x: Array
    y: Array
    radius: Array
    index: Array
    e1: Array
    e2: Array
    bulge_share: Array

    def __len__(self) -> int:
        return len(self.image)

    def take(self, some: Array) -> "Sources":
        """Return the sources at an index or of a mask."""
        return take_rows(self, some)

    @property
    def light(self) -> SersicLight:
        """Profiles in pixels, about their own centres."""
        return SersicLight(self.radius, self.index, self.e1, self.e2)

    @property
    def bulges(self) -> "Sources":
        """Bulges of the discs, as spheroids."""
        some = self.take(self.bulge_share > 0)
        one = np.ones(len(some))
        changed = {
            "kind": np.full(len(some), SPHEROID),
            "flux": some.flux * some.bulge_share,
            "radius": some.radius * BULGE_RADIUS,
            "index": BULGE_INDEX * one,
            "e1": 0.4 * some.e1,
            "e2": 0.4 * some.e2,
            "bulge_share": 0 * one,
        }
        return Sources(**{**vars(some), **changed})

    @property
    def without_bulges(self) -> "Sources":
        """The same with the light of bulges left out."""
        share = 1 - self.bulge_share
        return Sources(**{**vars(self), "flux": self.flux * share, "bulge_share": 0 * share})


def draw_sources(
    physics: SourceSegmentationPhysics, seeing: Seeing, rng: np.random.Generator
) -> Sources:
    """Return the stars and galaxies of each image, in no particular order.

    Parameters
    ----------
    physics : SourceSegmentationPhysics
        Counts and sizes.
    seeing : Seeing
        Of each image.
    rng : numpy.random.Generator
        Determines everything.
    """
    n = len(seeing.fwhm)
    low, high = np.log(physics.stars_per_square_arcmin_range)
    stars = np.exp(rng.uniform(low, high, n))
    galaxies = np.full(n, physics.galaxies_per_square_arcmin)
    star_image, star_magnitude = _counted(physics, seeing, stars, physics.star_counts_slope, rng)
    image, magnitude = _counted(physics, seeing, galaxies, physics.galaxy_counts_slope, rng)
    spheroid = rng.random(len(image)) < physics.spheroid_fraction
    kind = np.concatenate([np.full(len(star_image), STAR), np.where(spheroid, SPHEROID, DISC)])
    image = np.concatenate([star_image, image])
    magnitude = np.concatenate([star_magnitude, magnitude])
    m = len(image)
    lg_radius = np.log10(physics.galaxy_radius_arcsec / seeing.pixel_scale[image])
    lg_radius += -RADIUS_SLOPE * (magnitude - RADIUS_MAGNITUDE)
    lg_radius += physics.radius_scatter * rng.standard_normal(m)
    flattest, roundest = np.array(
        [AXIS_RATIOS.get(one, (1.0, 1.0)) for one in range(len(CLASSES))]
    )[kind].T
    e1, e2 = ellipticity(rng.uniform(flattest, roundest), rng.uniform(0, np.pi, m))
    side = physics.size_pixels
    x, y = rng.uniform(-MARGIN_PIXELS - 0.5, side + MARGIN_PIXELS - 0.5, (2, m))
    return Sources(
        image=image,
        kind=kind,
        magnitude=magnitude,
        flux=seeing.flux(image, magnitude),
        x=x,
        y=y,
        radius=np.where(kind == STAR, 0.0, 10**lg_radius),
        index=np.where(kind == SPHEROID, rng.uniform(*SERSIC_INDEX_OF_SPHEROIDS, m), 1.0),
        e1=e1,
        e2=e2,
        bulge_share=np.where(kind == DISC, rng.beta(1.2, 3.5, m), 0.0),
    )


def _counted(
    physics: SourceSegmentationPhysics,
    seeing: Seeing,
    density: Array,
    slope: float,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Return image and magnitude of sources whose number rises as 10^(slope · magnitude)."""
    faintest = seeing.depth + physics.faintest_magnitude
    brightest = seeing.depth - physics.brightest_magnitude
    below = 10 ** (slope * (brightest - faintest))
    side = (physics.size_pixels + 2 * MARGIN_PIXELS) * seeing.pixel_scale / 60
    mean = density * 10 ** (slope * (faintest - COUNTS_MAGNITUDE)) * (1 - below) * side**2
    image = np.repeat(np.arange(len(mean)), rng.poisson(mean))
    share = below[image] + (1 - below[image]) * rng.random(len(image))
    return image, faintest[image] + np.log10(share) / slope
