"""How large, how far apart and how tilted active regions are, class by class, as measured.

Quantiles and rank correlations are of the HMI SHARP records joined with the sunspot-region
summaries of NOAA (2010 to 2014); separations, tilts and latitudes are fits to the 2,854 bipolar
regions of Wang, Jiang & Luo (2023), ApJS 268, 55 (1996 to 2024).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

CLASSES = ("alpha", "beta", "beta_gamma", "beta_gamma_delta")
"""The Mount Wilson classes (Hale et al. 1919, Künzel 1960), from simple to complex."""

PROBABILITIES = (0.01, 0.10, 0.25, 0.50, 0.75, 0.90, 0.99)
FLUX = np.array(
    [
        [0.25, 1.2, 2.7, 5.5, 9.9, 17, 44],
        [0.54, 2.2, 4.8, 9.0, 16, 26, 52],
        [5.5, 9.9, 15, 22, 33, 46, 70],
        [8.3, 19, 26, 40, 58, 83, 190],
    ]
)
"""Total unsigned flux [1e21 Mx]."""
AREA = np.array(
    [
        [3, 8, 16, 35.5, 88, 140, 315],
        [6, 10, 20, 58, 125, 220, 480],
        [37, 90, 138, 210, 330, 480, 930],
        [100, 230, 330, 580, 900, 1430, 2750],
    ]
)
"""Area of the spots [millionths of the hemisphere]."""
SPOTS = np.array(
    [
        [1, 1, 1, 1, 2, 2, 5],
        [2, 2, 3, 5, 9, 14, 25],
        [4, 8, 11, 16, 22, 29, 58],
        [8, 13, 21, 28.5, 45, 60, 60],
    ]
)
"""Number of spots."""
CORRELATION = np.array([[1.0, 0.68, 0.38], [0.68, 1.0, 0.48], [0.38, 0.48, 1.0]])
"""Of the normal scores of flux, area and number within a class."""
LATITUDE = (3.0, 7.0, 10.6, 15.4, 20.5, 25.5, 33.0)
"""Quantiles of the distance from the equator [deg]."""
FEWEST_SPOTS = np.array([1, 2, 4, 4])
FEWEST_DECORRELATED = 4


@dataclass(frozen=True)
class RegionSizes:
    """Sizes of n regions.

    Parameters
    ----------
    flux : ndarray, (n,)
        Total unsigned flux [Mx].
    area : ndarray, (n,)
        Area of all spots [millionths of the hemisphere].
    spots : ndarray of int, (n,)
        Number of spots.
    """

    flux: np.ndarray
    area: np.ndarray
    spots: np.ndarray


def draw_sizes(classes: np.ndarray, rng: np.random.Generator, decorrelate: bool) -> RegionSizes:
    """Return sizes drawn from the measured joint distribution (a Gaussian copula).

    Parameters
    ----------
    classes : ndarray of int, (n,)
        Positions in `CLASSES`.
    rng : numpy.random.Generator
        Source of randomness.
    decorrelate : bool
        Draw the sizes of every region from one and the same mixture of the three bipolar classes,
        so that neither flux nor area nor number of spots tells the class.
    """
    n = len(classes)
    mixed = rng.integers(1, len(CLASSES), n)
    kind = mixed if decorrelate else classes
    scores = rng.multivariate_normal(np.zeros(3), CORRELATION, n, method="cholesky")
    flux, area, spots = (
        _quantile(table[kind], score)
        for table, score in zip((FLUX, AREA, SPOTS), scores.T, strict=True)
    )
    fewest = FEWEST_DECORRELATED if decorrelate else FEWEST_SPOTS[classes]
    return RegionSizes(flux * 1e21, area, np.maximum(np.rint(spots).astype(int), fewest))


def draw_separations(
    flux: np.ndarray, latitude: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return separations and tilts of the two polarities' centres, (n,) each [deg].

    The separation is lognormal about 5.3° (Φ / 1e22 Mx)^0.26. The tilt follows Joy's law, half the
    latitude, with the measured double-exponential scatter that narrows with flux; it is positive
    where the western polarity is the nearer to the equator.

    Parameters
    ----------
    flux : ndarray, (n,)
        Total unsigned flux [Mx].
    latitude : ndarray, (n,)
        Heliographic [deg].
    rng : numpy.random.Generator
        Source of randomness.
    """
    ratio = flux / 1e22
    separation = 5.3 * ratio**0.26 * np.exp(0.44 * rng.standard_normal(len(flux)).clip(-2.3, 2.3))
    scatter = rng.laplace(0.0, 13.5, len(flux)) * ratio**-0.12
    tilt = 0.5 * np.abs(latitude) + scatter.clip(-85, 85)
    return separation.clip(1.5, 14.0), tilt


def draw_latitudes(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return heliographic latitudes (n,) of both activity belts [deg]."""
    distance = np.interp(rng.standard_normal(n), ndtri(PROBABILITIES), LATITUDE)
    return distance * rng.choice([-1.0, 1.0], n)


def _quantile(table: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the quantiles of rows (n, 7) at normal scores (n,), linear in their logarithm."""
    nodes = ndtri(PROBABILITIES)
    scores = scores.clip(nodes[0], nodes[-1])
    left = np.clip(np.searchsorted(nodes, scores) - 1, 0, len(nodes) - 2)
    rows = np.arange(len(scores))
    share = (scores - nodes[left]) / (nodes[left + 1] - nodes[left])
    low, high = np.log(table[rows, left]), np.log(table[rows, left + 1])
    return np.exp(low + share * (high - low))
