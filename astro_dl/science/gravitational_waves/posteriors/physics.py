"""Which binary black holes are simulated, in which noise, and what networks see of them."""

from typing import Annotated

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Positive, Range
from astro_dl.core.schema import checked

SAMPLE_RATE = 2048.0
"""To which real strain is brought [Hz]; it tells frequencies up to the half of that."""


@checked
class BinaryParametersPhysics:
    """Everything that defines a set of segments.

    Parameters
    ----------
    segment_s : float, default 4
        Length of a segment, within which signals are periodic [s].
    merger_s : float, default 3
        Where the time that is told of real strain lies within its segment [s].
    low_frequency_hz, high_frequency_hz : float, default 20 and 512
        Band of the likelihood.
    psd : str, default "varied"
        Noise spectrum by name or path, or "varied" for one of its own for each example, see
        `astro_dl.science.gravitational_waves.posteriors.spectra`.
    excess_range : tuple of float, default (0, 5)
        How much more noise than by design there is at the lowest frequency, natural logarithm of
        the power; uniform.
    templates : int, default 8
        Waveforms to the loudest of which the strain is aligned.
    bands : int, default 60
        In which the product with it is summed.
    bins, hidden : int, default 5 and 6
        Of the flow, see `astro_dl.answers.flow.Flow`.
    """

    segment_s: Positive = 4.0
    merger_s: Positive = 3.0
    low_frequency_hz: Positive = 20.0
    high_frequency_hz: Annotated[float, Bounds(0, SAMPLE_RATE / 2, open_low=True)] = 512.0
    psd: str = "varied"
    excess_range: Annotated[Range, Bounds(0)] = (0.0, 5.0)
    templates: Annotated[int, Bounds(1, 64)] = 8
    bands: Annotated[int, Bounds(2, 400)] = 60
    bins: int = 5
    hidden: int = 6

    def __post_init__(self) -> None:
        """Refuse a band without place for bands, or a merger outside the segment."""
        if not self.merger_s < self.segment_s:
            raise UsageError(
                f"merger_s is {self.merger_s:g}; accepted: within the segment of "
                f"{self.segment_s:g} s"
            )
        ratio = self.high_frequency_hz / self.low_frequency_hz
        if (ratio ** (1 / self.bands) - 1) * self.low_frequency_hz * self.segment_s < 1:
            raise UsageError(
                f"{self.bands} bands don't fit between {self.low_frequency_hz:g} and "
                f"{self.high_frequency_hz:g} Hz in {self.segment_s:g} s"
            )

    @property
    def first_bin(self) -> int:
        """Number of the lowest frequency, in units of the inverse segment."""
        return int(np.ceil(self.low_frequency_hz * self.segment_s))

    @property
    def bins_of_segment(self) -> int:
        """How many frequencies there are in the band."""
        return int(self.high_frequency_hz * self.segment_s) + 1 - self.first_bin

    @property
    def band_starts(self) -> np.ndarray:
        """Number of the first frequency of each band, all of one ratio of their ends."""
        low, high = self.low_frequency_hz, self.high_frequency_hz
        return np.searchsorted(self.frequencies, np.geomspace(low, high, self.bands + 1)[:-1])

    @property
    def frequencies(self) -> np.ndarray:
        """Frequencies of the band [Hz]."""
        return (self.first_bin + np.arange(self.bins_of_segment)) / self.segment_s
