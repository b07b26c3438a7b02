"""One body of a formula for arrays of NumPy and for tensors of Keras, wherever these lie.

A function of the namespace may be told ``out``: NumPy writes there, which spares memory, and
returns it; tensors are made anew. So formulas use what is returned. Augmented assignment does the
same.
"""

from collections.abc import Callable
from typing import Any

import numpy as np


class _Tensors:
    """The functions of `keras.ops`, by the names and with the arguments of NumPy's."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        import keras

        function = getattr(keras.ops, name)

        def called(*arrays: Any, out: Any = None, **options: Any) -> Any:
            return function(*arrays, **options)

        return called


_TENSORS = _Tensors()


def namespace_of(array: Any) -> Any:
    """Return what has the functions for an array: NumPy, or `keras.ops` for tensors."""
    return np if isinstance(array, np.ndarray | np.generic | float | int) else _TENSORS


def on_device(array: Any) -> Any:
    """Return an array as float32 tensor on the device; tensors as they are."""
    import keras

    return keras.ops.convert_to_tensor(array, "float32") if namespace_of(array) is np else array


def on_host(array: Any) -> np.ndarray:
    """Return what an array or a tensor holds, in memory."""
    if isinstance(array, np.ndarray):
        return array
    import keras

    return np.asarray(keras.ops.convert_to_numpy(array))


def standard_normal(like: Any, rng: np.random.Generator) -> Any:
    """Return independent normal deviates, float32, of the shape of an array and where it lies.

    Those of tensors are drawn on their device, from a seed that the generator gives.
    """
    if namespace_of(like) is np:
        return rng.standard_normal(like.shape, dtype=np.float32)
    import keras

    return keras.random.normal(like.shape, dtype="float32", seed=int(rng.integers(2**31)))


def float_type(*arrays: Any) -> np.dtype:
    """Return the type of numbers that formulas of these arrays are evaluated in."""
    if all(namespace_of(one) is np for one in arrays):
        return np.result_type(*arrays)
    import keras

    return np.dtype(keras.backend.standardize_dtype(arrays[0].dtype))
