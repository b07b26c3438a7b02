"""What simulated radio maps are drawn from, and what networks are given of any map."""

from typing import Annotated

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Choice, Fraction, NonNegative, Positive, PositiveRange
from astro_dl.core.schema import checked
from astro_dl.science.radio_morphology.classes import Scheme

INPUTS = ("map", "features")


@checked
class RadioPhysics:
    """Everything that defines a set of radio maps; the defaults are those of FIRST at 1.4 GHz.

    Parameters
    ----------
    classes : {"all", "first", "fr"}
        FRI, FRII, bent, compact and hybrid sources; the first four; or FRI and FRII alone.
    inputs : tuple of str, default ("map",)
        What a network is given: ``map``, ``features`` measured on it (see
        `astro_dl.science.radio_morphology.features.FEATURES`), or both.
    size_pixels : int, default 112
        Pixels along either side.
    pixel_scale_arcsec, beam_arcsec : float, default 1.8 and 5.4
        Width of a pixel, and full width at half maximum of the round beam ["].
    noise_mjy : float, default 0.15
        Standard deviation of the noise [mJy/beam], whose correlation is that of the beam.
    peak_range_mjy : tuple of float, default (2.5, 150)
        Brightest pixel of a source [mJy/beam], uniform in its logarithm.
    size_range_arcsec : tuple of float, default (18, 170)
        Distance between the ends of both arms ["], uniform in its logarithm, compact ones aside.
    arm_ratio_min : float, default 0.3
        Least ratio of the shorter arm to the longer.
    bend_range_degrees : tuple of float, default (35, 85)
        By how much each arm of a bent source is turned, wide-angle to narrow-angle tails.
    largest_scale_arcsec : float, default 120
        Full width at half maximum of what the interferometer does not see ["].
    sidelobe_fraction : float, default 0.003
        Median height of what remains of the beam's six spokes, over the peak.
    neighbours : float, default 0.7
        Mean number of other sources in a map.
    clip_sigma, seed_sigma : float, default 3 and 5
        Pixels below the first, and islands that nowhere reach the second, are set to zero in
        what networks see, as in published sets.
    uncertain_margin : float, default 0.05
        Straight sources whose ratio of Fanaroff and Riley lies as near to one half, or on the other
        side, are called uncertain.
    distinct : bool, default True
        Without, classes have nothing to do with the sources.
    """

    classes: Scheme = "all"
    inputs: Annotated[tuple[str, ...], Choice(INPUTS)] = ("map",)
    size_pixels: Annotated[int, Bounds(32, 512)] = 112
    pixel_scale_arcsec: Positive = 1.8
    beam_arcsec: Positive = 5.4
    noise_mjy: Positive = 0.15
    peak_range_mjy: PositiveRange = (2.5, 150.0)
    size_range_arcsec: PositiveRange = (18.0, 170.0)
    arm_ratio_min: Annotated[float, Bounds(0, 1, open_low=True)] = 0.3
    bend_range_degrees: Annotated[tuple[float, float], Bounds(0, 90)] = (35.0, 85.0)
    largest_scale_arcsec: Positive = 120.0
    sidelobe_fraction: NonNegative = 0.003
    neighbours: Annotated[float, Bounds(0, 100)] = 0.7
    clip_sigma: Positive = 3.0
    seed_sigma: Positive = 5.0
    uncertain_margin: Fraction = 0.05
    distinct: bool = True

    def __post_init__(self) -> None:
        for name in ("peak_range_mjy", "size_range_arcsec", "bend_range_degrees"):
            low, high = getattr(self, name)
            if low > high:
                raise UsageError(f"{name} is {low:g} to {high:g}; accepted: the lower one first")
        if self.beam_arcsec < 2 * self.pixel_scale_arcsec:
            raise UsageError(
                f"beam_arcsec is {self.beam_arcsec:g}, less than two pixels of "
                f"{self.pixel_scale_arcsec:g}; accepted: two or more"
            )
        if self.peak_range_mjy[0] < self.seed_sigma * self.noise_mjy:
            raise UsageError(
                f"peak_range_mjy begins at {self.peak_range_mjy[0]:g}, below seed_sigma of the "
                f"noise, {self.seed_sigma * self.noise_mjy:g}: such sources are not seen"
            )
