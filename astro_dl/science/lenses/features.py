"""What a classical lens finder measures: profiles, colour contrast of annuli, and arcs.

Lenses are red galaxies whose surroundings are bluer than themselves, and not alike after half a
turn.
"""

import numpy as np

from astro_dl.core.examples import Inputs

RINGS = 8
SECTORS = 12
SCALES = (6.0, 3.0, 1.5)


def lens_features(physics: object, x: Inputs) -> np.ndarray:
    """Return features for classical methods, from the inputs that networks take.

    Per band: the mean profile in eight rings of equal width; the scatter over twelve sectors, the
    brightest sector and the fraction of bright pixels of each ring after subtracting the mean
    profile; what is left after subtracting the image turned by half a turn; the centroid and the
    second moments. Per pair of neighbouring bands: the difference of each ring, of the bright
    pixels left in it, and of the whole.

    Parameters
    ----------
    physics : StrongLensPhysics or LensParametersPhysics
        Unused beyond its shape; features are measured in pixels.
    x : ndarray
        (n, size, size, bands) float32.

    Returns
    -------
    ndarray
        (n, k) float32.
    """
    if isinstance(x, dict):
        raise TypeError("lens tasks have a single input array")
    n, size, _, bands = x.shape
    ring, sector, offsets = _rings(size)
    flat = x.reshape(n, size * size, bands).astype(np.float32)
    profile = _means(flat, ring, RINGS)
    residual = flat - _smooth_profile(profile, size)
    cells = _means(residual, ring * SECTORS + sector, RINGS * SECTORS)
    cells = cells.reshape(n, RINGS, SECTORS, bands)
    turned = flat - flat[:, ::-1]
    bright = np.maximum(residual - 3.0, 0.0)
    excess = _means(bright, ring, RINGS)
    asymmetry = _means(np.abs(turned), ring, RINGS)
    spread, shape, middle, brightness = _moments(flat, offsets)
    parts = [
        profile,
        cells.std(axis=2),
        cells.max(axis=2),
        excess,
        asymmetry,
        _elongation(bright, ring, sector),
        spread,
        np.hypot(shape[..., 0], shape[..., 1]),
        np.hypot(middle[..., 0], middle[..., 1]),
        brightness,
        np.diff(profile, axis=2),
        np.diff(excess, axis=2),
        np.diff(flat.mean(axis=1), axis=1)[:, None],
    ]
    return _rows(parts)


def lens_parameter_features(physics: object, x: Inputs) -> np.ndarray:
    """Return the features of `lens_features` and those that tell directions.

    Parameters
    ----------
    physics : LensParametersPhysics
        Unused beyond its shape; features are measured in pixels.
    x : ndarray
        (n, size, size, bands) float32.

    Returns
    -------
    ndarray
        (n, k) float32: also both components of ellipticity and displacement of the light above
        several levels, and of the left-over light in the first two Fourier orders of each ring.
    """
    if isinstance(x, dict):
        raise TypeError("lens tasks have a single input array")
    n, size, _, bands = x.shape
    ring, sector, offsets = _rings(size)
    flat = x.reshape(n, size * size, bands).astype(np.float32)
    residual = flat - _smooth_profile(_means(flat, ring, RINGS), size)
    _, shape, middle, _ = _moments(flat, offsets)
    waves = _fourier(np.maximum(residual - 3.0, 0.0), ring, sector)
    return np.concatenate([lens_features(physics, x), _rows([shape, middle, *waves])], axis=1)


def _rows(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1).astype(
        np.float32
    )


def _rings(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ring and sector number of each pixel (size²,) and its offsets from the centre."""
    axis = np.arange(size) - (size - 1) / 2
    y, x = (grid.ravel() for grid in np.meshgrid(axis, axis, indexing="ij"))
    ring = np.minimum(np.hypot(x, y) * RINGS / (size / 2), RINGS - 1e-3).astype(np.int64)
    sector = ((np.arctan2(y, x) / (2 * np.pi)) % 1 * SECTORS).astype(np.int64) % SECTORS
    return ring, sector, np.stack([x, y], axis=1).astype(np.float32)


def _means(flat: np.ndarray, cell: np.ndarray, cells: int) -> np.ndarray:
    """Return the means (n, cells, bands) over the pixels of each cell; 0 in empty ones."""
    member = np.zeros((cells, len(cell)), np.float32)
    member[cell, np.arange(len(cell))] = 1
    member /= np.maximum(member.sum(axis=1, keepdims=True), 1)
    return np.einsum("cp,npb->ncb", member, flat, optimize=True)


def _smooth_profile(profile: np.ndarray, size: int) -> np.ndarray:
    """Return the profile at every pixel (n, size², bands), linear between the rings' middles."""
    axis = np.arange(size) - (size - 1) / 2
    radius = np.hypot(*np.meshgrid(axis, axis)).ravel() * RINGS / (size / 2) - 0.5
    radius = np.clip(radius, 0, RINGS - 1)
    low = np.minimum(radius.astype(np.int64), RINGS - 2)
    weight = np.zeros((size * size, RINGS), np.float32)
    rows = np.arange(size * size)
    weight[rows, low] = 1 - (radius - low)
    weight[rows, low + 1] += radius - low
    return np.einsum("pc,ncb->npb", weight, profile, optimize=True)


def _elongation(bright: np.ndarray, ring: np.ndarray, sector: np.ndarray) -> np.ndarray:
    """Return how the light of each ring is spread in angle: first two Fourier amplitudes."""
    return np.concatenate(
        [np.hypot(*waves) for waves in np.split(_fourier(bright, ring, sector), 2)], axis=1
    )


def _fourier(bright: np.ndarray, ring: np.ndarray, sector: np.ndarray) -> np.ndarray:
    """Return cosine and sine of the first order, then of the second, (4, n, rings, bands)."""
    angle = ((sector + 0.5) * 2 * np.pi / SECTORS).astype(np.float32)
    total = _means(bright, ring, RINGS) + 1e-3
    waves = [wave(order * angle) for order in (1, 2) for wave in (np.cos, np.sin)]
    return np.stack([_means(bright * wave[None, :, None], ring, RINGS) / total for wave in waves])


def _moments(
    flat: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return moments of the light above several levels, each (n, levels, bands, …).

    The second moment, both components of the ellipticity, the displacement and the logarithm of the
    flux.
    """
    x, y = offsets.T
    products = np.stack([x**2, y**2, x * y], axis=1)
    found: list[tuple[np.ndarray, ...]] = []
    for level in SCALES:
        light = np.maximum(flat - level, 0.0)
        total = light.sum(axis=1) + 1e-3
        middle = np.einsum("npb,pk->nbk", light, offsets, optimize=True) / total[..., None]
        second = np.einsum("npb,pk->nbk", light, products, optimize=True) / total[..., None]
        spread = second[..., 0] + second[..., 1] + 1e-3
        shape = np.stack([second[..., 0] - second[..., 1], 2 * second[..., 2]], axis=-1)
        found.append((spread, shape / spread[..., None], middle, np.log(total)))
    spread, shape, middle, brightness = (np.stack(one, axis=1) for one in zip(*found, strict=True))
    return spread, shape, middle, brightness
