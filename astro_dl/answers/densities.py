"""What a regression says of each target: a value, a Gaussian, a mixture of them, or bins.

Each is told by its own logits, has its own loss on targets standardised by location and scale, and
its own calibration.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from scipy.special import softmax

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.distributions.binned import Histogram, grid_bins
from astro_dl.distributions.distribution import Distribution
from astro_dl.distributions.mixture import Mixture
from astro_dl.inference.calibration import (
    Spread,
    Temperature,
    check_calibration,
    fit_spread,
    fit_temperature,
    fit_width,
)

Array = np.ndarray
NARROWEST = 3e-4
"""Least scale of a mixture's components, in units of its support: training holds them above some
such number, but of examples unlike those of the training a network can say anything."""

FLAT = 1000.0
"""Greatest scale, likewise: within the support such a Gaussian is flat to a part in a million."""

LARGEST_LOGARITHM = 100.0
"""Of a scale without bounds: its square is still a number."""


class Density(Protocol):
    """What a regression says of k targets, told by its logits."""

    @property
    def outputs(self) -> int:
        """Number of logits."""

    @property
    def logits_average(self) -> bool:
        """Whether the mean of several networks' logits is an answer."""

    @property
    def tells_quantiles(self) -> bool:
        """Whether tables hold mean, mode and quantiles besides the median."""

    @property
    def range(self) -> tuple[float, float]:
        """Where targets can lie."""

    def last_layer(self, logits: Any) -> Any:
        """Return the layer ``"values"`` of the layer ``"logits"``."""

    def loss(self, location: Array, scale: Array) -> Any:
        """Return the loss of encoded targets and logits."""

    def encode(self, location: Array, scale: Array) -> Callable[[Array], Array]:
        """Return what turns targets into what the loss takes."""

    def main_logit(self, logits: Array) -> Array:
        """Return which logit (n,) tells most of the first target of each example."""

    def logit_words(self, number: int) -> str:
        """Return what a logit is."""

    def scaling(self, scale: Array, offset: Array) -> tuple[Array, Array]:
        """Return what logits are multiplied by, and then moved by, when targets are rescaled."""

    def distribution(self, logits: Array, calibration: Mapping[str, Any]) -> Distribution | None:
        """Return the distributions that logits in the targets' units tell; None for points."""

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return plain values that make logits of a validation set honest."""

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless a calibration fits."""


@dataclass(frozen=True)
class Point:
    """A value of each target, by the mean squared error."""

    targets: int
    logits_average = True
    tells_quantiles = False
    range = (-math.inf, math.inf)

    @property
    def outputs(self) -> int:
        """One for each target."""
        return self.targets

    def last_layer(self, logits: Any) -> Any:
        """Return the values themselves."""
        import keras

        return keras.layers.Activation("linear", dtype="float32", name="values")(logits)

    def loss(self, location: Array, scale: Array) -> Any:
        """Return the mean squared error."""
        import keras

        return keras.losses.MeanSquaredError()

    def encode(self, location: Array, scale: Array) -> Callable[[Array], Array]:
        """Return the standardisation."""
        return standardiser(location, scale)

    def main_logit(self, logits: Array) -> Array:
        """Return that of the value."""
        return np.zeros(len(logits), int)

    def logit_words(self, number: int) -> str:
        """Return that it is a value."""
        return "value"

    def scaling(self, scale: Array, offset: Array) -> tuple[Array, Array]:
        """Return scale and offset."""
        return scale, offset

    def distribution(self, logits: Array, calibration: Mapping[str, Any]) -> None:
        """Return nothing: a point has no width."""

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return nothing: a point has no width."""
        return {"kind": "none"}

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless there is none."""
        if calibration.get("kind") != "none":
            raise unknown_name("calibration", str(calibration.get("kind")), ("none",))


