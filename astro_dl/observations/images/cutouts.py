"""Cutouts of galaxies as networks take them: cropped, resampled, in units of the sky noise.

Simulated and real images go through the same functions.
"""

from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.data.namespace import namespace_of, on_device

FRAME_FRACTION = 1 / 16
MEDIAN_OF_ABSOLUTE_NORMAL = 0.6744897501960817
COARSEST_RATIO = 0.5


def normalise(
    images: Any,
    *,
    clip_sigma: float = 1000.0,
    softening_sigma: float = 5.0,
    sigma: np.ndarray | None = None,
) -> Any:
    """Return images in units of their own sky noise, clipped and compressed.

    Each band of each image is freed of its sky level and divided by the standard deviation of its
    sky noise, limited to ± ``clip_sigma``, and compressed by s asinh(v / s), which leaves the noise
    as it is and the colours of bright parts recognisable. Lanusse et al. (2018), MNRAS 473, 3895,
    limit to 250, without compression; in deep coadds that would level the middle of lens galaxies.

    Parameters
    ----------
    images : ndarray or tensor
        (n, y, x, bands), in any linear unit of flux; NaN where masked, which tensors may not be.
    clip_sigma : float, default 1000
        Largest absolute value before the compression, in standard deviations.
    softening_sigma : float, default 5
        The s of the compression, in standard deviations.
    sigma : ndarray, optional
        (n, bands) noise, in the images' unit; default `noise_sigma`.

    Returns
    -------
    ndarray or tensor
        (n, y, x, bands) float32; 0, the sky, where masked; NaN in bands without any noise or with
        fewer than half of their pixels.
    """
    xp = namespace_of(images)
    sigma = noise_sigma(images) if sigma is None else np.asarray(sigma, np.float64)
    if xp is not np:
        scaled = (images - sky_level(images)[:, None, None, :]) / on_device(sigma)[:, None, None, :]
        clipped = xp.clip(scaled, -clip_sigma, clip_sigma)
        return softening_sigma * xp.arcsinh(clipped / softening_sigma)
    scaled = images - sky_level(images)[:, None, None, :]
    scaled[~np.isfinite(images)] = 0.0
    scaled = (scaled / sigma[:, None, None, :]).astype(np.float32)
    np.clip(scaled, -clip_sigma, clip_sigma, out=scaled)
    return softening_sigma * np.arcsinh(scaled / softening_sigma)


def sky_level(images: Any) -> Any:
    """Return the median of each band's outermost pixels, (n, bands); NaN pixels don't count.

    Parameters
    ----------
    images : ndarray or tensor
        (n, y, x, bands); the outer sixteenth on every side is taken as the sky.
    """
    height, width = images.shape[1:3]
    frame = np.ones((height, width), dtype=bool)
    top, left = (max(1, round(size * FRAME_FRACTION)) for size in (height, width))
    frame[top:-top, left:-left] = False
    if namespace_of(images) is not np:
        return _median_of_frame(images, frame)
    edge = images[:, frame]
    if np.isfinite(edge).all():
        return np.median(edge, axis=1)
    known = np.where(np.isfinite(edge), edge, np.nan)
    empty = np.isnan(known).all(axis=1, keepdims=True)
    return np.nanmedian(np.where(empty, 0.0, known), axis=1)


