"""What runs a network: Keras, or where that is faster to start, another runtime."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from astro_dl.core.examples import Inputs

if TYPE_CHECKING:
    import keras


Scanner = Callable[[np.ndarray], Any]


class Runtime(Protocol):
    """What a predictor asks for what its network says of a batch."""

    @property
    def packages(self) -> Sequence[str]:
        """The packages that compute it."""

    @property
    def model(self) -> "keras.Model":
        """The network of Keras, from inputs to logits, for what no other runtime can."""

    def logits(self, batch: Inputs) -> Any:
        """Return the logits (n, outputs) of a batch (n, *shape) of float32."""

    def embedding(self, batch: Inputs) -> Any:
        """Return what the layer ``"embedding"`` gives for such a batch."""

    def scanner(self, step: int) -> Scanner | None:
        """Return what scores all windows of series at once, as the windows themselves would be.

        It takes series (n, samples, channels) of float32, and gives the logits (n, windows,
        outputs) of the windows at every ``step`` samples. None where the network has no such form.
        """

    @property
    def loaded(self) -> "KerasRuntime | None":
        """The runtime of Keras, if it was needed."""


@dataclass(frozen=True)
class KerasRuntime:
    """Keras on its backend, on any device.

    Parameters
    ----------
    model : keras.Model
        From inputs to logits.
    """

    model: "keras.Model"

    @property
    def packages(self) -> Sequence[str]:
        """Keras and its backend."""
        import keras

        return ("keras", keras.config.backend())

    def logits(self, batch: Inputs) -> np.ndarray:
        """Return the logits (n, outputs) of a batch (n, *shape) of float32."""
        return self.model.predict_on_batch(batch)

    def embedding(self, batch: Inputs) -> np.ndarray:
        """Return what the layer ``"embedding"`` gives for such a batch."""
        return self._encoder.predict_on_batch(batch)

    def scanner(self, step: int) -> Scanner | None:
        """Return what scores all windows of series at once."""
        network = self.scanning_network(step)
        return None if network is None else network.predict_on_batch

    def scanning_network(self, step: int) -> "keras.Model | None":
        """Return the network of `scanner`."""
        from astro_dl.models.scanning import scanning_network

        if step not in self.scanning:
            self.scanning[step] = scanning_network(self.model, step)
        return self.scanning[step]

    @property
    def loaded(self) -> "KerasRuntime":
        """Itself."""
        return self

    @cached_property
    def scanning(self) -> "dict[int, keras.Model | None]":
        """The networks that were asked for, by their steps."""
        return {}

    @cached_property
    def _encoder(self) -> "keras.Model":
        import keras

        return keras.Model(self.model.input, self.model.get_layer("embedding").output)
