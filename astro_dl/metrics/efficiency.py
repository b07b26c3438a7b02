"""Efficiency against difficulty at fixed false-alarm probability, and comparison with a bound."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy
from astropy.table import Table, vstack
from scipy.special import ndtri

from astro_dl.core.errors import UsageError
from astro_dl.metrics.checks import check_binary, check_finite
from astro_dl.metrics.detection import (
    FALSE_ALARM_PROBABILITIES,
    allowed_false_alarms,
    detection_threshold,
    efficiency_at,
    measurable,
)
from astro_dl.metrics.intervals import estimate, percentile_interval, resampling_weights

Array = np.ndarray
LEVELS = (0.5, 0.9)
FINE_BINS, FEWEST_PER_FINE_BIN = 20, 50
PROBIT_LIMIT = 1e-3


def efficiency_curve(
    scores: Array,
    y: Array,
    difficulty: Array,
    edges: Sequence[float] | Array,
    false_alarm_probabilities: Sequence[float] = FALSE_ALARM_PROBABILITIES,
    confidence: float = 0.95,
) -> Table:
    """Return the fraction of positives detected, per bin of difficulty and false-alarm probability.

    Parameters
    ----------
    scores, y : ndarray, (n,)
        Ranking statistic and 0/1 labels.
    difficulty : ndarray, (n,)
        The parameter of each example; that of negatives is not used.
    edges : sequence of float
        Bin edges; a bin holds its lower edge, the last one both.
    false_alarm_probabilities : sequence of float
        Thresholds are set on all negatives, the same for every bin.
    confidence : float, default 0.95
        Of the intervals; see `astro_dl.metrics.detection.efficiency_at`.

    Returns
    -------
    astropy.table.Table
        One row per probability and bin: false_alarm_probability, low_edge, high_edge,
        mean_difficulty, n, detected, efficiency, low, high; NaN where the bin is empty or the
        probability is not measurable with so few negatives.

    Raises
    ------
    UsageError
        If edges are not increasing, lengths differ or one class is missing.
    """
    score, label = check_binary(scores, y)
    bounds = _checked_edges(edges)
    values = check_finite("difficulty of positives", np.asarray(difficulty)[label], label.sum())
    positives, negatives = score[label], score[~label]
    bins, count = _bins(values, bounds), len(bounds) - 1
    used = bins >= 0
    n = np.bincount(bins[used], minlength=count)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(bins[used], weights=values[used], minlength=count) / n
    parts = []

    def detections(threshold: float) -> Array:
        return np.bincount(bins[used & (positives > threshold)], minlength=count)

    for probability in false_alarm_probabilities:
        threshold = detection_threshold(negatives, probability)
        efficiency, low, high = np.full((3, count), np.nan)
        if measurable(len(negatives), probability) is None:
            efficiency, low, high = efficiency_at(probability, negatives, detections, n, confidence)
        columns = {
            "false_alarm_probability": np.full(count, float(probability)),
            "low_edge": bounds[:-1],
            "high_edge": bounds[1:],
            "mean_difficulty": mean,
            "n": n,
            "detected": detections(threshold),
            "efficiency": efficiency,
            "low": low,
            "high": high,
        }
        parts.append(Table(columns))
    return vstack(parts)


def efficiency_table(
    scores: Mapping[str, Array],
    y: Array,
    difficulty: Array,
    edges: Sequence[float] | Array,
    false_alarm_probabilities: Sequence[float] = FALSE_ALARM_PROBABILITIES,
    confidence: float = 0.95,
    bound: str | None = None,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> Table:
    """Return the efficiency curves of several methods on the same examples, one below the other.

    Parameters
    ----------
    scores : mapping of str to ndarray, (n,)
        Ranking statistic of each method.
    y, difficulty, edges, false_alarm_probabilities, confidence
        As for `efficiency_curve`.
    bound : str, optional
        The method to which the others are compared.
    bootstrap, rng
        For the intervals of the ratio, which resample examples jointly for both methods and so
        include the uncertainty of both thresholds and the correlation of the methods.

    Returns
    -------
    astropy.table.Table
        The columns of `efficiency_curve` after ``method``, and with a bound ``ratio``,
        ``ratio_low``, ``ratio_high``: efficiency over that of the bound.
    """
    tables = {
        name: efficiency_curve(score, y, difficulty, edges, false_alarm_probabilities, confidence)
        for name, score in scores.items()
    }
    if bound is not None:
        rng = np.random.default_rng(0) if rng is None else rng
        replicas = _replicas(
            scores, y, difficulty, _checked_edges(edges), false_alarm_probabilities, bootstrap, rng
        )
        reference = np.asarray(tables[bound]["efficiency"])
        for name, table in tables.items():
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = np.asarray(table["efficiency"]) / reference
                drawn = replicas[name] / replicas[bound]
            drawn = np.where(np.isfinite(drawn), drawn, np.nan).reshape(bootstrap, len(ratio))
            low, high = percentile_interval(drawn, confidence)
            known = np.isfinite(ratio)
            table["ratio"] = np.where(known, ratio, np.nan)
            table["ratio_low"] = np.where(known, low, np.nan)
            table["ratio_high"] = np.where(known, high, np.nan)
    for name, table in tables.items():
        table.add_column([name] * len(table), name="method", index=0)
    return vstack(list(tables.values()))


def equivalent_shift(
    curve_a: tuple[Array, Array], curve_b: tuple[Array, Array], levels: Sequence[float] = LEVELS
) -> Array:
    """Return the fraction of signal-to-noise ratio by which curve a falls short of curve b.

    With a loss s, method a at ratio ρ is as efficient as method b at ρ (1 − s).

    Parameters
    ----------
    curve_a, curve_b : (x, efficiency)
        Efficiency at increasing, positive x, at one false-alarm probability.
    levels : sequence of float, default (0.5, 0.9)
        Efficiencies at which the curves are compared.

    Returns
    -------
    ndarray of float64, (levels,)
        1 − x_b / x_a where the curves reach the level; NaN where one of them doesn't cross it.

    Notes
    -----
    Efficiencies are made monotonic by isotonic regression and interpolated linearly in
    Φ⁻¹(efficiency), exact for a known signal in Gaussian noise, where
    P = Q(Q⁻¹(α) − ρ).
    """
    reached_a, reached_b = _crossings(*curve_a, levels), _crossings(*curve_b, levels)
    return 1 - reached_b / reached_a


def equivalent_losses(
    scores: Mapping[str, Array],
    y: Array,
    difficulty: Array,
    bound: str,
    false_alarm_probabilities: Sequence[float] = FALSE_ALARM_PROBABILITIES,
    levels: Sequence[float] = LEVELS,
    confidence: float = 0.95,
    bootstrap: int = 200,
    rng: np.random.Generator | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Return the equivalent SNR loss of every method against the bound.

    Parameters
    ----------
    scores, y, difficulty, false_alarm_probabilities, confidence, bootstrap, rng
        As for `efficiency_table`; the difficulty must be positive, higher for easier examples.
    bound : str
        The method compared with.
    levels : sequence of float, default (0.5, 0.9)
        Efficiencies at which the methods are compared.

    Returns
    -------
    dict of list of dict
        For each other method, one entry per probability and level with ``value``, ``low``,
        ``high`` (None with ``why`` where a curve doesn't cross the level).
    """
    rng = np.random.default_rng(0) if rng is None else rng
    label = np.asarray(y, bool)
    edges = _fine_edges(np.asarray(difficulty, float)[label])
    curves = {
        name: efficiency_curve(score, y, difficulty, edges, false_alarm_probabilities)
        for name, score in scores.items()
    }
    replicas = _replicas(scores, y, difficulty, edges, false_alarm_probabilities, bootstrap, rng)
    x = np.asarray(curves[bound]["mean_difficulty"]).reshape(len(false_alarm_probabilities), -1)[0]
    losses: dict[str, list[dict[str, Any]]] = {}
    for name in scores:
        if name == bound:
            continue
        losses[name] = []
        for k, probability in enumerate(false_alarm_probabilities):
            own, reference = (
                np.asarray(curves[key]["efficiency"]).reshape(-1, len(x))[k]
                for key in (name, bound)
            )
            value = equivalent_shift((x, own), (x, reference), levels)
            drawn = np.array(
                [
                    equivalent_shift((x, a), (x, b), levels)
                    for a, b in zip(replicas[name][:, k], replicas[bound][:, k], strict=True)
                ]
            ).reshape(bootstrap, len(levels))
            low, high = percentile_interval(drawn, confidence)
            for position, level in enumerate(levels):
                entry = {"false_alarm_probability": float(probability), "efficiency": level}
                known = np.isfinite(value[position])
                entry |= (
                    estimate(value[position], low[position], high[position])
                    if known
                    else estimate(np.nan, why=f"a curve does not cross {level:.0%} in this range")
                )
                losses[name].append(entry)
    return losses