def _median_of_frame(images: Any, frame: np.ndarray) -> Any:
    """Return the median (n, bands) of these pixels of tensors."""
    xp = namespace_of(images)
    pixels = xp.reshape(images, (images.shape[0], -1, images.shape[-1]))
    edge = xp.take(pixels, np.flatnonzero(frame), axis=1)
    ordered, count = xp.sort(edge, axis=1), edge.shape[1]
    return (ordered[:, (count - 1) // 2] + ordered[:, count // 2]) / 2


def noise_sigma(images: Any) -> Any:
    """Return the standard deviation of each band's sky noise, measured from the image itself.

    The median absolute response of a mask that smooth light does not excite, as Immerkær (1996),
    Comput. Vis. Image Underst. 64, 300, over the fainter half of the pixels, so that neither the
    galaxy nor its photon noise counts. It sees the noise on the scale of the pixel: where pixels
    were resampled and neighbours are correlated, it is too low by as much (some 20% in DES coadds).

    Parameters
    ----------
    images : ndarray or tensor
        (n, y, x, bands); pixels that are not finite don't count, and may not be in tensors.

    Returns
    -------
    ndarray or tensor
        (n, bands) float64 (of tensors float32) in the images' unit; NaN where there is none, or
        fewer than half of the pixels can be used.
    """
    if namespace_of(images) is not np:
        return _noise_of_tensors(images)
    planes = np.ascontiguousarray(np.moveaxis(images, 3, 1), dtype=np.float32)
    known = np.isfinite(planes)
    whole = known.all()
    if not whole:
        planes = np.where(known, planes, 0.0)
    response = np.abs(np.diff(np.diff(planes, 2, axis=2), 2, axis=3)).reshape(*planes.shape[:2], -1)
    brightness = _three_by_three(planes).reshape(response.shape)
    if not whole:
        usable = _three_by_three(known).reshape(response.shape) == 9
        brightness[~usable] = np.inf
    half = response.shape[2] // 2
    limit = np.partition(brightness, half, axis=2)[..., half, None]
    response[brightness >= limit] = np.inf
    spread = np.partition(response, half // 2, axis=2)[..., half // 2]
    sigma = spread / (6 * MEDIAN_OF_ABSOLUTE_NORMAL)
    measured = np.isfinite(limit[..., 0]) & np.isfinite(sigma) & (sigma > 0)
    return np.where(measured, sigma, np.nan).astype(np.float64)


def _noise_of_tensors(images: Any) -> Any:
    """Return the noise (n, bands) of tensors, as `noise_sigma`."""
    xp = namespace_of(images)
    planes = xp.moveaxis(images, 3, 1)
    response = xp.abs(xp.diff(xp.diff(planes, 2, axis=2), 2, axis=3))
    response = xp.reshape(response, (*planes.shape[:2], -1))
    brightness = xp.reshape(_three_by_three(planes), response.shape)
    half = response.shape[2] // 2
    limit = xp.sort(brightness, axis=2)[..., half, None]
    spread = xp.sort(xp.where(brightness >= limit, np.inf, response), axis=2)[..., half // 2]
    sigma = spread / (6 * MEDIAN_OF_ABSOLUTE_NORMAL)
    return xp.where(xp.isfinite(sigma) & (sigma > 0), sigma, np.nan)


def centre_crop(image: np.ndarray, size: int) -> np.ndarray:
    """Return the central ``size`` × ``size`` pixels of (y, x, bands), NaN where there are none."""
    cropped = np.full((size, size, *image.shape[2:]), np.nan, dtype=np.float64)
    source, target = zip(*(_overlap(length, size) for length in image.shape[:2]), strict=True)
    cropped[target] = image[source]
    return cropped


def resample(image: np.ndarray, ratio: float) -> np.ndarray:
    """Return an image on pixels that are ``ratio`` times as wide, about the same centre.

    Every new pixel gets the flux of the old ones in proportion to the area that they share: exact
    for whole ratios, and conserving flux for all.

    Parameters
    ----------
    image : ndarray
        (y, x, bands), flux per pixel; masked parts of a new pixel are taken to be as bright as the
        rest of it, unless they are more than half: it is NaN then.
    ratio : float
        New pixel scale over the old one.

    Returns
    -------
    ndarray
        (y', x', bands) float64: as many whole new pixels as fit.

    Raises
    ------
    UsageError
        If the new pixels are less than half as wide: the detail does not exist.
    """
    if not ratio >= COARSEST_RATIO:
        raise UsageError(
            f"pixels are {1 / ratio:.2f} times as wide as the network's; accepted: up to "
            f"{1 / COARSEST_RATIO:g} times, finer detail is not in the image"
        )
    rows, columns = (resampling_matrix(length, ratio) for length in image.shape[:2])
    known = np.isfinite(image)
    total = np.einsum("ai,ijb,cj->acb", rows, np.where(known, image, 0.0), columns, optimize=True)
    share = np.einsum("ai,ijb,cj->acb", rows, known.astype(float), columns, optimize=True)
    share /= ratio**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(share > 0.5, total / share, np.nan)


def resampling_matrix(length: int, ratio: float) -> np.ndarray:
    """Return the share (new, old) of each of ``length`` old pixels that lies in each new one.

    For whole ratios new pixels consist of whole old ones, for others they lie about the same
    centre.
    """
    count = max(1, int(np.floor(length / ratio + 1e-9)))
    first = (length - count * ratio) / 2
    if float(ratio).is_integer():
        first = np.floor(first)
    edges = first + np.arange(count + 1) * ratio
    old = np.arange(length)
    low = np.maximum(edges[:-1, None], old)
    high = np.minimum(edges[1:, None], old + 1.0)
    return np.maximum(high - low, 0.0)


def _three_by_three(planes: Any) -> Any:
    """Return the sums of all 3 × 3 pixels along the last two axes, two shorter in each."""
    rows = planes[..., :-2, :] * 1 + planes[..., 1:-1, :] + planes[..., 2:, :]
    return rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]


def _overlap(length: int, size: int) -> tuple[slice, slice]:
    """Return where the middle ``size`` of ``length`` pixels are, in the old and the new axis."""
    first = (length - size) // 2
    kept = slice(max(first, 0), min(first + size, length))
    return kept, slice(kept.start - first, kept.stop - first)
