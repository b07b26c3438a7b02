"""Images of point-spread functions, the pixel in them: elliptical Moffat profiles and Gaussians."""

from typing import Any

import numpy as np
from scipy.special import roots_legendre

from astro_dl.core.errors import UsageError

Values = Any
"""Numbers or arrays of them."""

POINTS = 2
"""Gaussian points along a side of a pixel, over which its light is integrated."""


def check_point_spread_pixels(size: int, stamp: int) -> None:
    """Raise `UsageError` unless an image of this size fits into a stamp, about one pixel."""
    if size % 2 == 0 or size > stamp:
        raise UsageError(
            f"point_spread_pixels is {size}; accepted: an odd number, at most size_pixels, which "
            f"is {stamp}"
        )


def moffat_images(
    fwhm: Values, beta: Values, size: int, e1: Values = 0.0, e2: Values = 0.0
) -> np.ndarray:
    """Return pixel-integrated Moffat profiles about the central pixel (Moffat 1969, A&A 3, 455).

    Parameters
    ----------
    fwhm : array_like
        Full width at half maximum [pixel] before the pixel, the geometric mean of both axes; (n,).
    beta : array_like
        Exponent, above 1; infinite for a Gaussian.
    size : int
        Pixels along either side, odd.
    e1, e2 : array_like, default 0
        Ellipticity as in `astro_dl.observations.images.ellipse`.

    Returns
    -------
    ndarray
        (n, size, size) of unit sum.

    Raises
    ------
    UsageError
        If a number is out of its range.
    """
    fwhm, beta, e1, e2 = np.broadcast_arrays(*map(np.atleast_1d, (fwhm, beta, e1, e2)))
    if size % 2 == 0 or not (np.all(fwhm > 0) and np.all(beta > 1)):
        raise UsageError("point-spread functions have an odd size, a width > 0 and an exponent > 1")
    nodes, weights = roots_legendre(POINTS)
    axis = np.arange(size) - (size - 1) / 2
    fine = (axis[:, None] + nodes / 2).ravel()
    fwhm, beta, e1, e2 = (one.astype(float)[:, None, None] for one in (fwhm, beta, e1, e2))
    squared = elliptical_square(fine[None, None, :], fine[None, :, None], -e1, -e2)
    squared /= fwhm**2 / 4
    with np.errstate(invalid="ignore"):
        moffat = np.exp(-beta * np.log1p(squared * np.expm1(np.log(2) / beta)))
    profile = np.where(np.isinf(beta), np.exp2(-squared), moffat)
    profile = profile.reshape(len(profile), size, POINTS, size, POINTS)
    light = np.einsum("niajb,a,b->nij", profile, weights, weights)
    return light / light.sum(axis=(1, 2), keepdims=True)


def elliptical_square(x: np.ndarray, y: np.ndarray, e1: Values, e2: Values) -> np.ndarray:
    """Return x'²/q + q y'², x' and y' along the major and minor axis of an ellipticity.

    With −e1 and −e2 it is the squared radius of the ellipse itself, q x'² + y'²/q; with e1 and e2
    that of its Fourier transform. Parameters broadcast with each other.
    """
    modulus = np.square(e1) + np.square(e2)
    form = (1 + modulus) * (x**2 + y**2) + 2 * e1 * (x**2 - y**2) + 4 * e2 * (x * y)
    return form / (1 - modulus)
