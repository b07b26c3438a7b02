"""What galaxies are simulated, and through which point-spread functions."""

from typing import Annotated

from astro_dl.core.limits import Bounds, NonNegative, PositiveRange, SidePixels
from astro_dl.core.schema import checked
from astro_dl.observations.galaxies.point_spread import check_point_spread_pixels


@checked
class GalaxyStructurePhysics:
    """Everything that defines a set of stamps of galaxies.

    Ranges are of uniform distributions; of signal-to-noise ratios, radii and indices of the
    logarithm.

    Parameters
    ----------
    size_pixels : int, default 48
        Pixels along either side of a stamp.
    point_spread_pixels : int, default 31
        Along either side of the image of the point-spread function, odd.
    snr_range : tuple of float, default (10, 300)
        √Σ s² / σ, over all pixels s of a galaxy without noise.
    radius_pixels_range : tuple of float, default (1, 7)
        Half-light radius R_e, circularised: √(a b).
    sersic_index_range : tuple of float, default (0.5, 6)
        n; at most within 0.3 and 10.
    axis_ratio_range : tuple of float, default (0.25, 1)
        b/a, of any direction.
    offset_pixels : float, default 0.7
        Greatest distance along an axis from the stamp's middle.
    sky_error_sigma : float, default 0.02
        Standard deviation of what is left of the sky, in those of a pixel's noise.
    seeing_fwhm_pixels_range : tuple of float, default (1.6, 4.5)
        Full width at half maximum of Moffat profiles, before the pixel. Below 2 the cores of
        galaxies that are as small themselves are not sampled by the pixels, whatever the method.
    moffat_beta_range : tuple of float, default (2.5, 5)
        Their exponents.
    point_spread_ellipticity : float, default 0.03
        Standard deviation of each of both components.
    """

    size_pixels: SidePixels = 48
    point_spread_pixels: Annotated[int, Bounds(5)] = 31
    snr_range: PositiveRange = (10.0, 300.0)
    radius_pixels_range: PositiveRange = (1.0, 7.0)
    sersic_index_range: Annotated[tuple[float, float], Bounds(0.3, 10)] = (0.5, 6.0)
    axis_ratio_range: Annotated[tuple[float, float], Bounds(0.05, 1)] = (0.25, 1.0)
    offset_pixels: NonNegative = 0.7
    sky_error_sigma: NonNegative = 0.02
    seeing_fwhm_pixels_range: PositiveRange = (1.6, 4.5)
    moffat_beta_range: Annotated[tuple[float, float], Bounds(1.2)] = (2.5, 5.0)
    point_spread_ellipticity: Annotated[float, Bounds(0, 0.2)] = 0.03

    def __post_init__(self) -> None:
        check_point_spread_pixels(self.point_spread_pixels, self.size_pixels)
