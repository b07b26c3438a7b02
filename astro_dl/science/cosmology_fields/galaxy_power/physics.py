"""Which spectra of galaxies are given, and which are simulated."""

from typing import Annotated, Literal

from astro_dl.core.limits import Bounds, PositiveRange, Range
from astro_dl.core.schema import checked

REDSHIFTS = (2.0, 1.48, 1.05, 0.54, 0.0)
"""Of the snapshots 10, 14, 18, 24 and 33 of CAMELS (arXiv:2010.00619)."""


@checked
class GalaxyPowerPhysics:
    """Everything that defines a set of spectra.

    Parameters
    ----------
    given : {"all", "today"}
        Whether networks see one universe at all five `REDSHIFTS`, or at the last alone.
    bias_range : tuple of float, default (0.5, 1.5)
        Of galaxies today, on large scales.
    bias_growth_range : tuple of float, default (0.2, 1.2)
        Power of 1 + z as which the bias grows into the past.
    small_scale_range : tuple of float, default (-0.6, 0.6)
        Power of k as which the square of the bias goes on scales below 1 Mpc/h.
    galaxies_range : tuple of float, default (60, 2500)
        Galaxies in the box today, evenly in the logarithm.
    galaxy_growth_range : tuple of float, default (0, 1.2)
        Power of 1 + z as which their number falls into the past.
    bins, hidden : int, default 8 and 6
        Of the flow, see `astro_dl.answers.flow.Flow`.
    """

    given: Literal["all", "today"] = "all"
    bias_range: PositiveRange = (0.5, 1.5)
    bias_growth_range: Range = (0.2, 1.2)
    small_scale_range: Range = (-0.6, 0.6)
    galaxies_range: Annotated[Range, Bounds(1)] = (60.0, 2500.0)
    galaxy_growth_range: Range = (0.0, 1.2)
    bins: int = 8
    hidden: int = 6

    @property
    def redshifts(self) -> tuple[float, ...]:
        """Redshifts at which a universe is given, the farthest first."""
        return REDSHIFTS if self.given == "all" else REDSHIFTS[-1:]
