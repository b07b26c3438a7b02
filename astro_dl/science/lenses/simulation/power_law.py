"""Deflection by an elliptical mass whose density falls as any power of the radius.

κ = ½ (2 − t) (θ_E / R)^t with R = √(q x² + y²/q) along the principal axes; t = 1 is the isothermal
ellipsoid of `astro_dl.science.lenses.simulation.mass`. Tessore & Metcalf (2015), A&A 580, A79.
"""

from typing import Any

import numpy as np

Values = Any
"""Numbers or arrays of them."""

TERMS = 24
"""Of the series, whose terms fall as ((1 − q) / (1 + q))^k: 1e-7 for an axis ratio of 0.33."""

TINY = 1e-6


def power_law_deflection(
    x: np.ndarray,
    y: np.ndarray,
    einstein_radius: Values,
    slope: Values,
    axis_ratio: Values,
    angle: Values,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the deflection angles of an elliptical power law about the origin.

    Parameters
    ----------
    x, y : ndarray
        Positions [arcsec].
    einstein_radius, slope, axis_ratio, angle : float or ndarray
        θ_E [arcsec], t between 0 and 2, q and the angle of the major axis [rad], broadcasting with
        the positions.

    Returns
    -------
    alpha_x, alpha_y : ndarray
        [arcsec]; equations 11 to 13 of the paper.
    """
    b = einstein_radius * np.sqrt(axis_ratio)
    turn = np.exp(1j * angle)
    z = (x + 1j * y) * np.conj(turn)
    place = axis_ratio * z.real + 1j * z.imag
    radius = np.maximum(np.abs(place), TINY)
    direction = np.exp(1j * np.angle(place))
    flattening = (1 - axis_ratio) / (1 + axis_ratio)
    term = direction
    total = direction.copy()
    for k in range(1, TERMS):
        term = -flattening * (2 * k - (2 - slope)) / (2 * k + (2 - slope)) * direction**2 * term
        total += term
    alpha = 2 * b / (1 + axis_ratio) * (b / radius) ** (slope - 1) * total * turn
    return alpha.real, alpha.imag
