"""What training minimises: likelihoods of regression heads, and errors of reconstructions."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from astro_dl.distributions.mixture import FARTHEST
from astro_dl.distributions.triangular import TriangularMap

NORMAL = 0.5 * math.log(2 * math.pi)
WIDEST = 6.0
ERFC = (
    *(-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806),
    *(0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277),
)


class GaussianLikelihood(keras.losses.Loss):
    """Negative log-likelihood of a Gaussian, without its constant, averaged over targets.

    Logits are the means of all targets followed by their log-variances (Nix & Weigend 1994, eq. 3),
    held within ±12 so that no example can make the loss infinite.

    Parameters
    ----------
    variance_weight : float, default 0
        Power of the predicted variance with which each value weighs, no gradient of which is taken
        (Seitzer et al. 2022, arXiv:2203.09168, eq. 5).
    **options
        Arguments of every Keras loss.
    """

    def __init__(self, variance_weight: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.variance_weight = variance_weight

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        mean, log_variance = ops.split(y_pred, 2, axis=-1)
        log_variance = ops.clip(log_variance, -2 * WIDEST, 2 * WIDEST)
        squared = ops.square(ops.cast(y_true, mean.dtype) - mean)
        loss = squared * ops.exp(-log_variance) + log_variance
        if self.variance_weight:
            loss = loss * ops.stop_gradient(ops.exp(self.variance_weight * log_variance))
        return 0.5 * ops.mean(loss, axis=-1)


class MixtureLikelihood(keras.losses.Loss):
    """Negative log-likelihood of truncated Gaussian mixtures, averaged over targets.

    Bishop (1994), eq. 29, with each component truncated to the support and renormalised. Logits are
    those of `astro_dl.core.answer.AnswerKind`; logarithms of scales are held within ±6, and means
    as `astro_dl.distributions.mixture.FARTHEST` says.

    Parameters
    ----------
    components : int
        Components for each target.
    low, high : ndarray, (targets,)
        Ends of the support, on the scale of the targets as they are trained on; infinite for all
        targets or for none.
    **options
        Arguments of every Keras loss.
    """

    def __init__(self, components: int, low: np.ndarray, high: np.ndarray, **options: Any) -> None:
        super().__init__(**options)
        self.components = components
        self.low, self.high = (np.asarray(end, np.float32)[:, None] for end in (low, high))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        shape = (-1, 3, len(self.low), self.components)
        weights, means, log_scales = ops.unstack(ops.reshape(y_pred, shape), 3, axis=1)
        log_scales = ops.clip(log_scales, -WIDEST, WIDEST)
        scales = ops.exp(log_scales)
        if np.isfinite(self.low).all():
            means = ops.maximum(means, self.low - FARTHEST * scales)
        if np.isfinite(self.high).all():
            means = ops.minimum(means, self.high + FARTHEST * scales)
        deviation = (ops.cast(y_true, means.dtype)[..., None] - means) / scales
        log_density = -0.5 * ops.square(deviation) - log_scales - NORMAL
        log_density = log_density - self._log_inside(means, scales)
        return -ops.mean(ops.logsumexp(ops.log_softmax(weights) + log_density, axis=-1), axis=-1)

    def _log_inside(self, means: Any, scales: Any) -> Any:
        """Return the logarithm of the probability of each component within the support."""
        bounded = np.isfinite(self.low).all(), np.isfinite(self.high).all()
        if bounded == (False, False):
            return ops.zeros_like(means)
        if bounded == (True, False):
            return log_normal_cdf((means - self.low) / scales)
        last = (self.high - means) / scales
        if bounded == (False, True):
            return log_normal_cdf(last)
        first = (self.low - means) / scales
        # Mirrored where both ends are in the upper tail, whose probabilities are all but one.
        upper = first > 0
        above = log_normal_cdf(ops.where(upper, -first, last))
        below = log_normal_cdf(ops.where(upper, -last, first))
        return above + ops.log(-ops.expm1(ops.minimum(below - above, -1e-6)))


class JointLikelihood(keras.losses.Loss):
    """Negative log-likelihood of a mixture of Gaussians of all targets, by their number.

    Logits are those of `astro_dl.answers.joint_gaussians`; logarithms are held within ±12.

    Parameters
    ----------
    targets, components : int
        How many.
    **options
        Arguments of every Keras loss.
    """

    def __init__(self, targets: int, components: int, **options: Any) -> None:
        super().__init__(**options)
        self.targets, self.components = targets, components
        rows, self.columns = np.tril_indices(targets, -1)
        self.to_rows = np.eye(targets, dtype=np.float32)[rows]

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        c, k = self.components, self.targets
        weights, means, logs, ratios = ops.split(y_pred, [c, c + c * k, c + 2 * c * k], axis=1)
        logs = ops.clip(ops.reshape(logs, (-1, c, k)), -2 * WIDEST, 2 * WIDEST)
        off = ops.cast(y_true, y_pred.dtype)[:, None] - ops.reshape(means, (-1, c, k))
        if len(self.columns):
            ratios = ops.reshape(ratios, (-1, c, len(self.columns)))
            mixed = ratios * ops.take(off, self.columns, axis=-1)
            off = off + ops.matmul(mixed, self.to_rows)
        terms = logs - 0.5 * ops.square(off * ops.exp(logs)) - NORMAL
        return -ops.logsumexp(ops.log_softmax(weights) + ops.sum(terms, axis=-1), axis=-1) / k


def log_normal_cdf(x: Any) -> Any:
    """Return the logarithm of the standard normal distribution function, precise to 1e-6.

    From the logarithm of the complementary error function by the fit of Press et al. (1992),
    Numerical Recipes, section 6.2, which is as good in the far tail.
    """
    z = ops.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.5 * z)
    series = ops.zeros_like(t)
    for coefficient in reversed(ERFC):
        series = coefficient + t * series
    tail = ops.log(0.5 * t) - ops.square(z) + series
    return ops.where(x < 0, tail, ops.log1p(-ops.exp(tail)))


class ReconstructionError(keras.losses.Loss):
    """Mean of the squared errors of all reconstructed quantities, plus the cost of the code.

    Both are logits, see `astro_dl.models.heads.attach_reconstruction`; the truth, which the model
    has been given as its input, is not looked at.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        return ops.mean(y_pred[:, :-1], axis=-1) + y_pred[:, -1]


class SumOfCosts(keras.losses.Loss):
    """Sum of the outputs, parts of what an example costs; the truth is not looked at."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        return ops.sum(y_pred, axis=-1)


class MeanScore(keras.losses.Loss):
    """The last of the outputs, an anomaly score; the truth is not looked at."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        return y_pred[:, -1]


class MapLikelihood(keras.losses.Loss):
    """Negative logarithm of the density that triangular maps tell, in nats on the unit box.

    Logits are those of `astro_dl.distributions.triangular`; targets are points of the box.

    Parameters
    ----------
    map : TriangularMap
        What logits mean.
    **options
        Arguments of every Keras loss.
    """

    def __init__(self, map: TriangularMap, **options: Any) -> None:
        super().__init__(**options)
        self.map = map

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        points = ops.expand_dims(ops.cast(y_true, y_pred.dtype), 1)
        return -self.map.ranks(ops, y_pred, points)[1][:, 0]


class Improbability(MapLikelihood):
    """ln(1 + 1 / density), by the geometric mean over parameters: ln 2 for the prior.

    For tests that a loss falls to half. It is never below 0, and linear in nats where the density
    is least, so that it is finite whatever the first weights are.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        return ops.softplus(super().call(y_true, y_pred) / self.map.parameters)
