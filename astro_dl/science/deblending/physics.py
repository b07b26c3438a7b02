"""Which blends are simulated, and through which point-spread functions."""

from typing import Annotated

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Fraction, NonNegative, Positive, PositiveRange, SidePixels
from astro_dl.core.schema import checked
from astro_dl.observations.galaxies.point_spread import check_point_spread_pixels


@checked
class DeblendingPhysics:
    """Everything that defines a set of blends, seen about one of their sources.

    Ranges are of uniform distributions; of signal-to-noise ratios, radii and indices of the
    logarithm.

    Parameters
    ----------
    size_pixels : int, default 48
        Pixels along either side of a stamp, even.
    point_spread_pixels : int, default 31
        Along either side of the image of the point-spread function, odd.
    seeing_fwhm_pixels_range : tuple of float, default (2.5, 5)
        Of Moffat profiles, before the pixel.
    moffat_beta_range : tuple of float, default (2.5, 5)
        Their exponents.
    point_spread_ellipticity : float, default 0.03
        Standard deviation of each of both components.
    sky_error_sigma : float, default 0.02
        Standard deviation of what is left of the sky, in those of a pixel's noise.
    sources : tuple of int, default (1, 5)
        How many a blend has: the one in the middle, and others near it.
    separation_seeing_range : tuple of float, default (0.45, 3)
        From the one in the middle to the others, in widths of the seeing: 0.3" to 2" at 0.7".
    neighbours : float, default 1
        Mean number of further sources, anywhere in the stamp.
    snr_range : tuple of float, default (20, 300)
        Of the brightest source of a blend: √Σ s² / σ over its pixels s without noise, about.
    magnitude_difference : float, default 3
        By how much others are fainter than it, at most.
    least_snr : float, default 5
        Sources below it are not recognised, and none of them is in the middle.
    unrecognised_fraction : float, default 0.15
        Of the others, whatever they are: light of sources that nobody has told of.
    position_error_pixels : float, default 0.2
        Standard deviation along each axis, of what is told of places.
    star_fraction : float, default 0.3
        Of all sources.
    radius_pixels_range : tuple of float, default (0.7, 5)
        Half-light radius R_e of galaxies, circularised: √(a b).
    sersic_index_range : tuple of float, default (0.5, 5)
        n; at most within 0.3 and 10.
    axis_ratio_range : tuple of float, default (0.3, 1)
        b/a, of any direction.
    floor_sigma : float, default 0.05
        Light of the sky in each pixel, which has its share beside the sources', in standard
        deviations of the noise: where they are fainter nobody has much of a pixel.

    Raises
    ------
    UsageError
        If sizes don't fit each other, or a blend is to have no source.
    """

    size_pixels: SidePixels = 48
    point_spread_pixels: Annotated[int, Bounds(5)] = 31
    seeing_fwhm_pixels_range: PositiveRange = (2.5, 5.0)
    moffat_beta_range: Annotated[tuple[float, float], Bounds(1.2)] = (2.5, 5.0)
    point_spread_ellipticity: Annotated[float, Bounds(0, 0.2)] = 0.03
    sky_error_sigma: NonNegative = 0.02
    sources: Annotated[tuple[int, int], Bounds(1, 20)] = (1, 5)
    separation_seeing_range: PositiveRange = (0.45, 3.0)
    neighbours: Annotated[float, Bounds(0, 100)] = 1.0
    snr_range: PositiveRange = (20.0, 300.0)
    magnitude_difference: NonNegative = 3.0
    least_snr: Positive = 5.0
    unrecognised_fraction: Fraction = 0.15
    position_error_pixels: NonNegative = 0.2
    star_fraction: Fraction = 0.3
    radius_pixels_range: PositiveRange = (0.7, 5.0)
    sersic_index_range: Annotated[tuple[float, float], Bounds(0.3, 10)] = (0.5, 5.0)
    axis_ratio_range: Annotated[tuple[float, float], Bounds(0.05, 1)] = (0.3, 1.0)
    floor_sigma: Positive = 0.05

    def __post_init__(self) -> None:
        check_point_spread_pixels(self.point_spread_pixels, self.size_pixels)
        if self.size_pixels % 2:
            raise UsageError(f"size_pixels is {self.size_pixels}; accepted: an even number")
        if self.sources[0] > self.sources[1]:
            raise UsageError(f"sources are {self.sources}; accepted: the smaller number first")
