"""The command line: results, exit codes, and errors of one line."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from astropy.table import QTable

from astro_dl.cli import main
from astro_dl.core import registry
from astro_dl.core.registry import register_task
from astro_dl.core.shipped import list_bundles
from astro_dl.core.task import Files
from astro_dl.data.store import open_store
from tests import toy

CONFIG = """
task: toy_files
model: cnn1d
hyperparameters: {filters: [4], kernel_sizes: [8], pool_sizes: [4], units: [4]}
data: {n_train: 256, n_validation: 128, n_test: 256, workers: 1}
training: {epochs: 2, batch_size: 64}
evaluation: {bootstrap: 5, false_alarm_probabilities: [0.1]}
"""


def read_series(predictor, paths, *, threshold: float = -99.0, order: Literal["up", "down"] = "up"):
    """Score series stored as NumPy files."""
    logits = predictor.score(np.concatenate([np.load(path) for path in paths]))
    kept = np.sort(logits[logits > threshold])
    return QTable({"logit": kept if order == "up" else kept[::-1]})


def draw_series(predictor, paths, table, folder):
    """Write one file."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "series.png").write_bytes(b"")
    return [folder / "series.png"]


@pytest.fixture(scope="module", autouse=True)
def _toy_files():
    files = Files(predict=read_series, draw=draw_series)
    task = replace(toy.BINARY, name="toy_files", files=files)
    register_task("toy_files", task)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the folder of a run made by the command line."""
    folder = tmp_path_factory.mktemp("cli")
    config = folder / "tiny.yaml"
    config.write_text(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRO_DL_CACHE", str(folder / "cache"))
        code = main(["train", str(config), "--out", str(folder / "run"), "--quiet", "--seed", "3"])
    assert code == 0
    return folder / "run"


@pytest.fixture
def series(tmp_path):
    """Return a file of ten series."""
    np.save(tmp_path / "series.npy", np.random.default_rng(0).standard_normal((10, 64, 1)))
    return str(tmp_path / "series.npy")


def lines(capsys):
    """Return the lines of standard output and of standard error."""
    captured = capsys.readouterr()
    return captured.out.splitlines(), captured.err.splitlines()


def test_list_names_models_and_tasks(capsys):
    assert main(["list", "gw_*"]) == 0
    out, err = lines(capsys)
    assert any("gw_cnn" in line for line in out)
    assert any("gw_bbh" in line for line in out)
    assert not any("mlp" in line for line in out)
    assert err == []


def test_list_prints_json(capsys):
    assert main(["list", "--task", "gw_bbh", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    bundles = list(list_bundles(task="gw_bbh"))
    assert found == {"models": registry.list_models(task="gw_bbh"), "tasks": [], "bundles": bundles}


def test_list_says_when_nothing_matches(capsys):
    assert main(["list", "no_such_*"]) == 0
    assert lines(capsys)[0] == ["nothing matches 'no_such_*'"]


@pytest.mark.parametrize("name", ["mlp", "toy_files"])
def test_info_prints_text_and_json(name, capsys):
    assert main(["info", name]) == 0
    assert lines(capsys)[0][0] == name
    assert main(["info", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == name


def test_info_on_a_task_names_the_options_of_predict(capsys):
    assert main(["info", "toy_files", "--json"]) == 0
    options = json.loads(capsys.readouterr().out)["predict options"]
    assert options == {"threshold": -99.0, "order": "up"}


def test_simulate_writes_a_store_that_the_seed_decides(tmp_path, capsys):
    words = ["simulate", "toy_files", "--n", "20", "--set", "snr=[5,5]", "--quiet", "--json"]
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert main([*words, "--out", str(tmp_path / f"{name}.h5"), "--seed", seed]) == 0
        assert json.loads(capsys.readouterr().out)["seed"] == int(seed)
    a, b, c = (open_store(tmp_path / f"{name}.h5").inputs(slice(0, 20)) for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_train_writes_a_bundle_with_the_overrides(run):
    card = json.loads((run / "card.json").read_text())
    assert card["seed"] == 3
    assert "epochs: 2" in (run / "config.yaml").read_text()


def test_train_does_not_overwrite_a_bundle(run, capsys):
    config = run.parent / "tiny.yaml"
    assert main(["train", str(config), "--out", str(run)]) == 2
    assert "holds a bundle already" in lines(capsys)[1][0]


def test_evaluate_prints_the_report_and_keeps_it(run, capsys):
    assert main(["evaluate", str(run), "--quiet"]) == 0
    assert "matched filter" in capsys.readouterr().out
    assert (run / "metrics.json").is_file()
    assert list((run / "plots").glob("*.png"))


def test_evaluate_with_other_settings_leaves_the_bundle_alone(run, capsys):
    before = (run / "card.json").read_bytes()
    words = ["evaluate", str(run), "--n", "64", "--set", "evaluation.bootstrap=3", "--quiet"]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert (run / "card.json").read_bytes() == before


def test_plot_draws_figures_into_a_folder(run, tmp_path, capsys):
    assert main(["plot", str(run), "--out", str(tmp_path), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert figures
    assert all(Path(figure).is_file() for figure in figures)


def test_predict_writes_table_and_figures(run, series, tmp_path, capsys):
    table, figures = tmp_path / "table.ecsv", tmp_path / "figures"
    words = ["predict", str(run), series, "--out", str(table), "--figures", str(figures)]
    assert main(words) == 0
    out, _ = lines(capsys)
    assert out[-2:] == [str(table), str(figures / "series.png")]
    assert len(QTable.read(table)) == 10


def test_predict_takes_the_options_of_the_task(run, series, capsys):
    assert main(["predict", str(run), series, "--order", "down", "--json"]) == 0
    down = [row["logit"] for row in json.loads(capsys.readouterr().out)["rows"]]
    assert down == sorted(down, reverse=True)
    assert main(["predict", str(run), "--threshold", "1e9", series, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == []


def test_predict_tells_the_uncertainty_in_the_way_that_is_asked_for(run, series, capsys):
    def logits(*options):
        assert main(["predict", str(run), series, "--json", *options]) == 0
        return [row["logit"] for row in json.loads(capsys.readouterr().out)["rows"]]

    assert logits("--member", str(run)) == pytest.approx(logits(), abs=1e-6)
    dropping = logits("--uncertainty", "mc_dropout", "--passes", "3")
    assert dropping != pytest.approx(logits(), abs=1e-3)
    assert main(["predict", str(run), series, "--uncertainty", "ensemble"]) == 2
    assert "needs several bundles" in capsys.readouterr().err


def test_evaluate_compares_ways_of_telling_the_uncertainty(run, capsys):
    words = ["evaluate", str(run), "--quiet", "--json", "--n", "200", "--uncertainty", "mc_dropout"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)["uncertainty"]
    assert set(found) == {"head", "mc_dropout"}
    assert found["mc_dropout"]["log_loss"]["value"] > 0


def test_predict_shows_the_options_of_the_task_in_its_help(run, capsys):
    with pytest.raises(SystemExit) as done:
        main(["predict", str(run), "--help"])
    assert done.value.code == 0
    assert "--threshold" in capsys.readouterr().out


def test_doctor_prints_text_and_json(capsys):
    assert main(["doctor"]) == 0
    assert "keras backend" in capsys.readouterr().out
    assert main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {"what", "found", "remedy"} == set(findings[0])


WRONG_USAGE = [
    ([], "required: VERB"),
    (["predict", "gw_cnn", "x", "--uncertainty", "droput"], "invalid choice: 'droput'"),
    (["trian"], "unknown verb 'trian'; did you mean 'train'?"),
    (["list", "--pretraind"], "unknown option '--pretraind'; did you mean '--pretrained'?"),
    (["list", "--task", "gw_bh"], "unknown task 'gw_bh'; did you mean 'gw_bbh'?"),
    (["info", "gw_cn"], "unknown model, task or bundle 'gw_cn'; did you mean 'gw_cnn'?"),
    (["simulate", "gw_bh", "--out", "x.h5"], "did you mean 'gw_bbh'?"),
    (["simulate", "toy_files", "--out", "x.h5", "--n", "0"], "accepted: an integer ≥ 1"),
    (["simulate", "toy_files", "--out", "x.h5", "--set", "snrr=3"], "did you mean 'snr'?"),
    (["simulate", "toy_files", "--out", "x.h5", "--set", "snr"], "not of the form key=value"),
    (["simulate", "toy_files"], "required: --out"),
    (["simulate", "toy_files", "--out", "x.npz"], "accepted: a name ending in .hdf5 or .h5"),
    (["compare", "gw_cnn", "gw_gru", "--out", "c.xyz"], "accepted: a name ending in .png"),
    (["inspect", "table.csv", "--out", "page.pdf"], "accepted: a name ending in .html or .htm"),
    (["explain", "gw_cnn", "x.hdf5", "--out", "m.csv"], "accepted: a name ending in .npz"),
    (["predict", "gw_cnn", "x.hdf5", "--out", "t.xyz"], "accepted: .ecsv, .csv"),
    (["train", "quik"], "unknown config 'quik'; did you mean 'quick'?"),
    (["train", "no/such.yaml"], "no such file"),
    (["train", "quick", "--set", "model=gw_cn"], "unknown model 'gw_cn'; did you mean 'gw_cnn'?"),
    (["train", "quick", "--set", "training.epoch=3"], "did you mean 'epochs'?"),
    (["train", "quick", "--set", "training.epochs=x"], "'x' is not accepted"),
    (["train", "quick", "--set", "training.epochs=[1"], "override 'training.epochs=[1'"),
    (["train", "quick", "--seed", "-1"], "seed: -1 is not accepted; accepted: an integer ≥ 0"),
    (["evaluate", "no_such_bundle"], "no_such_bundle"),
    (["plot", "no/such"], "no such folder"),
    (["predict", "no/such", "file.hdf5"], "no such folder"),
    (["predict", "gw_cnn"], "required: files"),
]


@pytest.mark.parametrize(("words", "message"), WRONG_USAGE)
def test_wrong_usage_is_one_line_and_exit_code_2(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    out, err = lines(capsys)
    assert out == []
    assert len(err) == 1
    assert err[0].startswith("astro-dl: error: ")
    assert message in err[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--tresh", "3"], "unknown option '--tresh'; did you mean '--threshold'?"),
        (["--threshold", "high"], "threshold: 'high' is not accepted; accepted: a number"),
        (["--order", "sideways"], "accepted: 'up', 'down'"),
        (["--out", "table.doc"], "ending '.doc' names no format"),
        (["absent.npy"], "no such file"),
    ],
)
def test_wrong_options_of_predict_are_one_line(run, series, more, message, capsys):
    assert main(["predict", str(run), series, *more]) == 2
    out, err = lines(capsys)
    assert out == []
    assert len(err) == 1
    assert message in err[0]


def test_a_fault_of_ours_is_one_line_and_exit_code_1(monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(registry, "list_models", fail)
    assert main(["list"]) == 1
    _, err = lines(capsys)
    assert len(err) == 1
    assert "RuntimeError: first second" in err[0]
    assert "--debug" in err[0]


def test_debug_shows_the_traceback(monkeypatch):
    def fail(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr(registry, "list_models", fail)
    with pytest.raises(RuntimeError, match="boom"):
        main(["list", "--debug"])


def test_an_interrupt_is_exit_code_130(monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(registry, "list_models", interrupt)
    assert main(["list"]) == 130
    assert lines(capsys)[1] == ["astro-dl: interrupted"]
