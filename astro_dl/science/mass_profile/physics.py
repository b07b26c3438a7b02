"""Which galaxies are simulated, and how they are observed."""

from typing import Annotated, Literal

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Fraction, PositiveRange
from astro_dl.core.schema import checked

MostStars = Annotated[int, Bounds(30, 20_000)]
Slopes = Annotated[tuple[float, float], Bounds(0, 1.5)]


@checked
class MassProfilePhysics:
    """Everything that defines a set of dwarf galaxies and of the velocities of their stars.

    Parameters
    ----------
    given : {"stars", "image"}
        Whether networks see the stars, or an image of their density in radius and velocity.
    told : {"flow", "gaussians"}
        How posteriors are told: by splines on the box of the prior, or by Gaussians.
    most_stars : int, default 3000
        Places for stars in an input.
    fewest_stars : int, default 30
        Of a simulated galaxy; numbers are as frequent by their logarithm.
    slopes : (float, float), default (0, 1.5)
        Range of the inner slope γ of haloes.
    extents : (float, float), default (0.05, 1)
        Range of the tracers' radius over the scale radius of the halo, even in the logarithm.
    most_anisotropy : float, default 0.5
        β at the half-light radius lies between 0 and this.
    circular_velocity_kms : (float, float), default (6, 75)
        Range of √(G M(<1.8 R_h) / R_h), even in the logarithm; the dispersion is near 0.4 of it.
    error_kms : (float, float), default (0.5, 4)
        Range of a galaxy's typical error of a velocity, even in the logarithm.
    binary_fraction : float, default 0.3
        Share of stars in binaries.
    most_contamination : float, default 0.05
        Largest share of stars that do not belong to the galaxy, after its members were chosen.
    farthest : (float, float), default (1.5, 6)
        Range of the radius beyond which no star is observed, in half-light radii.
    bins, hidden : int, default 8 and 8
        Of the flow, see `astro_dl.answers.flow.Flow`.
    """

    given: Literal["stars", "image"] = "stars"
    told: Literal["flow", "gaussians"] = "flow"
    most_stars: MostStars = 3000
    fewest_stars: MostStars = 30
    slopes: Slopes = (0.0, 1.5)
    extents: PositiveRange = (0.05, 1.0)
    most_anisotropy: Annotated[float, Bounds(0, 0.5, open_low=True)] = 0.5
    circular_velocity_kms: PositiveRange = (6.0, 75.0)
    error_kms: PositiveRange = (0.5, 4.0)
    binary_fraction: Fraction = 0.3
    most_contamination: Annotated[float, Bounds(0, 0.5)] = 0.05
    farthest: PositiveRange = (1.5, 6.0)
    bins: int = 8
    hidden: int = 8

    def __post_init__(self) -> None:
        """Refuse ranges that end before they begin."""
        for name in ("slopes", "extents", "circular_velocity_kms", "error_kms", "farthest"):
            low, high = getattr(self, name)
            if low > high:
                raise UsageError(f"{name} is {low:g} to {high:g}; the smaller number comes first")
        if self.fewest_stars > self.most_stars:
            raise UsageError(
                f"fewest_stars is {self.fewest_stars}, above most_stars, {self.most_stars}"
            )
