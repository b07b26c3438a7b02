"""How values and their distributions are corrected by truths of a user's own sample.

One form holds all: a rising function of each target's values, and one of the normal scores of its
probabilities, see `astro_dl.distributions.recalibrated`. On a card they stand around the network's
own calibration, which stays as it was.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import scipy

from astro_dl.answers.densities import Density, Point
from astro_dl.answers.joint_gaussians import JointGaussians
from astro_dl.core.errors import UsageError
from astro_dl.core.schema import checked, plain, read_dataclass
from astro_dl.distributions.distribution import Distribution
from astro_dl.distributions.recalibrated import Recalibrated, normal_scores
from astro_dl.distributions.rising import Rising
from astro_dl.inference.calibration import ONE_SIGMA, Fit

Array = np.ndarray
KIND = "recalibrated"
LEVELS = np.array([0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.995])
FEWEST_BEYOND = 3
"""Examples beyond the outermost level that is fitted."""

PER_KNOT, MOST_KNOTS = 40, 8
"""Examples for each point of a function of values, and how many points there are at most."""

LEAST_SLOPE = 0.05


@checked
class Recalibration:
    """What the card keeps.

    Parameters
    ----------
    kind : "recalibrated"
        Of the calibration.
    own : mapping
        The network's own.
    values : tuple of Rising
        From a target's value, as the network says it, to what it is.
    scores : tuple of Rising
        From normal scores of its probabilities to what they are; of no use to points.
    """

    kind: Literal["recalibrated"]
    own: Mapping[str, Any]
    values: tuple[Rising, ...]
    scores: tuple[Rising, ...]


def check_recalibration(density: Density, calibration: Mapping[str, Any], targets: int) -> None:
    """Raise `UsageError` unless a calibration of a card is the density's own, or around it."""
    if calibration.get("kind") != KIND:
        density.check_calibration(calibration)
        return
    known = read_dataclass(Recalibration, calibration, "calibration")
    for name, functions in (("values", known.values), ("scores", known.scores)):
        if len(functions) != targets:
            raise UsageError(
                f"calibration.{name}: {len(functions)} functions; one for each of {targets} "
                "targets is needed"
            )
    density.check_calibration(known.own)


def told(
    density: Density, logits: Array, calibration: Mapping[str, Any]
) -> tuple[Array, Distribution | None]:
    """Return values (n, k) of logits, medians of distributions, and the distributions.

    Parameters
    ----------
    density : Density
        What logits mean.
    logits : ndarray of float64, (n, outputs)
        In the units of the targets.
    calibration : mapping
        Of the card; may be empty.
    """
    known = None
    if calibration.get("kind") == KIND:
        known = read_dataclass(Recalibration, calibration)
        calibration = known.own
    base: Any = density.distribution(logits, calibration)
    if known is not None and base is not None:
        base = Recalibrated(base, known.values, known.scores)
    if base is not None:
        return base.median, base
    if known is None:
        return logits, None
    return np.stack([one(logits[:, k]) for k, one in enumerate(known.values)], axis=1), None


def recalibrations(density: Density) -> dict[str, Fit]:
    """Return, by method, what fits a density's recalibration; the first is the usual one.

    ``"spline"`` moves medians by a function through several points, and probabilities by another;
    ``"affine"`` both by straight lines, ``"temperature"`` only widens or narrows. Of points there
    is nothing to widen, and joint distributions are left as they are. The functions take logits,
    truths (n, k) and the card's calibration.
    """

    def fitted(of_values: OfValues, of_scores: OfScores) -> Fit:
        def fit(logits: Array, y: Array, calibration: Mapping[str, Any]) -> dict[str, Any]:
            own = dict(calibration.get("own", calibration))
            return _fitted(density, np.asarray(logits, float), y, own, of_values, of_scores)

        return fit

    found = {"spline": fitted(_spline, _score_spline), "affine": fitted(_line, _score_line)}
    if isinstance(density, JointGaussians):
        return {}
    if isinstance(density, Point):
        return found
    return found | {"temperature": fitted(lambda m, t, ends: Rising(), _score_width)}


