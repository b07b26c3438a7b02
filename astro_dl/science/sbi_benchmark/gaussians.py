"""The five problems whose likelihoods are Gaussians, or made of them.

Lueckmann et al. (2021), arXiv:2101.04653, appendix T.
"""

import numpy as np

from astro_dl.distributions.priors import Normal, Uniform
from astro_dl.science.sbi_benchmark.problem import Problem, numbered

Array = np.ndarray
VARIANCE = 0.1
"""Of the prior and of the noise of the linear problems, in each of ten dimensions."""

MOON_RADIUS, MOON_WIDTH, MOON_OFFSET = 0.1, 0.01, 0.25
SLCP_POINTS, SMALLEST_VARIANCE = 4, 1e-6


def with_noise(parameters: Array, rng: np.random.Generator) -> Array:
    """Return the parameters with Gaussian noise of variance 0.1 (T.1, T.2)."""
    return rng.normal(parameters, np.sqrt(VARIANCE))


def broad_or_narrow(parameters: Array, rng: np.random.Generator) -> Array:
    """Return the parameters with noise of deviation 1 or 0.1, by chance (T.7)."""
    deviation = np.where(rng.random((len(parameters), 1)) < 0.5, 1.0, 0.1)
    return rng.normal(parameters, deviation)


def moons(parameters: Array, rng: np.random.Generator) -> Array:
    """Return a place on a half circle, moved by the parameters but for a sign (T.8)."""
    n = len(parameters)
    angle = rng.uniform(-np.pi / 2, np.pi / 2, n)
    radius = rng.normal(MOON_RADIUS, MOON_WIDTH, n)
    one, other = parameters.T
    x = radius * np.cos(angle) + MOON_OFFSET - np.abs(one + other) / np.sqrt(2)
    return np.stack([x, radius * np.sin(angle) + (other - one) / np.sqrt(2)], axis=1)


def four_points(parameters: Array, rng: np.random.Generator) -> Array:
    """Return four points of a plane from a Gaussian with all its moments unknown (T.3).

    The parameters are its mean, the roots of its deviations but for a sign, and the inverse
    hyperbolic tangent of its correlation.
    """
    x, y, root_x, root_y, twist = parameters.T[..., None]
    deviation_x, deviation_y, correlation = root_x**2, root_y**2, np.tanh(twist)
    variance_x = deviation_x**2 + SMALLEST_VARIANCE
    slope = correlation * deviation_x * deviation_y / variance_x
    left = deviation_y**2 + SMALLEST_VARIANCE - slope**2 * variance_x
    first, second = rng.standard_normal((2, len(parameters), SLCP_POINTS))
    from_x = np.sqrt(variance_x) * first
    from_y = slope * from_x + np.sqrt(np.maximum(left, 0)) * second
    return np.stack([x + from_x, y + from_y], axis=-1).reshape(len(parameters), -1)


GAUSSIAN_LINEAR = Problem(
    numbered("mean", 10),
    (Normal(0.0, round(VARIANCE**0.5, 12)),) * 10,
    numbered("x", 10),
    with_noise,
)
GAUSSIAN_LINEAR_UNIFORM = Problem(
    numbered("mean", 10), (Uniform(-1.0, 1.0),) * 10, numbered("x", 10), with_noise
)
GAUSSIAN_MIXTURE = Problem(
    numbered("mean", 2), (Uniform(-10.0, 10.0),) * 2, numbered("x", 2), broad_or_narrow
)
TWO_MOONS = Problem(numbered("theta", 2), (Uniform(-1.0, 1.0),) * 2, numbered("x", 2), moons)
SLCP = Problem(
    ("mean_x", "mean_y", "root_deviation_x", "root_deviation_y", "arctanh_correlation"),
    (Uniform(-3.0, 3.0),) * 5,
    tuple(f"{axis}_{point}" for point in range(1, SLCP_POINTS + 1) for axis in "xy"),
    four_points,
)
