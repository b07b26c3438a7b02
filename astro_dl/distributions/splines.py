"""Rational-quadratic splines that map the unit interval onto itself, rising everywhere.

Durkan et al. (2019), arXiv:1906.04032, section 3.1. Training calls them with `keras.ops`,
predictions with NumPy: each takes these array functions as its first argument, so that what is
predicted is what was trained.
"""

import math
from typing import Any

LEAST_WIDTH, LEAST_HEIGHT, LEAST_SLOPE = 1e-4, 1e-5, 1e-3
"""Of a bin, and at a knot. The height is the probability that every bin has at least."""

UNIT_SLOPE = math.log(math.expm1(1 - LEAST_SLOPE))
"""Where the softplus gives, with the least slope, one."""


def parameters_of(bins: int) -> int:
    """Return how many numbers tell a spline: widths, heights, and slopes at the knots."""
    return 3 * bins + 1


def spline(xp: Any, raw: Any, x: Any) -> tuple[Any, Any]:
    """Return the values of splines and the logarithms of their slopes.

    Parameters
    ----------
    xp : module
        ``keras.ops`` or ``numpy``.
    raw : array, (…, 3 · bins + 1)
        Numbers without bounds; all zero for the identity.
    x : array, (…)
        Within 0 and 1.

    Returns
    -------
    y, log_slope : array, (…)
    """
    left, width, low, height, slopes = _bins(xp, raw)
    pick = _picker(xp, left, x)
    start, w, base, h, d0, d1 = (
        pick(one) for one in (left, width, low, height, slopes[..., :-1], slopes[..., 1:])
    )
    share = (x - start) / w
    both, s = share * (1 - share), h / w
    bottom = s + (d1 + d0 - 2 * s) * both
    y = base + h * (s * share**2 + d0 * both) / bottom
    top = d1 * share**2 + 2 * s * both + d0 * (1 - share) ** 2
    return y, 2 * xp.log(s) + xp.log(top) - 2 * xp.log(bottom)


def inverse_spline(xp: Any, raw: Any, y: Any) -> Any:
    """Return where splines have given values.

    Parameters
    ----------
    xp, raw
        As of `spline`.
    y : array, (…)
        Within 0 and 1.
    """
    left, width, low, height, slopes = _bins(xp, raw)
    pick = _picker(xp, low, y)
    start, w, base, h, d0, d1 = (
        pick(one) for one in (left, width, low, height, slopes[..., :-1], slopes[..., 1:])
    )
    s, above = h / w, y - base
    bend = above * (d1 + d0 - 2 * s)
    a, b, c = h * (s - d0) + bend, h * d0 - bend, -s * above
    root = xp.sqrt(xp.maximum(b**2 - 4 * a * c, 0.0))
    return start + w * 2 * c / (-b - root)


def _bins(xp: Any, raw: Any) -> tuple[Any, ...]:
    """Return left edges, widths, lower edges and heights (…, bins), and slopes (…, bins + 1)."""
    count = (raw.shape[-1] - 1) // 3
    width = _shares(xp, raw[..., :count], LEAST_WIDTH)
    height = _shares(xp, raw[..., count : 2 * count], LEAST_HEIGHT)
    free = raw[..., 2 * count :] + UNIT_SLOPE
    slopes = LEAST_SLOPE + xp.logaddexp(free, xp.zeros_like(free))
    return (
        xp.cumsum(width, axis=-1) - width,
        width,
        xp.cumsum(height, axis=-1) - height,
        height,
        (slopes),
    )


def _shares(xp: Any, raw: Any, least: float) -> Any:
    """Return numbers above a least one that sum to one."""
    powers = xp.exp(raw - xp.max(raw, axis=-1, keepdims=True))
    free = 1 - least * raw.shape[-1]
    return least + free * powers / xp.sum(powers, axis=-1, keepdims=True)


def _picker(xp: Any, edges: Any, points: Any) -> Any:
    """Return what picks, of values of bins (…, bins), those of the bins that points (…) are in."""
    after = xp.where(points[..., None] >= edges[..., 1:], 1.0, 0.0)
    one = xp.ones_like(after[..., :1])
    within = xp.concatenate([one, after], axis=-1) - xp.concatenate([after, 0 * one], axis=-1)
    return lambda values: xp.sum(within * values, axis=-1)
