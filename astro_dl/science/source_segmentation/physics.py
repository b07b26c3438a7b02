"""What fields are simulated."""

from typing import Annotated

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import (
    Bounds,
    Fraction,
    MagnitudeRange,
    NonNegative,
    Positive,
    PositiveRange,
    Range,
    SidePixels,
)
from astro_dl.core.schema import checked

CLASSES = ("background", "star", "spheroid", "disc")
"""Of pixels."""

COUNTS_MAGNITUDE = 25.0
"""At which densities are told."""

MARGIN_PIXELS = 4
"""Outside an image, in which there are sources, too."""

MOST_SOURCES = 100_000

Slope = Annotated[float, Bounds(0, 1, open_low=True)]
"""Of the logarithm of numbers with magnitude."""


@checked
class SourceSegmentationPhysics:
    """Everything that defines a set of fields, drawn anew for every image.

    Ranges are of uniform distributions; of densities, widths of pixels and electrons those of the
    logarithm.

    Parameters
    ----------
    size_pixels : int, default 64
        Pixels along either side.
    pixel_scale_arcsec_range : tuple of float, default (0.15, 0.35)
        Width of pixels [arcsec].
    seeing_fwhm_pixels_range : tuple of float, default (2, 6)
        Full width at half maximum of stars.
    moffat_beta_range : tuple of float, default (2.5, 5)
        Exponent of their profiles.
    point_spread_ellipticity : float, default 0.02
        Standard deviation of either component.
    seeing_error : float, default 0.05
        Relative error of the width of stars that networks are told.
    depth_magnitude_range : tuple of float, default (24, 27)
        At which a star has a signal-to-noise ratio of 5.
    faintest_magnitude : float, default 1
        Of simulated sources, beyond the depth.
    brightest_magnitude : float, default 8
        Of simulated sources, before the depth.
    galaxies_per_square_arcmin : float, default 46
        Brighter than magnitude 25 (LSST Science Collaboration 2009, arXiv:0912.0201, eq. 3.7).
    galaxy_counts_slope : float, default 0.31
        d lg N / dm of galaxies brighter than a magnitude (same equation).
    stars_per_square_arcmin_range : tuple of float, default (2, 40)
        Brighter than magnitude 25: from the Galactic pole to low latitudes.
    star_counts_slope : float, default 0.2
        As of galaxies.
    galaxy_radius_arcsec : float, default 0.35
        Median effective radius at magnitude 24, larger by 0.13 dex for each magnitude brighter.
    radius_scatter : float, default 0.2
        Standard deviation of lg radius.
    spheroid_fraction : float, default 0.3
        Of galaxies that have no disc; the others are discs with bulges.
    sky_electrons_range : tuple of float, default (100, 10000)
        In a pixel: the fewer, the more a source's own photons add to the noise.
    noise_smoothing_pixels_range : tuple of float, default (0, 0.6)
        Standard deviation of the Gaussian by which noise was smoothed in resampling.
    """

    size_pixels: SidePixels = 64
    pixel_scale_arcsec_range: Annotated[Range, Bounds(0.001, 100)] = (0.15, 0.35)
    seeing_fwhm_pixels_range: PositiveRange = (2.0, 6.0)
    moffat_beta_range: Annotated[Range, Bounds(1, open_low=True)] = (2.5, 5.0)
    point_spread_ellipticity: Annotated[float, Bounds(0, 0.1)] = 0.02
    seeing_error: Annotated[float, Bounds(0, 0.5)] = 0.05
    depth_magnitude_range: MagnitudeRange = (24.0, 27.0)
    faintest_magnitude: Annotated[float, Bounds(0, 5)] = 1.0
    brightest_magnitude: NonNegative = 8.0
    galaxies_per_square_arcmin: Annotated[float, Bounds(0, 10_000)] = 46.0
    galaxy_counts_slope: Slope = 0.31
    stars_per_square_arcmin_range: PositiveRange = (2.0, 40.0)
    star_counts_slope: Slope = 0.2
    galaxy_radius_arcsec: Positive = 0.35
    radius_scatter: NonNegative = 0.2
    spheroid_fraction: Fraction = 0.3
    sky_electrons_range: PositiveRange = (100.0, 10_000.0)
    noise_smoothing_pixels_range: Annotated[Range, Bounds(0)] = (0.0, 0.6)

    def __post_init__(self) -> None:
        if self.most_sources > MOST_SOURCES:
            raise UsageError(
                f"size_pixels {self.size_pixels}, pixel_scale_arcsec_range, depth_magnitude_range, "
                "galaxies_per_square_arcmin and stars_per_square_arcmin_range lead to "
                f"{self.most_sources:.3g} sources in an image; accepted: up to {MOST_SOURCES:,}"
            )

    @property
    def most_sources(self) -> float:
        """Mean number of sources in the widest, deepest and most crowded image."""
        beyond = self.depth_magnitude_range[1] + self.faintest_magnitude - COUNTS_MAGNITUDE
        galaxies = self.galaxies_per_square_arcmin * 10 ** (self.galaxy_counts_slope * beyond)
        stars = self.stars_per_square_arcmin_range[1] * 10 ** (self.star_counts_slope * beyond)
        side = (self.size_pixels + 2 * MARGIN_PIXELS) * self.pixel_scale_arcsec_range[1] / 60
        return (galaxies + stars) * side**2
