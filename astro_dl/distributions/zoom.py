"""Maps of the unit interval onto itself that widen one stretch of it: to look closely at a place.

A point u becomes σ(e^b (logit u - a)), with σ the logistic function. Where a posterior is narrow,
splines have little to do on what is widened so; outside, the density falls off as gently as a
logistic distribution's. As in `astro_dl.distributions.splines`, ``xp`` is ``keras.ops`` or NumPy.
"""

from typing import Any

NUMBERS = 2
"""That tell a map: place a and logarithm b of the steepness."""
LEAST_LOG, MOST_LOG, FARTHEST = -0.5, 8.0, 14.0
"""Of the logarithm of the steepness, and of the place: within them no point is lost to rounding."""


def zoomed(xp: Any, raw: Any, u: Any) -> tuple[Any, Any]:
    """Return where points are after the map, and the logarithm of its slope.

    Parameters
    ----------
    xp : module
        ``keras.ops`` or ``numpy``.
    raw : array, (…, 2)
        Place and logarithm of the steepness; both zero for the identity.
    u : array, (…)
        Above 0 and below 1.
    """
    place, log_steepness = _bounded(xp, raw)
    log_u, log_rest = xp.log(u), xp.log1p(-u)
    z = xp.exp(log_steepness) * (log_u - log_rest - place)
    zero = xp.zeros_like(z)
    log_density = -xp.logaddexp(z, zero) - xp.logaddexp(-z, zero)
    return _logistic(xp, z), log_steepness + log_density - log_u - log_rest


def unzoomed(xp: Any, raw: Any, t: Any) -> Any:
    """Return the points that the map brings to t, (…), above 0 and below 1."""
    place, log_steepness = _bounded(xp, raw)
    return _logistic(xp, (xp.log(t) - xp.log1p(-t)) / xp.exp(log_steepness) + place)


def _bounded(xp: Any, raw: Any) -> tuple[Any, Any]:
    """Return place and logarithm of the steepness."""
    return (
        xp.clip(raw[..., 0], -FARTHEST, FARTHEST),
        xp.clip(raw[..., 1], LEAST_LOG, MOST_LOG),
    )


def _logistic(xp: Any, z: Any) -> Any:
    # By the hyperbolic tangent, whose gradient is finite wherever it saturates.
    return 0.5 * (1 + xp.tanh(0.5 * z))
