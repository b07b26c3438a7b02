"""Losses of joint densities."""

from typing import Any

import keras
from keras import ops

from astro_dl.distributions.triangular import TriangularMap


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
    """One over the density, by the geometric mean over parameters: 1 for the prior, never below 0.

    For tests that a loss falls to half.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        return ops.exp(super().call(y_true, y_pred) / self.map.parameters)
