"""What classical methods are given of an active region, and metrics that size cannot flatter."""

from typing import Any

import numpy as np
from scipy import ndimage

from astro_dl.core.config import EvaluationConfig
from astro_dl.core.examples import Inputs
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.binary import area_under_curve
from astro_dl.metrics.intervals import estimate, resampled
from astro_dl.science.sun.disc import CM2_PER_SQUARE_DEGREE
from astro_dl.science.sun.inputs import intensity_and_field
from astro_dl.science.sun.measures import (
    SPOT_EDGE,
    UMBRA_EDGE,
    bipole_axis,
    count_patches,
    darker_area,
    inversion_line,
    total_flux,
)
from astro_dl.science.sun.physics import ActiveRegionPhysics

SPOT_FIELD_GAUSS = 500.0
PATCH_FIELD_GAUSS = 150.0
SIZE_COLUMNS = ("total_unsigned_flux", "area", "spots")
SIZE_BINS = 10


def region_features(physics: ActiveRegionPhysics, x: Inputs) -> np.ndarray:
    """Return measures of regions: what an observer's keywords hold.

    Of the continuum: logarithms of area of spots and of umbrae, number of dark patches. Of the
    magnetogram: logarithm of the unsigned flux, net over unsigned flux, number of patches above
    150 G of each polarity, length and R value of inversion lines (Schrijver 2007, ApJ 655, L117),
    separation of the polarities, smallest distance between strong fields of opposite polarity, and
    the share of strong flux of either polarity that stands on the other one's side.

    Parameters
    ----------
    physics : ActiveRegionPhysics
        Of the inputs.
    x : ndarray, (n, size, size, channels)
        Inputs.

    Returns
    -------
    ndarray, (n, k) float64
        k = 3 for the continuum and 9 for the magnetogram.
    """
    assert isinstance(x, np.ndarray)
    scale = physics.pixel_scale_deg
    intensity, field = intensity_and_field(physics.channels, x)
    columns: list[np.ndarray] = []
    if intensity is not None:
        columns += [
            np.log10(1 + darker_area(intensity, SPOT_EDGE, scale)),
            np.log10(1 + darker_area(intensity, UMBRA_EDGE, scale)),
            count_patches(intensity < SPOT_EDGE),
        ]
    if field is not None:
        flux = total_flux(field, scale)
        net = field.sum(axis=(1, 2)) * scale**2 * CM2_PER_SQUARE_DEGREE
        length, r_value = inversion_line(field, scale, PATCH_FIELD_GAUSS)
        separation, _ = bipole_axis(field, scale)
        columns += [
            np.log10(flux),
            net / flux,
            count_patches(field > PATCH_FIELD_GAUSS),
            count_patches(field < -PATCH_FIELD_GAUSS),
            length,
            r_value,
            np.nan_to_num(separation),
            _nearest_opposite(field, scale),
            _misplaced_share(field),
        ]
    return np.stack(columns, axis=1).astype(np.float64)


def complexity_metrics(outcome: Outcome, settings: EvaluationConfig) -> dict[str, Any]:
    """Return how well each method tells complex (βγ, βγδ) from simple (α, β) regions.

    Parameters
    ----------
    outcome : Outcome
        Classes, four, or 0 and 1; ``info`` with the columns of size.
    settings : EvaluationConfig
        Bootstrap replicas and confidence of the intervals.

    Returns
    -------
    dict
        By method: ``recall`` per Mount Wilson class where there are four; ``auroc`` simple against
        complex; ``auroc_size_matched``, which compares only regions of the same tenth of flux, area
        or number of spots, so that size gives nothing. ``size_alone``: the area under the curve of
        these sizes themselves.
    """
    many, y = np.ndim(outcome.scores[outcome.own]) == 2, np.asarray(outcome.y)
    complex_ = (y >= 2 if many else y == 1).astype(int)
    if not 0 < complex_.sum() < len(complex_):
        return {}
    sizes = {name: np.asarray(outcome.info[name], float) for name in SIZE_COLUMNS}
    found: dict[str, Any] = {
        "size_alone": {
            name: area_under_curve(size, complex_, settings.confidence)
            for name, size in sizes.items()
        }
    }
    for name, values in outcome.scores.items():
        ranking = _complexity(np.asarray(values, float))
        found[name] = {
            "auroc": area_under_curve(ranking, complex_, settings.confidence),
            "auroc_size_matched": {
                size: matched_area_under_curve(
                    ranking, complex_, values_of, settings.confidence, settings.bootstrap
                )
                for size, values_of in sizes.items()
            },
        }
    return found


