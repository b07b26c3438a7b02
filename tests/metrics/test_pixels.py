"""Scores of pixels agree with scikit-learn's, and intervals resample images."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, jaccard_score

from astro_dl.metrics.pixels import (
    UNKNOWN,
    count_scores,
    overlap_metrics,
    pixel_confusion,
    ranking_metrics,
)


@pytest.fixture(scope="module")
def pixels():
    rng = np.random.default_rng(0)
    y = (rng.random((40, 16, 16)) < 0.1).astype(np.uint8)
    y[rng.random(y.shape) < 0.05] = UNKNOWN
    return rng.standard_normal(y.shape) + 1.5 * (y == 1), y


def _ranking(scores, y, bootstrap=0):
    rng = np.random.default_rng(0)
    return ranking_metrics(count_scores(scores, y), 0.95, (0.01, 0.1), 0.95, bootstrap, rng)


def test_ranking_is_that_of_all_known_pixels(pixels):
    scores, y = pixels
    known = y != UNKNOWN
    found = _ranking(scores, y)
    expected = average_precision_score(y[known], scores[known])
    assert found["average_precision"]["value"] == pytest.approx(expected, abs=0.003)
    for one in found["recall_at"]:
        limit = np.quantile(scores[y == 0], 1 - one["false_positive_rate"])
        assert one["value"] == pytest.approx(np.mean(scores[y == 1] > limit), abs=0.01)
    limit = np.quantile(scores[y == 1], 0.05)
    expected = np.mean(y[known & (scores > limit)])
    assert found["precision_at_recall"]["value"] == pytest.approx(expected, abs=0.003)


def test_overlap_is_that_of_all_known_pixels(pixels):
    scores, y = pixels
    known, guess = y != UNKNOWN, scores > 1
    confusion = pixel_confusion(guess, y, 2)
    assert confusion.sum() == known.sum()
    rng = np.random.default_rng(0)
    found = overlap_metrics(confusion, ("sky", "source"), 0.95, 50, rng)
    expected = jaccard_score(y[known], guess[known])
    assert found["iou"]["source"]["value"] == pytest.approx(expected, abs=1e-9)
    accuracy = np.mean(guess[known] == y[known])
    assert found["pixel_accuracy"]["value"] == pytest.approx(accuracy)


def test_intervals_resample_images_and_not_pixels(pixels):
    scores, y = (np.repeat(one[:10], 1, axis=0) for one in pixels)
    # In one image of ten every pixel is told wrongly: whether it is drawn decides.
    spoiled = np.where(np.arange(10)[:, None, None] == 0, -scores, scores)
    wide, narrow = (_ranking(one, y, 200)["average_precision"] for one in (spoiled, scores))
    assert wide["high"] - wide["low"] > 1.15 * (narrow["high"] - narrow["low"])


def test_pixels_that_nobody_knows_change_nothing(pixels):
    scores, y = pixels
    other = np.where(y == UNKNOWN, 100.0, scores)
    assert _ranking(scores, y) == _ranking(other, y)
