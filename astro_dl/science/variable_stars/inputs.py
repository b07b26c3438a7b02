"""From light curves to what networks take: one way for simulated and real stars."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from astropy import units as u
from astropy.table import Table

from astro_dl.core.examples import Inputs
from astro_dl.observations.irregular_series.series import IrregularSeries
from astro_dl.science.variable_stars.curves import Curve, ready_curve
from astro_dl.science.variable_stars.features import feature_names, light_curve_features

if TYPE_CHECKING:
    from astro_dl.science.variable_stars.physics import VariablePhysics

FOLDED_CHANNELS = ("magnitude", "known")
SEQUENCE_CHANNELS = ("time", "log_step", "magnitude", "error", "known")
PHASED_CHANNELS = ("phase_step", "magnitude", "error", "known")
TIME, LOG_STEP, MAGNITUDE, ERROR, KNOWN = range(5)
SHORTEST_STEP_DAYS = 1e-3
LARGEST_SCALED = 10.0


@dataclass(frozen=True)
class Prepared:
    """Stars as a network sees them.

    Parameters
    ----------
    x : ndarray or dict of ndarray
        Inputs, as the physics asks for.
    found : Table
        One row per star: ``found_period``, ``found_period_std`` [d], ``false_alarm_probability``,
        ``alias``, ``points_used``.
    """

    x: Inputs
    found: Table


def input_shapes(physics: "VariablePhysics") -> dict[str, tuple[int, ...]]:
    """Return the shape of every input that the physics asks for."""
    shapes = {
        "folded": (physics.bins, len(FOLDED_CHANNELS)),
        "sequence": (physics.steps, len(SEQUENCE_CHANNELS)),
        "features": (len(feature_names(physics.colours, physics.rivals)),),
        "phased": (physics.steps, len(PHASED_CHANNELS)),
    }
    return {name: shapes[name] for name in physics.inputs}


def prepare(
    physics: "VariablePhysics", stars: Iterable[IrregularSeries], always_search: bool = False
) -> Prepared:
    """Return the inputs of stars, and the periods that were found on the way.

    Parameters
    ----------
    physics : VariablePhysics
        Which inputs, their sizes, and where the search for periods ends.
    stars : iterable of IrregularSeries
        Magnitudes; stars with too few points for a period have no features and no folded curve.
    always_search : bool, default False
        Whether periods are looked for if no input needs one, too.
    """
    search = always_search or set(physics.inputs) != {"sequence"}
    limit = physics.maximum_frequency if search else None
    makers = {
        "folded": lambda curve: folded_curve(curve, physics.bins, physics.cycles),
        "sequence": lambda curve: sequence(curve, physics.steps),
        "features": lambda curve: light_curve_features(curve, physics.colours, physics.rivals),
        "phased": lambda curve: phased(
            sequence(curve, physics.steps), curve.period.period, physics.cycles
        ),
    }
    made: dict[str, list[np.ndarray]] = {name: [] for name in physics.inputs}
    rows = []
    for star in stars:
        curve = ready_curve(star, limit)
        for name, arrays in made.items():
            arrays.append(makers[name](curve))
        found = curve.period
        rows.append(
            (found.period, found.period_std, found.false_alarm_probability, found.alias, len(curve))
        )
    names = ("found_period", "found_period_std", "false_alarm_probability", "alias", "points_used")
    table = Table(rows=rows, names=names, dtype=(float, float, float, bool, int))
    for name in names[:2]:
        table[name].unit = u.day
    shapes = input_shapes(physics)
    x = {
        name: np.array(parts, np.float32).reshape(-1, *shapes[name]) for name, parts in made.items()
    }
    return Prepared(x if len(x) > 1 else x[physics.inputs[0]], table)


def folded_curve(curve: Curve, bins: int, cycles: int) -> np.ndarray:
    """Return weighted means in bins of phase, of zero mean and unit deviation, (bins, 2).

    The second channel is 1 where a bin has points; empty bins are zero in both. Bin 0 is near least
    light.
    """
    folded = np.zeros((bins, 2), np.float32)
    if not np.isfinite(curve.period.period):
        return folded
    place = np.minimum((curve.phase(cycles) * bins).astype(int), bins - 1)
    weight = curve.error**-2.0
    total = np.bincount(place, weight, bins)
    known = total > 0
    mean = np.bincount(place, weight * curve.value, bins)[known] / total[known]
    folded[known, 0] = _scaled(mean, mean)
    folded[known, 1] = 1
    return folded


def sequence(curve: Curve, steps: int) -> np.ndarray:
    """Return points in order of time, (steps, 5), zeros after the last: see `SEQUENCE_CHANNELS`.

    Time counts from the first point [d]; magnitudes have zero mean and unit deviation, errors are
    in units of that deviation.
    """
    points = np.zeros((steps, len(SEQUENCE_CHANNELS)), np.float32)
    n = len(curve)
    chosen = np.arange(n) if n <= steps else np.round(np.linspace(0, n - 1, steps)).astype(int)
    if not n:
        return points
    time, value, error = curve.time[chosen], curve.value[chosen], curve.error[chosen]
    rows = slice(0, len(chosen))
    points[rows, TIME] = time
    gaps = np.diff(time, prepend=time[0])
    points[rows, LOG_STEP] = np.log10(np.maximum(gaps, SHORTEST_STEP_DAYS))
    points[rows, MAGNITUDE] = _scaled(value, curve.value)
    points[rows, ERROR] = np.minimum(error / max(curve.value.std(), 1e-4), LARGEST_SCALED)
    points[rows, KNOWN] = 1
    return points


def phased(points: np.ndarray, period: float, cycles: int) -> np.ndarray:
    """Return a sequence (steps, 5) in order of phase, (steps, 4): see `PHASED_CHANNELS`.

    Phase goes from 0 to 1 within so many periods [d] and begins where the wave of one period that
    fits best has least light; steps of it are in units of their mean. Without a period there is no
    point.
    """
    known = points[:, KNOWN] > 0
    found = np.zeros((len(points), len(PHASED_CHANNELS)), np.float32)
    if not np.isfinite(period) or not known.any():
        return found
    time, magnitude, error = (points[known, one] for one in (TIME, MAGNITUDE, ERROR))
    turns = time.astype(float) / period
    wave = np.sum(magnitude * np.exp(2j * np.pi * turns))
    phase = (turns - np.angle(wave) / (2 * np.pi)) / cycles % 1
    order = np.argsort(phase, kind="stable")
    step = np.diff(phase[order], prepend=0) * len(phase)
    found[: len(order)] = np.stack(
        [step, magnitude[order], error[order], np.ones(len(order))], axis=1
    )
    return found


def _scaled(value: np.ndarray, among: np.ndarray) -> np.ndarray:
    scaled = (value - among.mean()) / max(among.std(), 1e-4)
    return np.clip(scaled, -LARGEST_SCALED, LARGEST_SCALED)
