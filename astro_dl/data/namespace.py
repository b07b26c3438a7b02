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


def float_type(*arrays: Any) -> np.dtype:
    """Return the type of numbers that formulas of these arrays are evaluated in."""
    if all(namespace_of(one) is np for one in arrays):
        return np.result_type(*arrays)
    import keras

    return np.dtype(keras.backend.standardize_dtype(arrays[0].dtype))
