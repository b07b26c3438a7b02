"""Which maps of the convergence are simulated."""

from typing import Annotated, Literal

import numpy as np

from astro_dl.core.limits import Bounds, Positive
from astro_dl.core.schema import checked
from astro_dl.distributions.scales import ScaleName
from astro_dl.science.cosmology_fields.simulation.convergence import BINS
from astro_dl.science.cosmology_fields.simulation.modes import Modes, modes_of


@checked
class CosmologyFieldsPhysics:
    """Everything that defines a set of maps.

    Parameters
    ----------
    field : {"lognormal", "gaussian"}
        How the convergence is distributed; of Gaussian maps the exact posterior is known.
    given : {"maps", "spectrum"}
        Whether networks see the maps, or no more than the power of bands and its correlation
        between both bins. Power of Gaussian maps is drawn without them, from its distribution.
    bands : int, default 10
        Of a spectrum, even in ln ℓ; those that hold no wave are left out.
    size_pixels : int, default 32
        Pixels along either side; a multiple of 8.
    pixel_arcmin : float, default 10
        Width of a pixel.
    shape_noise : float, default 0.26
        Standard deviation of each component of the galaxies' ellipticities.
    galaxies_per_arcmin2 : float, default 27
        Of both bins together.
    bins, hidden, scale
        Of the flow, see `astro_dl.answers.flow.Flow`.
    """

    field: Literal["lognormal", "gaussian"] = "lognormal"
    given: Literal["maps", "spectrum"] = "maps"
    bands: Annotated[int, Bounds(1, 64)] = 10
    size_pixels: Literal[8, 16, 24, 32, 40, 48, 56, 64, 96, 128] = 32
    pixel_arcmin: Annotated[float, Bounds(1, 60)] = 10.0
    shape_noise: Positive = 0.26
    galaxies_per_arcmin2: Positive = 27.0
    bins: int = 8
    hidden: int = 6
    scale: ScaleName = "logistic"

    @property
    def noise(self) -> float:
        """Standard deviation of the convergence of a pixel of either bin, by shapes alone."""
        galaxies = self.galaxies_per_arcmin2 / BINS * self.pixel_arcmin**2
        return float(self.shape_noise / np.sqrt(galaxies))

    @property
    def modes(self) -> Modes:
        """The waves that a map holds."""
        return modes_of(self.size_pixels, self.pixel_arcmin)
