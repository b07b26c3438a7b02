"""What classical methods are given of an image: profiles, blocks and moments of each band."""

import numpy as np

from astro_dl.core.examples import Inputs

RINGS, BLOCKS = 8, 6
AT_ONCE = 256


def image_features(physics: object, x: Inputs) -> np.ndarray:
    """Return features (n, k) float32 of images (n, y, x, bands).

    Of each band: mean and scatter of eight rings about the centre, means of six by six blocks, five
    quantiles, what is left after half a turn, and the ellipse of the bright pixels.
    """
    images = x
    if isinstance(images, dict):
        raise TypeError("one array of images is needed")
    parts = [images[start : start + AT_ONCE] for start in range(0, len(images), AT_ONCE)]
    return np.concatenate([_features(np.asarray(part, np.float32)) for part in parts])


def _features(images: np.ndarray) -> np.ndarray:
    n, height, width, bands = images.shape
    flat = images.reshape(n, height * width, bands)
    y, x = (np.linspace(-1, 1, length) for length in (height, width))
    ring = np.minimum(np.hypot(y[:, None], x) * RINGS, RINGS - 1).astype(int).ravel()
    mean = _means(flat, ring, RINGS)
    scatter = np.sqrt(np.maximum(_means(flat**2, ring, RINGS) - mean**2, 0))
    rows, columns = (np.arange(length) * BLOCKS // length for length in (height, width))
    blocks = _means(flat, (rows[:, None] * BLOCKS + columns).ravel(), BLOCKS**2)
    quantiles = np.moveaxis(np.quantile(flat, [0.05, 0.25, 0.5, 0.75, 0.99], axis=1), 0, 1)
    turned = np.abs(flat - flat[:, ::-1]).mean(axis=1, keepdims=True)
    parts = [mean, scatter, blocks, quantiles, turned, _ellipse(flat, y, x)]
    return np.concatenate([part.reshape(n, -1) for part in parts], axis=1).astype(np.float32)


def _means(flat: np.ndarray, cell: np.ndarray, cells: int) -> np.ndarray:
    member = (cell[:, None] == np.arange(cells)).astype(np.float32)
    member /= np.maximum(member.sum(axis=0), 1)
    return np.einsum("npb,pc->ncb", flat, member, optimize=True)


def _ellipse(flat: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return size and elongation of the light above the median, (n, 2, bands)."""
    light = np.maximum(flat - np.median(flat, axis=1, keepdims=True), 0)
    light /= light.sum(axis=1, keepdims=True) + 1e-9
    rows, columns = np.repeat(y, len(x))[:, None], np.tile(x, len(y))[:, None]
    dy, dx = (place - (light * place).sum(axis=1, keepdims=True) for place in (rows, columns))
    yy, xx, xy = ((light * one).sum(axis=1) for one in (dy * dy, dx * dx, dy * dx))
    return np.stack([yy + xx, np.hypot(yy - xx, 2 * xy)], axis=1)
