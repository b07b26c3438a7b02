"""From strain files to the network's logits at a regular series of merger times.

Strain is taken in blocks: a block is whitened by the spectrum of the strain around it (never by its
own), with the very filter that simulated windows go through, and cut into overlapping windows.
Only the logits are kept, so memory does not grow with the strain but by a few bytes per window.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.fft import next_fast_len
from scipy.ndimage import distance_transform_edt, maximum_filter1d
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.runtime import Scanner
from astro_dl.science.gravitational_waves.gwosc import (
    NO_DATA,
    StrainSegment,
    StrainSource,
    common_span,
    read_on,
)
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.psd import average_power, segment_power
from astro_dl.science.gravitational_waves.strain_files import EXCLUSIONS
from astro_dl.science.gravitational_waves.stretches import Stretches, find_stretches
from astro_dl.science.gravitational_waves.whitening import whiten, whitening_filter

REASONS = (*EXCLUSIONS, "no off-source strain")
"""Why time is not analysed: the codes count from 1."""

NO_OFF_SOURCE = len(REASONS)
BLOCK_RANGE_S = (4.0, 64.0)
PSD_SEGMENT_S = 2.0
OFF_SOURCE_S = 64.0
TAPER_S = 0.5
FEWEST_SEGMENTS = 8
SHORTEST_LAG_S = 2.0


@dataclass(frozen=True)
class Whitening:
    """How real strain becomes what the network was trained on.

    Parameters
    ----------
    sample_rate : float
        [Hz].
    low_frequency, high_frequency : float
        Band [Hz]; None for the upper edge means the Nyquist frequency.
    filter_seconds : float
        Length of the whitening filter [s]. Not shorter than the segments of the spectrum: real
        spectra have lines, which a shorter filter would not resolve. For the smooth spectra of
        simulations the length makes no difference.
    clip : float or None
        Whitened samples are limited to ± this many standard deviations.
    """

    sample_rate: float
    low_frequency: float
    high_frequency: float | None
    filter_seconds: float
    clip: float | None

    @property
    def margin(self) -> float:
        """What is spoilt at either end of a stretch and around gaps: taper and filter [s]."""
        return TAPER_S + self.filter_seconds / 2

    @property
    def drift_frequency(self) -> float:
        """What changes more slowly is no signal [Hz]."""
        return self.low_frequency / 2


@dataclass(frozen=True)
class Scan:
    """Logits of all windows of a stretch of strain.

    Parameters
    ----------
    gps_start : float
        Start of the first window [s].
    stride : float
        Step from window to window [s].
    detectors : tuple of str
        Detectors of the strain.
    scores : ndarray
        (windows, columns) float32: one column per detector for a one-detector network, one in all
        for a network that takes all detectors together. NaN where not analysed.
    slid : ndarray
        (windows, slides) float32: logits of detectors shifted against each other, for a network
        that takes all together; no columns otherwise.
    excluded : dict
        Seconds that were not analysed, by reason.
    stretches : Stretches or None
        Where the windows are, if not one after the other: gaps between files are left out.
    """

    gps_start: float
    stride: float
    detectors: tuple[str, ...]
    scores: np.ndarray
    slid: np.ndarray
    excluded: dict[str, float] = field(default_factory=dict)
    stretches: Stretches | None = None

    def gps(self, position: np.ndarray) -> np.ndarray:
        """Return the GPS times [s] at which windows begin, by their place (n,), whole or not."""
        if self.stretches is None:
            return self.gps_start + position * self.stride
        return self.stretches.gps(position)

    @property
    def live_time(self) -> float:
        """Analysed time [s]."""
        return float(np.count_nonzero(np.isfinite(self.scores[:, 0])) * self.stride)


def whitening(physics: BinaryBlackHolePhysics, clip: float | None = None) -> Whitening:
    """Return the whitening of real strain for a network that was trained with these physics."""
    return Whitening(
        sample_rate=physics.sample_rate_hz,
        low_frequency=physics.low_frequency_hz,
        high_frequency=physics.high_frequency_hz,
        filter_seconds=max(physics.whitening_filter_s, PSD_SEGMENT_S),
        clip=clip,
    )


def scan(
    predictor: Predictor[BinaryBlackHolePhysics],
    sources: Sequence[StrainSource],
    how: Whitening,
    stride_s: float,
    slides: int = 0,
    batch_size: int | None = None,
    progress: bool = False,
    span: tuple[float, float] | None = None,
) -> Scan:
    """Return the logits of all windows of the strain that the detectors have in common.

    Parameters
    ----------
    predictor : Predictor
        With ``physics`` and ``score``.
    sources : sequence of StrainSource
        From `select_sources`.
    how : Whitening
        From `whitening`.
    stride_s : float
        Step from window to window [s], rounded to samples.
    slides : int, default 0
        Time slides to score, where the network takes several detectors together.
    batch_size : int, optional
        Windows given to the network at once.
    progress : bool, default False
        Whether to show a progress bar.
    span : tuple of float, optional
        GPS times between which windows are scored [s]; default everywhere.

    Raises
    ------
    UsageError
        If the stride is not positive, or the strain is too short to estimate its spectrum.
    """
    start, end = common_span(sources)
    if end - start < FEWEST_SEGMENTS * PSD_SEGMENT_S:
        raise UsageError(
            f"the strain in common lasts {end - start:g} s; at least "
            f"{FEWEST_SEGMENTS * PSD_SEGMENT_S:g} s are needed to estimate the noise spectrum"
        )
    rate = how.sample_rate
    step = round(stride_s * rate)
    if step < 1:
        raise UsageError(f"stride_s is {stride_s:g}; it must be at least {1 / rate:g}, one sample")
    stride = step / rate
    length = round(predictor.physics.duration_s * rate)
    together = len(predictor.physics.detectors) > 1
    if span is not None:
        start, end = max(start, span[0]), min(end, span[1])
    stretches = find_stretches(sources, (start, end), stride, length / rate)
    scanner = predictor.runtime.scanner(step)
    before = 0 if scanner is None else scanner.before
    logits, seconds = [], np.zeros(len(REASONS) + 1)
    seconds[NO_DATA] = stretches.left_out
    total = round(end - start - stretches.left_out)
    with tqdm(total=total, unit="s", desc="strain", disable=not progress) as bar:
        for white, codes in _blocks(sources, how, length, step, stretches, before):
            seconds += np.bincount(codes, minlength=len(seconds)) * stride
            block = _Block(predictor, scanner, white, codes == 0, length, step, batch_size)
            logits.append(block.together(slides, stride) if together else block.apart())
            bar.update(min(round(len(codes) * stride), total - bar.n))
    scores = np.concatenate(logits)
    excluded = zip(REASONS, seconds[1:].tolist(), strict=True)
    return Scan(
        gps_start=start,
        stride=stride,
        detectors=tuple(source.detector for source in sources),
        scores=scores[:, :1] if together else scores,
        slid=scores[:, 1:] if together else scores[:, :0],
        excluded={reason: time for reason, time in excluded if time},
        stretches=stretches,
    )


def slid_apart(lag: int, n: int, detectors: int, stride: float) -> bool:
    """Return whether shifting detector d of a circle of n windows by d × lag separates them all.

    Shifts are far enough from `SHORTEST_LAG_S` [s] on: more than a window, so that no two detectors
    see the same signal.
    """
    shifts = lag * np.arange(1, detectors) % n
    return bool(np.all(np.minimum(shifts, n - shifts) * stride >= SHORTEST_LAG_S))


def whitened_strain(
    sources: Sequence[StrainSource],
    how: Whitening,
    gps_start: float,
    duration: float,
    last_read: dict[str, StrainSegment] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a stretch of strain whitened by the spectrum of what surrounds it.

    The spectrum is the bias-corrected median over the nearest 64 s or so of half-overlapping
    segments that have no sample in common with the stretch.

    Parameters
    ----------
    sources : sequence of StrainSource
        D detectors.
    how : Whitening
        From `whitening`.
    gps_start, duration : float
        The stretch [s].
    last_read : dict, optional
        What the call before has read, by detector, which is not read again; this one's then.

    Returns
    -------
    white : ndarray
        (D, N) float32, in standard deviations of the noise; zero where there is none.
    codes : ndarray
        (N,) uint8: 0 where usable in every detector, else a number into `REASONS`, from 1; what
        the filter spoils around excluded samples is excluded too.
    """
    low, high = common_span(sources)
    rate = how.sample_rate
    first, samples = round((gps_start - low) * rate), round(duration * rate)
    total, margin, off_source = (round(s * rate) for s in (high - low, how.margin, OFF_SOURCE_S))
    nearest = int(np.clip(first - off_source // 2, 0, max(0, total - samples - off_source)))
    start = min(nearest, first - margin)
    stop = max(min(total, nearest + samples + off_source), first + samples + margin)
    parts, codes = [], []
    for source in sources:
        before = None if last_read is None else last_read.get(source.detector)
        begin, seconds = low + start / rate, (stop - start) / rate
        around = read_on(before, source, begin, seconds, rate, how.drift_frequency)
        if last_read is not None:
            last_read[source.detector] = around
        psd = off_source_psd(around, first - start, samples)
        padded = slice(first - margin - start, first + samples + margin - start)
        white, code = whitened(around.strain[padded], around.exclusion[padded], psd, how)
        parts.append(white)
        codes.append(code)
    return np.stack(parts), np.max(codes, axis=0)


def _blocks(
    sources: Sequence[StrainSource],
    how: Whitening,
    length: int,
    step: int,
    stretches: Stretches,
    before: int,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield whitened strain (D, before + N) of blocks in a row, and the codes (n,) of windows."""
    rate, last_read = how.sample_rate, dict[str, StrainSegment]()
    for first, stop in _bounds(stretches, step / rate):
        samples = before + (stop - first - 1) * step + length
        begin = stretches.gps_start + (first * step - before) / rate
        white, codes = whitened_strain(sources, how, begin, samples / rate, last_read)
        windows = np.lib.stride_tricks.sliding_window_view(codes[before:], length)[::step]
        yield white, windows.max(axis=1)


def _bounds(stretches: Stretches, stride: float) -> Iterator[tuple[int, int]]:
    """Yield the first window of each block, and the one behind its last."""
    for stretch in stretches.parts:
        per_block = max(1, int(np.clip(stretch.seconds / 4, *BLOCK_RANGE_S) / stride + 1e-6))
        for first in range(stretch.first, stretch.stop, per_block):
            yield first, min(first + per_block, stretch.stop)


def off_source_psd(around: StrainSegment, first: int, samples: int) -> np.ndarray | None:
    """Return the spectrum [1/Hz] of the clean segments outside a stretch; None if too few."""
    strain = np.where(around.valid, around.strain, np.nan)
    half = round(PSD_SEGMENT_S * around.sample_rate) // 2
    behind = -(-(first + samples) // half) * half
    powers = np.concatenate(
        [
            segment_power(part, around.sample_rate, PSD_SEGMENT_S)
            for part in (strain[: max(first, 0)], strain[behind:])
        ]
    )
    clean = powers[np.isfinite(powers[:, 0])]
    return average_power(clean) if len(clean) >= FEWEST_SEGMENTS else None


def response_to(psd: np.ndarray, how: Whitening, seconds: float) -> np.ndarray:
    """Return the whitening response of a spectrum on the frequencies of so many seconds."""
    frequencies = np.arange(round(seconds * how.sample_rate) // 2 + 1) / seconds
    grid = np.arange(len(psd)) / PSD_SEGMENT_S
    return whitening_filter(
        np.exp(np.interp(frequencies, grid, np.log(psd))),
        how.sample_rate,
        seconds,
        how.filter_seconds,
        how.low_frequency,
        how.high_frequency,
    )


def whitened(
    strain: np.ndarray, exclusion: np.ndarray, psd: np.ndarray | None, how: Whitening
) -> tuple[np.ndarray, np.ndarray]:
    """Return the whitened middle of strain with margins, and its exclusion codes."""
    samples, margin = len(strain), round(how.margin * how.sample_rate)
    middle = slice(margin, samples - margin)
    excluded = exclusion.any()
    codes = maximum_filter1d(exclusion, 2 * margin + 1)[middle] if excluded else exclusion[middle]
    if psd is None:
        codes = np.where(codes == 0, np.uint8(NO_OFF_SOURCE), codes)
        return np.zeros(len(codes), np.float32), codes
    # Zeros do no harm, and lengths of large prime factors are transformed slowly.
    even = 2 * next_fast_len((samples + 1) // 2, real=True)
    place = np.arange(1, samples + 1)
    whole = np.minimum(place, place[::-1])
    distance = distance_transform_edt(np.pad(exclusion == 0, 1))[1:-1] if excluded else whole
    near = distance < TAPER_S * how.sample_rate
    tapered = strain.copy()
    tapered[near] *= np.sin(np.pi / 2 * distance[near] / (TAPER_S * how.sample_rate)) ** 2
    response = response_to(psd, how, even / how.sample_rate)
    white = whiten(np.pad(tapered, (0, even - samples)), response)[middle]
    return white if how.clip is None else np.clip(white, -how.clip, how.clip), codes


@dataclass(frozen=True)
class _Block:
    """A block of whitened strain (D, before + N): windows (n,) are scored as far as usable."""

    predictor: Predictor[BinaryBlackHolePhysics]
    scanner: Scanner | None
    white: np.ndarray
    usable: np.ndarray
    length: int
    step: int
    batch_size: int | None

    def apart(self) -> np.ndarray:
        """Return the logits (n, D) of every detector by itself."""
        return np.stack([self._in_time(self.white[[d]]) for d in range(len(self.white))], axis=1)

    def together(self, slides: int, stride: float) -> np.ndarray:
        """Return the logits (n, 1 + slides) of all detectors: in time, and shifted in the block."""
        n, detectors = len(self.usable), len(self.white)
        channel, windows = np.arange(detectors), self._windows(self.white)
        columns = [self._in_time(self.white)]
        for slide in range(1, slides + 1):
            lag = slide * n // (slides + 1)
            rows = (np.arange(n)[:, None] + lag * channel) % n
            apart = self.usable[rows].all(axis=1) & slid_apart(lag, n, detectors, stride)
            columns.append(self._one_by_one(windows[rows, channel], apart))
        return np.stack(columns, axis=1)

    def _in_time(self, strain: np.ndarray) -> np.ndarray:
        """Return the logits (n,) of strain (channels, N), NaN where not usable."""
        if self.scanner is None or not self.usable.any():
            return self._one_by_one(self._windows(strain), self.usable)
        logits = np.asarray(self.scanner.logits(strain.T[None]))
        logits = self.predictor.head.per_example(logits)[0]
        return np.where(self.usable, logits[: len(self.usable)], np.float32(np.nan))

    def _one_by_one(self, windows: np.ndarray, usable: np.ndarray) -> np.ndarray:
        """Return the logits (n,) of windows (n, channels, length), NaN where not usable."""
        scores = np.full(len(usable), np.nan, dtype=np.float32)
        if usable.any():
            x = np.ascontiguousarray(windows[usable].swapaxes(1, 2))
            scores[usable] = self.predictor.score(x, self.batch_size)
        return scores

    def _windows(self, strain: np.ndarray) -> np.ndarray:
        """Return the windows (n, channels, length) of strain, as views."""
        before = 0 if self.scanner is None else self.scanner.before
        views = np.lib.stride_tricks.sliding_window_view(strain[:, before:], self.length, axis=1)
        return views[:, :: self.step].swapaxes(0, 1)
