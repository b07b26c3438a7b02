"""The search for binary black holes in real strain: from files to a table of triggers.

A one-detector network scores every detector by itself, and what is seen within the time that light
takes between them is weighed together (`astro_dl.science.gravitational_waves.coherence`); a network
of several detectors takes them together. False alarms are counted in the same strain with the
detectors shifted against each other, where nothing astrophysical can coincide; with a single
detector, in the rest of the strain.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import erfa
import numpy as np
from astropy import units as u
from astropy.table import QTable
from scipy.ndimage import maximum_filter1d

from astro_dl.core.errors import UsageError
from astro_dl.inference.protocol import Predictor
from astro_dl.science.gravitational_waves.coherence import (
    QUIET,
    Evidence,
    measured_scale,
    weigh,
)
from astro_dl.science.gravitational_waves.consistency import detectors_of_scan
from astro_dl.science.gravitational_waves.detectors import light_travel_time
from astro_dl.science.gravitational_waves.gwosc import StrainSource, read_steady, select_sources
from astro_dl.science.gravitational_waves.peaks import find_triggers, plateau_centre
from astro_dl.science.gravitational_waves.physics import BinaryBlackHolePhysics
from astro_dl.science.gravitational_waves.scan import (
    Scan,
    Whitening,
    scan,
    slid_apart,
    whitening,
)

YEAR_S = (1 * u.yr).to_value(u.s)
SLIDES_APART, SLIDES_TOGETHER = 100, 3
STRIDE_S = 3 / 64
GPS_EPOCH_JD, TAI_BEHIND_GPS_S, DAY_S = 2444244.5, 19.0, 86_400.0
REFERENCE_SNR = 8.0
WEIGHED, UNWEIGHED = 4.0, 0.0
"""Smallest ranking statistics of triggers."""

LOOKED_AT_S, STRAIN_RANGE = 4.0, (1e-26, 1e-15)
"""Seconds of strain whose scatter is looked at, and far beyond that of all detectors either way."""


def search(
    predictor: Predictor[BinaryBlackHolePhysics],
    paths: Sequence[str | Path],
    *,
    stride_s: float = STRIDE_S,
    threshold: float | None = None,
    signals_per_year: float = 100.0,
    cluster_window_s: float = 1.0,
    slides: int | None = None,
    clip_sigma: float | None = 20.0,
    batch_size: int | None = None,
    progress: bool = True,
) -> QTable:
    """Search files of strain for binary black holes.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``gw_bbh``.
    paths : sequence of path
        GWOSC HDF5 files, or GWF frames where gwpy is installed, of one to three detectors.
    stride_s : float, default 3/64
        Step from window to window [s]. Where it is a multiple of what the network's pools take in,
        as 3/64 s are of 16 samples at 2048 Hz, a network without padding computes once what
        windows have in common.
    threshold : float, optional
        Smallest ranking statistic of a trigger; default 4 where detectors are weighed, else 0.
    signals_per_year : float, default 100
        Mergers above a network signal-to-noise ratio of 8 to be expected in a year of strain, on
        which probabilities rest; in the third observing run there were about 80.
    cluster_window_s : float, default 1
        Of triggers nearer to each other than this only the loudest is kept [s].
    slides : int, optional
        Number of time slides for the background; default 100 where the scores of detectors are
        shifted, and 3 where the network must score every slide anew.
    clip_sigma : float, optional
        Whitened samples are limited to ± this many standard deviations, so that a loud glitch stays
        within the range of the training; default 20.
    batch_size : int, optional
        Windows given to the network at once.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per trigger, loudest first: ``gps_time`` of the merger [s], ``utc``,
        ``ranking_statistic`` (logit; of several detectors by themselves the logarithm of the odds
        of one signal in all against noise and glitches in each), ``probability`` (that a trigger as
        loud as this or louder is a signal, by its false-alarm rate and ``signals_per_year``),
        ``false_alarm_rate`` [1/yr], and ``false_alarm_rate_without`` the triggers themselves in the
        time slides, where a loud signal meets noise of the other detector;
        ``statistic_<detector>`` (logits) and ``flags``: ``far_limited_by_livetime`` where no false
        alarm was louder, so that the rate is an upper limit, one per background live time. The
        header states the analysed and excluded time and the background live time [s].

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    _check("stride_s", stride_s, 0 < stride_s < np.inf, "above 0")
    _check("cluster_window_s", cluster_window_s, 0 < cluster_window_s < np.inf, "above 0")
    _check("signals_per_year", signals_per_year, 0 <= signals_per_year < np.inf, "0 and above")
    if threshold is not None:
        _check("threshold", threshold, bool(np.isfinite(threshold)), "a finite number")
    if clip_sigma is not None:
        _check("clip_sigma", clip_sigma, clip_sigma > 0, "above 0")
    if slides is not None and slides < 0:
        raise UsageError(f"slides is {slides}; accepted: 0 and above")
    if predictor.members:
        raise UsageError(
            f"triggers are ranked by one network, not by {len(predictor.members)} answers; "
            "accepted: one bundle, with uncertainty head"
        )
    physics = predictor.physics
    together = len(physics.detectors) > 1
    if slides is None:
        slides = SLIDES_TOGETHER if together else SLIDES_APART
    sources, how = select_sources(paths, physics.detectors), whitening(physics, clip_sigma)
    for source in sources:
        _check_strain(source, how)
    scanned = scan(
        predictor,
        sources,
        how,
        stride_s,
        slides,
        batch_size,
        progress,
    )
    if scanned.live_time == 0:
        reasons = ", ".join(f"{time:g} s {reason}" for reason, time in scanned.excluded.items())
        raise UsageError(f"none of the strain can be analysed: {reasons}; choose another time")
    statistics, evidence = coincident_scores(scanned), None
    scale = measured_scale(predictor)
    if statistics.shape[1] > 1:
        about = detectors_of_scan(predictor, scanned, sources, how, scale, progress)
        evidence = weigh(predictor, about, statistics)
    series = ranking(statistics, evidence)
    distance = max(1, round(cluster_window_s / scanned.stride))
    if threshold is None:
        threshold = UNWEIGHED if evidence is None else WEIGHED
    peaks = find_triggers(series, threshold, distance)
    peaks = peaks[np.argsort(-series[peaks], kind="stable")]
    window = round(predictor.physics.duration_s / scanned.stride)
    near = maximum_filter1d(np.isin(np.arange(len(series)), peaks), 2 * window + 1)
    background, without = estimate_background(
        scanned, series, evidence, near, slides, threshold, distance
    )
    louder = background.count_louder(series[peaks])
    logits = np.nan_to_num(statistics, nan=-np.inf).sum(axis=1)
    position = np.array([plateau_centre(logits, peak) for peak in peaks])
    merger = float(np.mean(physics.merger_time_range_s))
    gps = scanned.gps(position) + merger
    table = QTable()
    table["gps_time"] = gps * u.s
    table["utc"] = _utc(gps)
    table["ranking_statistic"] = series[peaks]
    rate = background.false_alarm_rate(louder)
    snr = network_snr(scale.snr_of(statistics[peaks]))
    table["probability"] = signal_probability(rate, snr, signals_per_year)
    table["false_alarm_rate"] = rate / u.yr
    if evidence is not None:
        quieter = without.false_alarm_rate(without.count_louder(series[peaks]))
        table["false_alarm_rate_without"] = quieter / u.yr
    if not together:
        for name, values in zip(scanned.detectors, statistics.T, strict=True):
            table[f"statistic_{name}"] = values[peaks]
    table["flags"] = np.where(louder < 1, "far_limited_by_livetime", "")
    table.meta = {
        "detectors": list(scanned.detectors),
        "live_time_s": scanned.live_time,
        "excluded_s": scanned.excluded,
        "background": background.kind,
        "background_livetime_s": background.live_time,
        "stride_s": scanned.stride,
    }
    return table


