"""The classical method: what stands above a threshold, after smoothing."""

from importlib.util import find_spec

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.science.source_segmentation.inputs import light_of
from astro_dl.science.source_segmentation.physics import SourceSegmentationPhysics

Array = np.ndarray
THRESHOLDS = tuple(np.geomspace(20, 0.5, 16))
"""Of the light [σ], the highest first."""

METHOD = "sep"
LEAST_PIXELS = 5


def sep_scores(physics: SourceSegmentationPhysics, x: Inputs) -> dict[str, Array]:
    """Return, for each pixel, the highest threshold at which SExtractor's segments still hold it.

    Bertin & Arnouts (1996), A&AS 117, 393, by sep (Barbary 2016, JOSS 1, 58), with its matched
    filter.

    Parameters
    ----------
    physics : SourceSegmentationPhysics
        Unused.
    x : ndarray, (n, H, W, 2)
        Inputs of networks.

    Returns
    -------
    dict of str to ndarray, (n, H, W)
        Logarithms of thresholds, −2 where a pixel is in no segment; none where sep is not
        installed.
    """
    if find_spec("sep") is None:
        return {}
    assert isinstance(x, np.ndarray)
    return {METHOD: np.stack([_swept(image) for image in light_of(x)[0]])}


def _swept(light: Array) -> Array:
    import sep

    found = np.full(light.shape, -2.0)
    image = np.ascontiguousarray(light)
    for threshold in THRESHOLDS:
        _, segments = sep.extract(
            image,
            float(threshold),
            err=1.0,
            minarea=LEAST_PIXELS,
            segmentation_map=True,
        )
        found = np.where((segments > 0) & (found == -2.0), np.log(threshold), found)
    return found
