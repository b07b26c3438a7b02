"""Deflection of light by an isothermal ellipsoid, with or without a core, in an external shear.

The convergence is κ = ½ θ_E / √(q x² + y²/q + s²) along the principal axes: Kormann, Schneider &
Bartelmann (1994), A&A 284, 285, in the form of Keeton (2001), astro-ph/0102341. Ellipticity
components are those of `ellipse`; the Einstein radius is that of the area within it, whatever q is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from astro_dl.data.namespace import float_type, namespace_of
from astro_dl.observations.images.ellipse import axis_ratio_and_angle, linear_form, quadratic_form

Values = Any
"""Numbers or arrays of them."""

ROUNDEST = 1 - 1e-8
"""Axis ratio above which a mass counts as this elliptical: the formulas divide by √(1 − q²)."""

TINY = 1e-8
"""Far below what is resolved [arcsec]: keeps the centre of a singular mass free of 0/0."""


@dataclass(frozen=True)
class LensMass:
    """Isothermal ellipsoids with external shear; the fields broadcast with each other.

    Parameters
    ----------
    einstein_radius : float or ndarray
        θ_E [arcsec]; 0 for no mass.
    e1, e2 : float or ndarray, default 0
        Ellipticity components, of modulus below 1.
    center_x, center_y : float or ndarray, default 0
        Centre [arcsec].
    gamma1, gamma2 : float or ndarray, default 0
        External shear, without deflection at the origin of the coordinates.
    core_radius : float or ndarray, default 0
        s [arcsec].
    """

    einstein_radius: Values
    e1: Values = 0.0
    e2: Values = 0.0
    center_x: Values = 0.0
    center_y: Values = 0.0
    gamma1: Values = 0.0
    gamma2: Values = 0.0
    core_radius: Values = 0.0

    def take(self, index: Any, axes: int = 0) -> "LensMass":
        """Return the masses at an index of (n,) fields, with axes of length one appended."""
        key = (..., *([None] * axes))
        return LensMass(*(v[index][key] if np.ndim(v) else v for v in vars(self).values()))


def deflection(mass: LensMass, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the deflection angles at positions; the light comes from position − deflection.

    Parameters
    ----------
    mass : LensMass
        Fields that broadcast with the positions.
    x, y : ndarray or tensor
        Positions [arcsec], broadcasting with each other; a row (..., 1, W) and a column
        (..., H, 1) are faster than full arrays. Tensors of Keras are evaluated on their device.

    Returns
    -------
    alpha_x, alpha_y : ndarray or tensor
        [arcsec], in the type of the positions.
    """
    alpha_x, alpha_y = _ellipsoid_deflection(mass, x, y)
    alpha_x += linear_form(x, y, mass.gamma1, mass.gamma2)
    alpha_y += linear_form(x, y, mass.gamma2, -np.asarray(mass.gamma1))
    return alpha_x, alpha_y