def _replicas(
    scores: Mapping[str, Array],
    y: Array,
    difficulty: Array,
    edges: Array,
    false_alarm_probabilities: Sequence[float],
    bootstrap: int,
    rng: np.random.Generator,
) -> dict[str, Array]:
    """Return bootstrap replicas (bootstrap, probabilities, bins) of efficiency, jointly drawn."""
    label = np.asarray(y, bool)
    positives, negatives = {}, {}
    for name, score in scores.items():
        array, _ = check_binary(score, label, name)
        positives[name], negatives[name] = array[label], np.sort(array[~label])[::-1]
    orders = {name: np.argsort(-np.asarray(score)[~label]) for name, score in scores.items()}
    bins, count = _bins(np.asarray(difficulty, float)[label], edges), len(edges) - 1
    used = np.flatnonzero(bins >= 0)
    bins = bins[used]
    result = {
        name: np.full((bootstrap, len(false_alarm_probabilities), count), np.nan) for name in scores
    }
    draws = zip(
        resampling_weights(int((~label).sum()), bootstrap, rng),
        resampling_weights(len(used), bootstrap, rng),
        strict=True,
    )
    for row, (negative_weight, weight) in enumerate(draws):
        n = np.bincount(bins, weights=weight, minlength=count)
        for name in scores:
            above = np.cumsum(negative_weight[orders[name]], dtype=np.int64)
            for k, probability in enumerate(false_alarm_probabilities):
                allowed = allowed_false_alarms(above[-1], probability)
                position = np.searchsorted(above, allowed, side="right")
                if position == len(above):
                    continue
                found = positives[name][used] > negatives[name][position]
                detected = np.bincount(bins, weights=weight * found, minlength=count)
                with np.errstate(invalid="ignore", divide="ignore"):
                    result[name][row, k] = detected / n
    return result


