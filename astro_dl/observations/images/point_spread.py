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

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))

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

    def blur(self, images: np.ndarray, margin: int = 0) -> np.ndarray:
        """Return the images (..., n, H, W), blurred, in their type; ``margin`` as in `convolve`."""
        if self.kernel is not None:
            return convolve(images, self.kernel, margin)
        if self.moffat_beta is None:
            return convolve_gaussian(images, np.asarray(self.fwhm) / FWHM_PER_SIGMA)
        widest = float(np.max(self.fwhm, initial=1))
        reach = min(int(np.ceil(MOFFAT_REACH * widest)), min(images.shape[-2:]) // 2)
        return convolve(images, moffat_kernel(self.fwhm, self.moffat_beta, reach), margin)


def gaussian_kernel(fwhm: ArrayLike, reach: int) -> np.ndarray:
    """Return Gaussian kernels of unit sum.

    Parameters
    ----------
    fwhm : array_like
        [pixel], a number or (n,).
    reach : int
        Pixels on either side of the central one.

    Returns
    -------
    ndarray
        (2 reach + 1, 2 reach + 1), with a leading (n,) if the width has it.
    """
    sigma = np.asarray(fwhm, float)[..., None, None] / FWHM_PER_SIGMA
    profile = np.exp(-0.5 * _squared_pixel_radius(reach) / sigma**2)
    return profile / profile.sum(axis=(-2, -1), keepdims=True)


def moffat_kernel(fwhm: ArrayLike, beta: float, reach: int) -> np.ndarray:
    """Return Moffat kernels [1 + (r/α)²]^(−β) of unit sum, α = FWHM / (2 √(2^(1/β) − 1)).

    Moffat (1969), A&A 3, 455, cut off at `MOFFAT_REACH` widths. Parameters and result as in
    `gaussian_kernel`; β above 1.
    """
    if beta <= 1:
        raise UsageError(f"the Moffat exponent must be above 1, not {beta}")
    width = np.asarray(fwhm, float)[..., None, None]
    alpha = width / (2 * np.sqrt(2 ** (1 / beta) - 1))
    squared = _squared_pixel_radius(reach)
    profile = (1 + squared / alpha**2) ** -beta * (squared <= (MOFFAT_REACH * width) ** 2)
    return profile / profile.sum(axis=(-2, -1), keepdims=True)


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


def convolve(images: np.ndarray, kernel: np.ndarray, margin: int = 0) -> np.ndarray:
    """Return images convolved with kernels, zero outside the images, by fast Fourier transform.

    Parameters
    ----------
    images : ndarray
        (..., H, W).
    kernel : ndarray
        (..., k, k) of odd k, broadcasting with the images.
    margin : int, default 0
        Width of a border that will be cut off, and into which light may come around from the other
        side: a shorter transform.

    Returns
    -------
    ndarray
        (..., H, W) in the type of the images.
    """
    height, width = images.shape[-2:]
    reach = kernel.shape[-1] // 2
    padding = max(reach - margin, 0)
    shape = (fft.next_fast_len(height + padding, True), fft.next_fast_len(width + padding, True))
    spectrum = fft.rfft2(images, shape)
    spectrum *= fft.rfft2(_wrapped(kernel.astype(images.dtype), shape))
    return fft.irfft2(spectrum, shape)[..., :height, :width]


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


def _squared_pixel_radius(reach: int) -> np.ndarray:
    squared = np.arange(-reach, reach + 1.0) ** 2
    return squared[:, None] + squared


def _wrapped(kernel: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return kernels in arrays of this shape, centre at the origin, the rest wrapped around.

    A kernel that reaches further than the images are wide is cut to what can matter.
    """
    reach = kernel.shape[-1] // 2
    wrapped = np.zeros((*kernel.shape[:-2], *shape), kernel.dtype)
    index = np.arange(-reach, reach + 1)
    wrapped[..., (index % shape[0])[:, None], index % shape[1]] = kernel
    return wrapped
