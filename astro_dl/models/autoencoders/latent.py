"""Layers between an encoder and a decoder: sampling, and what a code costs."""

from typing import Any

import keras
from keras import ops

LARGEST_LOG_VARIANCE = 12.0
register = keras.saving.register_keras_serializable(package="astro_dl")


@register
class GaussianSample(keras.layers.Layer):
    """Draws codes from Gaussians in training and gives their means otherwise.

    The draw is mean + standard deviation × unit noise, so that gradients reach both (Kingma &
    Welling 2014, section 2.4).

    Parameters
    ----------
    seed : int, optional
        Of the noise.
    """

    def __init__(self, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return codes (batch, k) from means and log-variances, both (batch, k)."""
        mean, log_variance = inputs
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator)
        return mean + ops.exp(0.5 * _bounded(log_variance)) * noise

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the means."""
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "seed": self.seed}


@register
class KullbackLeibler(keras.layers.Layer):
    """Weighted divergence of Gaussians from the unit Gaussian (Kingma & Welling 2014, appendix B).

    Parameters
    ----------
    weight : float
        Per nat.
    """

    def __init__(self, weight: float = 1.0, **options: Any) -> None:
        super().__init__(**options)
        self.weight = weight

    def call(self, inputs: Any) -> Any:
        """Return (batch, 1) from means and log-variances, both (batch, k)."""
        mean, log_variance = inputs
        log_variance = _bounded(log_variance)
        nats = 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1 - log_variance)
        return self.weight * ops.sum(nats, axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, 1)."""
        return (input_shape[0][0], 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "weight": self.weight}


@register
class CodeMagnitude(keras.layers.Layer):
    """Weighted mean absolute value of codes, which makes them sparse.

    Parameters
    ----------
    weight : float
        Zero for no penalty.
    """

    def __init__(self, weight: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.weight = weight

    def call(self, code: Any) -> Any:
        """Return (batch, 1) from codes (batch, k)."""
        return self.weight * ops.mean(ops.abs(code), axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, 1)."""
        return (input_shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "weight": self.weight}


@register
class SquaredErrors(keras.layers.Layer):
    """Squared errors of a reconstruction, one number for each column or channel.

    Errors of series are means over time, those of images over pixels. Of a row with missing values,
    the errors of these are zero and the others are scaled so that their mean over all columns is
    that over the known ones.

    Parameters
    ----------
    marks : bool
        Whether the second half of an input row marks missing values, see
        `astro_dl.models.autoencoders.reconstruction.has_marks`.
    """

    def __init__(self, marks: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.marks = marks

    def call(self, inputs: Any) -> Any:
        """Return (batch, names) from an input and its reconstruction."""
        x, rebuilt = inputs
        if self.marks:
            x, missing = ops.split(x, 2, axis=-1)
            known = ops.cast(missing < 0.5, x.dtype)
            share = ops.mean(known, axis=-1, keepdims=True)
            return known * ops.square(x - rebuilt) / ops.maximum(share, 1e-3)
        squared = ops.square(x - rebuilt)
        places = tuple(range(1, len(squared.shape) - 1))
        return ops.mean(squared, axis=places) if places else squared

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, names)."""
        return (input_shape[1][0], input_shape[1][-1])

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "marks": self.marks}


def _bounded(log_variance: Any) -> Any:
    return ops.clip(log_variance, -LARGEST_LOG_VARIANCE, LARGEST_LOG_VARIANCE)
