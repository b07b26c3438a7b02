"""What defines a set of star-forming galaxies: the survey, and the relations that they follow."""

from typing import Annotated

from astro_dl.core.limits import Bounds, NonNegative, PixelArcsec, Positive
from astro_dl.core.schema import checked
from astro_dl.observations.photometry.surveys import named_survey

BANDS = ("g", "r", "i")


@checked
class MetallicityPhysics:
    """Everything that defines a set of galaxies.

    Parameters
    ----------
    survey : str, default "des"
        Preset of seeing and depth in g, r and i: lsst, des, kids or hsc.
    exposure_factor : float, default 0.03
        Exposure time over the survey's; with the default DES is as deep as SDSS, within 0.3 mag.
    size_pixels : int, default 64
        Pixels along either side.
    pixel_scale_arcsec : float, default 0.4
        Width of a pixel ["].
    softening_nanomaggies : float, default 0.05
        Light of a pixel up to which an input grows linearly, beyond like a logarithm [nMgy].
    faintest_r : float, default 17.77
        Limit of the sample [mag]: galaxies lie anywhere in the volume in which their stars are
        brighter.
    redshift_range : tuple of float, default (0.03, 0.25)
        Ends of that volume.
    lg_mass : float, default 10.2
        Mean of lg (stellar mass / solar mass) in the sample.
    lg_mass_scatter : float, default 0.5
        Its standard deviation; masses are within 8.7 and 11.3.
    sfr_scatter_dex : float, default 0.3
        Of star-formation rates about the main sequence.
    sfr_dependence : float, default 0.32
        α of μ = lg M - α (lg SFR - main sequence), on which the metallicity depends.
    metallicity_scatter_dex : float, default 0.08
        Of the metallicity at one μ: 0.05 in Mannucci et al. (2010), at one mass 0.10 in Tremonti et
        al. (2004).
    gradient_dex_per_radius : float, default -0.1
        Of the metallicity, per effective radius.
    colour_scatter : float, default 0.3
        Of the spectral type at one specific star-formation rate, in steps of the types.
    clump_share : float, default 0.5
        Of the light of emission lines that comes from clumps; the rest is as smooth as the disc.
    clump_equivalent_width_angstrom : float, default 600
        Of H-alpha in clumps, at rest: how much light of young stars comes with their lines.
    related : bool, default True
        Without, the metallicities asked for have nothing to do with the galaxies.
    """

    survey: str = "des"
    exposure_factor: Positive = 0.03
    size_pixels: Annotated[int, Bounds(24, 256)] = 64
    pixel_scale_arcsec: PixelArcsec = 0.4
    softening_nanomaggies: Positive = 0.05
    faintest_r: Annotated[float, Bounds(15, 25)] = 17.77
    redshift_range: Annotated[tuple[float, float], Bounds(0, 1, open_low=True)] = (0.03, 0.25)
    lg_mass: Annotated[float, Bounds(9, 11)] = 10.2
    lg_mass_scatter: Annotated[float, Bounds(0, 2, open_low=True)] = 0.5
    sfr_scatter_dex: Annotated[float, Bounds(0, 2)] = 0.3
    sfr_dependence: Annotated[float, Bounds(0, 1)] = 0.32
    metallicity_scatter_dex: Annotated[float, Bounds(0, 2)] = 0.08
    gradient_dex_per_radius: Annotated[float, Bounds(-0.5, 0.5)] = -0.1
    colour_scatter: NonNegative = 0.3
    clump_share: Annotated[float, Bounds(0, 1)] = 0.5
    clump_equivalent_width_angstrom: Positive = 600.0
    related: bool = True

    def __post_init__(self) -> None:
        named_survey(self.survey).choose(BANDS)
