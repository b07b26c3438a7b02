"""What methods that need a table are given: moments of the image and of its point spread."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.models.point_spread.moments import RADII, polar_maps
from astro_dl.observations.galaxies.inputs import images_of
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics


def moment_features(physics: GalaxyStructurePhysics, x: Inputs) -> np.ndarray:
    """Return features (n, k).

    Parameters
    ----------
    physics : GalaxyStructurePhysics
        Unused.
    x : dict of ndarray
        Inputs of networks.

    Returns
    -------
    ndarray of float32
        asinh of the image's moments of harmonic 0, those of harmonics 0 and 2 over the root of
        the sum of squares of the former, and those of harmonic 0 of the point-spread function.
    """
    image, spread = images_of(x)
    around, along = (_moments(image, harmonic) for harmonic in (0, 2))
    size = np.sqrt(1 + np.sum(around**2, axis=1, keepdims=True))
    parts = [np.arcsinh(around), around / size, along / size, _moments(spread, 0)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _moments(images: np.ndarray, harmonic: int) -> np.ndarray:
    maps = polar_maps(images.shape[1], images.shape[2], RADII, (harmonic,))
    return images.reshape(len(images), -1) @ maps