def shifts(density: Density, targets: int) -> Array | None:
    """Return what is added to logits where each target grows by one, (targets, outputs).

    None where no logit is in the target's unit, as of bins.
    """
    one = np.ones(targets)
    found = np.stack([density.scaling(one, unit)[1] for unit in np.eye(targets)])
    return found if recalibrations(density) and found.any(axis=1).all() else None


OfValues = Callable[[Array, Array, tuple[float, float]], Rising]
OfScores = Callable[[Array], Rising]


def _fitted(
    density: Density,
    logits: Array,
    y: Array,
    own: Mapping[str, Any],
    of_values: OfValues,
    of_scores: OfScores,
) -> dict[str, Any]:
    medians, base = told(density, logits, own)
    truth: Array = np.reshape(np.asarray(y, float), medians.shape)
    columns = range(medians.shape[1])
    values = tuple(of_values(medians[:, k], truth[:, k], density.range) for k in columns)
    scores = (Rising(),) * len(values)
    if base is not None:
        # First the widths, by likelihood: probabilities alone cannot reach beyond a tail.
        before = np.stack([one.inverse(truth[:, k]) for k, one in enumerate(values)], axis=1)
        own = density.fit_calibration(logits, np.clip(before, *density.range))
        widened: Any = told(density, logits, own)[1]
        moved = Recalibrated(widened, values, scores)
        normal = normal_scores(moved.cdf(truth))
        scores = tuple(of_scores(normal[:, k]) for k in columns)
    return plain(Recalibration("recalibrated", own, values, scores))


def _line(medians: Array, truth: Array, ends: tuple[float, float]) -> Rising:
    """Return the line of least absolute deviations, within its support."""
    centre, unit = np.median(medians), max(float(np.std(medians)), 1e-12)
    standard = (medians - centre) / unit

    def loss(parameters: Array) -> float:
        return float(np.mean(np.abs(truth - parameters[0] - parameters[1] * standard)))

    slope, offset = np.polyfit(standard, truth, 1)
    found = scipy.optimize.minimize(loss, [offset, slope], method="Nelder-Mead").x
    slope = max(found[1] / unit, LEAST_SLOPE)
    first, last = np.quantile(medians, (0.02, 0.98))
    points = np.array([first, max(last, first + 1e-6 * unit)])
    return _within(points, found[0] + slope * (points - centre), ends)


def _spline(medians: Array, truth: Array, ends: tuple[float, float]) -> Rising:
    """Return what goes through the medians of truths in bins of as many examples each."""
    bins = min(MOST_KNOTS, len(medians) // PER_KNOT)
    if bins < 3:
        return _line(medians, truth, ends)
    parts = np.array_split(np.argsort(medians, kind="stable"), bins)
    x, y = (np.array([np.median(one[part]) for part in parts]) for one in (medians, truth))
    return _within(x, y, ends)


def _within(x: Array, y: Array, ends: tuple[float, float]) -> Rising:
    """Return what goes through points, and takes finite ends of a support to themselves."""
    low, high = ends
    margin = 1e-3 * (high - low) if np.isfinite(high - low) else 0.0
    if margin:
        inside = (x > low + margin) & (x < high - margin)
        x, y = x[inside], np.clip(y[inside], low + margin, high - margin)
        x, y = (np.concatenate([[low], one, [high]]) for one in (x, y))
    return Rising.through(x, y)


def _score_width(scores: Array) -> Rising:
    return Rising.line(1 / max(float(np.quantile(np.abs(scores), ONE_SIGMA)), 1e-2))


def _score_line(scores: Array) -> Rising:
    middle = float(np.median(scores))
    slope = 1 / max(float(np.quantile(np.abs(scores - middle), ONE_SIGMA)), 1e-2)
    return Rising.line(slope, -slope * middle)


def _score_spline(scores: Array) -> Rising:
    beyond = np.minimum(LEVELS, 1 - LEVELS) * len(scores)
    levels = LEVELS[beyond >= FEWEST_BEYOND]
    if len(levels) < 3:
        return _score_line(scores)
    return Rising.through(np.quantile(scores, levels), scipy.special.ndtri(levels))
