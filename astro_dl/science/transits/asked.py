"""What is asked of a light curve: periods to search, or a signal whose period is known."""

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.light_curve import JULIAN_DATES, LightCurve
from astro_dl.observations.light_curves.names import TIME_OFFSETS
from astro_dl.science.transits.search.coverage import FEWEST_POINTS
from astro_dl.science.transits.search.periodic import locate_transit, longest_period
from astro_dl.science.transits.search.signals import Signal

FEWEST_CADENCES = 4.0
FARTHEST_EPOCH_DAYS = 1000.0
"""Beyond, errors of the period add up to more than a transit, and time systems are confused."""


def period_range(curve: LightCurve, shortest: float, longest: float | None) -> tuple[float, float]:
    """Return between which periods a curve is searched [d]; the longest is known by its coverage.

    Raises
    ------
    UsageError
        If the curve has too few points or never varies, or no period can be searched.
    """
    if len(curve.time) < FEWEST_POINTS:
        raise UsageError(
            f"{curve.path or curve.id}: {len(curve.time)} points cannot be searched for transits; "
            f"{FEWEST_POINTS} or more are needed"
        )
    if np.ptp(curve.flux) == 0:
        raise UsageError(f"{curve.path or curve.id}: all points have the same flux")
    if longest is None:
        longest = longest_period(curve.time)
    least = FEWEST_CADENCES * float(np.median(np.diff(curve.time)))
    if not (least <= shortest < longest and np.isfinite(longest)):
        raise UsageError(
            f"periods from {shortest:g} to {longest:g} d cannot be searched; accepted: min_period "
            f"of {least:.3g} d ({FEWEST_CADENCES:g} cadences) and above, and below max_period"
        )
    return shortest, longest


def given_signal(
    curve: LightCurve, period: float, epoch: float | None, duration: float | None
) -> Signal:
    """Return a signal of which only the period need be known.

    Raises
    ------
    UsageError
        If the epoch is not in the curve's times.
    """
    if epoch is not None:
        epoch = _in_time_system(curve, epoch)
    return locate_transit(curve.time, curve.flux, period, epoch, duration)


def _in_time_system(curve: LightCurve, epoch: float) -> float:
    """Return an epoch in the times of a curve.

    Raises
    ------
    UsageError
        If it is in another system, or too far from the data to be in theirs.
    """
    start, end = float(curve.time[0]), float(curve.time[-1])
    own = epoch
    if epoch > JULIAN_DATES > start:
        if not np.isfinite(curve.offset):
            raise UsageError(
                f"{curve.id}: epoch {epoch:.10g} is a Julian date, but the file's times start at "
                f"{start:.6g} of an unknown zero; give epoch in the file's own times"
            )
        own = epoch - curve.offset
    if start - FARTHEST_EPOCH_DAYS <= own <= end + FARTHEST_EPOCH_DAYS:
        return own
    zeros = {name: zero - curve.offset for zero, name in TIME_OFFSETS.items()}
    likely = [name for name, shift in zeros.items() if start <= epoch + shift <= end]
    hint = f"; it looks like {likely[0]}" if likely else ""
    raise UsageError(
        f"{curve.id}: epoch {epoch:.10g} is more than {FARTHEST_EPOCH_DAYS:g} d from the data, "
        f"{start:.10g} to {end:.10g} {curve.time_system or 'd'}{hint}; give it in the file's own "
        "times or, where their zero is known, give it as a Julian date"
    )
