"""What autoencoders rebuild, and the anomaly score that follows from how well they do."""

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec

NAME_KEYS = ("columns", "detectors", "bands", "channels", "wavelengths_um")
"""Keys of an input contract under which quantities may be named."""

REBUILT = "rebuilt"
"""Key of an input contract that names what alone is rebuilt; a decoder is told the rest."""


def reconstructed_names(spec: InputSpec) -> tuple[str, ...]:
    """Return the names of what a model rebuilds of its input.

    Parameters
    ----------
    spec : InputSpec
        A table row (features,), of which a second half of marks of missing values is not rebuilt,
        a series (steps, channels), or an image (height, width, channels).

    Returns
    -------
    tuple of str
        Those that the contract says are ``rebuilt``, or one for each column, or for each channel of
        a series or an image.

    Raises
    ------
    UsageError
        If the input is of another form.
    """
    shape = spec.shape
    if isinstance(shape, dict) or len(shape) not in (1, 2, 3):
        raise UsageError(
            "autoencoders take inputs of shape (features,), (steps, channels) or (height, width, "
            f"channels), not {shape}"
        )
    if REBUILT in spec.contract:
        return tuple(spec.contract[REBUILT])
    count = shape[-1] // 2 if has_marks(spec) else shape[-1]
    for key in NAME_KEYS:
        names = spec.contract.get(key)
        if isinstance(names, list | tuple) and len(names) == count:
            return tuple(str(name) for name in names)
    what = "value" if len(shape) == 1 else "channel"
    return tuple(f"{what}_{number}" for number in range(1, count + 1))


def has_marks(spec: InputSpec) -> bool:
    """Whether the second half of a row marks which values of the first half are missing."""
    shape = spec.shape
    one_row = not isinstance(shape, dict) and len(shape) == 1 and shape[0] % 2 == 0
    return "missing" in spec.contract and one_row


def known_values(spec: InputSpec, x: Inputs) -> np.ndarray:
    """Return what is to be rebuilt as rows (n, k) float64, NaN where a value is missing."""
    rows = np.asarray(x, np.float64).reshape(len(x), -1)
    if not has_marks(spec):
        return rows
    values, missing = np.split(rows, 2, axis=1)
    return np.where(missing < 0.5, values, np.nan)


def anomaly_score(logits: np.ndarray) -> np.ndarray:
    """Return how badly each input was rebuilt (n,): its mean squared error and the code's cost.

    For a variational autoencoder this is, up to scale and offset, the negative evidence lower
    bound at the mean of the code (An & Cho 2015).

    Parameters
    ----------
    logits : ndarray, (n, k + 1)
        Squared errors of k quantities, then the cost.
    """
    return logits[:, :-1].mean(axis=1) + logits[:, -1]