def _crossings(x: Array, efficiency: Array, levels: Sequence[float]) -> Array:
    """Return where a rising curve first reaches each level; NaN where it doesn't cross it."""
    x, efficiency = np.asarray(x, float), np.asarray(efficiency, float)
    known = np.isfinite(x) & np.isfinite(efficiency)
    if known.sum() < 2:
        return np.full(len(levels), np.nan)
    x = x[known]
    if (np.diff(x) <= 0).any() or x[0] <= 0:
        raise UsageError("an efficiency curve needs increasing, positive x")
    smooth = np.clip(
        scipy.optimize.isotonic_regression(efficiency[known]).x, PROBIT_LIMIT, 1 - PROBIT_LIMIT
    )
    z = ndtri(smooth)
    reached = np.full(len(levels), np.nan)
    for k, target in enumerate(ndtri(levels)):
        i = int(np.argmax(z >= target))
        if i > 0:
            step = (target - z[i - 1]) / (z[i] - z[i - 1])
            reached[k] = x[i - 1] + step * (x[i] - x[i - 1])
    return reached


def _bins(values: Array, edges: Array) -> Array:
    """Return the bin of each value, −1 outside."""
    index = np.searchsorted(edges, values, side="right") - 1
    index[values == edges[-1]] = len(edges) - 2
    return np.where(index < len(edges) - 1, index, -1)


def _fine_edges(values: Array) -> Array:
    bins = int(np.clip(len(values) // FEWEST_PER_FINE_BIN, 2, FINE_BINS))
    return np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)))


def _checked_edges(edges: Sequence[float] | Array) -> Array:
    array = np.asarray(edges, float)
    if array.ndim != 1 or len(array) < 2 or not (np.diff(array) > 0).all():
        raise UsageError(f"bin edges {array.tolist()}; at least two increasing numbers are needed")
    return array