@dataclass(frozen=True)
class Gaussian:
    """Means of all targets, then log-variances (Nix & Weigend 1994)."""

    targets: int
    logits_average = True
    tells_quantiles = False
    range = (-math.inf, math.inf)

    @property
    def outputs(self) -> int:
        """Two for each target."""
        return 2 * self.targets

    def last_layer(self, logits: Any) -> Any:
        """Return means followed by standard deviations."""
        from astro_dl.models.heads import MeanAndDeviation

        return MeanAndDeviation(dtype="float32", name="values")(logits)

    def loss(self, location: Array, scale: Array) -> Any:
        """Return the negative log-likelihood."""
        from astro_dl.training.likelihoods import GaussianLikelihood

        return GaussianLikelihood()

    def encode(self, location: Array, scale: Array) -> Callable[[Array], Array]:
        """Return the standardisation."""
        return standardiser(location, scale)

    def main_logit(self, logits: Array) -> Array:
        """Return that of the mean."""
        return np.zeros(len(logits), int)

    def logit_words(self, number: int) -> str:
        """Return whether it is a mean or a width."""
        return "mean" if number < self.targets else "logarithm of the variance"

    def scaling(self, scale: Array, offset: Array) -> tuple[Array, Array]:
        """Return the factors of means and of log-variances, which are only moved."""
        one = np.ones_like(scale)
        return np.concatenate([scale, one]), np.concatenate([offset, 2 * np.log(scale)])

    def distribution(self, logits: Array, calibration: Mapping[str, Any]) -> Mixture:
        """Return Gaussians."""
        mean, log_variance = np.split(logits, 2, axis=1)
        std = np.exp(0.5 * log_variance) * np.asarray(calibration.get("factors", 1.0), float)
        return Mixture(np.ones_like(mean)[..., None], mean[..., None], std[..., None])

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return the factors of the deviations that make coverage nominal."""
        return fit_spread(logits, y)

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless there is a factor for each target, or none."""
        check_factors(calibration, self.targets)


@dataclass(frozen=True)
class GaussianMixture:
    """Of each target's components all weights, then means, then logarithms of scales.

    Bishop (1994), with each component truncated to the support and renormalised.

    Parameters
    ----------
    targets, components : int
        Components of each target.
    support : (float, float)
        Where targets can lie.
    """

    targets: int
    components: int
    support: tuple[float, float]
    logits_average = False
    tells_quantiles = True

    @property
    def outputs(self) -> int:
        """Three for each component."""
        return 3 * self.targets * self.components

    @property
    def range(self) -> tuple[float, float]:
        """The support."""
        return self.support

    def last_layer(self, logits: Any) -> Any:
        """Return weights, means and scales."""
        from astro_dl.models.heads import MixtureComponents

        return MixtureComponents(self.components, dtype="float32", name="values")(logits)

    def loss(self, location: Array, scale: Array) -> Any:
        """Return the negative log-likelihood."""
        from astro_dl.training.likelihoods import MixtureLikelihood

        ends = ((end - location) / scale for end in self.support)
        return MixtureLikelihood(self.components, *ends)

    def encode(self, location: Array, scale: Array) -> Callable[[Array], Array]:
        """Return the standardisation."""
        return standardiser(location, scale)

    def main_logit(self, logits: Array) -> Array:
        """Return that of the mean of the heaviest component."""
        heaviest = logits[:, : self.components].argmax(axis=1)
        return self.targets * self.components + heaviest

    def logit_words(self, number: int) -> str:
        """Return which number of which component it is."""
        part, component = divmod(number, self.targets * self.components)
        words = ("weight", "mean", "logarithm of the scale")
        return f"{words[part]} of component {component + 1}"

    def scaling(self, scale: Array, offset: Array) -> tuple[Array, Array]:
        """Return those of weights, which stay, of means, and of logarithms of scales."""
        one, zero = np.ones_like(scale), np.zeros_like(scale)
        factor, shift = (
            np.repeat(np.concatenate(part), self.components)
            for part in ([one, scale, one], [zero, offset, np.log(scale)])
        )
        return factor, shift

    def distribution(self, logits: Array, calibration: Mapping[str, Any]) -> Mixture:
        """Return mixtures, their scales held where the support still tells them from flat."""
        parts = logits.reshape(len(logits), 3, self.targets, self.components)
        weights, means, logs = (parts[:, part] for part in range(3))
        width = self.support[1] - self.support[0]
        least = NARROWEST * width if np.isfinite(width) else 0.0
        factors = np.asarray(calibration.get("factors", 1.0), float)
        scales = np.exp(np.minimum(logs, LARGEST_LOGARITHM)) * factors[..., None]
        scales = np.clip(scales, least, FLAT * width)
        return Mixture(softmax(weights, axis=-1), means, scales, self.support)

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return the factors of all scales that make the truth most likely."""

        def widened(factor: float) -> Mixture:
            return self.distribution(
                np.asarray(logits, np.float64), {"factors": [factor] * self.targets}
            )

        return fit_width(widened, y)

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless there is a factor for each target, or none."""
        check_factors(calibration, self.targets)


