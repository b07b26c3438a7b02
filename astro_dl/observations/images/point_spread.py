"""Point-spread functions of images: Gaussian, Moffat, or a given kernel, and convolution with them.

Light does not enter from outside the image: whoever cuts images out renders a margin first.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike
from scipy import fft

from astro_dl.core.errors import UsageError
from astro_dl.data.namespace import namespace_of, on_device

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))

GAUSSIAN_REACH = 2.5
"""Widths beyond which a Gaussian on a device has no light: less than 1e-7 of it."""

MOFFAT_REACH = 4.0
"""Widths beyond which a Moffat profile has no light: 0.1% of it for an exponent of 3.5."""


@dataclass(frozen=True)
class PointSpread:
    """Point-spread functions of a set of images, one for each or one for all.

    Parameters
    ----------
    fwhm : array_like
        Full width at half maximum [pixel]; (n,) or a number. Unused with a kernel.
    moffat_beta : float or None, default None
        Exponent of a Moffat profile, above 1; None for a Gaussian.
    kernel : ndarray or None, default None
        (k, k) or (n, k, k) of odd k, as `prepare_kernel` gives it.
    """

    fwhm: ArrayLike = 1.0
    moffat_beta: float | None = None
    kernel: np.ndarray | None = None

    def take(self, index: Any) -> "PointSpread":
        """Return those of the images at an index."""
        fwhm = np.asarray(self.fwhm)
        kernel = self.kernel
        return PointSpread(
            fwhm[index] if fwhm.ndim else fwhm,
            self.moffat_beta,
            kernel[index] if kernel is not None and kernel.ndim > 2 else kernel,
        )

    def blur(self, images: Any, margin: int = 0) -> Any:
        """Return the images (..., n, H, W), blurred, in their type; ``margin`` as in `convolve`.

        Tensors of Keras are blurred on their device.
        """
        if self.kernel is not None:
            return convolve(images, self.kernel, margin)
        on_processor = namespace_of(images) is np
        if self.moffat_beta is None and on_processor:
            return convolve_gaussian(images, np.asarray(self.fwhm) / FWHM_PER_SIGMA)
        widths = self.fwhm if on_processor else on_device(np.asarray(self.fwhm))
        widest, half = float(np.max(self.fwhm, initial=1)), min(images.shape[-2:]) // 2
        if self.moffat_beta is None:
            reach = min(int(np.ceil(GAUSSIAN_REACH * widest)), half)
            return convolve(images, gaussian_kernel(widths, reach), margin)
        reach = min(int(np.ceil(MOFFAT_REACH * widest)), half)
        return convolve(images, moffat_kernel(widths, self.moffat_beta, reach), margin)


def gaussian_kernel(fwhm: Any, reach: int) -> Any:
    """Return Gaussian kernels of unit sum.

    Parameters
    ----------
    fwhm : array_like or tensor
        [pixel], a number or (n,).
    reach : int
        Pixels on either side of the central one.

    Returns
    -------
    ndarray or tensor
        (2 reach + 1, 2 reach + 1), with a leading (n,) if the width has it.
    """
    width, squared, xp = _on_pixels(fwhm, reach)
    profile = xp.exp(-0.5 * squared / (width / FWHM_PER_SIGMA) ** 2)
    return profile / xp.sum(profile, axis=(-2, -1), keepdims=True)


def moffat_kernel(fwhm: Any, beta: float, reach: int) -> Any:
    """Return Moffat kernels [1 + (r/α)²]^(−β) of unit sum, α = FWHM / (2 √(2^(1/β) − 1)).

    Moffat (1969), A&A 3, 455, cut off at `MOFFAT_REACH` widths. Parameters and result as in
    `gaussian_kernel`; β above 1.
    """
    if beta <= 1:
        raise UsageError(f"the Moffat exponent must be above 1, not {beta}")
    width, squared, xp = _on_pixels(fwhm, reach)
    alpha = width / (2 * np.sqrt(2 ** (1 / beta) - 1))
    profile = (1 + squared / alpha**2) ** -beta
    profile = xp.where(squared <= (MOFFAT_REACH * width) ** 2, profile, 0.0)
    return profile / xp.sum(profile, axis=(-2, -1), keepdims=True)


def prepare_kernel(kernel: ArrayLike) -> np.ndarray:
    """Return a measured point-spread function as a kernel of unit sum.

    Parameters
    ----------
    kernel : array_like
        (k, k) with odd k, centred on the central pixel.

    Raises
    ------
    UsageError
        If it is not square, of even size, not finite, or of sum 0 or below.
    """
    kernel = np.asarray(kernel, float)
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1] or kernel.shape[0] % 2 == 0:
        raise UsageError(
            f"a point-spread function is a square array of odd size, not of shape {kernel.shape}; "
            "cut it to be centred on its central pixel"
        )
    if not np.isfinite(kernel).all() or kernel.sum() <= 0:
        raise UsageError("a point-spread function must be finite and of positive sum")
    return kernel / kernel.sum()


def convolve(images: Any, kernel: Any, margin: int = 0) -> Any:
    """Return images convolved with kernels, zero outside the images, by fast Fourier transform.

    Parameters
    ----------
    images : ndarray or tensor
        (..., H, W).
    kernel : ndarray or tensor
        (..., k, k) of odd k, broadcasting with the images; of tensors no larger than they are.
    margin : int, default 0
        Width of a border that will be cut off, and into which light may come around from the other
        side: a shorter transform.

    Returns
    -------
    ndarray or tensor
        (..., H, W) in the type of the images.
    """
    height, width = images.shape[-2:]
    reach = kernel.shape[-1] // 2
    padding = max(reach - margin, 0)
    shape = (fft.next_fast_len(height + padding, True), fft.next_fast_len(width + padding, True))
    if namespace_of(images) is not np:
        return _convolve_tensors(images, kernel, shape)
    spectrum = fft.rfft2(images, shape)
    spectrum *= fft.rfft2(_wrapped(kernel.astype(images.dtype), shape))
    return fft.irfft2(spectrum, shape)[..., :height, :width]


def _convolve_tensors(images: Any, kernel: Any, shape: tuple[int, int]) -> Any:
    """Return tensors convolved on a torus of this shape: two layers as one complex transform."""
    xp = namespace_of(images)
    height, width = images.shape[-2:]
    in_pairs = images.ndim > 3 and images.shape[0] == 2
    parts = (images[0], images[1]) if in_pairs else (images, xp.zeros_like(images))

    def transformed(*both: Any) -> tuple[Any, Any]:
        sides = [(0, 0)] * (both[0].ndim - 2)
        sides += [(0, full - now) for full, now in zip(shape, both[0].shape[-2:], strict=True)]
        return xp.fft2(tuple(xp.pad(one, sides) for one in both))

    if namespace_of(kernel) is np:
        wrapped = on_device(_wrapped(kernel, shape))
        kernel_real, kernel_imaginary = transformed(wrapped, xp.zeros_like(wrapped))
        first = 0
    else:
        kernel_real, kernel_imaginary = transformed(kernel, xp.zeros_like(kernel))
        first = kernel.shape[-1] // 2
    real, imaginary = transformed(*parts)
    product = (
        real * kernel_real - imaginary * kernel_imaginary,
        real * kernel_imaginary + imaginary * kernel_real,
    )
    # a kernel that is not wrapped around moves everything by its reach
    blurred = [xp.roll(one, (-first, -first), axis=(-2, -1)) for one in xp.ifft2(product)]
    seen = [one[..., :height, :width] for one in blurred]
    return xp.stack(seen) if in_pairs else seen[0]


def convolve_gaussian(images: np.ndarray, sigma: ArrayLike) -> np.ndarray:
    """Return images convolved with round Gaussians, by one matrix for each axis.

    The same as `convolve` with a kernel that reaches everywhere, and faster: a product of small
    matrices stays in the cache.

    Parameters
    ----------
    images : ndarray
        (n, H, W).
    sigma : array_like
        Standard deviation [pixel], a number or (n,).

    Returns
    -------
    ndarray
        (n, H, W) in the type of the images.
    """
    height, width = images.shape[-2:]
    columns = _gaussian_matrix(width, sigma, images.dtype)
    rows = columns if height == width else _gaussian_matrix(height, sigma, images.dtype)
    return rows @ images @ columns


def _gaussian_matrix(size: int, sigma: ArrayLike, dtype: np.dtype) -> np.ndarray:
    """Return the symmetric matrices (..., size, size) that blur a vector with a unit-sum kernel."""
    width = np.asarray(sigma, float)[..., None]
    profile = np.exp(-0.5 * (np.arange(size) / width) ** 2)
    profile /= 2 * profile.sum(axis=-1, keepdims=True) - profile[..., :1]
    # subnormal numbers would slow the products down by an order of magnitude
    profile[profile < 1e-30] = 0
    mirrored = np.concatenate([profile[..., :0:-1], profile], axis=-1).astype(dtype)
    return np.ascontiguousarray(sliding_window_view(mirrored, size, axis=-1)[..., ::-1, :])


def _on_pixels(fwhm: Any, reach: int) -> tuple[Any, np.ndarray, Any]:
    """Return widths, for axes of pixels, the pixels' squared radii, and the widths' namespace."""
    squared = np.arange(-reach, reach + 1.0) ** 2
    squared = squared[:, None] + squared
    if not hasattr(fwhm, "dtype") or namespace_of(fwhm) is np:
        return np.asarray(fwhm, float)[..., None, None], squared, np
    return fwhm[..., None, None], squared.astype(np.float32), namespace_of(fwhm)


def _wrapped(kernel: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return kernels in arrays of this shape, centre at the origin, the rest wrapped around.

    A kernel that reaches further than the images are wide is cut to what can matter.
    """
    reach = kernel.shape[-1] // 2
    wrapped = np.zeros((*kernel.shape[:-2], *shape), kernel.dtype)
    index = np.arange(-reach, reach + 1)
    wrapped[..., (index % shape[0])[:, None], index % shape[1]] = kernel
    return wrapped
