"""What is said of several targets together: a mixture of Gaussians with full covariances.

Each component is told by a weight and, as in the Cholesky decomposition of the inverse covariance
(Williams 1996, Neural Computation 8, 843), by what turns an error into standard normal deviates,

    z_i = exp(a_i) (δ_i + Σ_{j<i} c_ij δ_j),  δ = y − μ,

so that all of weights, μ, a and c may have any value. Logits are all weights, then all μ, a and c.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import softmax

from astro_dl.answers.densities import LARGEST_LOGARITHM, check_factors, standardiser
from astro_dl.distributions.joint import JointMixture
from astro_dl.distributions.mixture import Mixture
from astro_dl.inference.calibration import fit_width

Array = np.ndarray


@dataclass(frozen=True)
class JointGaussians:
    """A mixture of Gaussians of all targets together.

    Parameters
    ----------
    targets, components : int
        How many.
    """

    targets: int
    components: int
    logits_average = False
    tells_quantiles = True
    range = (-np.inf, np.inf)

    @property
    def outputs(self) -> int:
        """Of each component a weight, and of each target k, k logarithms and k (k − 1)/2 ratios."""
        return self.components * (1 + 2 * self.targets + len(self._pairs[0]))

    def last_layer(self, logits: Any) -> Any:
        """Return the logits themselves."""
        import keras

        return keras.layers.Activation("linear", dtype="float32", name="values")(logits)

    def loss(self, location: Array, scale: Array) -> Any:
        """Return the negative log-likelihood."""
        from astro_dl.training.likelihoods import JointLikelihood

        return JointLikelihood(self.targets, self.components)

    def encode(self, location: Array, scale: Array) -> Callable[[Array], Array]:
        """Return the standardisation."""
        return standardiser(location, scale)

    def main_logit(self, logits: Array) -> Array:
        """Return that of the first target's mean in the heaviest component."""
        heaviest = logits[:, : self.components].argmax(axis=1)
        return self.components + heaviest * self.targets

    def logit_words(self, number: int) -> str:
        """Return which number of which component it is."""
        weights, means = self.components, self.components * (1 + self.targets)
        if number < weights:
            return f"weight of component {number + 1}"
        if number < means:
            component, target = divmod(number - weights, self.targets)
            return f"mean of target {target + 1} in component {component + 1}"
        return "part of a component's covariance"

    def scaling(self, scale: Array, offset: Array) -> tuple[Array, Array]:
        """Return those of weights, of μ, of a, which is only moved, and of c."""
        (rows, columns), one = self._pairs, np.ones_like(scale)
        weights, ratios = np.ones(self.components), scale[rows] / scale[columns]
        repeated = (self.components,)
        factor = (np.tile(part, repeated) for part in (scale, one, ratios))
        shift = (np.tile(part, repeated) for part in (offset, -np.log(scale), 0 * ratios))
        return np.concatenate([weights, *factor]), np.concatenate([0 * weights, *shift])

    def distribution(self, logits: Array, calibration: Mapping[str, Any]) -> JointMixture:
        """Return joint distributions; a calibration's factors widen the targets' deviations."""
        n, c, k = len(logits), self.components, self.targets
        weights, means, logs, ratios = np.split(logits, [c, c + c * k, c + 2 * c * k], axis=1)
        matrix = np.zeros((n, c, k, k))
        matrix[..., np.arange(k), np.arange(k)] = 1
        matrix[..., *self._pairs] = ratios.reshape(n, c, -1)
        logs = np.clip(logs.reshape(n, c, k), -LARGEST_LOGARITHM, LARGEST_LOGARITHM)
        widths = np.asarray(calibration.get("factors", np.ones(k)), float)
        factors = matrix * np.exp(logs)[..., None] / widths
        return JointMixture(softmax(weights, axis=1), means.reshape(n, c, k), factors)

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return the factors of the deviations that make each target most likely."""

        def widened(factor: float) -> Mixture:
            factors = {"factors": [factor] * self.targets}
            return self.distribution(np.asarray(logits, np.float64), factors).marginals

        return fit_width(widened, y)

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless there is a factor for each target, or none."""
        check_factors(calibration, self.targets)

    @property
    def _pairs(self) -> tuple[Array, Array]:
        """Rows and columns of what is below the diagonal."""
        return np.tril_indices(self.targets, -1)


def correlation_columns(names: tuple[str, ...], joint: JointMixture) -> dict[str, Array]:
    """Return columns ``corr_<target>_<target>`` (n,) of all pairs of targets."""
    correlation = joint.correlation
    return {
        f"corr_{names[i]}_{names[j]}": correlation[:, i, j].astype(np.float32)
        for i, j in combinations(range(len(names)), 2)
    }
