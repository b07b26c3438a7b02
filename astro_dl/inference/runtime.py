"""What runs a network: Keras, or where that is faster to start, another runtime."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from astro_dl.core.examples import Inputs

if TYPE_CHECKING:
    import keras


Run = Callable[[np.ndarray], Any]
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Scanner:
    """What scores all windows of a series at once.

    Parameters
    ----------
    logits : callable
        Takes series (n, samples, channels) of float32, and gives the logits (n, windows, outputs).
    before : int, default 0
        Samples before the first window with which the series begin.
    """

    logits: Run
    before: int = 0


FindScanner = Callable[["Runtime", int], Scanner | None]
"""From what runs a network and the samples from window to window to what scores them at once."""


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

    def part(self, name: str, make: Callable[["keras.Model"], "keras.Model | None"]) -> Run | None:
        """Return what runs a network that is made of this one; None where there is none.

        Parameters
        ----------
        name : str
            By which it is kept.
        make : callable
            Returns it, of one input and one output; a length that is not told may be any.
        """

    def scanner(self, step: int) -> Scanner | None:
        """Return what scores the windows of series at every ``step`` samples at once.

        None where the network has no such form.
        """

    def kept(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Return what was found about this network, once and for all where it can be kept."""

    @property
    def loaded(self) -> "KerasRuntime | None":
        """The runtime of Keras, if it was needed."""


def chain_scanner(runtime: Runtime, step: int) -> Scanner | None:
    """Return what scans by a chain of layers without padding as its windows would be scored."""

    def scanning(model: "keras.Model") -> "keras.Model | None":
        from astro_dl.models.scanning import scanning_network

        return scanning_network(model, step)

    run = runtime.part(str(step), scanning)
    return None if run is None else Scanner(run)


@dataclass(frozen=True)
class KerasRuntime:
    """Keras on its backend, on any device.

    Parameters
    ----------
    model : keras.Model
        From inputs to logits.
    find_scanner : callable, default `chain_scanner`
        What finds a scanner.
    """

    model: "keras.Model"
    find_scanner: FindScanner = chain_scanner

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

    def part(self, name: str, make: Callable[["keras.Model"], "keras.Model | None"]) -> Run | None:
        """Return what runs a network that is made of this one; None where there is none."""
        if name not in self.parts:
            self.parts[name] = make(self.model)
        network = self.parts[name]
        return None if network is None else network.predict_on_batch

    def scanner(self, step: int) -> Scanner | None:
        """Return what scores the windows of series at every ``step`` samples at once."""
        return self.find_scanner(self, step)

    def kept(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Return what was found about this network."""
        return make()

    @property
    def loaded(self) -> "KerasRuntime":
        """Itself."""
        return self

    @cached_property
    def parts(self) -> "dict[str, keras.Model | None]":
        """The networks that were asked for, by their names."""
        return {}

    @cached_property
    def _encoder(self) -> "keras.Model":
        import keras

        return keras.Model(self.model.input, self.model.get_layer("embedding").output)
