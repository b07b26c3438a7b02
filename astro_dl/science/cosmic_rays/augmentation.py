"""Images and the truth of their pixels, turned together."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.observations.images.orientations import oriented


def turned(x: Inputs, y: np.ndarray, rng: np.random.Generator) -> tuple[Inputs, np.ndarray]:
    """Return every image and its truth in one of the eight orientations, all as likely.

    Parameters
    ----------
    x : ndarray, (n, size, size, channels)
        Images.
    y : ndarray, (n, size, size)
        Class numbers of their pixels.
    rng : numpy.random.Generator
        Source of randomness.
    """
    numbers = rng.integers(0, 8, len(y))
    truth = oriented(y[..., None], numbers)
    assert isinstance(truth, np.ndarray)
    return oriented(x, numbers), truth[..., 0]