def source_position(mass: LensMass, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the light at positions comes from: position − deflection, as `deflection`."""
    alpha_x, alpha_y = _ellipsoid_deflection(mass, x, y)
    gamma1, gamma2 = np.asarray(mass.gamma1), -np.asarray(mass.gamma2)
    xp = namespace_of(x)
    beta_x = xp.subtract(linear_form(x, y, 1 - gamma1, gamma2), alpha_x, out=alpha_x)
    beta_y = xp.subtract(linear_form(x, y, gamma2, 1 + gamma1), alpha_y, out=alpha_y)
    return beta_x, beta_y


def _ellipsoid_deflection(
    mass: LensMass, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the deflection by the ellipsoid alone.

    Keeton (2001), section 3.4: α_x = (b/f) atan[f x/(ψ + s)], α_y = (b/f) atanh[f y/(ψ + q² s)]
    along the principal axes, with ψ² = q²(s² + x²) + y², f² = 1 − q², b = θ_E √q; a core s of the
    circularised radius is s/√q there.
    """
    dtype, xp = float_type(x, y), namespace_of(x)
    q, angle = axis_ratio_and_angle(mass.e1, mass.e2)
    q = np.minimum(q, ROUNDEST)
    f, core = np.sqrt(1 - q**2), np.asarray(mass.core_radius, float) / np.sqrt(q)
    cos, sin, scale = np.cos(angle), np.sin(angle), mass.einstein_radius * np.sqrt(q) / f

    def cast(value: Values) -> np.ndarray:
        return np.asarray(value).astype(dtype)

    dx, dy = x - cast(mass.center_x), y - cast(mass.center_y)
    psi = quadratic_form(dx, dy, q, angle, constant=(q * core) ** 2 + TINY**2)
    psi = xp.sqrt(psi, out=psi)
    cored = bool(np.any(core))
    major = linear_form(dx, dy, f * cos, f * sin)
    major /= psi + cast(core) if cored else psi
    major = xp.arctan(major, out=major)
    minor = linear_form(dx, dy, -f * sin, f * cos)
    minor /= psi + cast(q**2 * core) if cored else psi
    minor = xp.arctanh(minor, out=minor)

    alpha_x = cast(scale * cos) * major
    alpha_x -= xp.multiply(cast(scale * sin), minor, out=psi)
    major *= cast(scale * sin)
    minor *= cast(scale * cos)
    major += minor
    return alpha_x, major


def magnification(mass: LensMass, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the signed magnification of a point at image positions.

    1/μ = (1 − κ)² − |γ|² of the ellipsoid and the shear together. For the singular ellipsoid the
    shear is κ in size and along the line to the centre (Kormann et al. 1994); the core is ignored.

    Parameters
    ----------
    mass : LensMass
        Fields that broadcast with the positions.
    x, y : ndarray
        Positions [arcsec].
    """
    q, angle = axis_ratio_and_angle(mass.e1, mass.e2)
    dx, dy = x - np.asarray(mass.center_x), y - np.asarray(mass.center_y)
    radius = np.sqrt(quadratic_form(dx, dy, q, angle) / q)
    kappa = mass.einstein_radius / (2 * np.maximum(radius, TINY))
    direction = 2 * np.arctan2(dy, dx)
    gamma1 = mass.gamma1 - kappa * np.cos(direction)
    gamma2 = mass.gamma2 - kappa * np.sin(direction)
    return 1 / ((1 - kappa) ** 2 - gamma1**2 - gamma2**2)


def inside_cut(mass: LensMass, source_x: Values, source_y: Values) -> np.ndarray:
    """Tell whether a point source is inside the cut, where it has more than one image.

    The cut is what the centre of the singular ellipsoid maps to, −α(φ), whatever the shear is.
    Eliminating φ from the deflection gives q² tan²(f β_x/b) + tanh²(f β_y/b) = f² along the
    principal axes. (A few sources outside it, within a naked cusp, have three images as well.)

    Parameters
    ----------
    mass : LensMass
        Fields that broadcast with the positions.
    source_x, source_y : float or ndarray
        Unlensed position [arcsec].

    Returns
    -------
    ndarray of bool
    """
    q, angle = axis_ratio_and_angle(mass.e1, mass.e2)
    q = np.minimum(q, ROUNDEST)
    f = np.sqrt(1 - q**2)
    # shear deflects the line of sight to the lens's centre as well
    dx = source_x - mass.center_x * (1 - mass.gamma1) + mass.center_y * mass.gamma2
    dy = source_y - mass.center_y * (1 + mass.gamma1) + mass.center_x * mass.gamma2
    scale = f / np.maximum(mass.einstein_radius * np.sqrt(q), 1e-30)
    along = scale * (np.cos(angle) * dx + np.sin(angle) * dy)
    across = scale * (np.cos(angle) * dy - np.sin(angle) * dx)
    u = np.tan(np.clip(along, -1.57, 1.57))
    return q**2 * u**2 + np.tanh(across) ** 2 < f**2
