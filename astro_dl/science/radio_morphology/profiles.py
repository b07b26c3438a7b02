"""How the light of a source lies along its longest axis, and what stands about the middle of a map.

Each source is laid along the principal axis of its pixels and described by numbers that neither a
turn nor a mirror changes: how far it is from straight (tails curve to one side, which a cubic
follows and a line does not), where between the middle and the ends its light is, and how bright the
brightest places of both halves are. The source in the middle is described by itself, too, for what
else is in a map need not belong to it.
"""

import numpy as np
from scipy.ndimage import label

from astro_dl.science.radio_morphology.measure import NEIGHBOURS, local_maxima

Array = np.ndarray

FEWEST_PIXELS = 5
"""Of a source that has a shape."""
SHARES = np.linspace(0, 1, 6)
"""Borders of the parts of a source, from its middle (0) to its ends (1)."""
MIDDLE_PIXELS = 3.0
"""Radius of the beam about the middle of a map."""
HIGHEST = 3
"""How many of the brightest places are told of."""

PROFILE = (
    *(f"{what}_{by}" for by in ("light", "area") for what in ("bow", "twist", "crooked", "left")),
    *(f"share_{number}" for number in range(1, len(SHARES))),
    *("fainter_half", "light_from_middle", "width"),
    *("brightest_place", "other_place", "other_height", "middle_height"),
)
"""Names of what `profile` tells, lengths over that of the source."""

SURROUNDINGS = (
    *("islands", "light_of_middle_island", "pixels_of_middle_island", "faintest"),
    *("mean_radius", "light_of_middle", "height_of_middle"),
    *(f"{what}_{number}" for number in range(1, HIGHEST + 1) for what in ("height", "radius")),
)
"""Names of what `surroundings` tells, lengths in pixels."""


def described(light: Array) -> Array:
    """Return `profile` of a map (y, x) and of the source in its middle, and `surroundings`.

    Pixels without a source are 0, the brightest is 1.
    """
    island = middle_island(light)
    parts = [profile(light), profile(light * island), surroundings(light, island)]
    return np.concatenate(parts)


def middle_island(light: Array) -> Array:
    """Return which pixels (y, x) belong to the island that comes nearest to the middle."""
    islands, _ = label(light > 0, NEIGHBOURS)
    radius = np.where(islands > 0, _radius(light), np.inf)
    return (islands == islands.flat[radius.argmin()]) & (light > 0)


def profile(light: Array) -> Array:
    """Return how light (y, x) lies along its longest axis, numbers as `PROFILE` names them.

    Zeros if there are fewer than five pixels.
    """
    y, x = np.nonzero(light)
    if len(y) < FEWEST_PIXELS:
        return np.zeros(len(PROFILE))
    w = light[y, x].astype(np.float64)
    places = np.stack([x - x.mean(), y - y.mean()])
    along, across = np.linalg.eigh(places @ places.T)[1].T[::-1] @ places
    length = max(float(np.ptp(along)), 1.0)
    z = 2 * (along - (along.max() + along.min()) / 2) / length
    away, first = np.abs(z), z < 0
    halves_of_pixels = (first, ~first)
    ends = [(w[one].max(initial=0.0), _place(away[one], w[one])) for one in halves_of_pixels]
    ends.sort(reverse=True)
    halves = np.bincount(first, w, minlength=2)
    share = np.histogram(away, SHARES, weights=w)[0] / w.sum()
    middle = w[away < SHARES[1]].max(initial=0.0)
    return np.array(
        [
            *_bending(z, across / length, w),
            *_bending(z, across / length, np.ones_like(w)),
            *share,
            halves.min() / w.sum(),
            (w * away).sum() / w.sum(),
            np.ptp(across) / length,
            ends[0][1],
            ends[1][1],
            ends[1][0] / ends[0][0],
            middle / ends[0][0],
        ]
    )


def surroundings(light: Array, island: Array) -> Array:
    """Return what is where in a map (y, x), numbers as `SURROUNDINGS` names them."""
    known = light > 0
    radius, total = _radius(light), float(light.sum())
    middle = radius < MIDDLE_PIXELS
    y, x = np.nonzero(local_maxima(light))
    order = np.lexsort((radius[y, x], -light[y, x]))[:HIGHEST]
    spots = np.zeros((HIGHEST, 2))
    spots[: len(order)] = np.stack([light[y, x], radius[y, x]], axis=1)[order]
    return np.array(
        [
            label(known, NEIGHBOURS)[1],
            light[island].sum() / total,
            island.sum(),
            np.log(light[known].min()),
            (light * radius).sum() / total,
            light[middle].sum() / total,
            light[middle].max(),
            *spots.ravel(),
        ]
    )


def _bending(z: Array, across: Array, weight: Array) -> tuple[float, float, float, float]:
    """Return how far places are from a line, of what a cubic does not follow, and its terms."""
    root = np.sqrt(weight / weight.sum())
    powers = np.stack([np.ones_like(z), z, z**2, z**3], axis=1)
    cubic = np.linalg.lstsq(powers * root[:, None], across * root, rcond=None)[0]
    line = np.linalg.lstsq(powers[:, :2] * root[:, None], across * root, rcond=None)[0]
    crooked = float(np.linalg.norm(root * (powers[:, :2] @ line - across)))
    left = float(np.linalg.norm(root * (powers @ cubic - across)))
    return abs(cubic[2]), abs(cubic[3]), crooked, left


def _place(away: Array, w: Array) -> float:
    return float(away[w.argmax()]) if len(w) else 0.0


def _radius(light: Array) -> Array:
    y, x = np.indices(light.shape)
    return np.hypot(y - (light.shape[0] - 1) / 2, x - (light.shape[1] - 1) / 2)
