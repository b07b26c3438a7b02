"""Angles of many turns in single precision, which is all that some devices have."""

from typing import Any

import numpy as np

from astro_dl.data.namespace import namespace_of, on_device

COARSE = np.int32(-(2**12))
"""Leaves twelve of the 24 bits of a float32."""


def angle_of_tensors(rate: np.ndarray, variable: np.ndarray) -> Any:
    """Return the angles of sums of turns, within half a turn, as a tensor on the device.

    Of each term the product of both factors' first twelve bits is exact in float32, so that whole
    turns are left out before anything is rounded: Dekker (1971), Numer. Math. 18, 224.

    Parameters
    ----------
    rate : ndarray
        (B, K) float64.
    variable : ndarray
        (K, F) float64; the turns are ``rate @ variable``.

    Returns
    -------
    tensor
        (B, F) float32 [rad].
    """
    (coarse_rate, fine_rate), (coarse_variable, fine_variable) = map(_split, (rate, variable))
    whole_variable = on_device(variable)
    xp = namespace_of(whole_variable)
    turns: Any = 0.0
    for k in range(rate.shape[1]):
        first = coarse_rate[:, k, None] * coarse_variable[k]
        rest = (
            coarse_rate[:, k, None] * fine_variable[k] + fine_rate[:, k, None] * whole_variable[k]
        )
        turns = turns + ((first - xp.round(first)) + rest)
    return 2 * np.pi * (turns - xp.round(turns))


def _split(values: np.ndarray) -> tuple[Any, Any]:
    """Return float64 numbers as tensors of their first twelve bits, and of what is left."""
    coarse = (values.astype(np.float32).view(np.int32) & COARSE).view(np.float32)
    return on_device(coarse), on_device(values - coarse)
