"""Two populations of stars in one halo, of unlike size and metallicity."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from astro_dl.science.mass_profile.inputs import Stars, TaggedStars
from astro_dl.science.mass_profile.simulate import ERROR_SCATTER
from astro_dl.science.mass_profile.simulation.binaries import draw_kicks
from astro_dl.science.mass_profile.simulation.osipkov_merritt import MASS_RADIUS, Galaxies
from astro_dl.science.mass_profile.simulation.stars import CANDIDATES, draw_velocities, observed
from astro_dl.science.mass_profile.simulation.tracers import draw_radii, half_light_radius
from astro_dl.science.mass_profile.two_populations import joint_half_light_radius

Array = np.ndarray


@dataclass(frozen=True)
class TwoTracers:
    """A halo with two populations, the metal-rich first.

    Parameters
    ----------
    slope : float
        γ of the halo.
    extents : (float, float)
        r*/r_s of either.
    velocity_kms : float
        √(G M(<1.8 R_h) / R_h) of the first.
    anisotropy_radius : float, default infinite
        r_a/r* of both.
    share : float, default 0.5
        Of stars that belong to the first.
    metallicities, spreads : (float, float)
        Mean and standard deviation; by default near those of magnesium indices [Å] in Fornax and
        Sculptor.
    """

    slope: float
    extents: tuple[float, float]
    velocity_kms: float
    anisotropy_radius: float = np.inf
    share: float = 0.5
    metallicities: tuple[float, float] = (0.42, 0.32)
    spreads: tuple[float, float] = (0.07, 0.07)

    @cached_property
    def galaxies(self) -> Galaxies:
        """Each population as a galaxy of its own, with its own units."""
        slope, anisotropy = np.full(2, self.slope), np.full(2, self.anisotropy_radius)
        return Galaxies(slope, np.array(self.extents), anisotropy)

    @property
    def radii(self) -> Array:
        """Half-light radii over that of all stars, (2,)."""
        radii = np.array(self.extents)
        return radii / joint_half_light_radius(self.share, radii)

    @property
    def velocities_kms(self) -> Array:
        """√(G M(<1.8 R_h) / R_h) of either, (2,)."""
        ratio = self.extents[1] / self.extents[0]
        mass = self.galaxies.mass_within(MASS_RADIUS * ratio)[0]
        return self.velocity_kms * np.array([1, np.sqrt(mass / ratio)])

    @property
    def mass_slope(self) -> float:
        """Γ, the mean of d ln M / d ln r between the half-light radii."""
        ratio = self.extents[1] / self.extents[0]
        grown = self.galaxies.mass_within(ratio)[0] / self.galaxies.mass_within(1)[0]
        return float(np.log(grown) / np.log(ratio))


def draw_tagged_stars(
    tracers: TwoTracers,
    n: int,
    rng: np.random.Generator,
    *,
    farthest: float = 4.0,
    crowding: float = 0.0,
    error_kms: float = 2.0,
    metallicity_error: float = 0.08,
    binary_fraction: float = 0.0,
) -> tuple[TaggedStars, Array]:
    """Return n observed stars of two populations, and whether each is of the first.

    Parameters
    ----------
    tracers : TwoTracers
        The galaxy.
    n : int
        Stars.
    rng : numpy.random.Generator
        Of the draws.
    farthest, crowding : float
        Where stars are observed, see `observed`.
    error_kms, metallicity_error : float
        Median errors.
    binary_fraction : float
        Of either population.
    """
    many = CANDIDATES * n + 50
    rich = rng.random(many) < tracers.share
    own, cosine = draw_radii(many, rng), rng.uniform(-1, 1, many)
    projected = own / half_light_radius() * np.sqrt(1 - cosine**2)
    projected *= np.where(rich, *tracers.radii)
    seen = observed(projected**2, n, farthest, crowding, rng)
    rich, own, cosine, projected = (one[seen] for one in (rich, own, cosine, projected))
    velocities = draw_kicks(len(seen), binary_fraction, rng)
    for number, rows in enumerate((rich, ~rich)):
        drawn = draw_velocities(tracers.galaxies, number, own[rows], cosine[rows], rng)
        velocities[rows] += tracers.velocities_kms[number] * drawn
    metallicities = np.where(rich, *tracers.metallicities)
    metallicities += np.where(rich, *tracers.spreads) * rng.standard_normal(len(seen))
    scatter = np.exp(ERROR_SCATTER * rng.standard_normal((2, len(seen))))
    errors, metal_errors = np.array([[error_kms], [metallicity_error]]) * scatter
    velocities += errors * rng.standard_normal(len(seen))
    metallicities += metal_errors * rng.standard_normal(len(seen))
    return TaggedStars(Stars(projected, velocities, errors), metallicities, metal_errors), rich
