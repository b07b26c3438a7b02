"""What simulated light curves are drawn from."""

from typing import Annotated

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import (
    Bounds,
    Choice,
    Fraction,
    MagnitudeRange,
    NonNegative,
    Positive,
    PositiveRange,
    Shares,
)
from astro_dl.core.schema import checked
from astro_dl.science.transits.detrending import FEWEST_POINTS
from astro_dl.science.transits.metrics import CLASSES
from astro_dl.science.transits.views import VIEWS

MINUTES_PER_DAY, MOST_POINTS = 1440, 5_000_000
"""More than four years of a point each minute have."""


@checked
class TransitPhysics:
    """Everything that defines a set of folded light curves.

    Parameters
    ----------
    views : tuple of str
        What a network is given, among ``global``, ``local``, ``secondary``, ``half_phase``,
        ``odd``, ``even`` (see `astro_dl.science.transits.views.fold_views`) and ``scalars`` (see
        `astro_dl.science.transits.inputs.SCALARS`). One alone is a plain array.
    global_bins, local_bins : int, defaults 201 and 61
        Bins of the global view, and of every other view.
    local_reach_durations, secondary_reach_durations : float, defaults 2 and 4
        How far the local views and the secondary view reach to either side [durations].
    detrending_window_days : float, default 1
        Window of the running trend [d].
    class_fractions : tuple of float, default (0.3, 0.3, 0.4)
        Fractions of planets, eclipsing binaries and others.
    cadence_minutes : float, default 30
        Cadence and exposure [min].
    duration_days : float, default 27.4
        Length of the light curves [d].
    magnitude_range : tuple of float, default (6, 13)
        TESS magnitudes.
    snr_range : tuple of float, default (8, 1e5)
        Expected signal-to-noise ratios of planets and binaries.
    minimum_snr : float, default 7
        Ratio that the box search must measure.
    faintest_blend : float, default 10^-2.3
        Least share of the light that background binaries give: fainter ones are shallower.
    heavy_companion_fraction : float, default 0
        Share of binaries with mass ratios of 0.5 to 0.9, whose secondary eclipses are deep.
    largest_filling : float, default 0.8
        Largest sum of the radii of a binary's stars [semi-major axis].
    junk_shares : tuple of float, default (0.6, 0.34, 0.06)
        Shares of variable stars, artefacts and quiet stars among the others.
    signals : bool, default True
        Without, all light curves are of quiet stars, whatever their class.
    """

    views: Annotated[tuple[str, ...], Choice((*VIEWS, "scalars"))] = (
        "global",
        "local",
        "secondary",
        "scalars",
    )
    global_bins: Annotated[int, Bounds(3, 10_000)] = 201
    local_bins: Annotated[int, Bounds(3, 10_000)] = 61
    local_reach_durations: Positive = 2.0
    secondary_reach_durations: Positive = 4.0
    detrending_window_days: Positive = 1.0
    class_fractions: Annotated[tuple[float, ...], Shares(len(CLASSES))] = (0.3, 0.3, 0.4)
    cadence_minutes: Annotated[float, Bounds(0.3, 1440)] = 30.0
    duration_days: Annotated[float, Bounds(0, 10_000, open_low=True)] = 27.4
    magnitude_range: MagnitudeRange = (6.0, 13.0)
    snr_range: PositiveRange = (8.0, 1e5)
    minimum_snr: NonNegative = 7.0
    faintest_blend: Fraction = 10**-2.3
    heavy_companion_fraction: Fraction = 0.0
    largest_filling: Fraction = 0.8
    junk_shares: Annotated[tuple[float, ...], Shares(3)] = (0.6, 0.34, 0.06)
    signals: bool = True

    def __post_init__(self) -> None:
        least = FEWEST_POINTS * self.cadence_minutes / MINUTES_PER_DAY
        if self.detrending_window_days < least:
            raise UsageError(
                f"detrending_window_days is {self.detrending_window_days:g}; accepted: "
                f"{least:.3g} and above, {FEWEST_POINTS} times cadence_minutes"
            )
        points = self.duration_days * MINUTES_PER_DAY / self.cadence_minutes
        if points > MOST_POINTS:
            raise UsageError(
                f"duration_days {self.duration_days:g} at cadence_minutes "
                f"{self.cadence_minutes:g} is {points:,.0f} points; accepted: {MOST_POINTS:,}"
            )
