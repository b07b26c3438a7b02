"""Signals in files of light curves: found or given, folded, and classified."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.reading.many_files import nothing_read, read_each
from astro_dl.inference.input_checks import rows_outside_training_range
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Effect, Flag, answered_rows, prediction_table
from astro_dl.observations.light_curves.files import read_light_curve
from astro_dl.observations.light_curves.light_curve import LightCurve, join_stars
from astro_dl.science.transits.asked import given_signal, period_range
from astro_dl.science.transits.detrending import detrend, in_transit, lone_dips
from astro_dl.science.transits.inputs import (
    PROTECTED_DURATIONS,
    FoldedCurves,
    light_curve_inputs,
    view_shape,
)
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.search.periodic import search_transits
from astro_dl.science.transits.search.signals import (
    Signal,
    are_related,
    hidden_fraction,
    observed_cycles,
)
from astro_dl.science.transits.search.vetting_tests import odd_even_depths, secondary_depth
from astro_dl.science.transits.views import count_in_local_bins

SIGNIFICANT = 5.0
RELATIVE_DIFFERENCE = 0.1
FAINT_SNR = 7.0
DIPS_WINDOW_DAYS = 1.5
SHORTEST_PERIOD_DAYS = 0.5


def find_signals(
    predictor: Predictor[TransitPhysics],
    paths: Sequence[str | Path],
    *,
    period: float | None = None,
    epoch: float | None = None,
    duration: float | None = None,
    search: bool = False,
    min_snr: float = 7.0,
    max_signals: int = 5,
    min_period: float = SHORTEST_PERIOD_DAYS,
    max_period: float | None = None,
    keep_flagged: bool = False,
) -> QTable:
    """Classify periodic dips in light curves.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``tess_transit``.
    paths : sequence of path
        Light curves: FITS of SPOC, QLP, Kepler, K2, eleanor, TGLC or K2SFF, or text. Files of the
        same star, by its number in a catalogue, are joined.
    period : float, optional
        Period of a known signal [d], which alone is classified; the transits of others that a
        search finds are left out. Without one, the light curves are searched.
    epoch : float, optional
        Time of the centre of one of its transits, in the time system of the file or as a Julian
        date [d], within 1000 d of the data; where it is left out, the best one is found.
    duration : float, optional
        Full duration of its transits [d]; where it is left out, the best one is found.
    search : bool, default False
        Search the light curves by box least squares, one signal after the other; what happens
        without a period, too.
    min_snr : float, default 7
        The search ends at the first signal below this signal-to-noise ratio in white noise, or six
        sevenths of it in the noise on the scale of the transits.
    max_signals : int, default 5
        The search ends after so many.
    min_period, max_period : float, optional
        Periods searched [d], of four cadences and more; default from 0.5 to 70% of the time
        covered, or of the longest stretch where gaps take most of it.
    keep_flagged : bool, default False
        Classify signals outside the training range, too, instead of leaving the answer out.

    Returns
    -------
    astropy.table.QTable
        One row per signal, in the order of the files, the strongest first: ``id``, ``period``,
        ``epoch`` (in ``time_system``), ``duration`` [d], ``depth``, ``snr`` (in white noise),
        ``red_noise`` (how many times the noise on the scale of the transits is that of white noise:
        errors of all depths, and what ``snr`` is to be divided by), ``transits`` (number with
        points in them), ``label``, ``p_<class>`` and ``flags``: ``nan_flux``,
        ``impossible_flux`` and ``impossible_time`` (zeros and what no star can have, left out),
        ``unsorted_times``, ``duplicate_times`` (mended), ``lone_dips`` (single low cadences, left
        out of the search);
        ``no_transit_in_data`` (no answer), ``single_transit`` (the period is the shortest that
        shows no other), ``two_transits`` (nothing but their distance tells the period),
        ``period_longer_than_baseline``,
        ``sparse_view`` (half of the local bins hold one point or none), ``low_snr`` (below 7, over
        ``red_noise``);
        ``shorter_period_possible`` (a fraction of the period would hide in gaps),
        ``period_alias_possible`` (another number of periods in a gap fits as well);
        ``harmonic_of_<row of the same star>``; ``odd_even_differ``, ``secondary_event`` (beyond 5
        standard errors); ``coarse_cadence``;
        ``outside_training_range`` (no answer unless flagged ones are kept).

    Raises
    ------
    UsageError
        If files or options cannot be used, or a light curve has too few points to be searched.
    """
    _check_options(period, epoch, duration, search)
    _check_search(min_snr, max_signals)
    stars = read_stars(paths)
    if period is not None and len(stars) > 1:
        raise UsageError(f"one period for {len(stars)} stars; give files of one star, or search")
    rows: list[dict[str, Any]] = []
    folded: list[FoldedCurves] = []
    for star in stars:
        curve, coarse = at_cadence(star, predictor.physics.cadence_minutes)
        if period is None:
            curve = without_lone_dips(curve)
            signals = search_transits(
                curve.time,
                curve.flux,
                period_range=period_range(curve, min_period, max_period),
                fewest_snr=min_snr,
                most_signals=max_signals,
            )
        else:
            given = given_signal(curve, period, epoch, duration)
            signals = [given, *other_signals(curve, given, min_snr, max_signals)]
        for number, signal in enumerate(signals if period is None else signals[:1]):
            one = fold_signal(predictor.physics, curve, signals, number)
            folded.append(one)
            flags = [*curve.flags, *(["coarse_cadence"] if coarse else [])]
            flags += _signal_flags(predictor.physics, curve, signal, one)
            rows.append(_row(curve, signal, one, flags))
    table = _table(predictor, rows, folded, keep_flagged)
    table.meta = {"stars": [star.id for star in stars], "searched": period is None}
    return table


def read_stars(paths: Iterable[str | Path]) -> list[LightCurve]:
    """Return one light curve for each star, in order of first mention."""
    stars = join_stars(curve for _, curve in read_each(paths, read_light_curve))
    if not stars:
        raise nothing_read()
    return stars


def without_lone_dips(curve: LightCurve) -> LightCurve:
    """Return a curve without single low cadences, which no search takes for a transit; flagged."""
    lone = lone_dips(curve.time, detrend(curve.time, curve.flux, DIPS_WINDOW_DAYS))
    if not lone.any():
        return curve
    flags = (*curve.flags, "lone_dips")
    return replace(curve, time=curve.time[~lone], flux=curve.flux[~lone], flags=flags)


def other_signals(
    curve: LightCurve, given: Signal, fewest_snr: float, most_signals: int
) -> list[Signal]:
    """Return the signals of a curve beside one that is known.

    What half of its transits belong to, too, or what is related to its period, may be the same.
    """
    curve = without_lone_dips(curve)
    found = search_transits(
        curve.time, curve.flux, fewest_snr=fewest_snr, most_signals=most_signals + 1
    )
    own = in_transit(curve.time, given.period, given.epoch, given.duration)[0]
    return [
        replace(one, harmonic_of=-1)
        for one in found
        if own.any()
        and in_transit(curve.time[own], one.period, one.epoch, one.duration).mean() < 0.5
        and not are_related(one, given)
    ]


def fold_signal(
    physics: TransitPhysics, curve: LightCurve, signals: Sequence[Signal], number: int
) -> FoldedCurves:
    """Return the signal of this number as the network sees it, other signals' transits left out.

    Transits of what may be the same signal at another period are kept.
    """
    signal = signals[number]
    flux = curve.flux[None].copy()
    for position, other in enumerate(signals):
        if position != number and number != other.harmonic_of and position != signal.harmonic_of:
            width = PROTECTED_DURATIONS * other.duration
            flux[in_transit(curve.time, other.period, other.epoch, width)] = np.nan
    return light_curve_inputs(physics, curve.time, flux, signal.ephemeris)


def table_signals(rows: QTable) -> list[Signal]:
    """Return the signals of one star's rows of the table of `find_signals`."""
    signals = []
    for row in rows:
        period, epoch, duration, depth, snr = (
            float(getattr(row[name], "value", row[name]))
            for name in ("period", "epoch", "duration", "depth", "snr")
        )
        words = str(row["flags"]).split(",")
        harmonic = [int(word.rsplit("_", 1)[1]) for word in words if word.startswith("harmonic_")]
        earlier = harmonic[0] - 1 if harmonic else -1
        transits = int(row["transits"])
        signals.append(Signal(period, epoch, duration, depth, snr, transits, earlier))
    return signals


