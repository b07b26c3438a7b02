"""Muons and electrons that go through the silicon of a CCD: how much charge, and where.

A track is a row of points along which charge is set free, which spreads on its way to the gates.
"""

from dataclasses import dataclass

import numpy as np
import scipy

PAIR_ENERGY_EV = 3.65
"""Energy that sets an electron free in silicon [eV]."""

XI_EV_PER_UM = 17.8
"""Landau's ξ for a thickness of 1 µm of silicon and a fast particle of unit charge [eV]."""

PLASMA_ENERGY_EV = 31.05
ELECTRON_MASS_EV = 510_998.95
MODE = -0.22278298
"""Of Landau's distribution."""

SMALLEST, LARGEST = 0.4, 20.0
"""Charges within which a hit is held, in units of the most probable one."""

POINTS_PER_PIXEL, FEWEST_POINTS, MOST_POINTS = 10, 32, 3000
STRAGGLING_SHAPE = 4.0
"""Of the gamma distribution of what neighbouring parts of a track give."""

ELECTRON_PATH_UM, ELECTRON_PATH_SCATTER = 60.0, 0.7
ELECTRON_EXCESS = 1.7
"""By how much a slow electron loses more than a muon on the same way."""

TURN_PER_ROOT_UM = 0.35
"""Standard deviation of the direction of an electron after 1 µm [rad]."""


@dataclass(frozen=True)
class Hits:
    """Particles that went through a set of images.

    Parameters
    ----------
    image : ndarray of int, (m,)
        Which image each is in, in rising order.
    row, column : ndarray, (m,)
        Where it enters [pixel].
    azimuth : ndarray, (m,)
        Direction in the plane of the image [rad].
    cosine : ndarray, (m,)
        Of the angle to the normal of the detector.
    path_um : ndarray, (m,)
        Length of the way through the silicon [µm].
    lateral_pixels : ndarray, (m,)
        Its projection onto the image [pixel].
    charge : ndarray, (m,)
        Electrons set free.
    is_electron : ndarray of bool, (m,)
        Whether it goes crooked ways.
    """

    image: np.ndarray
    row: np.ndarray
    column: np.ndarray
    azimuth: np.ndarray
    cosine: np.ndarray
    path_um: np.ndarray
    lateral_pixels: np.ndarray
    charge: np.ndarray
    is_electron: np.ndarray

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True)
class Detector:
    """What each of n images is taken with.

    Parameters
    ----------
    pixel_um, thickness_um, diffusion_um : ndarray, (n,)
        Width of the pixels, depth of the silicon, and standard deviation of the charge from the far
        side [µm].
    """

    pixel_um: np.ndarray
    thickness_um: np.ndarray
    diffusion_um: np.ndarray


def most_probable_charge(path_um: np.ndarray) -> np.ndarray:
    """Return the most probable number of electrons that a fast muon sets free.

    Δ = ξ [ln(2 m c² ξ / (ħω_p)²) + 0.2], Particle Data Group (2022), eq. 34.13.

    Parameters
    ----------
    path_um : ndarray
        Length of the way through silicon [µm].
    """
    xi = XI_EV_PER_UM * np.asarray(path_um, float)
    density_effect = np.log(2 * ELECTRON_MASS_EV * xi / PLASMA_ENERGY_EV**2) + 0.2
    return xi * np.maximum(density_effect, 1.0) / PAIR_ENERGY_EV


