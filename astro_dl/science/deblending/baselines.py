"""The classical methods that share the light of pixels: by watersheds, and by symmetry."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush

import numpy as np
from scipy import ndimage
from scipy.optimize import nnls

from astro_dl.core.examples import Inputs
from astro_dl.models.point_spread.inputs import IMAGE
from astro_dl.science.deblending.inputs import images_of
from astro_dl.science.deblending.physics import DeblendingPhysics

Array = np.ndarray
WATERSHED, SYMMETRY = "watershed", "symmetric templates"
SMOOTHING = 1.0
"""Standard deviation [pixel] of the Gaussian by which images are smoothed before."""

THRESHOLD = 1.5
"""Of detected pixels, in standard deviations of the smoothed noise, as of SExtractor."""

FREE, NOBODY = -1, -2


def classical_shares(physics: DeblendingPhysics, x: Inputs) -> dict[str, Array]:
    """Return what classical methods make of the light of the sources in the middle.

    Both are told the same places as a network.

    Parameters
    ----------
    physics : DeblendingPhysics
        How much light of the sky there is beside the sources.
    x : dict of ndarray
        Inputs of networks.

    Returns
    -------
    dict of str to ndarray, (n, size, size)
        Shares times the observed light, in the unit of ``x``. ``watershed``: each pixel above the
        threshold is of one source (Beucher & Lantuéjoul 1979), as in SExtractor; ``symmetric
        templates``: the fainter of each pixel and its opposite about each source, scaled together
        to the image by least squares, as in the Sloan Digital Sky Survey (Lupton 2005).
    """
    assert isinstance(x, dict)
    images, places, _ = images_of(x)

    def light(share: Callable[[Array, Array], Array]) -> Array:
        own = [share(image, one) for image, one in zip(images, places, strict=True)]
        return (np.stack(own) * x[IMAGE][..., 0]).astype(np.float32)

    return {
        WATERSHED: light(watershed_share),
        SYMMETRY: light(lambda image, one: symmetric_share(image, one, physics.floor_sigma)),
    }


def watershed_share(image: Array, places: Array) -> Array:
    """Return 1 where a pixel of an image [σ] is of the first of some places (m, 2), else 0.

    From all places at once, the brightest pixel that touches one of them is the next that is taken.
    """
    noise = 1 / np.sqrt(4 * np.pi * SMOOTHING**2)
    smooth = ndimage.gaussian_filter(image, SMOOTHING) / noise
    owner = np.where(smooth > THRESHOLD, FREE, NOBODY)
    side = len(image)
    queue = []
    for number, (x, y) in enumerate(places):
        column, row = np.clip(np.rint(np.array([x, y]) + (side - 1) / 2), 0, side - 1).astype(int)
        # Two within a pixel: it is of the first.
        if owner[row, column] in (FREE, NOBODY):
            owner[row, column] = number
            queue.append((-np.inf, int(row), int(column)))
    heapify(queue)
    while queue:
        _, row, column = heappop(queue)
        for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            near = (row + down, column + across)
            if min(near) >= 0 and max(near) < side and owner[near] == FREE:
                owner[near] = owner[row, column]
                heappush(queue, (-float(smooth[near]), *near))
    return (owner == 0) & (smooth > THRESHOLD)


def symmetric_share(image: Array, places: Array, floor: float) -> Array:
    """Return shares of the first of some places (m, 2) of an image [σ], the sky's light beside."""
    smooth = ndimage.gaussian_filter(image, SMOOTHING)
    templates = np.stack([_template(smooth, *one) for one in places])
    flat = templates.reshape(len(templates), -1)
    weights, _ = nnls(flat.T, smooth.ravel())
    light = weights[:, None, None] * templates
    return light[0] / (light.sum(axis=0) + floor)


def _template(image: Array, x: float, y: float) -> Array:
    """Return the fainter of each pixel and that on the other side of a place, at least 0."""
    side = len(image)
    rows, columns = (np.rint(2 * one).astype(int) + side - 1 - np.arange(side) for one in (y, x))
    inside = ((rows >= 0) & (rows < side))[:, None] & ((columns >= 0) & (columns < side))
    opposite = image[np.ix_(np.clip(rows, 0, side - 1), np.clip(columns, 0, side - 1))]
    return np.where(inside, np.maximum(np.minimum(image, opposite), 0), 0)