@dataclass(frozen=True)
class Bins:
    """Probabilities of the bins of a grid, for one target.

    Parameters
    ----------
    edges : tuple of float
        Rising edges in the target's unit.
    """

    edges: tuple[float, ...]
    logits_average = True
    tells_quantiles = True

    @property
    def outputs(self) -> int:
        """One for each bin."""
        return len(self.edges) - 1

    @property
    def range(self) -> tuple[float, float]:
        """From the first edge to the last."""
        return self.edges[0], self.edges[-1]

    def last_layer(self, logits: Any) -> Any:
        """Return the probabilities of the bins."""
        import keras

        return keras.layers.Activation("softmax", dtype="float32", name="values")(logits)

    def loss(self, location: Array, scale: Array) -> Any:
        """Return the cross-entropy."""
        import keras

        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def encode(self, location: Array, scale: Array) -> Callable[[Array], Array]:
        """Return what finds the bin of a target."""
        return lambda y: grid_bins(self.edges, np.reshape(y, len(y))).astype(np.int32)

    def main_logit(self, logits: Array) -> Array:
        """Return that of the most probable bin."""
        return logits.argmax(axis=1)

    def logit_words(self, number: int) -> str:
        """Return the bin."""
        low, high = self.edges[number : number + 2]
        return f"{low:.3g} to {high:.3g}"

    def scaling(self, scale: Array, offset: Array) -> tuple[Array, Array]:
        """Return one and zero: bins are where they are."""
        return np.ones(self.outputs), np.zeros(self.outputs)

    def distribution(self, logits: Array, calibration: Mapping[str, Any]) -> Histogram:
        """Return histograms."""
        temperature = calibration.get("temperature", 1.0)
        return Histogram(softmax(logits / temperature, axis=1), np.asarray(self.edges, float))

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return a temperature."""
        return fit_temperature(logits, grid_bins(self.edges, np.ravel(y)))

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless it is a temperature, or none."""
        check_calibration(calibration, Temperature)


def check_grid(edges: tuple[float, ...], names: tuple[str, ...]) -> None:
    """Raise `UsageError` unless edges rise and are finite, and there is one target."""
    rising = all(one < other for one, other in pairwise(edges))
    if len(edges) < 3 or not rising or not all(map(math.isfinite, edges)):
        raise UsageError("grid: two bins at least are needed, with finite edges that rise")
    if len(names) != 1:
        raise UsageError(f"a grid has one target, not {len(names)}: {', '.join(names)}")


def check_range(density: Density, y: Array, names: Sequence[str]) -> None:
    """Raise `UsageError` for training targets (n, k) that a density holds impossible."""
    low, high = density.range
    outside = int(np.sum((y < low) | (y > high)))
    if outside:
        raise UsageError(
            f"{outside} of {y.size} training targets are outside {low:g} to {high:g}, where "
            f"{', '.join(names)} has its probability; leave them out or change the task's physics"
        )


def check_factors(calibration: Mapping[str, Any], targets: int) -> None:
    """Raise `UsageError` unless a calibration has a factor above 0 for each target, or is none."""
    check_calibration(calibration, Spread)
    factors = calibration.get("factors")
    if factors is not None and len(factors) != targets:
        raise UsageError(
            f"calibration.factors: {len(factors)} numbers; one for each of {targets} targets is "
            "needed"
        )


def standardiser(location: Array, scale: Array) -> Callable[[Array], Array]:
    """Return what brings targets (n, k) to the scale that is trained on, float32."""

    def encode(y: Array) -> Array:
        values = np.asarray(y, np.float64).reshape(len(y), -1)
        return ((values - location) / scale).astype(np.float32)

    return encode
