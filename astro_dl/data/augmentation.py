"""Random changes of training inputs that leave the truth as it is."""

import numpy as np

from astro_dl.core.examples import Inputs

__all__ = ["random_sign"]


def random_sign(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return the inputs with the sign of every other example, on average, reversed.

    For series whose sign carries nothing, such as strain: a signal of reversed sign is one of
    another phase, and noise of reversed sign is noise. All channels of an example, and all of its
    named inputs, change sign together.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Inputs, examples along the first axis.
    rng : numpy.random.Generator
        Source of randomness.
    """
    arrays = x if isinstance(x, dict) else {"x": x}
    n = len(next(iter(arrays.values())))
    sign = rng.choice(np.array([-1, 1], np.float32), n)
    changed = {
        name: array * sign.reshape(n, *[1] * (array.ndim - 1)) for name, array in arrays.items()
    }
    return changed if isinstance(x, dict) else changed["x"]
