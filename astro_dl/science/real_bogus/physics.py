"""What defines a set of stamps: the camera, what is in the sky, and what goes wrong."""

from typing import Annotated, Literal

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Choice, Fraction, NonNegative, Positive, PositiveRange
from astro_dl.core.schema import checked
from astro_dl.science.real_bogus.cameras import named_camera

CHANNELS = ("science", "template", "difference", "snr")
REALS = ("transient", "nucleus", "variable", "asteroid")


@checked
class RealBogusPhysics:
    """Everything that defines a set of stamps.

    Parameters
    ----------
    survey : str, default "ztf"
        Preset of pixels, seeing and depth: ztf, des or decam_survey.
    size_pixels : int, default 63
        Odd number of pixels along either side, the detection in the middle; 63 as in the alerts of
        ZTF, 21 as for Deep-HiTS.
    channels : tuple of str, default ("science", "template", "difference")
        Which images, in this order; also ``snr``, the difference over its own noise.
    normalisation : {"arcsinh", "l2"}
        Each image without its sky, in units of its own noise and compressed; or divided by its root
        mean square, as Duev et al. (2019) divide by the norm. ``snr`` is always the former.
    softening_sigma, clip_sigma : float, default 5 and 1000
        Of the compression s asinh(v / s), after values were limited.
    real_fraction : float, default 0.5
        Fraction of real sources.
    transient_weight, nucleus_weight, variable_weight, asteroid_weight : float
        How often each kind is among them, relative to each other: sources that follow the light of
        a galaxy, those at its centre, stars that have become brighter or fainter, and sources
        without a host, some of them moving.
    negative_fraction : float, default 0.3
        Of real sources that were brighter in the template.
    registration_range_pixels : tuple of float, default (0.05, 0.3)
        Root mean square of the displacement between the epochs [pixel], each field its own.
    refraction_max_pixels : float, default 0.15
        Greatest displacement of stars by differential refraction, for a colour of one [pixel].
    flux_scale_scatter : float, default 0.015
        Standard deviation of the error of the relative photometric scale; as much varies across a
        field.
    cosmic_rays : float, default 3
        Mean number per field that earlier steps have overlooked in the science image.
    reference_defects : float, default 1.5
        Mean number per field of spots and overlooked cosmic rays in the template.
    trail_fraction, bad_column_fraction, missing_fraction : float, default 0.1, 0.25 and 0.15
        Fractions of fields with the trail of a satellite, a bad column, or a side without pixels.
    kernel_degrees : tuple of int, default (6, 4, 2)
        Of the polynomials with which the three Gaussians of the matching kernel are multiplied.
    distinct : bool, default True
        Without, sources called real are artefacts as well.
    """

    survey: str = "ztf"
    size_pixels: Annotated[int, Bounds(15, 127)] = 63
    channels: Annotated[tuple[str, ...], Choice(CHANNELS)] = CHANNELS[:3]
    normalisation: Literal["arcsinh", "l2"] = "arcsinh"
    softening_sigma: Positive = 5.0
    clip_sigma: Positive = 1000.0
    real_fraction: Fraction = 0.5
    transient_weight: NonNegative = 0.4
    nucleus_weight: NonNegative = 0.15
    variable_weight: NonNegative = 0.25
    asteroid_weight: NonNegative = 0.2
    negative_fraction: Fraction = 0.3
    registration_range_pixels: PositiveRange = (0.05, 0.3)
    refraction_max_pixels: NonNegative = 0.15
    flux_scale_scatter: NonNegative = 0.015
    cosmic_rays: NonNegative = 3.0
    reference_defects: NonNegative = 1.5
    trail_fraction: Fraction = 0.1
    bad_column_fraction: Fraction = 0.25
    missing_fraction: Fraction = 0.15
    kernel_degrees: Annotated[tuple[int, int, int], Bounds(0, 8)] = (6, 4, 2)
    distinct: bool = True

    def __post_init__(self) -> None:
        named_camera(self.survey)
        if self.size_pixels % 2 == 0:
            raise UsageError(f"size_pixels is {self.size_pixels}; accepted: an odd number")
        if "difference" not in self.channels and "snr" not in self.channels:
            raise UsageError("channels hold neither difference nor snr; accepted: one of them")
        if sum(self.weights.values()) == 0:
            raise UsageError("all weights of real sources are 0; accepted: one or more above 0")

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each kind of real source."""
        return {kind: getattr(self, f"{kind}_weight") for kind in REALS}