def matched_area_under_curve(
    scores: np.ndarray,
    y: np.ndarray,
    size: np.ndarray,
    confidence: float = 0.95,
    bootstrap: int = 200,
    bins: int = SIZE_BINS,
) -> dict[str, Any]:
    """Return the area under the ROC curve among pairs of the same size.

    Parameters
    ----------
    scores : ndarray, (n,)
        Ranking statistic.
    y : ndarray, (n,)
        0 and 1.
    size : ndarray, (n,)
        What must not help.
    confidence, bootstrap
        Of the interval.
    bins : int, default 10
        Quantile bins of size; pairs within a bin count, all alike.

    Returns
    -------
    dict
        ``value``, ``low`` and ``high`` (bootstrap; of 0 or 1 as many trials as the rarer class has
        regions), and ``pairs`` that were compared.
    """
    edges = np.unique(np.quantile(size, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, size, side="right")
    groups = [_ranked(np.flatnonzero(place == one), scores) for one in np.unique(place)]
    _, pairs = _within(groups, y, np.ones(len(y)))
    fewer = int(min((y == 0).sum(), (y == 1).sum()))
    if pairs == 0:
        return estimate(np.nan, why="no two regions of either class are of one size", pairs=0)

    def share(weights: np.ndarray) -> float:
        return np.divide(*_within(groups, y, weights))

    return resampled(share, len(y), bootstrap, confidence, None, fewer, pairs=int(pairs))


Ranked = tuple[np.ndarray, np.ndarray]


def _ranked(rows: np.ndarray, scores: np.ndarray) -> Ranked:
    """Return rows by rising score, and where each run of equal scores begins."""
    order = rows[np.argsort(scores[rows], kind="stable")]
    return order, np.unique(scores[order], return_index=True)[1]


def _within(groups: list[Ranked], y: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Return the weight of pairs within groups that are ranked right, and of all pairs."""
    wins = pairs = 0.0
    for order, first in groups:
        simple = np.add.reduceat(weight[order] * (y[order] == 0), first)
        complex_ = np.add.reduceat(weight[order] * (y[order] == 1), first)
        wins += float(complex_ @ (np.cumsum(simple) - simple / 2))
        pairs += float(complex_.sum() * simple.sum())
    return wins, pairs


def _complexity(values: np.ndarray) -> np.ndarray:
    """Return the ranking statistic of complex against simple."""
    return values[:, 2:].sum(axis=1) if values.ndim == 2 else values


def _nearest_opposite(field: np.ndarray, scale: float) -> np.ndarray:
    """Return the smallest distance [deg] between strong fields of opposite polarity."""
    largest = field.shape[1] * scale
    nearest = np.full(len(field), largest)
    for row, one in enumerate(field):
        negative = one < -SPOT_FIELD_GAUSS
        positive = one > SPOT_FIELD_GAUSS
        if negative.any() and positive.any():
            distance = ndimage.distance_transform_edt(~negative)
            nearest[row] = distance[positive].min() * scale
    return nearest


def _misplaced_share(field: np.ndarray) -> np.ndarray:
    """Return the share of strong flux that is nearer to the other polarity's centre."""
    strong = np.where(np.abs(field) > PATCH_FIELD_GAUSS, field, 0.0)
    rows, columns = np.mgrid[: field.shape[1], : field.shape[2]].astype(np.float32)
    centres = []
    for sign in (1, -1):
        weight = np.maximum(sign * strong, 0)
        total = np.maximum(weight.sum(axis=(1, 2)), 1e-9)
        centres.append([(weight * axis).sum(axis=(1, 2)) / total for axis in (rows, columns)])
    (up, right), (down, left) = centres
    middle = [(up + down) / 2, (right + left) / 2]
    towards = (rows - middle[0][:, None, None]) * (up - down)[:, None, None]
    towards = towards + (columns - middle[1][:, None, None]) * (right - left)[:, None, None]
    wrong = np.abs(np.where(towards * strong < 0, strong, 0.0)).sum(axis=(1, 2))
    return wrong / np.maximum(np.abs(strong).sum(axis=(1, 2)), 1e-9)