def _check(name: str, value: float, holds: bool, accepted: str) -> None:
    if not holds:
        raise UsageError(f"{name} is {value:g}; accepted: {accepted}")


def _check_strain(source: StrainSource, how: Whitening) -> None:
    """Raise `UsageError` where the numbers of a detector's first seconds are no strain."""
    seconds = min(LOOKED_AT_S, np.floor(source.gps_end - source.gps_start))
    start = float(np.ceil(source.gps_start))
    read = read_steady(source, start, float(seconds), how.sample_rate, how.drift_frequency)
    scatter = float(np.std(read.strain[read.valid])) if read.valid.any() else 0.0
    low, high = STRAIN_RANGE
    if scatter and not low < scatter < high:
        raise UsageError(
            f"{source.files[0].path}: numbers scatter by {scatter:.2g}, strain of detectors by "
            f"{low:g} to {high:g}; give strain that is neither whitened nor scaled"
        )


@dataclass(frozen=True)
class Background:
    """Triggers where there can be no signal, or none but the one in question.

    Parameters
    ----------
    kind : str
        Where they come from.
    rankings : ndarray
        Their ranking statistics, ascending.
    live_time : float
        In how much time they arose [s].
    own : int
        How many of them are the trigger itself: 1 where triggers are their own background.
    """

    kind: str
    rankings: np.ndarray
    live_time: float
    own: int = 0

    def count_louder(self, rankings: np.ndarray) -> np.ndarray:
        """Return how many are as loud as these, or louder."""
        return len(self.rankings) - np.searchsorted(self.rankings, rankings) - self.own

    def false_alarm_rate(self, louder: np.ndarray) -> np.ndarray:
        """Return the rates [1/yr] of triggers of which these numbers (n,) are louder, and one."""
        if self.live_time == 0:
            return np.full(len(louder), np.inf)
        return (louder + 1) * YEAR_S / self.live_time


