"""Pixels of sources are scored alike for networks and for the classical method."""

from types import SimpleNamespace

import numpy as np
import pytest

from astro_dl.core.config import EvaluationConfig
from astro_dl.science.source_segmentation.baselines import sep_scores
from astro_dl.science.source_segmentation.inputs import network_input
from astro_dl.science.source_segmentation.metrics import source_metrics, source_scores
from astro_dl.science.source_segmentation.physics import SourceSegmentationPhysics

SETTINGS = EvaluationConfig(bootstrap=50)


def discs(n=6, size=32):
    y, x = np.mgrid[:size, :size]
    return np.stack([np.hypot(y - 12 - k, x - 14) < 5 for k in range(n)])


def test_a_perfect_answer_overlaps_wholly_and_noise_does_not():
    truth, rng = discs(), np.random.default_rng(0)
    logs = np.log(np.full((*truth.shape, 4), 0.1))
    logs[..., 0] = np.log(np.where(truth, 0.1, 0.9))
    scores = {"network": logs, "noise": rng.normal(size=truth.shape)}
    found = source_metrics(SimpleNamespace(y=2 * truth, scores=scores), SETTINGS)
    assert found["network"]["source_iou"]["value"] == pytest.approx(1)
    assert found["network"]["source_average_precision"]["value"] == pytest.approx(1)
    share = truth.mean()
    assert found["noise"]["source_iou"]["value"] == pytest.approx(share, abs=0.03)
    assert found["noise"]["source_precision_at_recall_0.8"]["value"] == pytest.approx(
        share, abs=0.05
    )
    assert found["noise"]["source_iou"]["low"] <= found["noise"]["source_iou"]["value"]


def test_scores_are_the_odds_of_any_source():
    shares = np.array([0.5, 0.25, 0.15, 0.1])
    assert source_scores(np.log(shares)) == pytest.approx(0.0)
    assert source_scores(np.log(shares[[1, 0, 2, 3]])) == pytest.approx(np.log(3))


def test_sep_ranks_pixels_by_how_far_they_stand_above_the_sky():
    pytest.importorskip("sep", reason="a classical method: pip install 'astro_dl[segmentation]'")
    y, x = np.mgrid[:48, :48]
    light = 30 * np.exp(-((y - 20.0) ** 2 + (x - 25.0) ** 2) / 18)
    light = light[None] + np.random.default_rng(0).normal(size=(1, 48, 48))
    (found,) = sep_scores(SourceSegmentationPhysics(), network_input(light, 4.0)).values()
    assert found[0, 20, 25] == pytest.approx(np.log(20), abs=0.01)
    assert np.log(0.5) <= found[0, 20, 32] < found[0, 20, 28] < found[0, 20, 25]
    assert found[0, 40:, :10].max() < np.log(2)
