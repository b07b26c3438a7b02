"""Differences of two epochs: the template is convolved by the kernel that matches it best.

Alard & Lupton (1998, ApJ 503, 325): a kernel is a sum of Gaussians times polynomials, whose
coefficients are those of least squares. Here it is constant over a field, and found on boxes about
bright sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import maximum_filter

from astro_dl.observations.images.point_spread import convolve
from astro_dl.science.real_bogus.elliptical_moffat import EllipticalMoffat

SIGMAS = (0.7, 1.5, 3.0)
"""Standard deviations of the Gaussians [pixel]."""

KERNEL_REACH, BOX_REACH, PSF_REACH = 9, 10, 10
POOR_FIT = 3.0
RIDGE = 1e-7
THRESHOLD = 5.0
MEDIAN_OF_ABSOLUTE_NORMAL = 0.6744897501960817


@dataclass(frozen=True)
class Basis:
    """Kernels of which a matching kernel is a sum.

    Parameters
    ----------
    profiles : ndarray
        (p, k) functions along one axis: Gaussians times Hermite polynomials, which span the same
        as powers do, of unit norm.
    pairs : tuple of (int, int)
        Numbers of the profiles along y and x whose products are the kernels.
    """

    profiles: np.ndarray
    pairs: tuple[tuple[int, int], ...]

    def kernel(self, coefficients: np.ndarray) -> np.ndarray:
        """Return the sum (k, k) of the kernels times these coefficients."""
        own = np.array([np.outer(self.profiles[i], self.profiles[j]) for i, j in self.pairs])
        return np.tensordot(coefficients, own, axes=1)


@lru_cache(maxsize=8)
def kernel_basis(degrees: tuple[int, ...]) -> Basis:
    """Return the basis of Gaussians times polynomials up to these total degrees."""
    u = np.arange(-KERNEL_REACH, KERNEL_REACH + 1.0)
    profiles: list[np.ndarray] = []
    pairs: list[tuple[int, int]] = []
    for sigma, degree in zip(SIGMAS, degrees, strict=True):
        first = len(profiles)
        for order in range(degree + 1):
            one = np.polynomial.hermite_e.hermeval(u / sigma, np.eye(order + 1)[order])
            one = one * np.exp(-0.5 * (u / sigma) ** 2)
            profiles.append(one / np.linalg.norm(one))
        pairs += [(first + i, first + j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    return Basis(np.array(profiles), tuple(pairs))


def fit_kernel(
    template: np.ndarray,
    science: np.ndarray,
    weight: np.ndarray,
    places: Sequence[tuple[int, int]],
    degrees: tuple[int, ...] = (6, 4, 2),
) -> tuple[np.ndarray, float]:
    """Return the kernel (k, k) that makes the template like the science image, and a background.

    Parameters
    ----------
    template, science : ndarray
        (H, W), finite.
    weight : ndarray
        (H, W) of the science image's pixels, 0 where they don't count.
    places : sequence of (int, int)
        Rows and columns of the middles of the boxes, at least 19 pixels from every side.
    degrees : tuple of int
        Of the polynomials of the three Gaussians.

    Returns
    -------
    kernel : ndarray
        Its sum is the ratio of the photometric scales.
    background : float
        What is left between the images.

    Notes
    -----
    A first fit is to all boxes, a second without those fitted thrice as badly as the median.
    """
    basis = kernel_basis(tuple(degrees))
    matrices, vectors, totals = _normal_equations(basis, template, science, weight, places)
    kept = np.ones(len(places), bool)
    for _ in range(2):
        solution = _solve(matrices[kept].sum(axis=0), vectors[kept].sum(axis=0))
        fitted = np.einsum("i,kij,j->k", solution, matrices, solution)
        chi2 = totals - 2 * vectors @ solution + fitted
        kept = chi2 <= POOR_FIT * np.median(chi2)
    return basis.kernel(solution[:-1]), float(solution[-1])


def _normal_equations(
    basis: Basis,
    template: np.ndarray,
    science: np.ndarray,
    weight: np.ndarray,
    places: Sequence[tuple[int, int]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return M^T W M (boxes, n, n), M^T W d (boxes, n) and d^T W d (boxes,)."""
    margin = BOX_REACH + KERNEL_REACH
    cut = [
        (slice(r - margin, r + margin + 1), slice(c - margin, c + margin + 1)) for r, c in places
    ]
    inner = [
        (slice(r - BOX_REACH, r + BOX_REACH + 1), slice(c - BOX_REACH, c + BOX_REACH + 1))
        for r, c in places
    ]
    boxes = np.stack([template[one] for one in cut]).astype(np.float32)
    data = np.stack([science[one] for one in inner]).reshape(len(places), -1)
    root = np.sqrt(np.stack([weight[one] for one in inner]).reshape(len(places), -1))
    side = 2 * BOX_REACH + 1
    matrix = _convolving(basis.profiles, side)
    along_y = np.einsum("psa,kab->pksb", matrix, boxes, optimize=True)
    design = np.empty((len(places), len(basis.pairs) + 1, side * side), np.float32)
    for number, (i, j) in enumerate(basis.pairs):
        design[:, number] = (along_y[i] @ matrix[j].T).reshape(len(places), -1)
    design[:, -1] = 1
    design *= root[:, None, :]
    data = (data * root).astype(np.float32)
    matrices = design @ design.transpose(0, 2, 1)
    vectors = (design @ data[..., None])[..., 0]
    return matrices.astype(float), vectors.astype(float), (data.astype(float) ** 2).sum(axis=1)