def _check_options(
    period: float | None, epoch: float | None, duration: float | None, search: bool
) -> None:
    if period is None:
        if epoch is not None or duration is not None:
            raise UsageError("epoch and duration are of a known period; give period, too")
        return
    if search:
        raise UsageError("search finds periods; leave out either search or period")
    if not 0 < period < np.inf:
        raise UsageError(f"period is {period:g}; accepted: above 0 [d]")
    if duration is not None and not 0 < duration <= period / 2:
        raise UsageError(
            f"duration is {duration:g} d for a period of {period:g} d; accepted: above 0 to half "
            f"the period, in days ({duration:g} hours are {duration / 24:.4g} d)"
        )


def _check_search(min_snr: float, max_signals: int) -> None:
    if max_signals < 1:
        raise UsageError(f"max_signals is {max_signals}; accepted: 1 and above")
    if not np.isfinite(min_snr) or min_snr < 0:
        raise UsageError(f"min_snr is {min_snr:g}; accepted: 0 and above")


def at_cadence(curve: LightCurve, minutes: float) -> tuple[LightCurve, bool]:
    """Return a curve averaged to the cadence of the training, and whether its own is coarser."""
    cadence = float(np.median(np.diff(curve.time))) * 1440
    if cadence > 1.5 * minutes:
        return curve, True
    if cadence > minutes / 1.5:
        return curve, False
    bins = np.floor((curve.time - curve.time[0]) * 1440 / minutes).astype(np.int64)
    _, where, number = np.unique(bins, return_inverse=True, return_counts=True)
    time, flux = (np.bincount(where, values) / number for values in (curve.time, curve.flux))
    return replace(curve, time=time, flux=flux), False


