"""Scales on which the unit interval is the whole line: those of a distribution's quantiles.

As in `astro_dl.distributions.splines`, ``xp`` is ``keras.ops`` or NumPy.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import scipy

ScaleName = Literal["logistic", "normal"]


class Scale(NamedTuple):
    """A distribution on the line, by which probabilities become quantiles and these the former.

    Parameters
    ----------
    quantile : callable
        ``(xp, u) -> z, log_density`` of probabilities above 0 and below 1.
    cdf : callable
        ``(xp, z) -> u, log_density`` of any numbers. Both tell the logarithm of the density at z,
        up to the same constant.
    """

    quantile: Callable[[Any, Any], tuple[Any, Any]]
    cdf: Callable[[Any, Any], tuple[Any, Any]]


def _logistic_quantile(xp: Any, u: Any) -> tuple[Any, Any]:
    log_u, log_rest = xp.log(u), xp.log1p(-u)
    return log_u - log_rest, log_u + log_rest


def _logistic_cdf(xp: Any, z: Any) -> tuple[Any, Any]:
    zero = xp.zeros_like(z)
    # By the hyperbolic tangent, whose gradient is finite wherever it saturates.
    return 0.5 * (1 + xp.tanh(0.5 * z)), -xp.logaddexp(z, zero) - xp.logaddexp(-z, zero)


def _normal_quantile(xp: Any, u: Any) -> tuple[Any, Any]:
    z = math.sqrt(2) * _special(xp).erfinv(2 * u - 1)
    return z, -0.5 * z * z


def _normal_cdf(xp: Any, z: Any) -> tuple[Any, Any]:
    return 0.5 * (1 + _special(xp).erf(z / math.sqrt(2))), -0.5 * z * z


def _special(xp: Any) -> Any:
    return scipy.special if xp is np else xp


SCALES: Mapping[ScaleName, Scale] = {
    "logistic": Scale(_logistic_quantile, _logistic_cdf),
    "normal": Scale(_normal_quantile, _normal_cdf),
}
