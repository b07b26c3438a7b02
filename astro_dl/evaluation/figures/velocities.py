"""Velocities of what moves in a potential, over the distance from its centre."""

import numpy as np
from matplotlib.axes import Axes

from astro_dl.core.showing.colours import COLOURS


def draw_velocities(
    axes: Axes,
    radii: np.ndarray,
    velocities: np.ndarray,
    errors: np.ndarray,
    mean: float,
    dispersion: float,
    unit: str,
) -> None:
    """Draw velocities [km/s] over projected radii, with their mean and dispersion.

    Parameters
    ----------
    axes : Axes
        Where.
    radii, velocities, errors : ndarray, (n,)
        Of the tracers.
    mean, dispersion : float
        Lines at the mean, and a dispersion off [km/s].
    unit : str
        Of the radii.
    """
    axes.errorbar(
        *(radii, velocities, errors),
        fmt=".",
        color="0.3",
        ecolor="0.8",
        markersize=3,
        linewidth=0.7,
    )
    for side in (-1, 0, 1):
        style = "-" if side == 0 else ":"
        axes.axhline(mean + side * dispersion, color=COLOURS[1], linestyle=style)
    axes.set(xlabel=f"projected radius [{unit}]", ylabel="velocity [km/s]", xlim=(0, None))