def _convolving(profiles: np.ndarray, side: int) -> np.ndarray:
    """Return matrices (p, side, side + k − 1) that convolve a vector with each profile."""
    length = profiles.shape[1]
    matrix = np.zeros((len(profiles), side, side + length - 1), np.float32)
    for row in range(side):
        matrix[:, row, row : row + length] = profiles[:, ::-1]
    return matrix


def _solve(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    scale = np.sqrt(np.diag(matrix)) + 1e-30
    scaled = matrix / scale[:, None] / scale + RIDGE * np.eye(len(matrix))
    return np.linalg.solve(scaled, vector / scale) / scale


@dataclass(frozen=True)
class Difference:
    """A subtraction.

    Parameters
    ----------
    image : ndarray
        (H, W) float32 science minus matched template; NaN where either has no pixels.
    matched : ndarray
        (H, W) the template, convolved and with the background.
    variance : ndarray
        (H, W) predicted variance of the difference, neighbours taken as independent.
    kernel : ndarray
        (k, k) the matching kernel.
    """

    image: np.ndarray
    matched: np.ndarray
    variance: np.ndarray
    kernel: np.ndarray


def subtract(
    science: np.ndarray,
    template: np.ndarray,
    science_variance: np.ndarray,
    template_variance: np.ndarray,
    kernel: np.ndarray,
    background: float = 0.0,
) -> Difference:
    """Return the difference of two epochs and the variance of its noise.

    Parameters
    ----------
    science, template : ndarray
        (H, W); NaN where there are no pixels.
    science_variance, template_variance : ndarray
        (H, W) of their noise.
    kernel : ndarray
        (k, k) of odd k.
    background : float
        Added to the convolved template.
    """
    known = np.isfinite(template)
    filled = np.where(known, template, 0).astype(np.float32)
    matched = convolve(filled, kernel) + np.float32(background)
    matched[~known] = np.nan
    variance = science_variance + convolve(template_variance.astype(np.float32), kernel**2)
    return Difference(science - matched, matched, variance, kernel)


def signal_to_noise(
    difference: np.ndarray, variance: np.ndarray, psf: EllipticalMoffat
) -> tuple[np.ndarray, np.ndarray]:
    """Return the S/N of a point source in every pixel, and Σ P² / σ².

    A source of flux F has S/N² = F² Σ P² / σ², and its flux is estimated by S/N / √(Σ P² / σ²).

    Parameters
    ----------
    difference, variance : ndarray
        (..., H, W); pixels of NaN don't count.
    psf : EllipticalMoffat
        Of the science image.
    """
    profile = psf.kernel(PSF_REACH)
    known = np.isfinite(difference)
    weight = np.where(known, 1 / variance, 0).astype(np.float32)
    total = convolve(
        np.where(known, difference, 0).astype(np.float32) * weight, profile[::-1, ::-1]
    )
    power = np.maximum(convolve(weight, profile**2), 1e-9)
    return total / np.sqrt(power), power


def noise_excess(snr: np.ndarray) -> float:
    """Return by how much the noise of an S/N map exceeds the predicted, at least 1."""
    return max(1.0, float(np.median(np.abs(snr))) / MEDIAN_OF_ABSOLUTE_NORMAL)


def detections(
    snr: np.ndarray, allowed: np.ndarray, threshold: float = THRESHOLD
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the peaks of |S/N| above a threshold, none within 3 pixels.

    Parameters
    ----------
    snr : ndarray
        (H, W).
    allowed : ndarray of bool
        (H, W) where peaks may be.
    threshold : float, default 5
    """
    strength = np.abs(snr)
    above = (strength >= threshold) & allowed
    if not above.any():
        return np.empty(0, int), np.empty(0, int)
    row, column = np.nonzero(above & (strength == maximum_filter(strength, 7)))
    return row, column
