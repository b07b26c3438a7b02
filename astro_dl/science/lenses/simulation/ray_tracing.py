"""Images of gravitational lenses: light traced back to the source plane, on pixels.

The image plane is sampled at the centres of the pixels, in blocks of images that stay in the cache.
Where sources of several components are seen, and only there, pixels are divided and averaged.
"""

import itertools
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from astro_dl.data.namespace import float_type, namespace_of
from astro_dl.observations.images.ellipse import axis_ratio_and_angle, quadratic_form
from astro_dl.observations.images.pixels import blocks, pixel_axis
from astro_dl.observations.images.point_spread import PointSpread
from astro_dl.observations.images.sersic import SersicLight, sersic_flux, surface_brightness
from astro_dl.science.lenses.simulation.mass import LensMass, source_position

POINTS_AT_ONCE = 16384
"""Points within divided pixels that are made at once."""

FINENESS = (2, 4, 8)
"""By how much a pixel may be divided along either side."""

REACH = 5.0
"""Radius, in effective radii, beyond which the light of a source is left out (0.2% of a disc's)."""

CORE = 2.5
"""Radius, in effective radii, within which the light of a source is steep."""

FINEST = 0.5
"""Distance of points, in minor effective radii, that samples the core of a source."""


def lens_images(
    mass: LensMass,
    source: SersicLight,
    lens: SersicLight | None,
    source_amplitude: Any,
    lens_amplitude: Any,
    *,
    size: int = 64,
    pixel_scale: float = 0.2,
    point_spread: PointSpread | None = None,
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """Return images of one lensed Sérsic source each, and of the light of the lens.

    Parameters
    ----------
    mass : LensMass
        Fields (n,) or numbers; the Einstein radius is (n,).
    source, lens : SersicLight
        Fields (n,) or numbers; None for a lens without light.
    source_amplitude, lens_amplitude : float or ndarray
        Light in the area of a pixel at the effective radius, above 0, (n,) or numbers.
    size : int, default 64
        Pixels along either side.
    pixel_scale : float, default 0.2
        [arcsec].
    point_spread : PointSpread, optional
        Blurs the images; its width is a number or (n,).
    dtype : dtype, default float32
        Of the arithmetic and the result.

    Returns
    -------
    ndarray
        (n, size, size), row by y upwards, column by x.
    """
    axis = pixel_axis(size, pixel_scale, dtype)
    x, y = axis[None, None, :], axis[None, :, None]
    n = len(mass.einstein_radius)
    images = np.empty((n, size, size), dtype)
    for part in blocks(n):
        image = lens_light(
            mass.take(part, 2),
            source.take(part, 2),
            None if lens is None else lens.take(part, 2),
            _column(source_amplitude, part),
            _column(lens_amplitude, part),
            x,
            y,
        )
        images[part] = image if point_spread is None else point_spread.take(part).blur(image)
    return images


def lens_light(
    mass: LensMass,
    source: SersicLight,
    lens: SersicLight | None,
    source_amplitude: Any,
    lens_amplitude: Any,
    x: Any,
    y: Any,
) -> Any:
    """Return the light of lensed Sérsic sources, and of the lenses, at positions in the image.

    Parameters
    ----------
    mass, source, lens
        As of `lens_images`, their fields broadcasting with the positions.
    source_amplitude, lens_amplitude : float or ndarray
        Likewise.
    x, y : ndarray or tensor
        Positions [arcsec]. For tensors of Keras, of full shapes, everything between numbers of
        lenses and their images is done on the device.

    Returns
    -------
    ndarray or tensor
        In the type of the positions.
    """
    beta = source_position(mass, x, y)
    light = surface_brightness(source, *beta, source_amplitude)
    if lens is not None:
        light += surface_brightness(lens, x, y, lens_amplitude)
    return light


def _column(values: Any, part: slice) -> np.ndarray:
    """Return the values of a block, to broadcast with images."""
    values = np.asarray(values, float)
    return values[part, None, None] if values.ndim else values


def lensed_light(
    mass: LensMass, source: SersicLight, flux: np.ndarray, *, size: int, pixel_scale: float
) -> np.ndarray:
    """Return images of lensed sources of several components in several bands, before any blurring.

    Only pixels that see the source within `REACH` effective radii of one of its components are
    made. Each is the mean of 2 × 2 points, or of up to 8 × 8 where it sees the core of a component
    that is smaller than its own size.

    Parameters
    ----------
    mass : LensMass
        Fields (n,) or numbers; the Einstein radius is (n,).
    source : SersicLight
        Fields (n, K) for K components; every one of them is an array.
    flux : ndarray
        (n, K, B) total unlensed light of each component in each band.
    size : int
        Pixels along either side.
    pixel_scale : float
        [arcsec].

    Returns
    -------
    ndarray
        (n, B, size, size) float32: light of the pixels.
    """
    images = np.zeros((len(flux), size, size, flux.shape[2]), np.float32)
    axis = pixel_axis(size, pixel_scale, np.float32)
    weight = (flux * (pixel_scale**2 / sersic_flux(source))[..., None]).astype(np.float32)
    for part in blocks(len(flux)):
        deflector = mass.take(part, 2)
        x, y = axis[None, None, :], axis[None, :, None]
        beta = source_position(deflector, x, y)
        extent = source_extent(deflector, x, y, pixel_scale)
        fineness = _fineness(source.take(part), weight[part], beta, extent)
        for finer in FINENESS:
            which, row, column = np.nonzero(fineness == finer)
            inner = pixel_axis(finer, pixel_scale / finer, np.float32)
            inner_x, inner_y = (grid.reshape(-1, 1) for grid in np.meshgrid(inner, inner))
            for some in blocks(len(which), POINTS_AT_ONCE // finer**2):
                image = which[some] + part.start
                x, y = axis[column[some]] + inner_x, axis[row[some]] + inner_y
                points = source_position(mass.take(image), x, y)
                light = _mean_light(source, weight, image, points)
                images[image, row[some], column[some]] = light
    return np.ascontiguousarray(np.moveaxis(images, -1, 1))


def _mean_light(
    source: SersicLight,
    weight: np.ndarray,
    image: np.ndarray,
    points: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Return the mean light (p, B) of the sources of these images (p,) over points (s, p)."""
    light = np.zeros((len(image), weight.shape[2]), np.float32)
    for k in range(weight.shape[1]):
        lit = np.flatnonzero(weight[image, k].any(axis=1))
        x, y = points if len(lit) == len(image) else (axis[:, lit] for axis in points)
        profile = surface_brightness(source.take((image[lit], k)), x, y).mean(axis=0)
        light[lit] += profile[:, None] * weight[image[lit], k]
    return light


def source_extent(mass: LensMass, x: Any, y: Any, pixel_scale: float) -> Any:
    """Return how wide pixels (n, H, W) are in the source plane, at most and about [arcsec].

    An isothermal lens makes images smaller by θ_E/θ − 1 within half its Einstein radius.
    """
    dtype, xp = float_type(x, y), namespace_of(x)
    dx, dy = x - np.asarray(mass.center_x, dtype), y - np.asarray(mass.center_y, dtype)
    radius = xp.sqrt(xp.maximum(dx**2 + dy**2, (0.1 * pixel_scale) ** 2))
    shrinking = np.asarray(mass.einstein_radius, dtype) / radius - 1
    return pixel_scale * xp.maximum(shrinking, 1, out=shrinking)


def _fineness(
    source: SersicLight, weight: np.ndarray, beta: tuple[np.ndarray, np.ndarray], extent: np.ndarray
) -> np.ndarray:
    """Return by how much pixels (n, H, W) are to be divided, of `FINENESS`; 0 where all is dark."""
    fineness = np.zeros(beta[0].shape, np.int8)
    for k in range(weight.shape[1]):
        lit = np.flatnonzero(weight[:, k].any(axis=1))
        seen = beta[0][lit], beta[1][lit]
        wanted = fineness_of_one(source.take((lit, k), 2), seen, extent[lit])
        fineness[lit] = np.maximum(fineness[lit], wanted)
    return fineness


def fineness_of_one(one: SersicLight, beta: tuple[Any, Any], extent: Any) -> Any:
    """Return by how much pixels are to be divided for one component of their source.

    Parameters
    ----------
    one : SersicLight
        Fields that broadcast with the pixels.
    beta : tuple of ndarray or tensor
        Where in the source plane the pixels' centres are [arcsec].
    extent : ndarray or tensor
        How wide they are there [arcsec].

    Returns
    -------
    ndarray or tensor of int8
        Of `FINENESS`; 0 where it is dark.
    """
    xp = namespace_of(extent)
    dx = beta[0] - one.center_x.astype(np.float32)
    dy = beta[1] - one.center_y.astype(np.float32)
    q, angle = axis_ratio_and_angle(one.e1, one.e2)
    circularised = (np.sqrt(q) * one.effective_radius).astype(np.float32)
    # radii along the minor axis, less what the pixel itself covers
    radius = xp.sqrt(quadratic_form(dx, dy, q, angle)) - 0.7 * extent
    ratio = extent / (FINEST * circularised)
    wanted = xp.full(radius.shape, FINENESS[0], dtype="int8")
    for coarser, finer in itertools.pairwise(FINENESS):
        wanted = xp.where(ratio > coarser, np.int8(finer), wanted)
    wanted = xp.where(radius > CORE * circularised, np.int8(FINENESS[0]), wanted)
    return xp.where(radius > REACH * circularised, np.int8(0), wanted)
