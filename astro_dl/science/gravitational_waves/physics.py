"""What a simulated second of strain is drawn from."""

from typing import Annotated

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import (
    Bounds,
    Choice,
    Fraction,
    NonNegative,
    Positive,
    PositiveRange,
    Range,
)
from astro_dl.core.schema import checked
from astro_dl.science.gravitational_waves.detectors import DETECTORS
from astro_dl.science.gravitational_waves.glitches import GLITCHES


@checked
class BinaryBlackHolePhysics:
    """Everything that defines a set of windows.

    Parameters
    ----------
    detectors : tuple of str, default ("H1",)
        One to three of H1, L1, V1; the channels of a window, in this order.
    psd : tuple of str, default ("aligo_design",)
        Noise spectrum by name or by path of a table; one for all detectors, or one for each.
    sample_rate_hz, duration_s, segment_s : float
        Sampling rate [Hz], length of the window [s], and of the stretch in which a signal is made
        before the window is cut out [s].
    low_frequency_hz, high_frequency_hz : float
        Band that the whitening keeps [Hz]; None for the upper edge means the Nyquist frequency.
    whitening_filter_s : float, default 0.5
        Length of the whitening filter (inverse spectrum truncation) [s].
    off_source_s : float, default 0
        Length of off-source strain from which each block's whitening spectrum is estimated [s];
        0 whitens with the true spectrum.
    mass_1_range_msun, mass_2_range_msun : tuple of float
        Uniform priors of the detector-frame masses [M☉]; the heavier one is called the first.
    spin_range : tuple of float, default (0, 0)
        Uniform prior of both aligned dimensionless spins.
    snr_range : tuple of float, default (5, 15)
        Uniform prior of the optimal network signal-to-noise ratio inside the window.
    distance_range_mpc : tuple of float, optional
        Luminosity distances uniform in volume [Mpc] instead of a chosen signal-to-noise ratio.
    merger_time_range_s : tuple of float, default (0.6, 0.8)
        Uniform prior of the merger time in the first detector, from the window's start [s].
    signal_fraction : float, default 0.5
        Fraction of windows with a signal.
    glitch_fraction : float, default 0
        Fraction of windows, with or without a signal, that hold a glitch.
    glitch_kinds : tuple of str
        Among ``sine_gaussian``, ``blip``, ``scattered_light``.
    glitch_snr_range : tuple of float, default (5, 50)
        Log-uniform prior of the glitches' norm.
    gps_range_s : tuple of float
        GPS times of the mergers, for the Earth's rotation [s].
    """

    detectors: Annotated[tuple[str, ...], Choice(tuple(DETECTORS))] = ("H1",)
    psd: tuple[str, ...] = ("aligo_design",)
    sample_rate_hz: Positive = 2048.0
    duration_s: Positive = 1.0
    segment_s: Positive = 4.0
    low_frequency_hz: NonNegative = 20.0
    high_frequency_hz: Positive | None = None
    whitening_filter_s: NonNegative = 0.5
    off_source_s: NonNegative = 0.0
    mass_1_range_msun: PositiveRange = (10.0, 50.0)
    mass_2_range_msun: PositiveRange = (10.0, 50.0)
    spin_range: Annotated[Range, Bounds(-1, 1)] = (0.0, 0.0)
    snr_range: Annotated[Range, Bounds(0)] = (5.0, 15.0)
    distance_range_mpc: PositiveRange | None = None
    merger_time_range_s: Annotated[Range, Bounds(0)] = (0.6, 0.8)
    signal_fraction: Fraction = 0.5
    glitch_fraction: Fraction = 0.0
    glitch_kinds: Annotated[tuple[str, ...], Choice(tuple(GLITCHES))] = tuple(GLITCHES)
    glitch_snr_range: PositiveRange = (5.0, 50.0)
    gps_range_s: Range = (1126051217.0, 1137254417.0)

    def __post_init__(self) -> None:
        if len(self.psd) not in (1, len(self.detectors)):
            raise UsageError(
                f"psd has {len(self.psd)} entries for {len(self.detectors)} detectors; "
                "give one for all or one for each"
            )
        if self.merger_time_range_s[1] > self.duration_s:
            raise UsageError(
                f"merger_time_range_s is {self.merger_time_range_s}; "
                f"accepted: within the window, 0 to {self.duration_s}"
            )
        if self.segment_s < 2 * self.duration_s + 2 * self.whitening_filter_s:
            raise UsageError(
                f"segment_s is {self.segment_s}; it must be at least two windows and two filters, "
                f"{2 * self.duration_s + 2 * self.whitening_filter_s} s"
            )
