"""What exposures and particles are simulated."""

from astro_dl.core.limits import Fraction, NonNegative, Positive, PositiveRange, SidePixels
from astro_dl.core.schema import checked


@checked
class CosmicRayPhysics:
    """Everything that defines a set of exposures.

    Ranges are of uniform distributions of the logarithm, drawn anew for every image.

    Parameters
    ----------
    size_pixels : int, default 64
        Pixels along either side.
    pixel_um_range : tuple of float, default (9, 24)
        Width of pixels [µm].
    thickness_um_range : tuple of float, default (15, 250)
        Of the silicon that collects charge [µm]: thinned to deep-depletion devices.
    diffusion_um_range : tuple of float, default (2, 8)
        Standard deviation of the charge from the far side [µm].
    zenith_power : float, default 2
        The intensity of muons goes as this power of the cosine of the zenith angle, seen by a
        horizontal detector: 2 at sea level (Particle Data Group 2022, section 30.3.1), 0 in orbit.
    electron_fraction : float, default 0.15
        Of the hits that are slow electrons on crooked ways.
    hits_per_megapixel_range : tuple of float, default (100, 3000)
        Mean number of hits.
    seeing_fwhm_pixels_range : tuple of float, default (1.3, 6)
        Full width at half maximum of stars.
    sky_electrons_range : tuple of float, default (1, 1000)
        Background light in a pixel.
    read_noise_electrons_range : tuple of float, default (3, 10)
        Of the amplifier.
    full_well_electrons : float, default 100000
        What a pixel can hold.
    stars_per_megapixel_range : tuple of float, default (200, 8000)
        Mean number of stars above three standard deviations.
    galaxies_per_megapixel_range : tuple of float, default (50, 2000)
        Mean number of galaxies.
    hot_pixels_per_megapixel : float, default 60
        Mean number of pixels with dark current of their own, which are no hits.
    trail_fraction : float, default 0.02
        Of the images that a satellite or meteor crosses.
    """

    size_pixels: SidePixels = 64
    pixel_um_range: PositiveRange = (9.0, 24.0)
    thickness_um_range: PositiveRange = (15.0, 250.0)
    diffusion_um_range: PositiveRange = (2.0, 8.0)
    zenith_power: NonNegative = 2.0
    electron_fraction: Fraction = 0.15
    hits_per_megapixel_range: PositiveRange = (100.0, 3000.0)
    seeing_fwhm_pixels_range: PositiveRange = (1.3, 6.0)
    sky_electrons_range: PositiveRange = (1.0, 1000.0)
    read_noise_electrons_range: PositiveRange = (3.0, 10.0)
    full_well_electrons: Positive = 100_000.0
    stars_per_megapixel_range: PositiveRange = (200.0, 8000.0)
    galaxies_per_megapixel_range: PositiveRange = (50.0, 2000.0)
    hot_pixels_per_megapixel: NonNegative = 60.0
    trail_fraction: Fraction = 0.02
