"""What classical methods are given: the ratio of Fanaroff and Riley, the bend, and functionals.

The functionals of Minkowski (area, border and number of parts less holes) at several brightnesses
are as good as networks elsewhere: arXiv:2406.09024. Profiles along the source follow.
"""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.radio_morphology.inputs import light_of
from astro_dl.science.radio_morphology.measure import measure
from astro_dl.science.radio_morphology.physics import RadioPhysics
from astro_dl.science.radio_morphology.profiles import PROFILE, SURROUNDINGS, described

LEVELS = (0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8)
"""Of the peak, at which functionals are taken."""


FEATURES = (
    *("fr_ratio", "size", "bend", "components"),
    *("long", "short", "offset", "half_turn", "core", "brightest_9", "brightest_30", "total"),
    *(f"{what}_{level:g}" for level in LEVELS for what in ("area", "border", "euler")),
    *PROFILE,
    *(f"middle_{name}" for name in PROFILE),
    *SURROUNDINGS,
)
"""Names of the features in order: sizes in arcsec, all other lengths in pixels or relative."""


def map_features(physics: RadioPhysics, x: Inputs) -> np.ndarray:
    """Return the features (n, k) float32 of inputs, as `FEATURES` names them.

    Parameters
    ----------
    physics : RadioPhysics
        What the inputs are.
    x : ndarray or dict of ndarray
        Maps (n, size, size, 1), or inputs with features among them, which are returned.
    """
    if isinstance(x, dict):
        return np.asarray(x["features"])
    return x if x.ndim == 2 else measured_features(physics, x)


def measured_features(physics: RadioPhysics, maps: np.ndarray) -> np.ndarray:
    """Return the features (n, k) float32 of maps (n, size, size, 1).

    Those for which a source has too few pixels are 0; all are NaN where the map is not finite.
    """
    result = np.full((len(maps), len(FEATURES)), np.nan, np.float32)
    rows = np.flatnonzero(np.isfinite(maps).all(axis=(1, 2, 3)))
    if len(rows):
        light = light_of(maps[rows])
        result[rows] = np.nan_to_num(_measured(physics, light))
    return result


def minkowski(mask: np.ndarray) -> np.ndarray:
    """Return area, length of the border, and Euler's number of masks (n, y, x), (n, 3).

    Pixels are closed squares: those that share a corner are connected. By the vertices, edges and
    faces of the squares, each counted once.
    """
    around = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    faces = mask.sum(axis=(1, 2))
    down, across = around[:, 1:] | around[:, :-1], around[:, :, 1:] | around[:, :, :-1]
    edges = down[:, :, 1:-1].sum(axis=(1, 2)) + across[:, 1:-1].sum(axis=(1, 2))
    vertices = (down[:, :, 1:] | down[:, :, :-1]).sum(axis=(1, 2))
    border = 2 * edges - 4 * faces
    return np.stack([faces, border, vertices - edges + faces], axis=1).astype(np.float64)


def _measured(physics: RadioPhysics, light: np.ndarray) -> np.ndarray:
    shapes = [measure(one, physics.pixel_scale_arcsec) for one in light]
    columns = [
        [one.fr_ratio, one.size_arcsec, one.bend_degrees, float(one.components)] for one in shapes
    ]
    functionals = [minkowski(light > one) for one in LEVELS]
    profiles = np.array([described(one) for one in light])
    return np.concatenate([np.array(columns), _moments(light), *functionals, profiles], axis=1)


def _moments(light: np.ndarray) -> np.ndarray:
    """Return size, elongation, asymmetry, sharpness, and share of the middle, (n, 8)."""
    n, size, _ = light.shape
    axis = np.arange(size) - (size - 1) / 2
    total = light.sum(axis=(1, 2)) + 1e-9
    share = light / total[:, None, None]
    mx, my = share.sum(axis=1) @ axis, share.sum(axis=2) @ axis
    xx, yy = share.sum(axis=1) @ axis**2 - mx**2, share.sum(axis=2) @ axis**2 - my**2
    xy = np.einsum("nyx,y,x->n", share, axis, axis, optimize=True) - mx * my
    long = np.sqrt(np.maximum((xx + yy) / 2 + np.hypot((xx - yy) / 2, xy), 0))
    short = np.sqrt(np.maximum((xx + yy) / 2 - np.hypot((xx - yy) / 2, xy), 0))
    half_turn = np.abs(light - light[:, ::-1, ::-1]).sum(axis=(1, 2)) / total
    middle = np.hypot(axis[:, None], axis) < size / 16
    core = share[:, middle].sum(axis=1)
    brightest = np.sort(share.reshape(n, -1), axis=1)[:, ::-1]
    return np.stack(
        [long, short, np.hypot(mx, my), half_turn, core, brightest[:, :9].sum(axis=1),
         brightest[:, :30].sum(axis=1), total],
        axis=1,
    )  # fmt: skip
