"""Signals of a light curve: what is told of them, and how they are related."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from astro_dl.science.transits.detrending import in_transit
from astro_dl.science.transits.views import Ephemeris

MULTIPLES = (2, 3)
RATIO_TOLERANCE = 0.005


@dataclass(frozen=True)
class Signal:
    """A periodic dip of one light curve.

    Parameters
    ----------
    period, epoch, duration : float
        Period, time of the first transit's centre in the data, full duration [d].
    depth : float
        In units of the flux outside.
    snr : float
        As in `astro_dl.science.transits.search.trapezoids.TransitFit`: in white noise.
    transits : int
        Number of transits with points in them; where it is 1, the period is the shortest that shows
        no other transit in the data.
    harmonic_of : int
        Position of an earlier signal to whose period this one's is as small whole numbers, with
        transits at some of the same times; −1 of none.
    ambiguous : bool
        Whether another number of periods in a gap of the data fits the transits as well.
    red_noise : float
        Noise on the scale of the transits over what white noise would have there; see
        `astro_dl.science.transits.search.red_noise`.
    """

    period: float
    epoch: float
    duration: float
    depth: float
    snr: float
    transits: int
    harmonic_of: int = -1
    ambiguous: bool = False
    red_noise: float = 1.0

    @property
    def red_snr(self) -> float:
        """The signal-to-noise ratio in the noise on the scale of the transits."""
        return self.snr / self.red_noise

    @property
    def ephemeris(self) -> Ephemeris:
        """The same as arrays of one."""
        return Ephemeris(*(np.array([v]) for v in (self.period, self.epoch, self.duration)))


def observed_cycles(time: np.ndarray, flux: np.ndarray, signal: Ephemeris) -> np.ndarray:
    """Return the numbers, from the epoch on, of the transits with points within them.

    A transit counts if a good point lies within a quarter of the duration from its centre.
    """
    inside = in_transit(time, signal.period, signal.epoch, signal.duration / 2)[0]
    inside &= np.isfinite(flux)
    return np.unique(np.round((time[inside] - signal.epoch[0]) / signal.period[0]).astype(int))


def hidden_fraction(time: np.ndarray, flux: np.ndarray, signal: Ephemeris) -> bool:
    """Return whether a half or third of the period would add no transit but in gaps of the data."""
    return any(
        common_step(
            observed_cycles(
                time, flux, Ephemeris(signal.period / divisor, signal.epoch, signal.duration)
            )
        )
        % divisor
        == 0
        for divisor in MULTIPLES
    )


def common_step(cycles: np.ndarray) -> int:
    """Return the largest number of which all differences of cycles are multiples."""
    return int(np.gcd.reduce(np.diff(cycles))) if len(cycles) > 1 else 1


def with_harmonic(signal: Signal, earlier: Sequence[Signal]) -> Signal:
    """Return a signal with the position of the first earlier one that it is related to."""
    for position, other in enumerate(earlier):
        if are_related(signal, other):
            return replace(signal, harmonic_of=position)
    return signal


def are_related(one: Signal, other: Signal) -> bool:
    """Return whether periods are as whole numbers up to 4 : 4, with transits at the same times."""
    ratio = one.period / other.period
    for top in range(1, 5):
        for bottom in range(1, 5):
            if abs(ratio * bottom / top - 1) < RATIO_TOLERANCE:
                common = other.period / bottom
                apart = (one.epoch - other.epoch + common / 2) % common - common / 2
                near = abs(apart) < max(one.duration, other.duration)
                if near or top == bottom == 1:
                    return True
    return False
