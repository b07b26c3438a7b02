"""Which clusters are simulated, and how their galaxies are observed."""

from typing import Annotated, Literal

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, PositiveRange
from astro_dl.core.schema import checked

MostGalaxies = Annotated[int, Bounds(2, 5000)]
Masses = Annotated[tuple[float, float], Bounds(12.5, 16)]
Redshifts = Annotated[tuple[float, float], Bounds(0.005, 1.5)]
Anisotropies = Annotated[tuple[float, float], Bounds(-1, 1)]
Extents = Annotated[tuple[float, float], Bounds(0.5, 4)]
Scatter = Annotated[float, Bounds(0, 1)]


@checked
class ClusterMassPhysics:
    """Everything that defines a set of clusters and of the velocities of their galaxies.

    Parameters
    ----------
    given : {"galaxies", "velocities", "plane"}
        Whether networks see the galaxies, the density of their velocities, or that of radii and
        velocities.
    told : {"flow", "point"}
        A posterior by splines, or one number.
    most_galaxies, fewest_galaxies : int, default 300 and 10
        Measured in a line of sight, interlopers among them; numbers are as frequent by their
        logarithm, and tell nothing of the mass, as surveys differ in depth.
    log_masses : (float, float), default (13.5, 15.3)
        Range of log₁₀ M200c [M☉], even.
    redshifts : (float, float), default (0.02, 0.5)
        Range of the redshift, even.
    apertures_mpc : (float, float), default (0.6, 2)
        Range of the projected radius beyond which no galaxy is measured, whatever the mass.
    error_kms : (float, float), default (30, 100)
        Range of a cluster's typical error of a velocity, even in the logarithm.
    anisotropies : (float, float), default (-0.2, 0.8)
        Range of β∞, see `astro_dl.science.cluster_mass.simulation.haloes.Haloes`.
    extents : (float, float), default (1, 2.5)
        Range of the scale radius of galaxies over that of the matter, even in the logarithm.
    orientation_scatter : float, default 0.1
        Standard deviation of the logarithm of dispersions among lines of sight, for haloes are
        longer in one direction.
    interlopers : float, default 1
        Galaxies outside r200 over what they would be if all matter held as many.
    richness_scatter_dex : float, default 0.25
        Of the number of galaxies in a halo.
    miscentred : float, default 0.2
        Share of clusters whose centre is told far from the true one.
    bins, hidden : int, default 10 and 8
        Of the flow, see `astro_dl.answers.flow.Flow`.
    """

    given: Literal["galaxies", "velocities", "plane"] = "galaxies"
    told: Literal["flow", "point"] = "flow"
    most_galaxies: MostGalaxies = 300
    fewest_galaxies: MostGalaxies = 10
    log_masses: Masses = (13.5, 15.3)
    redshifts: Redshifts = (0.02, 0.5)
    apertures_mpc: PositiveRange = (0.6, 2.0)
    error_kms: PositiveRange = (30.0, 100.0)
    anisotropies: Anisotropies = (-0.2, 0.8)
    extents: Extents = (1.0, 2.5)
    orientation_scatter: Scatter = 0.1
    interlopers: Annotated[float, Bounds(0, 30)] = 1.0
    richness_scatter_dex: Scatter = 0.25
    miscentred: Scatter = 0.2
    bins: int = 10
    hidden: int = 8

    def __post_init__(self) -> None:
        """Refuse ranges that end before they begin."""
        for name, value in vars(self).items():
            if isinstance(value, tuple) and value[0] > value[1]:
                raise UsageError(
                    f"{name} is {value[0]:g} to {value[1]:g}; the smaller number comes first"
                )
        if self.log_masses[0] == self.log_masses[1]:
            raise UsageError(f"log_masses is {self.log_masses}; accepted: a range")
        if self.fewest_galaxies > self.most_galaxies:
            raise UsageError(
                f"fewest_galaxies is {self.fewest_galaxies}, above most_galaxies, "
                f"{self.most_galaxies}"
            )
