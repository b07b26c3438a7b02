"""Models that are fitted at once: trained, kept, scored and used like networks."""

import json
import shutil

import h5py
import numpy as np
import pytest

import astro_dl
from astro_dl.bundles.bundle import load_bundle
from astro_dl.bundles.files import OURS
from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.evaluate import save_report
from astro_dl.inference.load import load_pretrained
from astro_dl.training import guarantee, train

SMALL = {"data.n_train": 300, "data.n_validation": 200, "data.n_test": 200}
CONFIG = {"task": "pulsar_candidate", "model": "random_forest"}
FEW = {"hyperparameters.n_estimators": 15, "physics.pulsar_fraction": 0.5}


@pytest.fixture(scope="module")
def forest(tmp_path_factory):
    return train(CONFIG, tmp_path_factory.mktemp("run") / "forest", progress=False, **SMALL, **FEW)


def test_a_bundle_holds_arrays_and_what_was_found(forest):
    assert {path.name for path in forest.folder.iterdir()} <= OURS
    with h5py.File(forest.folder / "weights.h5") as store:
        kinds = {store[f"trees/{name}"].dtype.kind for name in store["trees"]}
    assert kinds <= {"f", "i"}
    found = forest.config.hyperparameters
    assert found["n_estimators"] == 15
    assert found["min_samples_leaf"] in (1, 3, 10)
    assert found["nodes"] > 10
    assert forest.card.calibration["kind"] == "platt"


def test_its_guarantee_is_made_like_that_of_a_network(tmp_path):
    few = {**SMALL, **FEW, "data.n_train": 100, "hyperparameters.n_estimators": 3}
    bundle = train(CONFIG, tmp_path / "forest", progress=False, **few, **{"data.n_guarantee": 50})
    assert bundle.card.guarantees is not None


def test_a_guarantee_that_an_interrupt_prevented_is_made_by_resuming(tmp_path, monkeypatch):
    def interrupt(*about):
        raise KeyboardInterrupt

    few = {**SMALL, **FEW, "data.n_train": 100, "hyperparameters.n_estimators": 3}
    few["data.n_guarantee"] = 50
    with monkeypatch.context() as patched:
        patched.setattr(guarantee, "make_guarantees", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train(CONFIG, tmp_path / "forest", progress=False, **few)
    bundle = train(CONFIG, tmp_path / "forest", resume=True, progress=False, **few)
    assert bundle.card.guarantees.n == 50


def test_it_predicts_what_it_learnt(forest):
    predictor = load_pretrained(forest.folder)
    x, y, _ = astro_dl.simulate("pulsar_candidate", 300, seed=9, pulsar_fraction=0.5)
    table = predictor.predict(x)
    assert np.mean((table["label"] == "pulsar") == (y == 1)) > 0.85


@pytest.mark.usefixtures("quick_peers")
def test_it_is_scored_by_its_own_name_beside_the_others(forest, tmp_path):
    report = astro_dl.evaluate(forest, progress=False)
    first, *others = report.metrics["methods"]
    assert first == "random forest"
    assert {"adaboost", "logistic regression"} <= set(others)
    assert report.metrics["methods"]["random forest"]["auc"]["value"] > 0.9
    assert "network" not in report.to_text()
    figures = report.outcome.head.figures(report)
    drawn = [
        text.get_text()
        for figure in figures.values()
        for axes in figure.axes
        for text in ([] if axes.get_legend() is None else axes.get_legend().get_texts())
    ]
    assert any("random forest at probability 0.5" in text for text in drawn)
    assert not any("network" in text for text in drawn)
    copy = load_bundle(shutil.copytree(forest.folder, tmp_path / "copy"))
    assert "random forest" in (save_report(report, copy).folder / "README.md").read_text()


def test_a_finished_fit_is_returned_as_it_is(forest):
    again = train(CONFIG, forest.folder, resume=True, progress=False, **SMALL, **FEW)
    assert again.sha256 == forest.sha256
    with pytest.raises(UsageError, match="trained to the end with other settings"):
        train(CONFIG, forest.folder, resume=True, progress=False, seed=1, **SMALL, **FEW)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data.mode": "stream"}, "data.mode: random_forest is fitted at once; accepted: 'store'"),
        ({"initial_weights": "somewhere"}, "random_forest is fitted at once, from nothing"),
        ({"hyperparameters.levels": 99}, "levels: 99 is not accepted"),
        ({"physics.pulsar_fraction": 0.0}, "are of the class 'noise'"),
    ],
)
def test_what_cannot_be_fitted_is_refused(tmp_path, changes, message):
    with pytest.raises(UsageError, match=message):
        train(CONFIG, tmp_path / "run", progress=False, **{**SMALL, **FEW, **changes})
    assert not (tmp_path / "run" / "card.json").exists()


def test_the_command_line_takes_a_model_and_a_task(tmp_path, capsys):
    words = ["train", "logistic_regression", "--task", "pulsar_candidate", "--quiet", "--json"]
    settings = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
    assert main([*words, *settings, "--out", str(tmp_path / "run")]) == 0
    card = json.loads(capsys.readouterr().out)["card"]
    assert (card["model"], card["task"]) == ("logistic_regression", "pulsar_candidate")
    assert main(["train", "knn", "--task", "pulsar", "--out", str(tmp_path / "b")]) == 2
    assert "unknown task 'pulsar'" in capsys.readouterr().err


def test_values_are_given_where_a_task_asks_for_distributions(tmp_path):
    few = {"hyperparameters.n_estimators": 5, "hyperparameters.max_features": 0.5}
    few |= {"hyperparameters.min_samples_leaf": 3}
    config = {"task": "photo_z", "model": "random_forest"}
    made = train(config, tmp_path / "run", progress=False, **SMALL, **few)
    assert made.card.head.distribution == "point"
    x, y, _ = astro_dl.simulate("photo_z", 50, seed=3)
    table = load_pretrained(made.folder).predict(x, keep_flagged=True)
    assert table.colnames == ["id", "redshift", "flags"]
    assert np.median(np.abs(table["redshift"] - y[:, 0])) < 0.2
