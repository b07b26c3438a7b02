"""Moments of images: what of them lies on rings, and goes around with the angle."""

from collections.abc import Sequence

import numpy as np

RADII = (0, 1, 2, 3, 4.2, 5.5, 7, 9, 12, 16, 21, 28)
"""[pixel] With the harmonics below, Cramér–Rao bounds are those of all pixels within 2%."""

HARMONICS = (0, 1, 2, 3, 4, 6)


def polar_maps(
    height: int, width: int, radii: Sequence[float], harmonics: Sequence[int]
) -> np.ndarray:
    """Return weight maps (height · width, maps) of unit norm; those that are empty are left out."""
    y, x = (np.arange(side) - (side - 1) / 2 for side in (height, width))
    radius, angle = np.hypot(x, y[:, None]), np.arctan2(y[:, None], x)
    # beyond the last ring there is sky, which the last one tells
    rings = [np.interp(radius, radii, one) for one in np.eye(len(radii))]
    maps = []
    for harmonic in sorted(harmonics):
        # a harmonic vanishes at the centre, where it has no direction
        power = radius**harmonic
        waves = (np.cos, np.sin) if harmonic else (np.cos,)
        for wave in waves:
            angular = power / (1 + power) * wave(harmonic * angle)
            maps += [ring * angular for ring in rings]
    stacked = np.stack(maps, axis=-1).reshape(height * width, -1)
    norm = np.sqrt(np.sum(stacked**2, axis=0))
    used = norm > 1e-6
    return (stacked[:, used] / norm[used]).astype(np.float32)
