"""A kind of answer that the package has never heard of goes all the way."""

import numpy as np
import pytest

import astro_dl
from astro_dl.bundles.bundle import load_bundle
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import register_answer_kind, register_model, register_task
from astro_dl.data.parallel import mapping_by
from astro_dl.testing import check_model, check_task
from tests.answers.counts import TASK, Counts, deviance


@pytest.fixture(scope="module", autouse=True)
def _registered():
    register_answer_kind("toy_counts", Counts)
    register_task("toy_photons", TASK)
    about = {"task": "toy_photons", "rank": (1,), "kind": "toy_counts"}
    register_model("toy_photon_counter", "astro_dl.models.mlp:mlp", **about)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("counts") / "bundle"
    config = {
        "task": "toy_photons",
        "model": "toy_photon_counter",
        "hyperparameters": {"units": [16], "activation": "tanh"},
        "data": {"n_train": 4000, "n_validation": 1000, "n_test": 1000, "workers": 1},
        "training": {"epochs": 12, "learning_rate": 0.01, "monitor": "val_deviance"},
    }
    return astro_dl.train(config, out=folder, progress=False)


def test_it_is_trained_to_the_poisson_limit(bundle):
    report = astro_dl.evaluate(bundle, progress=False, save=True)
    info, y = report.outcome.info, report.outcome.y
    best = deviance(np.asarray(info["expected"]), y).mean(axis=0)
    found = report.metrics["methods"]["network"]["deviance"]
    for k, name in enumerate(("blue", "red")):
        assert found[name]["value"] == pytest.approx(best[k], rel=0.06)
        assert found[name]["low"] < found[name]["value"] < found[name]["high"]
    assert "deviance of blue" in str(report)


def test_its_bundle_says_all_of_it(bundle):
    astro_dl.evaluate(bundle, progress=False, save=True)
    card = load_bundle(bundle.folder).card
    assert card.to_plain()["head"] == {
        "kind": "toy_counts",
        "names": ["blue", "red"],
        "units": [],
    }
    assert card.calibration["kind"] == "toy_rate"
    assert card.calibration["factor"] == pytest.approx(1, abs=0.05)
    assert card.thresholds["median"] == pytest.approx(5, abs=1)
    assert card.metrics["simulated"]["deviance of red"]["value"] > 0
    assert (bundle.folder / "plots" / "counts.png").stat().st_size > 5000
    assert (bundle.folder / "plots" / "wrong.png").is_file()


def test_its_predictions_have_columns_of_their_own(bundle):
    x, _, info = astro_dl.simulate("toy_photons", 500, seed=3)
    table = astro_dl.load_pretrained(bundle.folder).predict(x, keep_flagged=True)
    assert table.colnames == [
        "id",
        *("expected_blue", "p_no_blue", "expected_red", "p_no_red"),
        "flags",
    ]
    np.testing.assert_allclose(table["p_no_red"], np.exp(-table["expected_red"]), rtol=1e-5)
    ratio = table["expected_blue"] / np.asarray(info["expected"])[:, 0]
    assert np.median(ratio) == pytest.approx(1, abs=0.05)


def test_figures_are_drawn_again(bundle, tmp_path):
    from astro_dl.evaluation.evaluate import redraw

    names = {path.stem for path in redraw(bundle, tmp_path, progress=False)}
    assert {"counts", "wrong", "history"} <= names


def test_its_own_monitor_chooses_the_best_weights(bundle):
    card = load_bundle(bundle.folder).card
    assert "val_deviance" in card.data.validation
    wrong = {"training.monitor": "val_devianc"}
    with pytest.raises(UsageError, match="did you mean 'val_deviance'"):
        astro_dl.train(bundle.config, out=bundle.folder.parent / "b", **wrong)


def test_it_keeps_the_promises_of_the_zoo():
    with mapping_by(map):
        check_task("toy_photons")
    check_model("toy_photon_counter", hyperparameters={"units": (16,)}, learning_rate=0.02)
