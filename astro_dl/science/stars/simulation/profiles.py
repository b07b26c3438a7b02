"""What spectral lines take from pixels that are wider than their cores.

A line whose opacity over that of the continuum is η takes η / (1 + η) of what can be taken. The
thermal cores of metal lines are some kilometres per second wide, pixels several times that: what
counts is the mean over a pixel, and a profile sampled at its centre would depend on where the line
happens to lie.
"""

from functools import lru_cache

import numpy as np

Array = np.ndarray

WING_FLOOR = 1.5
"""Of u², so that Lorentzian wings leave the Doppler core alone."""

STRONGEST = 60.0
"""Natural logarithm of the greatest opacity in the table of widths."""


def core_width(opacity: Array) -> Array:
    """Return ∫ η e^(-u²) / (1 + η e^(-u²)) du: the width of a Doppler core in Doppler widths.

    √π η where η, the opacity in the middle, is small, 2 √ln η where it is large: the linear and
    the flat part of the curve of growth.
    """
    logarithms, widths = _core_widths()
    clipped = np.clip(np.log(np.maximum(opacity, 1e-30)), logarithms[0], logarithms[-1])
    found = np.exp(np.interp(clipped, logarithms, widths))
    return np.where(opacity > np.exp(logarithms[0]), found, np.sqrt(np.pi) * opacity)


@lru_cache(maxsize=1)
def _core_widths() -> tuple[Array, Array]:
    """Return logarithms of opacities and of widths."""
    u = np.linspace(0, 12, 2401)
    logarithms = np.linspace(-6, STRONGEST, 300)
    share = 1 / (1 + np.exp(u**2 - logarithms[:, None]))
    return logarithms, np.log(2 * np.trapezoid(share, u, axis=1))


def wing_shares(opacity: Array, damping: Array, left: Array, right: Array) -> Array:
    """Return what the wings of lines take of pixels, means of η / (1 + η) from 0 to 1.

    Parameters
    ----------
    opacity, damping : ndarray
        η in the middle of the Doppler core, and Voigt's parameter a.
    left, right : ndarray
        Edges of the pixels in Doppler widths from the middle.

    Notes
    -----
    η = A / (u² + 3/2) with A = a η / √π, whose share has an arc tangent for integral.
    """
    strength = opacity * damping / np.sqrt(np.float32(np.pi))
    width = np.sqrt(np.float32(WING_FLOOR) + strength)
    turn = np.arctan(right / width) - np.arctan(left / width)
    return strength / width * turn / (right - left)


def as_opacity(share: Array) -> Array:
    """Return the even opacity over a pixel that takes as much of it."""
    inside = np.clip(share, 0, 0.999)
    return inside / (1 - inside)
