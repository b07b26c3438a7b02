"""Cross-validation of networks and classical methods alike, on folds that share no group."""

import json
from dataclasses import replace

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.cli import main
from astro_dl.core.config import stage_configs
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.cross_validation import cross_validate, read_cross_validation, repeat_seeds
from astro_dl.inference.load import load_pretrained
from astro_dl.science.own_table.setup import own_table_config


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    rng = np.random.default_rng(0)
    colour = rng.normal(size=300)
    table = Table({"colour": colour, "noise": rng.normal(size=300), "field": np.arange(300) // 5})
    table["kind"] = np.where(colour + 0.5 * rng.normal(size=300) > 0, "star", "galaxy")
    table.write(folder / "sky.csv", format="ascii.csv")
    return folder


def config(folder, model, **settings):
    table = folder / "sky.csv"
    return own_table_config(model, table, "kind", "colour,noise", "field", **settings)


@pytest.mark.usefixtures("quick_peers")
def test_every_method_has_a_mean_and_a_spread(folder):
    settings = {"training.epochs": 3, "evaluation.bootstrap": 10}
    result = cross_validate(config(folder, "mlp", **settings), 3, folder / "mlp", progress=False)
    rows = {(row["method"], row["metric"]): row for row in result.table}
    assert {method for method, _ in rows} >= {"network", "random forest", "knn", "adaboost"}
    forest = [fold["random forest"]["auc"] for fold in result.folds]
    assert rows["random forest", "auc"]["mean"] == pytest.approx(np.mean(forest))
    assert rows["random forest", "auc"]["std"] == pytest.approx(np.std(forest, ddof=1))
    assert min(forest) > 0.7
    assert result.to_text().splitlines()[1].split()[:2] == ["metric", "network"]
    assert " ± " in result.to_text()
    assert read_cross_validation(folder / "mlp").to_json() == result.to_json()
    hashes = {load_pretrained(folder / "mlp" / f"fold_{k}").bundle.sha256 for k in (1, 2, 3)}
    again = cross_validate(config(folder, "mlp", **settings), 3, folder / "mlp", progress=False)
    assert again.to_json() == result.to_json()
    assert len(hashes) == 3


@pytest.mark.usefixtures("quick_peers")
def test_all_stages_of_a_config_are_trained_on_the_fold(folder):
    stages = [{"training": {"epochs": 2}}, {"seed": 1}]
    settings = {"training.epochs": 1, "evaluation.bootstrap": 0, "evaluation.baselines": False}
    staged = replace(config(folder, "mlp", **settings), stages=tuple(stages))
    result = cross_validate(staged, 2, folder / "staged", progress=False)
    assert len(result.folds) == 2
    second = load_pretrained(folder / "staged" / "fold_2").bundle
    assert [(one.data.fold, one.training.epochs) for one in stage_configs(second.config)] == [
        (1, 2),
        (1, 1),
    ]


@pytest.mark.usefixtures("quick_peers")
def test_the_command_line_cross_validates_models_of_any_kind(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    words = ["--table", "sky.csv", "--target", "kind", "--features", "colour", "--group", "field"]
    run = ["train", "knn", *words, "--cv", "2", "--quiet", "--json", "--out", "knn"]
    run += ["--set", "evaluation.bootstrap=10"]
    assert main(run) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["folds"] == 2
    summary = {(row["method"], row["metric"]): row["mean"] for row in found["summary"]}
    assert {method for method, _ in summary} >= {"knn", "random forest"}
    assert ("network", "auc") not in summary
    assert main(["evaluate", "knn/fold_1", "--cv", "2", "--quiet", "--out", "again"]) == 0
    assert "over 2 folds" in capsys.readouterr().out


@pytest.mark.usefixtures("quick_peers")
def test_seeds_share_a_split(folder):
    settings = {"training.epochs": 1, "evaluation.bootstrap": 10}
    result = repeat_seeds(config(folder, "mlp", **settings), 2, folder / "seeds", progress=False)
    assert "over 2 seeds" in result.to_text()
    first, second = (load_pretrained(folder / "seeds" / f"seed_{k}").bundle for k in (1, 2))
    assert first.card.split_hash == second.card.split_hash
    assert first.card.files["weights.h5"] != second.card.files["weights.h5"]


def test_what_has_no_folds_is_refused(folder):
    with pytest.raises(UsageError, match="'simulation' has no folds"):
        cross_validate({"task": "pulsar_candidate", "model": "pulsar_mlp"}, 3, folder / "none")
    with pytest.raises(UsageError, match="cv is 1"):
        cross_validate(config(folder, "mlp"), 1, folder / "none")
