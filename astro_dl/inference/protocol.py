"""What may be asked of a predictor: the contract between networks and what is made of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from astropy.table import QTable

from astro_dl.bundles.bundle import Bundle
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec, Task
from astro_dl.inference.predictions import Answers
from astro_dl.inference.runtime import Runtime
from astro_dl.inference.uncertainty import Uncertainty

if TYPE_CHECKING:
    import keras

Physics = TypeVar("Physics", covariant=True)


class Predictor(Protocol[Physics]):
    """A trained model with all that is needed to use it, by the class of its physics.

    Readers of files, figures and evaluation take whatever keeps to this, such as an
    `astro_dl.inference.predictor.Predictor`, which tells what each of these is.
    """

    @property
    def bundle(self) -> Bundle: ...
    @property
    def task(self) -> Task[Any] | None: ...
    @property
    def physics(self) -> Physics: ...
    @property
    def input_spec(self) -> InputSpec: ...
    @property
    def head(self) -> AnswerKind: ...
    @property
    def model(self) -> "keras.Model": ...
    @property
    def runtime(self) -> Runtime: ...
    @property
    def members(self) -> Sequence["Predictor[Physics]"]: ...
    @property
    def uncertainty(self) -> Uncertainty: ...
    @property
    def promise(self) -> Any: ...
    @property
    def calibration(self) -> Mapping[str, Any]: ...

    def score(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the logits (n,) or (n, outputs)."""

    def member_scores(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the logits of each member, (members, n) or (members, n, outputs)."""

    def answers(
        self, x: Any, batch_size: int | None = None, usable: np.ndarray | None = None
    ) -> Answers:
        """Return calibrated answers; NaN for examples that are not usable."""

    def answers_of(self, logits: np.ndarray) -> Answers:
        """Return calibrated answers for the logits of each member."""

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities, or values of regression heads."""

    def embed(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the vectors before the head, (n, width)."""

    def enlarged(self, size: tuple[int, int]) -> "Predictor[Physics]":
        """Return a predictor for images of another size, where weights do not depend on it."""

    def with_uncertainty(self, uncertainty: Uncertainty | None) -> "Predictor[Physics]":
        """Return a predictor that tells its uncertainty in another way."""

    def predict(self, files_or_arrays: Any, **options: Any) -> QTable:
        """Return a table of predictions."""