def _signal_flags(
    physics: TransitPhysics, curve: LightCurve, signal: Signal, one: FoldedCurves
) -> list[str]:
    when = one.fit.ephemeris
    period, time = float(when.period[0]), curve.time
    cycles = len(observed_cycles(time, one.flux[0], when))
    odd, even = odd_even_depths(time, one.flux, when)
    secondary = secondary_depth(time, one.flux, when)
    bins = count_in_local_bins(time, one.flux, when, view_shape(physics))
    depth = float(one.fit.depth[0])
    difference = abs(odd[0, 0] - even[0, 0])
    # Depths are of the length of the transits: so is the noise in them.
    significant = SIGNIFICANT * signal.red_noise
    flags = {
        "no_transit_in_data": cycles == 0,
        "single_transit": cycles == 1,
        "two_transits": cycles == 2,
        "period_longer_than_baseline": period > np.ptp(time),
        "sparse_view": np.mean(bins <= 1) >= 0.5,
        "low_snr": one.fit.snr[0] < FAINT_SNR * signal.red_noise,
        "shorter_period_possible": hidden_fraction(time, one.flux[0], when),
        "period_alias_possible": signal.ambiguous,
        f"harmonic_of_{signal.harmonic_of + 1}": signal.harmonic_of >= 0,
        "odd_even_differ": difference
        > max(significant * np.hypot(odd[0, 1], even[0, 1]), RELATIVE_DIFFERENCE * depth),
        "secondary_event": secondary[0, 0] > significant * secondary[0, 1],
    }
    return [word for word, holds in flags.items() if holds]


def _row(
    curve: LightCurve, signal: Signal, one: FoldedCurves, flags: Sequence[str]
) -> dict[str, Any]:
    when = one.fit.ephemeris
    return {
        "id": curve.id,
        "period": float(when.period[0]),
        "epoch": float(when.epoch[0]),
        "time_system": curve.time_system,
        "duration": float(when.duration[0]),
        "depth": float(one.fit.depth[0]),
        "snr": float(one.fit.snr[0]),
        "red_noise": signal.red_noise,
        "transits": len(observed_cycles(curve.time, one.flux[0], when)),
        "flags": list(flags),
    }


COLUMNS = {
    "id": str,
    "period": float,
    "epoch": float,
    "time_system": str,
    "duration": float,
    "depth": float,
    "snr": float,
    "red_noise": float,
    "transits": int,
}


def _table(
    predictor: Predictor[TransitPhysics],
    rows: Sequence[dict[str, Any]],
    folded: Sequence[FoldedCurves],
    keep_flagged: bool,
) -> QTable:
    words = [list(row["flags"]) for row in rows]
    nothing = np.empty((0, len(predictor.head.names)))
    answers = Answers(nothing, nothing)
    if folded:
        x = _stacked([one.x for one in folded])
        outside = rows_outside_training_range(x, predictor.bundle.card.input_statistics)
        flags = {
            # Where there is no transit in the data, there is nothing to be judged.
            "no_transit_in_data": Flag(
                np.array(["no_transit_in_data" in row for row in words]), Effect.NO_ANSWER
            ),
            "outside_training_range": Flag(outside, Effect.WITHHELD),
        }
        answers = predictor.answers(x, usable=answered_rows(flags, keep_flagged))
        for row in np.flatnonzero(outside):
            words[row].append("outside_training_range")
    table = QTable(
        {name: np.array([row[name] for row in rows], kind) for name, kind in COLUMNS.items()}
    )
    for name in ("period", "epoch", "duration"):
        table[name] = table[name] * u.d
    judged = prediction_table(predictor.head, table["id"], answers)
    for name in judged.colnames:
        if name not in ("id", "flags"):
            table[name] = judged[name]
    table["flags"] = np.array([",".join(row) for row in words], dtype=str)
    return table


def _stacked(inputs: Sequence[Inputs]) -> Inputs:
    first = inputs[0]
    if isinstance(first, dict):
        return {name: np.concatenate([x[name] for x in inputs]) for name in first}  # type: ignore[call-overload, index]
    return np.concatenate(inputs)  # type: ignore[arg-type]
