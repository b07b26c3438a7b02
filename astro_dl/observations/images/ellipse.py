"""Ellipses on the sky: axis ratio and angle against ellipticity components, elliptical radii.

Ellipticity components are e1 = (1 − q)/(1 + q) cos 2φ and e2 = (1 − q)/(1 + q) sin 2φ, with q the
axis ratio (minor over major) and φ the angle of the major axis from x towards y.
"""

import numpy as np
from numpy.typing import ArrayLike

from astro_dl.data.namespace import float_type


def axis_ratio_and_angle(e1: ArrayLike, e2: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the axis ratio q and the angle of the major axis φ [rad] of ellipticities."""
    modulus = np.hypot(e1, e2)
    return (1 - modulus) / (1 + modulus), np.arctan2(e2, e1) / 2


def ellipticity(axis_ratio: ArrayLike, angle: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the ellipticity components of an axis ratio and an angle [rad]."""
    modulus = (1 - np.asarray(axis_ratio)) / (1 + np.asarray(axis_ratio))
    return modulus * np.cos(2 * np.asarray(angle)), modulus * np.sin(2 * np.asarray(angle))


def quadratic_form(
    dx: np.ndarray,
    dy: np.ndarray,
    axis_ratio: ArrayLike,
    angle: ArrayLike,
    scale: ArrayLike = 1.0,
    constant: ArrayLike = 0.0,
) -> np.ndarray:
    """Return scale (q² x'² + y'²) + constant, x' and y' along the major and minor axis.

    Parameters
    ----------
    dx, dy : ndarray or tensor
        Offsets from the centre, broadcasting with each other; a row (..., 1, W)
        and a column (..., H, 1) of NumPy take a third of the time of full arrays.
    axis_ratio, angle : array_like
        q and φ [rad], broadcasting with the offsets.
    scale, constant : array_like, default 1 and 0
        Broadcasting with the offsets.

    Returns
    -------
    ndarray or tensor
        In the type of the offsets.
    """
    dtype = float_type(dx, dy)
    q2, cos, sin = np.square(np.asarray(axis_ratio, float)), np.cos(angle), np.sin(angle)
    xx = np.asarray(scale * (q2 * cos**2 + sin**2)).astype(dtype)
    yy = np.asarray(scale * (q2 * sin**2 + cos**2)).astype(dtype)
    xy = np.asarray(scale * (2 * (q2 - 1) * sin * cos)).astype(dtype)
    offset = np.asarray(constant).astype(dtype)
    if _is_grid(dx, dy):
        return _outer_sum((xx * dx**2 + offset, dx, 1), (1, xy * dy, yy * dy**2))
    form = xx * dx
    form += xy * dy
    form *= dx
    rest = yy * dy
    rest *= dy
    form += rest
    form += offset
    return form


def linear_form(dx: np.ndarray, dy: np.ndarray, by_x: ArrayLike, by_y: ArrayLike) -> np.ndarray:
    """Return by_x dx + by_y dy; parameters and result as in `quadratic_form`."""
    dtype = float_type(dx, dy)
    by_x, by_y = np.asarray(by_x).astype(dtype), np.asarray(by_y).astype(dtype)
    if _is_grid(dx, dy):
        return _outer_sum((by_x * dx, 1), (1, by_y * dy))
    form = by_x * dx
    form += by_y * dy
    return form


def _is_grid(x: np.ndarray, y: np.ndarray) -> bool:
    """Tell whether x are rows (..., 1, W) and y columns (..., H, 1) of NumPy."""
    if not isinstance(x, np.ndarray):
        return False
    return x.ndim > 1 and y.ndim > 1 and x.shape[-2] == 1 and y.shape[-1] == 1


def _outer_sum(rows: tuple[np.ndarray | int, ...], columns: tuple) -> np.ndarray:
    """Return the sum of rows[k] (..., 1, W) times columns[k] (..., H, 1), shape (..., H, W).

    A matrix product takes a quarter of the time of adding broadcast arrays.
    """
    both = np.broadcast(rows[0], columns[-1])
    *leading, height, width = both.shape
    dtype = columns[-1].dtype
    right = np.empty((*leading, len(rows), width), dtype)
    left = np.empty((*leading, height, len(rows)), dtype)
    for k in range(len(rows)):
        right[..., k : k + 1, :] = rows[k]
        left[..., k : k + 1] = columns[k]
    return left @ right
