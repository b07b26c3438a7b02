"""What training minimises of votes: the Dirichlet–multinomial likelihood of their counts."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

WIDEST = 10.0
"""Of the logarithms of concentrations."""

SHIFT = 8


class DirichletMultinomial(keras.losses.Loss):
    """Minus ln of the probability of the counts of all questions, averaged over questions.

    Logits are logarithms of concentrations, held within ±10; targets are counts of votes. A
    question that nobody was asked has no loss. In the manner of Walmsley et al. (2020), MNRAS 491,
    1554, who score binomial questions.

    Parameters
    ----------
    sizes : sequence of int
        Answers of each question, whose logits follow one another.
    **options
        Arguments of every Keras loss.
    """

    def __init__(self, sizes: Sequence[int], **options: Any) -> None:
        super().__init__(**options)
        self.sizes = tuple(sizes)
        self.member = np.repeat(np.eye(len(sizes), dtype=np.float32), sizes, axis=0)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example."""
        counts = ops.cast(y_true, "float32")
        alpha = ops.exp(ops.clip(ops.cast(y_pred, "float32"), -WIDEST, WIDEST))
        voters, whole = ops.matmul(counts, self.member), ops.matmul(alpha, self.member)
        ways = log_gamma(voters + 1) - ops.matmul(log_gamma(counts + 1), self.member)
        each = ops.matmul(log_gamma(counts + alpha) - log_gamma(alpha), self.member)
        found = ways + log_gamma(whole) - log_gamma(whole + voters) + each
        return -ops.mean(found, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this loss again."""
        return {**super().get_config(), "sizes": list(self.sizes)}


def log_gamma(x: Any) -> Any:
    """Return ln Γ(x) of a tensor above 0, to the precision of its type.

    Stirling's series at x + 8 (Abramowitz & Stegun 6.1.40), from which the recurrence leads back.
    """
    y = x + SHIFT
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    stirling = (y - 0.5) * ops.log(y) - y + 0.5 * math.log(2 * math.pi) + series
    low = ops.log(x * (x + 1) * (x + 2) * (x + 3))
    high = ops.log((x + 4) * (x + 5) * (x + 6) * (x + 7))
    return stirling - low - high
