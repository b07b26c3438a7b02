"""What simulated images of active regions are drawn from."""

from typing import Annotated, Literal

from astro_dl.core.limits import Bounds, Choice, Fraction, NonNegative, Shares
from astro_dl.core.schema import checked
from astro_dl.science.sun.inputs import CHANNELS


@checked
class ActiveRegionPhysics:
    """Everything that defines a set of active regions.

    Parameters
    ----------
    classes : {"mount_wilson", "complexity"}
        Four classes, or simple (α, β) against complex (βγ, βγδ).
    class_fractions : tuple of float, default (0.25, 0.25, 0.25, 0.25)
        Of α, β, βγ and βγδ; about (0.29, 0.54, 0.12, 0.05) in daily records.
    channels : tuple of str, default ("continuum", "magnetogram")
        Either or both, in this order of the image's channels.
    component : {"line_of_sight", "radial"}
        Of the magnetogram.
    size_pixels : int, default 64
        Side of the image.
    pixel_scale_deg : float, default 0.3
        Heliographic pixel scale [deg], at least 0.1; 64 pixels of 0.3 deg hold the spots of nine
        of ten βγδ regions.
    largest_longitude_deg : float, default 60
        Greatest distance from the central meridian [deg].
    foreshortened : bool, default False
        Show regions in the plane of the sky, not remapped to heliographic pixels.
    patch_fraction : float, default 0.9
        Fraction of images that are blank beyond a rectangle about the region, as SHARP patches are.
    decorrelate_size : bool, default False
        Draw fluxes, areas and numbers of spots that don't depend on the class.
    label_noise : float, default 0
        Fraction of labels replaced by a neighbouring class, as observers disagree.
    flux_factor : float, default 1
        On all fields and darkening of a region; 0 leaves the quiet Sun.
    """

    classes: Literal["mount_wilson", "complexity"] = "mount_wilson"
    class_fractions: Annotated[tuple[float, ...], Shares(4)] = (0.25, 0.25, 0.25, 0.25)
    channels: Annotated[tuple[str, ...], Choice(CHANNELS, ordered=True)] = CHANNELS
    component: Literal["line_of_sight", "radial"] = "line_of_sight"
    size_pixels: Annotated[int, Bounds(16, 512)] = 64
    pixel_scale_deg: Annotated[float, Bounds(0.1, 1)] = 0.3
    largest_longitude_deg: Annotated[float, Bounds(0, 70)] = 60.0
    foreshortened: bool = False
    patch_fraction: Fraction = 0.9
    decorrelate_size: bool = False
    label_noise: Fraction = 0.0
    flux_factor: NonNegative = 1.0
