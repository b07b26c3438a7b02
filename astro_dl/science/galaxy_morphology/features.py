"""What classical methods are given: concentration, asymmetry, clumpiness, Gini, M20, and colours.

By the definitions of Conselice (2003, ApJS 147, 1) and Lotz, Primack & Madau (2004, AJ 128, 163),
on the photograph's brightness about the middle, with what lies below the sky's scatter left out.
"""

import numpy as np
from scipy.ndimage import uniform_filter

from astro_dl.core.examples import Inputs

Array = np.ndarray
FRAME = 3
SHARES, LEAST_RADIUS = (0.2, 0.8), 0.5
ABOVE = 2.0
"""Standard deviations of the border above which pixels are of the galaxy."""


def morphology_features(physics: object, x: Inputs) -> Array:
    """Return 15 features (n, 15) float32 of photographs (n, size, size, 3)."""
    if isinstance(x, dict):
        raise TypeError("photographs are a single input array")
    return np.stack([_features(np.asarray(one, np.float64)) for one in x]).astype(np.float32)


def gini(light: Array) -> float:
    """Return the Gini coefficient of pixels (k,): 0 if all are alike, 1 if one has all the light.

    Lotz et al. (2004), eq. 6.
    """
    values = np.sort(np.abs(light))
    k = len(values)
    if k < 2 or values.sum() <= 0:
        return 0.0
    rank = 2 * np.arange(1, k + 1) - k - 1
    return float(rank @ values / (values.mean() * k * (k - 1)))


def m20(light: Array, squared_radius: Array) -> float:
    """Return lg of the second moment of the brightest fifth of the light over that of all, M20.

    Lotz et al. (2004), eq. 8; pixels (k,) with their squared distances from the centre.
    """
    moment = light * squared_radius
    order = np.argsort(-light)
    within = np.cumsum(light[order]) <= 0.2 * light.sum()
    brightest = moment[order][within].sum()
    if brightest <= 0 or moment.sum() <= 0:
        return -3.0
    return float(np.log10(brightest / moment.sum()))


def concentration(light: Array, radius: Array) -> float:
    """Return 5 lg (r80 / r20) of pixels (k,) by their distances from the centre."""
    order = np.argsort(radius)
    growth = np.cumsum(light[order])
    if growth[-1] <= 0:
        return 0.0
    r20, r80 = (radius[order][np.searchsorted(growth, one * growth[-1])] for one in SHARES)
    return float(5 * np.log10(max(r80, LEAST_RADIUS) / max(r20, LEAST_RADIUS)))


def _features(image: Array) -> Array:
    grey = image.mean(axis=2)
    edge = np.concatenate([grey[:FRAME].ravel(), grey[-FRAME:].ravel(), grey[:, :FRAME].ravel(),
                           grey[:, -FRAME:].ravel()])  # fmt: skip
    sky, scatter = np.median(edge), 1.4826 * np.median(np.abs(edge - np.median(edge))) + 1e-4
    light = grey - sky
    size = len(grey)
    axis = np.arange(size) - (size - 1) / 2
    radius = np.hypot(axis[:, None], axis)
    inside = (light > ABOVE * scatter) & (radius < size / 2)
    if inside.sum() < 5:
        inside = radius < 3
    pixels, far = np.maximum(light[inside], 0) + 1e-9, radius[inside]
    total = pixels.sum()
    turned = np.abs(light - light[::-1, ::-1])[inside].sum() / total
    clumpy = np.maximum(light - uniform_filter(light, 5), 0)[inside & (radius > 3)].sum() / total
    y, x = (one[inside] for one in np.meshgrid(axis, axis, indexing="ij"))
    xx, yy, xy = ((pixels * one).sum() / total for one in (x * x, y * y, x * y))
    long = np.sqrt((xx + yy) / 2 + np.hypot((xx - yy) / 2, xy))
    short = np.sqrt(max((xx + yy) / 2 - np.hypot((xx - yy) / 2, xy), 0))
    colours = [(image[..., k][inside].mean() + 1e-3) / (grey[inside].mean() + 1e-3) for k in (0, 2)]
    profile = [light[(radius >= low) & (radius < low + 4)].mean() / (scatter + pixels.max())
               for low in (0, 4, 8, 12)]  # fmt: skip
    return np.array([
        concentration(pixels, far), turned, clumpy, gini(pixels), m20(pixels, far**2),
        long, short / (long + 1e-9), np.log(total), np.log(inside.sum()), *colours, *profile,
    ])  # fmt: skip
