"""What skies are simulated, and through which point-spread functions."""

from typing import Annotated, Literal

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Fraction, NonNegative, Positive, PositiveRange, SidePixels
from astro_dl.core.schema import checked
from astro_dl.observations.galaxies.point_spread import check_point_spread_pixels


@checked
class DeconvolutionPhysics:
    """Everything that defines a set of blurred images and the sharp ones behind them.

    Ranges are of uniform distributions; of signal-to-noise ratios, radii and indices of the
    logarithm.

    Parameters
    ----------
    scene : {"galaxies", "gaussian"}, default "galaxies"
        Galaxies and stars; or Gaussian random fields, of which Wiener's filter is the posterior
        mean and no method has a smaller error.
    size_pixels : int, default 64
        Pixels along either side of an image.
    border_pixels : int, default 12
        Along all sides, in which nothing is learnt or scored: half of the light that it takes is
        outside the image.
    point_spread_pixels : int, default 31
        Along either side of the image of the point-spread function, odd.
    target_fwhm_pixels : float, default 2
        Full width at half maximum of the round Gaussian to which images are sharpened, before the
        pixel. Not below 2, which pixels can still sample.
    seeing_fwhm_pixels_range : tuple of float, default (3, 6)
        Of Moffat profiles, before the pixel; wider than the target.
    moffat_beta_range : tuple of float, default (2.5, 5)
        Their exponents.
    point_spread_ellipticity : float, default 0.03
        Standard deviation of each of both components.
    sky_error_sigma : float, default 0.02
        Standard deviation of what is left of the sky, in those of a pixel's noise.
    snr_range : tuple of float, default (10, 300)
        √Σ s² / σ, over all pixels s of a source without noise.
    radius_pixels_range : tuple of float, default (1, 7)
        Half-light radius R_e of galaxies, circularised: √(a b).
    sersic_index_range : tuple of float, default (0.5, 6)
        n; at most within 0.3 and 10.
    axis_ratio_range : tuple of float, default (0.25, 1)
        b/a, of any direction.
    offset_pixels : float, default 3
        Greatest distance along an axis from the image's middle of one galaxy, which is measured.
    neighbours : float, default 3
        Mean number of other sources, anywhere in the image.
    star_fraction : float, default 0.2
        Of the other sources.
    field_rms_sigma : float, default 5
        Root mean square of a Gaussian field, in standard deviations of the noise.
    field_length_pixels : float, default 3
        L of its power spectrum, ∝ (1 + k² L²)^(−3/2).

    Raises
    ------
    UsageError
        If sizes or widths do not fit each other.
    """

    scene: Literal["galaxies", "gaussian"] = "galaxies"
    size_pixels: SidePixels = 64
    border_pixels: Annotated[int, Bounds(0)] = 12
    point_spread_pixels: Annotated[int, Bounds(5)] = 31
    target_fwhm_pixels: Annotated[float, Bounds(2)] = 2.0
    seeing_fwhm_pixels_range: PositiveRange = (3.0, 6.0)
    moffat_beta_range: Annotated[tuple[float, float], Bounds(1.2)] = (2.5, 5.0)
    point_spread_ellipticity: Annotated[float, Bounds(0, 0.2)] = 0.03
    sky_error_sigma: NonNegative = 0.02
    snr_range: PositiveRange = (10.0, 300.0)
    radius_pixels_range: PositiveRange = (1.0, 7.0)
    sersic_index_range: Annotated[tuple[float, float], Bounds(0.3, 10)] = (0.5, 6.0)
    axis_ratio_range: Annotated[tuple[float, float], Bounds(0.05, 1)] = (0.25, 1.0)
    offset_pixels: NonNegative = 3.0
    neighbours: NonNegative = 3.0
    star_fraction: Fraction = 0.2
    field_rms_sigma: Positive = 5.0
    field_length_pixels: Positive = 3.0

    def __post_init__(self) -> None:
        check_point_spread_pixels(self.point_spread_pixels, self.size_pixels)
        if 2 * self.border_pixels >= self.size_pixels:
            raise UsageError(
                f"border_pixels is {self.border_pixels}; accepted: less than half of size_pixels, "
                f"which is {self.size_pixels}"
            )
        if self.target_fwhm_pixels >= self.seeing_fwhm_pixels_range[0]:
            raise UsageError(
                f"target_fwhm_pixels is {self.target_fwhm_pixels:g}; accepted: less than all of "
                f"seeing_fwhm_pixels_range, which begins at {self.seeing_fwhm_pixels_range[0]:g}"
            )
