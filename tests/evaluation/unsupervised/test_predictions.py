"""From a config to an autoencoder, its scores beside its peers', its figures and predictions."""

import json

import numpy as np
import pytest

import astro_dl
from astro_dl.bundles.bundle import load_bundle
from astro_dl.cli import main
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.evaluation.figures.unsupervised import draw_latent_space, draw_unsupervised
from astro_dl.models.autoencoders.reconstruction import anomaly_score

SMALL = {
    "data": {"n_train": 1024, "n_validation": 512, "n_test": 400, "workers": 1},
    "training": {"epochs": 3, "learning_rate": 5e-3, "batch_size": 64},
    "evaluation": {"bootstrap": 20, "plots": False},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a small variational autoencoder of Gaia's sources, trained with a cache of its own."""
    folder = tmp_path_factory.mktemp("gaia")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRO_DL_CACHE", str(folder / "cache"))
        config = {"task": "gaia_photometry", "model": "gaia_vae", **SMALL}
        bundle = astro_dl.train(config, out=folder / "run", progress=False)
        report = evaluate(bundle, save=True, progress=False)
    return bundle, report


def test_the_card_says_what_is_rebuilt_and_how_odd_the_oddest_are(run):
    card = load_bundle(run[0].folder).card
    assert card.head.kind == "reconstruction"
    assert card.head.names[0] == "bp_rp"
    assert card.calibration == {"kind": "none"}
    thresholds = card.thresholds
    assert thresholds["0.1"] > 0
    assert "reconstruction_error" in card.metrics["simulated"]
    assert set(card.baselines) == {"pca", "kmeans", "isolation forest"}


def test_it_learns_and_is_scored_beside_its_peers(run):
    bundle, report = run
    history = np.genfromtxt(bundle.folder / "history.csv", delimiter=",", names=True)
    assert history["val_loss"][-1] < 0.7 * history["val_loss"][0]
    methods = report.metrics["methods"]
    assert methods["network"]["error"]["value"] < methods["kmeans"]["error"]["value"]
    assert methods["network"]["anomaly"]["auc"]["value"] > 0.7
    assert {"silhouette", "ari", "nmi"} < methods["network"]["clusters"].keys()
    assert "clusters" not in methods["isolation forest"]
    text = report.to_text()
    assert "adjusted Rand index" in text
    assert "mean squared error of …" in text
    assert "absolute_magnitude" in text


def test_its_figures_are_drawn(run):
    figures = draw_unsupervised(run[1])
    assert list(figures) == ["latent", "anomaly_scores", "anomaly_roc"]
    titles = [axes.get_title() for axes in figures["latent"].axes]
    assert titles[0] == "network: true classes"
    assert titles[-1] == "kmeans: clusters"
    assert all(len(axes.collections) == 5 for axes in figures["latent"].axes)


def test_a_catalogue_gets_anomaly_scores_and_errors_by_column(run, tmp_path, capsys):
    examples = astro_dl.simulate("gaia_photometry", 200, seed=9, missing_values=False)
    table = examples.info[[*astro_dl.science.gaia.task.GAIA_COLUMNS]]
    table["source_id"] = np.arange(200) + 2**60
    table.write(tmp_path / "stars.fits")
    words = ["predict", str(run[0].folder), str(tmp_path / "stars.fits")]
    assert main([*words, "--id-column", "source_id", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows[3]["id"] == 2**60 + 3
    predictor = astro_dl.load_pretrained(run[0].folder)
    logits = predictor.score(examples.x)
    found = [row["anomaly_score"] for row in rows]
    np.testing.assert_allclose(found, anomaly_score(logits), rtol=1e-4)
    assert rows[0]["error_bp_rp"] == pytest.approx(logits[0, 0], rel=1e-3)
    assert predictor.embed(examples.x).shape == (200, 2)


def test_arrays_get_the_same_scores(run):
    examples = astro_dl.simulate("gaia_photometry", 300, seed=9)
    predictor = astro_dl.load_pretrained(run[0].folder)
    table = predictor.predict(examples.x)
    np.testing.assert_allclose(table["anomaly_score"], anomaly_score(predictor.score(examples.x)))
    codes = predictor.embed(iter([examples.x[:100], examples.x[100:]]))
    np.testing.assert_allclose(codes, predictor.embed(examples.x), atol=1e-5)


def test_a_series_task_with_values_for_truth_is_rebuilt_too(toy_regression, tmp_path):
    config = {"task": "toy_regression", "model": "autoencoder", **SMALL}
    overrides = {
        "training.epochs": 1,
        "data.n_train": 128,
        "data.n_validation": 64,
        "data.n_test": 64,
        "hyperparameters": {"filters": (4,), "units": (8,)},
    }
    bundle = astro_dl.train(config, out=tmp_path / "run", progress=False, **overrides)
    report = evaluate(bundle, progress=False)
    network = report.metrics["methods"]["network"]
    assert "clusters" not in network
    assert "anomaly" not in network
    assert list(network["quantities"]) == ["channel_1"]
    pca = report.metrics["methods"]["pca"]
    assert pca["quantities"]["channel_1"]["value"] == pytest.approx(pca["error"]["value"])
    assert draw_latent_space(report.outcome).axes[0].get_title() == "network"


def test_class_weights_make_no_sense_for_it(toy_multiclass, tmp_path):
    config = {"task": "toy_multiclass", "model": "vae", **SMALL}
    with pytest.raises(astro_dl.UsageError, match="a reconstruction has no classes"):
        astro_dl.train(
            config, out=tmp_path, progress=False, **{"training.class_weight": "balanced"}
        )