def draw_charge(path_um: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how many electrons muons set free: Landau's distribution (Landau 1944)."""
    probable = most_probable_charge(path_um)
    xi = XI_EV_PER_UM * path_um / PAIR_ENERGY_EV
    # SciPy's is the stable distribution of unit scale, Landau's that of scale π/2.
    standard = scipy.stats.landau.rvs(
        np.log(np.pi / 2), np.pi / 2, size=len(path_um), random_state=rng
    )
    drawn = standard - MODE
    return np.clip(probable + xi * drawn, SMALLEST * probable, LARGEST * probable)


def draw_hits(
    image: np.ndarray,
    size: int,
    detector: Detector,
    rng: np.random.Generator,
    zenith_power: float = 2.0,
    electron_fraction: float = 0.0,
) -> Hits:
    """Return particles that go through images.

    Parameters
    ----------
    image : ndarray of int, (m,)
        Which image each goes through, in rising order.
    size : int
        Pixels along either side.
    detector : Detector
        Of each image.
    rng : numpy.random.Generator
        Determines everything.
    zenith_power : float, default 2
        The intensity of muons goes as this power of the cosine of the zenith angle, seen by a
        horizontal detector: 2 at sea level (Particle Data Group 2022, section 30.3.1), 0 in orbit.
    electron_fraction : float, default 0
        Of the particles that are slow electrons on crooked ways.
    """
    m = len(image)
    thickness, pixel = detector.thickness_um[image], detector.pixel_um[image]
    # a horizontal plane sees cosⁿθ · cosθ per solid angle
    cosine = np.maximum(rng.random(m) ** (1 / (zenith_power + 2)), 0.02)
    is_electron = rng.random(m) < electron_fraction
    straight = thickness / cosine
    scatter = np.exp(ELECTRON_PATH_SCATTER * rng.standard_normal(m))
    path = np.where(is_electron, ELECTRON_PATH_UM * scatter, straight)
    lateral = np.where(is_electron, path, np.sqrt(straight**2 - thickness**2)) / pixel
    charge = draw_charge(path, rng) * np.where(is_electron, ELECTRON_EXCESS, 1.0)
    row, column = rng.uniform(-0.5, size - 0.5, (2, m))
    return Hits(
        image,
        row,
        column,
        rng.uniform(0, 2 * np.pi, m),
        cosine,
        path,
        lateral,
        charge,
        is_electron,
    )


def deposit(
    hits: Hits, detector: Detector, n: int, size: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the electrons that particles leave in each pixel, (n, size, size) float32."""
    points = np.clip(hits.lateral_pixels * POINTS_PER_PIXEL, FEWEST_POINTS, MOST_POINTS).astype(int)
    first = np.cumsum(points) - points
    owner = np.repeat(np.arange(len(hits)), points)
    total = len(owner)
    place = np.arange(total) - first[owner] + rng.random(total)
    fraction = place / points[owner]
    share = rng.standard_gamma(STRAGGLING_SHAPE, total)
    whole = np.bincount(owner, share, len(hits))
    charge = hits.charge[owner] * share / whole[owner]
    row, column = _along(hits, owner, first, points, rng)
    # Electrons are freed at all depths, or at one where a slow one goes along the surface.
    depth = np.where(hits.is_electron[owner], rng.random(len(hits))[owner], fraction)
    image = hits.image[owner]
    spread = detector.diffusion_um[image] / detector.pixel_um[image] * np.sqrt(depth)
    row, column = (
        np.rint(one + spread * rng.standard_normal(total)).astype(int) for one in (row, column)
    )
    inside = (row >= 0) & (row < size) & (column >= 0) & (column < size)
    pixel = (image * size + row) * size + column
    deposited = np.bincount(pixel[inside], charge[inside], n * size**2)
    return deposited.reshape(n, size, size).astype(np.float32)


def _along(
    hits: Hits, owner: np.ndarray, first: np.ndarray, points: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of every point of all tracks, before the charge spreads."""
    step_um = hits.path_um / points
    turn = np.where(hits.is_electron, TURN_PER_ROOT_UM * np.sqrt(step_um), 0.0)[owner]
    angle = hits.azimuth[owner] + _running(turn * rng.standard_normal(len(owner)), owner, first)
    step = (hits.lateral_pixels / points)[owner]
    return (
        hits.row[owner] + _running(step * np.sin(angle), owner, first),
        hits.column[owner] + _running(step * np.cos(angle), owner, first),
    )


def _running(values: np.ndarray, owner: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return sums along each track, from zero at its first point."""
    if not len(values):
        return values
    sums = np.cumsum(values)
    return sums - sums[first][owner]
