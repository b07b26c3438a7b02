"""Light of galaxies: the profile of Sérsic (1968), elliptical, by amplitude or by total flux.

The radius is R = √(q x² + y²/q) along the principal axes, so that the effective radius is that of
the area. b_n = 1.9992 n − 0.3271 (Capaccioli 1989), as in lenstronomy, for 0.5 < n < 10.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gamma

from astro_dl.data.namespace import float_type, namespace_of
from astro_dl.observations.images.ellipse import axis_ratio_and_angle, quadratic_form

Values = Any
"""Numbers or arrays of them."""

TINY = 1e-8
"""Far below what is resolved [arcsec]: keeps the logarithm of the radius finite."""

FAINTEST = -80.0
"""Logarithm of the least surface brightness, which single precision still holds."""


@dataclass(frozen=True)
class SersicLight:
    """Elliptical Sérsic profiles; the fields broadcast with each other.

    Parameters
    ----------
    effective_radius : float or ndarray
        Radius of half the light [arcsec], above 0.
    sersic_index : float or ndarray
        n: 0.5 is a Gaussian, 1 an exponential disc, 4 de Vaucouleurs' law.
    e1, e2 : float or ndarray, default 0
        Ellipticity components as in `ellipse`.
    center_x, center_y : float or ndarray, default 0
        Centre [arcsec].
    """

    effective_radius: Values
    sersic_index: Values
    e1: Values = 0.0
    e2: Values = 0.0
    center_x: Values = 0.0
    center_y: Values = 0.0

    def take(self, index: Any, axes: int = 0) -> "SersicLight":
        """Return the profiles at an index of array fields, with axes of length one appended."""
        key = (..., *([None] * axes))
        return SersicLight(*(v[index][key] if np.ndim(v) else v for v in vars(self).values()))


def sersic_b(sersic_index: Values) -> np.ndarray:
    """Return b_n ≈ 1.9992 n − 0.3271, at which the effective radius holds half the light."""
    return np.maximum(1.9992 * np.asarray(sersic_index, float) - 0.3271, 1e-5)


def sersic_flux(light: SersicLight) -> np.ndarray:
    """Return the total flux of profiles of unit surface brightness at the effective radius.

    2π n R_e² e^b b^(−2n) Γ(2n): Graham & Driver (2005), PASA 22, 118, eq. 2, for any axis ratio.

    Returns
    -------
    ndarray
        [arcsec²] times the unit of surface brightness.
    """
    n, b = np.asarray(light.sersic_index, float), sersic_b(light.sersic_index)
    return 2 * np.pi * n * light.effective_radius**2 * np.exp(b) * b ** (-2 * n) * gamma(2 * n)


def surface_brightness(
    light: SersicLight, x: np.ndarray, y: np.ndarray, amplitude: Values = 1.0
) -> np.ndarray:
    """Return A exp{−b [(R/R_e)^(1/n) − 1]}.

    Parameters
    ----------
    light : SersicLight
        Fields that broadcast with the positions.
    x, y : ndarray or tensor
        Positions [arcsec], broadcasting with each other: a row and a column, or full arrays.
        Tensors of Keras are evaluated on their device.
    amplitude : float or ndarray, default 1
        A, at the effective radius, above 0; broadcasts with the positions.

    Returns
    -------
    ndarray or tensor
        In the type of the positions.
    """
    dtype, xp = float_type(x, y), namespace_of(x)
    q, angle = axis_ratio_and_angle(light.e1, light.e2)
    n, b = np.asarray(light.sersic_index, float), sersic_b(light.sersic_index)

    def cast(value: Values) -> np.ndarray:
        return np.asarray(value).astype(dtype)

    dx, dy = x - cast(light.center_x), y - cast(light.center_y)
    # b (R/R_e)^(1/n) is (b^(2n) R²/R_e²)^(1/2n)
    scale = b ** (2 * n) / (q * light.effective_radius**2)
    exponent = quadratic_form(dx, dy, q, angle, scale, constant=scale * TINY**2)
    exponent = xp.log2(exponent, out=exponent)
    exponent *= cast(0.5 / n)
    exponent = xp.exp2(exponent, out=exponent)
    exponent = xp.subtract(cast(b + np.log(amplitude)), exponent, out=exponent)
    # subnormal numbers would slow down whatever is done with them
    exponent = xp.maximum(exponent, dtype.type(FAINTEST), out=exponent)
    return xp.exp(exponent, out=exponent)
