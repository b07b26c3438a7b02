"""What galaxies are simulated, and how they are seen."""

from typing import Annotated, Literal

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Fraction, NonNegative, Positive, PositiveRange, SidePixels
from astro_dl.core.schema import checked
from astro_dl.observations.galaxies.point_spread import check_point_spread_pixels

Kind = Literal["elliptical", "disc", "spiral"]
KINDS: tuple[Kind, ...] = ("elliptical", "disc", "spiral")


@checked
class GalaxyGenerationPhysics:
    """Everything that defines a set of images of galaxies of known structure.

    Ranges are of uniform distributions; of radii and Sérsic indices of the logarithm. A galaxy is
    elliptical (one Sérsic profile), a disc with a bulge of the same ellipticity, or such a disc
    with spiral arms, which change neither its magnitude nor its half-light radius.

    Parameters
    ----------
    size_pixels : int, default 32
        Along either side of an image, a multiple of 8.
    point_spread_pixels : int, default 15
        Along either side of the image of the point-spread function, odd.
    pixel_scale_arcsec : float, default 0.1
        Width of a pixel, as that of the visual camera of Euclid.
    noise_magnitude : float, default 29
        Magnitude of one standard deviation of the noise of a pixel.
    magnitude_range : tuple of float, default (20.5, 23)
        Of all the light.
    re_arcsec_range : tuple of float, default (0.25, 0.7)
        Half-light radius R_e, circularised: √(a b), before the point-spread function.
    elliptical_fraction, spiral_fraction : float, default 0.3 and 0.4
        Of all galaxies; the others are discs without arms.
    sersic_index_range : tuple of float, default (2, 5)
        n of ellipticals.
    elliptical_axis_ratio_range, disc_axis_ratio_range : tuple of float
        b/a, of any direction; default (0.5, 1) and (0.3, 1).
    bulge_fraction_range : tuple of float, default (0, 0.5)
        Of the light of galaxies with a disc; bulges have n = 2 and a quarter of its radius.
    arm_strength_range : tuple of float, default (0.4, 0.9)
        A of arms, by which a disc's light is multiplied: 1 + A cos[N θ + α ln(R/R_e) + φ], less
        near the centre.
    arm_winding_range : tuple of float, default (2, 4)
        |α|; N is 2, 3 or 4.
    offset_pixels : float, default 0.5
        Greatest distance along an axis from the image's middle.
    seeing_fwhm_pixels_range : tuple of float, default (1.8, 3)
        Full width at half maximum of Moffat profiles, before the pixel.
    moffat_beta_range : tuple of float, default (2.5, 5)
        Their exponents.
    point_spread_ellipticity : float, default 0.03
        Standard deviation of each of both components.

    Raises
    ------
    UsageError
        If sizes or fractions do not fit each other.
    """

    size_pixels: SidePixels = 32
    point_spread_pixels: Annotated[int, Bounds(5)] = 15
    pixel_scale_arcsec: Positive = 0.1
    noise_magnitude: float = 29.0
    magnitude_range: tuple[float, float] = (20.5, 23.0)
    re_arcsec_range: PositiveRange = (0.25, 0.7)
    elliptical_fraction: Fraction = 0.3
    spiral_fraction: Fraction = 0.4
    sersic_index_range: Annotated[tuple[float, float], Bounds(0.3, 10)] = (2.0, 5.0)
    elliptical_axis_ratio_range: Annotated[tuple[float, float], Bounds(0.05, 1)] = (0.5, 1.0)
    disc_axis_ratio_range: Annotated[tuple[float, float], Bounds(0.05, 1)] = (0.3, 1.0)
    bulge_fraction_range: Annotated[tuple[float, float], Bounds(0, 1)] = (0.0, 0.5)
    arm_strength_range: Annotated[tuple[float, float], Bounds(0, 1)] = (0.4, 0.9)
    arm_winding_range: Annotated[tuple[float, float], Bounds(0, 10)] = (2.0, 4.0)
    offset_pixels: NonNegative = 0.5
    seeing_fwhm_pixels_range: PositiveRange = (1.8, 3.0)
    moffat_beta_range: Annotated[tuple[float, float], Bounds(1.2)] = (2.5, 5.0)
    point_spread_ellipticity: Annotated[float, Bounds(0, 0.2)] = 0.03

    def __post_init__(self) -> None:
        check_point_spread_pixels(self.point_spread_pixels, self.size_pixels)
        if self.size_pixels % 8:
            raise UsageError(f"size_pixels is {self.size_pixels}; accepted: a multiple of 8")
        if self.elliptical_fraction + self.spiral_fraction > 1:
            raise UsageError(
                f"elliptical_fraction {self.elliptical_fraction:g} and spiral_fraction "
                f"{self.spiral_fraction:g} are more than 1 together"
            )

    @property
    def shares(self) -> tuple[float, ...]:
        """Of the `KINDS`."""
        smooth = 1 - self.elliptical_fraction - self.spiral_fraction
        return self.elliptical_fraction, smooth, self.spiral_fraction
