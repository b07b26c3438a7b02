"""Images and point-spread functions as networks are given them."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD


def network_input(images: np.ndarray, point_spreads: np.ndarray) -> dict[str, np.ndarray]:
    """Return the input of networks.

    Parameters
    ----------
    images : ndarray, (n, size, size)
        In standard deviations of the noise.
    point_spreads : ndarray, (n, k, k)
        Of unit sum.
    """
    return {
        IMAGE: images[..., None].astype(np.float32),
        POINT_SPREAD: point_spreads[..., None].astype(np.float32),
    }


def images_of(x: Inputs) -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, size, size) and point-spread functions (n, k, k) of inputs."""
    assert isinstance(x, dict)
    return x[IMAGE][..., 0], x[POINT_SPREAD][..., 0]
