"""Maps of the unit interval onto itself that widen one stretch of it: to look closely at a place.

A point u becomes F(e^b (F⁻¹(u) - a)), with F the distribution function of a scale. Where a
posterior is narrow, splines have little to do on what is widened so; outside, the density falls off
as gently as the scale's: a logistic distribution's, or a Gaussian's. As in
`astro_dl.distributions.splines`, ``xp`` is ``keras.ops`` or NumPy.
"""

from typing import Any

from astro_dl.distributions.scales import SCALES, ScaleName

NUMBERS = 2
"""That tell a map: place a and logarithm b of the steepness."""
LEAST_LOG, MOST_LOG, FARTHEST = -0.5, 8.0, 14.0
"""Of the logarithm of the steepness, and of the place: within them no point is lost to rounding."""


def zoomed(xp: Any, raw: Any, u: Any, scale: ScaleName = "logistic") -> tuple[Any, Any]:
    """Return where points are after the map, and the logarithm of its slope.

    Parameters
    ----------
    xp : module
        ``keras.ops`` or ``numpy``.
    raw : array, (…, 2)
        Place and logarithm of the steepness; both zero for the identity.
    u : array, (…)
        Above 0 and below 1.
    scale : {"logistic", "normal"}
        See `astro_dl.distributions.scales`.
    """
    place, log_steepness = _bounded(xp, raw)
    near, log_density_near = SCALES[scale].quantile(xp, u)
    widened, log_density = SCALES[scale].cdf(xp, xp.exp(log_steepness) * (near - place))
    return widened, log_steepness + log_density - log_density_near


def unzoomed(xp: Any, raw: Any, t: Any, scale: ScaleName = "logistic") -> Any:
    """Return the points that the map brings to t, (…), above 0 and below 1."""
    place, log_steepness = _bounded(xp, raw)
    widened, _ = SCALES[scale].quantile(xp, t)
    return SCALES[scale].cdf(xp, widened / xp.exp(log_steepness) + place)[0]


def _bounded(xp: Any, raw: Any) -> tuple[Any, Any]:
    """Return place and logarithm of the steepness."""
    return (
        xp.clip(raw[..., 0], -FARTHEST, FARTHEST),
        xp.clip(raw[..., 1], LEAST_LOG, MOST_LOG),
    )
