"""The light of stars and galaxies on the pixels of their images, each kind apart."""

from collections.abc import Iterator

import numpy as np

from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.sersic_transform import half_light_b
from astro_dl.observations.galaxies.stamps import galaxy_stamps, star_stamps
from astro_dl.observations.images.sersic import SersicLight, sersic_flux
from astro_dl.science.source_segmentation.physics import CLASSES
from astro_dl.science.source_segmentation.simulation.sources import STAR, Seeing, Sources

Array = np.ndarray
STAMPS = (24, 48, 96, 192)
"""Pixels along either side of the stamps on which sources are drawn."""

EDGE_SIGMA = 0.2
"""Surface brightness down to which a source is drawn, where the largest stamp has it."""

AT_ONCE = 512


def light_by_class(sources: Sources, seeing: Seeing, size: int) -> Array:
    """Return the light of stars, spheroids and discs, each in images of its own.

    Parameters
    ----------
    sources : Sources
        Of n images; bulges are spheroids.
    seeing : Seeing
        Of each image.
    size : int
        Pixels along either side of an image.

    Returns
    -------
    ndarray of float32, (3, n, size, size)
        In the order of the classes of pixels after the background [σ of the sky].
    """
    light = np.zeros((len(CLASSES) - 1, len(seeing.fwhm), size, size), np.float32)
    for part in (sources.without_bulges, sources.bulges):
        for some, stamps in drawn(part, seeing):
            for one in range(len(some)):
                _add(light[some.kind[one] - 1, some.image[one]], stamps[one], some, one)
    return light


def drawn(sources: Sources, seeing: Seeing) -> Iterator[tuple[Sources, Array]]:
    """Yield sources, bulges left out, with their images on stamps as large as they need.

    The middle of a stamp of an even side is the corner between its four central pixels; see
    `place`.
    """
    wanted = 2 * reach(sources, seeing) + 2
    sides = np.array(STAMPS)[np.minimum(np.searchsorted(STAMPS, wanted), len(STAMPS) - 1)]
    for side in STAMPS:
        alike = np.flatnonzero(sides == side)
        for first in range(0, len(alike), AT_ONCE):
            some = sources.take(alike[first : first + AT_ONCE])
            yield some, _stamps(some, seeing, side)


def reach(sources: Sources, seeing: Seeing) -> Array:
    """Return the radius at which the surface brightness of each source falls to 0.2 σ [pixel].

    That of a galaxy is without the seeing, to which that of a star as bright as it is the least.
    """
    fwhm, beta = seeing.fwhm[sources.image], seeing.beta[sources.image]
    alpha = fwhm / (2 * np.sqrt(2 ** (1 / beta) - 1))
    peak = sources.flux * (beta - 1) / (np.pi * alpha**2)
    star = alpha * np.sqrt(np.maximum((peak / EDGE_SIGMA) ** (1 / beta) - 1, 0))
    radius, b = np.maximum(sources.radius, 1e-3), half_light_b(sources.index)
    half_light = sources.flux / sersic_flux(SersicLight(radius, sources.index))
    fall = np.maximum(1 + np.log(np.maximum(half_light / EDGE_SIGMA, 1e-9)) / b, 0)
    galaxy = radius * fall**sources.index / np.sqrt(1 - np.hypot(sources.e1, sources.e2))
    return np.where(sources.kind == STAR, star, np.maximum(galaxy, np.minimum(star, 3 * fwhm)))


def place(position: Array, side: int) -> tuple[Array, Array]:
    """Return the first pixel of a stamp of an even side, and where in it the position is.

    The latter from its middle, at most half a pixel.
    """
    corner = np.floor(position) + 0.5
    return (corner + 0.5 - side // 2).astype(int), position - corner


def _stamps(some: Sources, seeing: Seeing, side: int) -> Array:
    images, which = np.unique(some.image, return_inverse=True)
    fwhm, beta = seeing.fwhm[images], seeing.beta[images]
    spreads = moffat_images(fwhm, beta, side - 1, seeing.e1[images], seeing.e2[images])
    spread = spreads.astype(np.float32)[which]
    (_, x), (_, y) = (place(position, side) for position in (some.x, some.y))
    stamps = np.empty((len(some), side, side), np.float32)
    star = some.kind == STAR
    stamps[star] = star_stamps(x[star], y[star], some.flux[star], spread[star], side)
    profile = some.light.take(~star)
    centred = SersicLight(
        profile.effective_radius, profile.sersic_index, profile.e1, profile.e2, x[~star], y[~star]
    )
    stamps[~star] = galaxy_stamps(centred, some.flux[~star], spread[~star], side)
    return stamps


def _add(image: Array, stamp: Array, some: Sources, one: int) -> None:
    side = len(stamp)
    (top, _), (left, _) = (place(position[one], side) for position in (some.y, some.x))
    rows, columns = (
        slice(max(0, start), max(0, min(length, start + side)))
        for start, length in zip((top, left), image.shape, strict=True)
    )
    image[rows, columns] += stamp[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
