"""What is minimised where every pixel has an answer of its own."""

from typing import Any

import keras
from keras import ops

from astro_dl.metrics.pixels import UNKNOWN


class PixelCrossEntropy(keras.losses.Loss):
    """Cross-entropy of the classes of pixels, averaged over those whose class is known.

    Class numbers are (batch, H, W), `UNKNOWN` where nobody knows; logits (batch, H, W, classes).
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each image."""
        y = ops.cast(y_true, "int32")
        known = ops.cast(y != UNKNOWN, y_pred.dtype)
        own = ops.one_hot(ops.where(y == UNKNOWN, 0, y), y_pred.shape[-1], dtype=y_pred.dtype)
        loss = -ops.sum(own * ops.log_softmax(y_pred, axis=-1), axis=-1) * known
        return ops.sum(loss, axis=(1, 2)) / ops.maximum(ops.sum(known, axis=(1, 2)), 1.0)


class InnerSquaredError(keras.losses.Loss):
    """Mean squared error of images (batch, H, W) and maps (batch, H, W, 1).

    Parameters
    ----------
    border : int, default 0
        Pixels along all sides that do not count.
    """

    def __init__(self, border: int = 0) -> None:
        super().__init__()
        self.border = border

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each image."""
        height, width = y_pred.shape[1:3]
        rows, columns = (slice(self.border, side - self.border) for side in (height, width))
        wrong = y_pred[:, rows, columns, 0] - ops.cast(y_true, y_pred.dtype)[:, rows, columns]
        return ops.mean(ops.square(wrong), axis=(1, 2))
