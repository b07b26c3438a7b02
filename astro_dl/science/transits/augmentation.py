"""Random changes of folded views that leave the class as it is."""

from typing import Any

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.data.namespace import namespace_of, standard_normal

NOISE_RANGE = (1e-3, 0.08)
SCALAR_NOISE = 0.03


def augment_views(x: Inputs, rng: np.random.Generator) -> Inputs:
    """Return views with time reversed in half of the examples, and with more noise.

    Parameters
    ----------
    x : ndarray or tensor (n, bins, 1), or dict of these and of scalars (n, k)
        Views of minimum −1; all views of an example are reversed together.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    ndarray or tensor, or dict of these, float32
        The added noise has a standard deviation log-uniform between 0.001 and 0.08 of the depth in
        a view of 61 bins, and more in finer ones as their bins are shorter; scalars get 0.03.
    """
    if not isinstance(x, dict):
        return _changed(x, *_draw(len(x), rng), rng)
    reverse, noise = _draw(len(next(iter(x.values()))), rng)
    return {
        name: _changed(array, reverse, noise, rng)
        if array.ndim == 3
        else array + SCALAR_NOISE * standard_normal(array, rng)
        for name, array in x.items()
    }


def _draw(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.log(NOISE_RANGE)
    noise = np.exp(rng.uniform(low, high, n))
    return rng.random(n) < 0.5, noise.astype(np.float32)[:, None, None]


def _changed(view: Any, reverse: np.ndarray, noise: np.ndarray, rng: np.random.Generator) -> Any:
    turned = namespace_of(view).where(reverse[:, None, None], view[:, ::-1], view)
    finer = np.float32(np.sqrt(view.shape[1] / 61))
    return turned + finer * noise * standard_normal(view, rng)
