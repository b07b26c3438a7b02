"""One logit of a network as a function of plain vectors, whatever its inputs are.

All inputs of an example are laid end to end, so that every method is written once for one array
and for several named ones.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, inputs_by_name
from astro_dl.core.task import Shape
from astro_dl.models.build import logits_model

if TYPE_CHECKING:
    import keras

BATCH_SIZE = 64


@dataclass(frozen=True)
class Logit:
    """A logit of a network.

    Parameters
    ----------
    network : keras.Model
        From inputs to logits.
    shapes : dict of str to tuple of int
        Shape of one example of each input; a single input is named ``"x"``.
    output : int
        Which logit, of all in a row.
    batch_size : int
        Examples at a time.
    against : int or None
        Another logit, which is subtracted.
    """

    network: "keras.Model"
    shapes: dict[str, Shape]
    output: int
    batch_size: int = BATCH_SIZE
    against: int | None = None

    @property
    def size(self) -> int:
        """Numbers in an example."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def parts(self) -> Iterator[tuple[str, slice, Shape]]:
        """Yield each input's name, where it stands in a vector, and its shape."""
        start = 0
        for name, shape in self.shapes.items():
            stop = start + int(np.prod(shape))
            yield name, slice(start, stop), shape
            start = stop

    def flat(self, x: Any) -> np.ndarray:
        """Return inputs as vectors (n, size), float32, each input broadcast to its shape."""
        arrays = inputs_by_name(x) if isinstance(x, dict) else dict.fromkeys(self.shapes, x)
        n = max((np.shape(one)[0] for one in arrays.values() if np.ndim(one)), default=1)
        rows = [
            np.broadcast_to(np.asarray(arrays[name], np.float32), (n, *shape)).reshape(n, -1)
            for name, shape in self.shapes.items()
        ]
        return np.concatenate(rows, axis=1)

    def shaped(self, vectors: np.ndarray) -> Inputs:
        """Return vectors (n, size) in the shapes of the inputs."""
        arrays = {name: vectors[:, part].reshape(-1, *shape) for name, part, shape in self.parts()}
        return arrays if self.is_named else arrays["x"]

    @property
    def is_named(self) -> bool:
        """Whether the network takes several inputs, by name or in the order of the shapes."""
        return isinstance(self.network.input, dict | list)

    def values(self, vectors: np.ndarray) -> np.ndarray:
        """Return the logits (n,) of vectors (n, size), float32."""
        return self._in_batches(self._tensors, vectors)

    def gradients(self, vectors: np.ndarray) -> np.ndarray:
        """Return the gradients (n, size) of the logits of vectors, float32."""
        from astro_dl.core.backend import input_gradients

        return self._in_batches(lambda batch: input_gradients(self._tensors, batch), vectors)

    def _tensors(self, vectors: Any) -> Any:
        import keras

        arrays = {
            name: keras.ops.reshape(vectors[:, part], (-1, *shape))
            for name, part, shape in self.parts()
        }
        in_order = list(arrays.values())
        several = arrays if isinstance(self.network.input, dict) else in_order
        x = several if self.is_named else in_order[0]
        # Of networks that answer for every pixel all logits in a row, as answer kinds number them.
        told = keras.ops.reshape(self.network(x, training=False), (len(vectors), -1))
        own = told[:, self.output]
        return own if self.against is None else own - told[:, self.against]

    def _in_batches(self, function: Callable[[Any], Any], vectors: np.ndarray) -> np.ndarray:
        import keras

        vectors = np.asarray(vectors, np.float32)
        cuts = range(0, len(vectors), self.batch_size)
        found = [function(vectors[k : k + self.batch_size]) for k in cuts]
        return np.concatenate([np.asarray(keras.ops.convert_to_numpy(one)) for one in found])


def logit_of(
    model: "keras.Model",
    x: Any,
    output: int = 0,
    batch_size: int = BATCH_SIZE,
    against: int | None = None,
) -> tuple[Logit, np.ndarray]:
    """Return a logit of a model, and examples as vectors, after checking both.

    Parameters
    ----------
    model : keras.Model
        A model with a layer ``"logits"``.
    x : ndarray or dict of ndarray
        Examples (n, …).
    output : int, default 0
        Which logit: the class number, or the number of the regression target; of several for each
        pixel all are numbered in a row.
    batch_size : int, default 64
        Examples at a time.
    against : int, optional
        Another logit, which is subtracted.

    Returns
    -------
    logit : Logit
    vectors : ndarray, (n, size)
        float32.

    Raises
    ------
    UsageError
        If the inputs do not fit the model, or it has no such output.
    """
    named = model.input if isinstance(model.input, dict) else {"x": model.input}
    if isinstance(model.input, list):
        raise UsageError(f"{model.name} takes a list of inputs; accepted: one array, or a dict")
    shapes = {name: tuple(tensor.shape[1:]) for name, tensor in named.items()}
    given = inputs_by_name(x) if isinstance(x, dict) or "x" in shapes else {"": x}
    if given.keys() != shapes.keys():
        raise UsageError(f"{model.name} takes inputs named {sorted(shapes)}, not {sorted(given)}")
    for name, shape in shapes.items():
        if np.shape(given[name])[1:] != shape or len(given[name]) == 0:
            about = "" if len(shapes) == 1 else f" as {name}"
            found = np.shape(given[name])[1:]
            raise UsageError(f"{model.name} takes examples of shape {shape}{about}, not {found}")
    network = logits_model(model)
    count = math.prod(network.output.shape[1:])
    for number in (output, *([] if against is None else [against])):
        if not 0 <= number < count:
            raise UsageError(f"output must be one of 0…{count - 1}, not {number}")
    logit = Logit(network, shapes, output, batch_size, against)
    return logit, logit.flat(x)
