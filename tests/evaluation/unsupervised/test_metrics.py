"""Clusters, reconstruction errors, anomalies, peers: numbers with known answers."""

import json

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from astro_dl.evaluation.unsupervised.classical import UNSUPERVISED_PEERS, fit_unsupervised_peers
from astro_dl.evaluation.unsupervised.metrics import (
    Unsupervised,
    unsupervised_headline,
    unsupervised_metrics,
)
from astro_dl.metrics.clusters import (
    adjusted_rand_index,
    cluster_metrics,
    contingency,
    find_clusters,
    normalised_mutual_information,
)


@pytest.fixture(scope="module")
def blobs():
    """Return 600 points in three blobs of a plane in ten dimensions, and their number."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=600)
    plane = np.array([(0, 0), (6, 0), (0, 6)])[y] + rng.normal(size=(600, 2))
    basis = np.linalg.qr(rng.normal(size=(10, 2)))[0]
    return plane @ basis.T + 0.05 * rng.normal(size=(600, 10)), y


@pytest.mark.parametrize("seed", range(5))
def test_agreement_with_classes_is_that_of_an_independent_code(seed):
    rng = np.random.default_rng(seed)
    y, clusters = rng.integers(4, size=200), rng.integers(3, size=200)
    clusters = np.where(rng.random(200) < 0.2 * seed, y, clusters)
    counts = contingency(clusters, y)
    assert adjusted_rand_index(counts) == pytest.approx(adjusted_rand_score(y, clusters), abs=1e-12)
    assert normalised_mutual_information(counts) == pytest.approx(
        normalized_mutual_info_score(y, clusters), abs=1e-12
    )


def test_several_tables_are_measured_at_once():
    tables = np.random.default_rng(0).integers(1, 30, size=(7, 3, 4))
    assert adjusted_rand_index(tables)[4] == adjusted_rand_index(tables[4])
    assert normalised_mutual_information(tables)[4] == normalised_mutual_information(tables[4])


def test_separate_blobs_are_found_and_compact(blobs):
    codes, y = blobs
    metrics = cluster_metrics(codes, find_clusters(codes, 3), y, bootstrap=100)
    assert metrics["ari"]["value"] > 0.97
    assert metrics["ari"]["low"] <= metrics["ari"]["value"] <= metrics["ari"]["high"]
    assert metrics["nmi"]["value"] > 0.95
    assert metrics["silhouette"]["value"] > 0.6
    assert np.sum(metrics["contingency"]) == 600


def test_clusters_that_know_nothing_agree_by_chance_alone():
    rng = np.random.default_rng(0)
    y, clusters = rng.integers(3, size=(2, 3000))
    metrics = cluster_metrics(rng.normal(size=(3000, 2)), clusters, y, bootstrap=100)
    assert metrics["ari"]["low"] < 0.001
    assert abs(metrics["ari"]["value"]) < 0.005
    assert metrics["silhouette"]["value"] < 0


def test_one_cluster_has_no_silhouette():
    metrics = cluster_metrics(np.zeros((9, 2)), np.zeros(9, int), np.arange(9) % 2, bootstrap=5)
    assert metrics["silhouette"]["value"] is None
    assert metrics["silhouette"]["why"]
    assert metrics["ari"]["value"] == 0


@pytest.fixture(scope="module")
def answers(blobs):
    rows = blobs[0].copy()
    odd = rows[:20] + 3 * np.random.default_rng(1).normal(size=(20, 10))
    fitted = fit_unsupervised_peers(rows, components=2, clusters=3, seed=0)
    return {name: answer(np.concatenate([rows, odd])) for name, answer in fitted.items()}


def test_every_peer_finds_points_off_the_plane_odd(answers):
    assert tuple(answers) == UNSUPERVISED_PEERS
    for name, answer in answers.items():
        ordinary, odd = answer.score[:600], answer.score[600:]
        assert np.median(odd) > np.quantile(ordinary, 0.99), name


def test_principal_components_rebuild_what_lies_in_their_plane(answers):
    assert answers["pca"].codes.shape == (620, 2)
    assert answers["pca"].score[:600].mean() == pytest.approx(0.05**2 * 0.8, rel=0.1)
    np.testing.assert_allclose(answers["pca"].errors.mean(axis=1), answers["pca"].score)
    assert answers["isolation forest"].errors is None


def test_missing_values_stand_for_the_mean_and_are_not_scored(blobs):
    rows = blobs[0].copy()
    rows[::7, 3] = np.nan
    rows[:, 4] = np.nan
    for name, answer in fit_unsupervised_peers(rows, 2, 3, 0).items():
        found = answer(rows)
        assert np.isfinite(found.score).all(), name
        if found.errors is not None:
            assert (found.errors[::7, 3] == 0).all()
            assert (found.errors[:, 4] == 0).all()
            assert found.errors[1, 3] > 0


def test_metrics_of_a_method_have_their_intervals():
    rng = np.random.default_rng(0)
    errors = rng.exponential((1.0, 3.0), size=(2000, 2))
    anomalous = rng.random(2000) < 0.05
    found = Unsupervised({"a": errors}, anomalous=anomalous)
    score = errors.mean(axis=1) + 10 * anomalous
    metrics = unsupervised_metrics("a", score, np.zeros(2000), ("x", "y"), found, (0.1,))
    assert json.loads(json.dumps(metrics)) == metrics
    assert metrics["quantities"]["y"]["low"] < 3 < metrics["quantities"]["y"]["high"]
    assert metrics["error"]["value"] == pytest.approx(errors.mean())
    lines = unsupervised_headline(metrics)
    assert lines["anomaly_auc"]["value"] > 0.95
    assert lines["tpr_0.1"]["value"] > 0.95
    assert "ari" not in lines


def test_without_truth_nothing_is_said_of_anomalies_and_classes():
    found = Unsupervised(anomalous=np.zeros(50, bool))
    metrics = unsupervised_metrics("a", np.arange(50.0), np.zeros(50), (), found)
    assert not {"anomaly", "clusters", "error"} & metrics.keys()
