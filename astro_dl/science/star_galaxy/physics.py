"""What stars and galaxies are simulated, and through which point-spread functions."""

from typing import Annotated

from astro_dl.core.limits import Bounds, Count, Fraction, NonNegative, Positive, PositiveRange
from astro_dl.core.schema import checked
from astro_dl.observations.galaxies.point_spread import check_point_spread_pixels


@checked
class StarGalaxyPhysics:
    """Everything that defines a set of stamps of stars and galaxies.

    Ranges are of uniform distributions; of signal-to-noise ratios, radii and indices of the
    logarithm.

    Parameters
    ----------
    size_pixels : int, default 44
        Pixels along either side of a stamp.
    point_spread_pixels : int, default 25
        Along either side of the image of the point-spread function, odd.
    galaxy_fraction : float, default 0.5
        Of the sources.
    sources_per_frame : int, default 32
        That are seen through the same point-spread function.
    snr_range : tuple of float, default (5, 100)
        √Σ s² / σ, over all pixels s of a source without noise.
    radius_fwhm_range : tuple of float, default (0.15, 2)
        Half-light radius of galaxies, in widths of the point-spread function.
    sersic_index_range : tuple of float, default (0.5, 6)
        n; at most within 0.3 and 10.
    axis_ratio_range : tuple of float, default (0.25, 1)
        b/a, of any direction.
    offset_pixels : float, default 0.7
        Greatest distance along an axis from the stamp's middle.
    neighbour_fraction : float, default 0
        Of the stamps with another star.
    seeing_fwhm_pixels_range : tuple of float, default (2, 5)
        Full width at half maximum of Moffat profiles, before the pixel.
    moffat_beta_range : tuple of float, default (2.5, 5)
        Their exponents.
    point_spread_ellipticity : float, default 0.03
        Standard deviation of each of both components.
    saturation_sigma : float, optional
        Light above the sky at which pixels are cut off, in standard deviations of the noise. The
        point-spread function of a source is then what the others of its frame look like that are
        as bright, as nobody could know it otherwise.
    """

    size_pixels: Annotated[int, Bounds(16)] = 44
    point_spread_pixels: Annotated[int, Bounds(5)] = 25
    galaxy_fraction: Fraction = 0.5
    sources_per_frame: Count = 32
    snr_range: PositiveRange = (5.0, 100.0)
    radius_fwhm_range: PositiveRange = (0.15, 2.0)
    sersic_index_range: Annotated[tuple[float, float], Bounds(0.3, 10)] = (0.5, 6.0)
    axis_ratio_range: Annotated[tuple[float, float], Bounds(0.05, 1)] = (0.25, 1.0)
    offset_pixels: NonNegative = 0.7
    neighbour_fraction: Fraction = 0.0
    seeing_fwhm_pixels_range: PositiveRange = (2.0, 5.0)
    moffat_beta_range: Annotated[tuple[float, float], Bounds(1.2)] = (2.5, 5.0)
    point_spread_ellipticity: Annotated[float, Bounds(0, 0.2)] = 0.03
    saturation_sigma: Positive | None = None

    def __post_init__(self) -> None:
        check_point_spread_pixels(self.point_spread_pixels, self.size_pixels)
