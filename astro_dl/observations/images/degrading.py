"""Images of a sharper and deeper telescope as a survey would have taken them."""

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.cutouts import resample

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))


def degrade(
    image: np.ndarray,
    *,
    ratio: float,
    seeing_pixels: float,
    wanted_seeing_pixels: float,
    sigma: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return an image with worse seeing, on wider pixels, and with a survey's noise on top.

    The two point-spread functions are taken to differ by a Gaussian. What is left of the image's
    own noise stays in it, so that the result is never less noisy than the survey.

    Parameters
    ----------
    image : ndarray
        (y, x) flux per pixel, finite.
    ratio : float
        Width of the survey's pixels over the image's.
    seeing_pixels, wanted_seeing_pixels : float
        Full widths at half maximum of the image's and of the survey's point-spread function, both
        in pixels of the image.
    sigma : float
        Standard deviation of the survey's noise per pixel of its own, in the image's unit.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    ndarray
        (y', x') float64.

    Raises
    ------
    UsageError
        If the survey is sharper than the image by more than a tenth.
    """
    if wanted_seeing_pixels < 0.9 * seeing_pixels:
        raise UsageError(
            f"the image's seeing is {seeing_pixels:.2f} of its pixels and the survey's "
            f"{wanted_seeing_pixels:.2f}: it cannot be sharpened"
        )
    missing = np.sqrt(max(wanted_seeing_pixels**2 - seeing_pixels**2, 0.0)) / FWHM_PER_SIGMA
    blurred = gaussian_filter(np.asarray(image, np.float64), missing, mode="nearest")
    binned = resample(blurred[..., None], ratio)[..., 0]
    return binned + sigma * rng.normal(size=binned.shape)


def full_width_at_half_maximum(psf: np.ndarray) -> float:
    """Return the full width at half maximum of a point-spread function [pixels].

    That of the circle as large as the area above half of the maximum, by cubic interpolation.
    """
    fine = 8
    positions = np.meshgrid(*(np.arange((n - 1) * fine + 1) / fine for n in psf.shape))
    dense = map_coordinates(np.asarray(psf, np.float64), positions[::-1], order=3)
    return float(2 * np.sqrt(np.sum(dense >= dense.max() / 2) / fine**2 / np.pi))
