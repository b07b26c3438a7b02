"""What defines a set of galaxies: the survey, what they are made of, and who looks at them."""

from typing import Annotated, Literal

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Count, Fraction, PixelArcsec, Positive
from astro_dl.core.schema import checked
from astro_dl.observations.photometry.surveys import named_survey

BANDS = ("g", "r", "i")


@checked
class MorphologyPhysics:
    """Everything that defines a set of galaxies.

    Parameters
    ----------
    asked : {"votes", "spiral"}
        The votes on all questions, or whether it is a spiral.
    survey : str, default "des"
        Preset of seeing and depth in g, r and i: lsst, des, kids or hsc.
    exposure_factor : float, default 0.03
        Exposure time over the survey's; with the default DES is as deep as SDSS, within 0.3 mag.
    size_pixels : int, default 64
        Pixels along either side.
    pixel_scale_arcsec : float, default 0.4
        Width of a pixel ["].
    redshift_range : tuple of float, default (0.02, 0.25)
        Of galaxies, uniform in its logarithm; brightness per area falls as (1 + z)^-4.
    magnitude_range : tuple of float, default (-22.5, -19.5)
        Absolute magnitude in r.
    disc_fraction : float, default 0.7
        Of galaxies with a disc; the others are ellipticals.
    spiral_fraction, bar_fraction : float, default 0.65 and 0.35
        Of discs.
    ring_fraction, tail_fraction, clump_fraction : float, default 0.08, 0.08 and 0.1
        Of discs.
    companions : float, default 0.8
        Mean number of other galaxies in an image.
    voters : int, default 40
        Mean number of people who look at a galaxy.
    voter_concentration : float, default 25
        Of the Dirichlet distribution from which the shares of a galaxy are drawn: small numbers
        for people who differ more than by chance.
    visible_snr : float, default 25
        Signal-to-noise ratio of a feature at which half of the people see it.
    stretch_sigma, softening : float, default 6 and 8
        Of the photograph, see `astro_dl.science.galaxy_morphology.inputs.photograph`.
    distinct : bool, default True
        Without, votes have nothing to do with the galaxy.
    """

    asked: Literal["votes", "spiral"] = "votes"
    survey: str = "des"
    exposure_factor: Positive = 0.03
    size_pixels: Annotated[int, Bounds(24, 256)] = 64
    pixel_scale_arcsec: PixelArcsec = 0.4
    redshift_range: Annotated[tuple[float, float], Bounds(0, 1, open_low=True)] = (0.02, 0.25)
    magnitude_range: tuple[float, float] = (-22.5, -19.5)
    disc_fraction: Fraction = 0.7
    spiral_fraction: Fraction = 0.65
    bar_fraction: Fraction = 0.35
    ring_fraction: Fraction = 0.08
    tail_fraction: Fraction = 0.08
    clump_fraction: Fraction = 0.1
    companions: Annotated[float, Bounds(0, 10)] = 0.8
    voters: Count = 40
    voter_concentration: Positive = 25.0
    visible_snr: Positive = 25.0
    stretch_sigma: Positive = 6.0
    softening: Positive = 8.0
    distinct: bool = True

    def __post_init__(self) -> None:
        named_survey(self.survey).choose(BANDS)
        if self.asked == "spiral" and not 0 < self.disc_fraction * self.spiral_fraction < 1:
            raise UsageError(
                "disc_fraction and spiral_fraction leave no spirals, or nothing else; accepted: "
                "both within 0 and 1"
            )
