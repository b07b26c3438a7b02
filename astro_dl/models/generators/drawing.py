"""New images from a network that learnt how codes are distributed, and what they stand for."""

from typing import NamedTuple

import keras
import numpy as np

from astro_dl.models.generators.inputs import CODE, PRIOR, SEEN
from astro_dl.models.point_spread.inputs import POINT_SPREAD

AT_ONCE = 256


class Drawn(NamedTuple):
    """Codes (n, k) and images without noise (n, H, W), float32."""

    codes: np.ndarray
    images: np.ndarray


def draw_images(
    network: keras.Model,
    conditions: np.ndarray,
    point_spread: np.ndarray,
    rng: np.random.Generator,
) -> Drawn:
    """Return one new image for each row of conditions, through its point-spread function.

    Parameters
    ----------
    network : keras.Model
        With the layers ``"prior"``, ``"code"`` and ``"seen"``.
    conditions : ndarray, (n, c)
        As the network's input.
    point_spread : ndarray, (n, k, k, 1)
        As the network's input.
    rng : numpy.random.Generator
        Determines everything.
    """
    prior = network.get_layer(PRIOR)
    decoder = keras.Model(
        [network.get_layer(CODE).output, network.input[POINT_SPREAD]],
        network.get_layer(SEEN).output,
    )
    unit = rng.standard_normal((len(conditions), prior.size)).astype(np.float32)
    codes, images = [], []
    for start in range(0, len(unit), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        code = np.asarray(keras.ops.convert_to_numpy(prior.codes(unit[part], conditions[part])))
        codes.append(code)
        seen = decoder([code, point_spread[part]], training=False)
        images.append(np.asarray(keras.ops.convert_to_numpy(seen))[..., 0])
    return Drawn(np.concatenate(codes), np.concatenate(images))
