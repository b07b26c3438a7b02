"""How well lens parameters are told, by how clear the arcs are; beside the least error there is."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.core.config import EvaluationConfig
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.intervals import resampled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = np.ndarray
ARC_SNR_EDGES = (0.0, 60.0, 90.0, 150.0, 300.0, np.inf)
FEWEST = 20
NORMAL = 1.482602218505602
"""Standard deviation of a Gaussian over its median absolute deviation."""


def parameter_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return the scatter of each target by the signal-to-noise ratio of the arcs.

    Parameters
    ----------
    outcome : Outcome
        Of simulated lenses, whose ``info`` has ``arc_snr``.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method, ``nmad by arc_snr``: by target a list of estimates with ``from``, ``to`` and
        ``n``, 1.4826 times the median absolute error. Empty where no ratio is known.
    """
    if "arc_snr" not in outcome.info.colnames:
        return {}
    snr = np.asarray(outcome.info["arc_snr"], float)
    names = outcome.head.names
    found = {}
    for method, values in outcome.scores.items():
        errors = np.reshape(values, outcome.y.shape) - outcome.y
        found[method] = {
            "nmad by arc_snr": {
                name: _binned(errors[:, k], snr, settings) for k, name in enumerate(names)
            }
        }
    return found


def _binned(errors: Array, snr: Array, settings: EvaluationConfig) -> list[dict[str, Any]]:
    bins = []
    for low, high in pairwise(ARC_SNR_EDGES):
        some = np.abs(errors[(snr >= low) & (snr < high)])
        if len(some) < FEWEST:
            continue
        about = resampled(
            partial(_scatter, some),
            len(some),
            settings.bootstrap,
            settings.confidence,
        )
        end = high if np.isfinite(high) else None
        bins.append({**about, "from": low, "to": end, "n": len(some)})
    return bins


def _scatter(errors: Array, weights: Array) -> float:
    return NORMAL * weighted_median(errors, weights)


def weighted_median(values: Array, weights: Array) -> float:
    """Return the value below which half of the weight lies."""
    order = np.argsort(values)
    along = np.cumsum(np.asarray(weights, float)[order])
    return float(values[order][np.searchsorted(along, along[-1] / 2)])


def draw_errors(
    errors: Mapping[str, Array], snr: Array, bounds: Array, bound_snr: Array, names: tuple[str, ...]
) -> "Figure":
    """Return the scatter of each target against the ratio of the arcs, above the least there is.

    Parameters
    ----------
    errors : mapping of str to ndarray, (n, targets)
        By method: estimate − truth.
    snr : ndarray, (n,)
        Signal-to-noise ratios of the arcs.
    bounds, bound_snr : ndarray, (m, targets) and (m,)
        As `astro_dl.science.lenses.bound.least_errors` gives them, of the same physics.
    names : tuple of str
        The targets.
    """
    from astro_dl.evaluation.figures.style import BOUND_COLOUR, method_style, new_figure

    figure, axes = new_figure(1, len(names), 2.6 * len(names), 3.2)
    edges = np.array([60.0, 80.0, 110.0, 150.0, 220.0, 350.0, 1000.0])
    middles = np.sqrt(edges[1:] * edges[:-1])
    for k, (panel, name) in enumerate(zip(axes[0], names, strict=True)):
        parts = [bounds[(bound_snr >= a) & (bound_snr < b), k] for a, b in pairwise(edges)]
        used = [number for number, part in enumerate(parts) if len(part) > 4]
        least = [np.sqrt(np.mean(parts[number] ** 2)) for number in used]
        panel.plot(middles[used], least, color=BOUND_COLOUR, label="least (Fisher, prior)")
        for number, (method, wrong) in enumerate(errors.items()):
            some = [np.abs(wrong[(snr >= a) & (snr < b), k]) for a, b in pairwise(edges)]
            scatter = [NORMAL * np.median(one) if len(one) > 4 else np.nan for one in some]
            panel.plot(middles, scatter, label=method, markersize=4, **method_style(number))
        panel.set(title=name, xscale="log", yscale="log", xlabel="signal-to-noise ratio of arcs")
    axes[0, 0].set_ylabel("NMAD")
    axes[0, 0].legend(fontsize=7)
    return figure