def coincident_scores(scanned: Scan) -> np.ndarray:
    """Return the largest logits (windows, columns) within the light-travel time of the first.

    For every window of the first detector the loudest of each other detector's windows whose merger
    time differs by no more than light takes between them, and half a stride for either's rounding.
    """
    columns = [scanned.scores[:, 0]]
    for column in range(1, scanned.scores.shape[1]):
        travel = light_travel_time(scanned.detectors[0], scanned.detectors[column])
        reach = int(travel / scanned.stride + 1)
        scores = scanned.scores[:, column]
        nearest = maximum_filter1d(np.where(np.isnan(scores), -np.inf, scores), 2 * reach + 1)
        columns.append(np.where(np.isnan(scores), np.nan, nearest))
    return np.stack(columns, axis=1)


def ranking(statistics: np.ndarray, evidence: Evidence | None) -> np.ndarray:
    """Return the ranking statistic (windows,), NaN where not analysed.

    The odds of the evidence of several detectors, or the logits of one column.
    """
    return statistics[:, 0].astype(np.float64) if evidence is None else evidence.ranking()


def network_snr(snr: np.ndarray) -> np.ndarray:
    """Return the root (n,) of the summed squares of detectors' ratios (n, D) that are known."""
    return np.sqrt(np.sum(np.where(snr > QUIET, snr, 0.0) ** 2, axis=1))


def signal_probability(
    false_alarm_rate: np.ndarray, snr: np.ndarray, signals_per_year: float
) -> np.ndarray:
    """Return which share (n,) of the triggers as loud as these, or louder, are signals.

    Of signals there are ``signals_per_year`` above a network ratio of 8, and fewer with its cube.
    """
    signals = signals_per_year * (REFERENCE_SNR / np.maximum(snr, QUIET)) ** 3
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(signals / (signals + false_alarm_rate))


def estimate_background(
    scanned: Scan,
    series: np.ndarray,
    evidence: Evidence | None,
    near: np.ndarray,
    slides: int,
    threshold: float,
    distance: int,
) -> tuple[Background, Background]:
    """Return the false alarms of a scan, and those without the time near its triggers.

    Parameters
    ----------
    scanned : Scan
        From `scan`.
    series : ndarray, (windows,)
        Their ranking statistics.
    evidence : Evidence or None
        Of several detectors, each scored by itself.
    near : ndarray of bool, (windows,)
        The windows near triggers; only time slides of evidence can be without them.
    slides : int
        Number of time slides, evenly spread over the scanned time.
    threshold, distance
        As for `find_triggers`.
    """
    if evidence is not None:
        kind, own = "time slides", 0
        every: Iterable[tuple[np.ndarray, np.ndarray]] = _slide(
            scanned, evidence, near, slides, threshold
        )
    elif len(scanned.detectors) == 1:
        kind, own = "other triggers of the same detector", 1
        every = [(series, series)]
    else:
        kind, own = "time slides, scored anew", 0
        every = [(one, one) for one in scanned.slid.T]
    rankings: tuple[list[np.ndarray], ...] = ([np.empty(0)], [np.empty(0)])
    windows = [0, 0]
    for pair in every:
        for k, one in enumerate(pair):
            rankings[k].append(one[find_triggers(one, threshold, distance)])
            windows[k] += int(np.count_nonzero(~np.isnan(one)))
    whole, without = (
        Background(kind, np.sort(np.concatenate(found)), float(count * scanned.stride), own)
        for found, count in zip(rankings, windows, strict=True)
    )
    return whole, without


def _slide(
    scanned: Scan, evidence: Evidence, near: np.ndarray, slides: int, threshold: float
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the ranking of every time slide, and the same without what is near triggers."""
    n, detectors = evidence.alone.shape
    for lag in sorted({slide * n // (slides + 1) for slide in range(1, slides + 1)}):
        if slid_apart(lag, n, detectors, scanned.stride):
            series = evidence.ranking(lag, threshold)
            some = np.any([np.roll(near, -d * lag) for d in range(detectors)], axis=0)
            yield series, np.where(some, np.nan, series)


def _utc(gps: np.ndarray) -> np.ndarray:
    """Return UTC times (n,), as astropy's `Time`, which first reads tables of the Earth's turns."""
    with warnings.catch_warnings():
        # Leap seconds of years to come are not announced; the known ones are as good as it gets.
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        utc = erfa.taiutc(GPS_EPOCH_JD, (gps + TAI_BEHIND_GPS_S) / DAY_S)
        year, month, day, time = erfa.d2dtf("UTC", 3, *utc)
    return np.array(
        [
            f"{y:04d}-{m:02d}-{d:02d}T{t['h']:02d}:{t['m']:02d}:{t['s']:02d}.{t['f']:03d}"
            for y, m, d, t in zip(year, month, day, time, strict=True)
        ],
        dtype="U23",
    )
