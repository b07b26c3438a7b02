"""What a user can mend ends with 2 and one line, an interrupt with 130 and what is kept."""

import os
import subprocess
import sys

import pytest

from astro_dl.cli import main
from astro_dl.core import files
from tests.toy_training import cut_short, interrupt

CONFIG = """
task: toy_binary
model: cnn1d
hyperparameters: {filters: [4], kernel_sizes: 9, pool_sizes: 8, units: [4]}
data: {n_train: 64, n_validation: 64, workers: 1}
training: {epochs: 3, batch_size: 32}
evaluation: {false_alarm_probabilities: [0.1]}
"""


@pytest.fixture
def train(toy_task, tmp_path):
    """Return what trains a tiny config by the command line."""
    (tmp_path / "tiny.yaml").write_text(CONFIG)

    def command(*words):
        return main(["train", str(tmp_path / "tiny.yaml"), "--quiet", *map(str, words)])

    return command


def said(capsys):
    """Return the lines on standard error but warnings of libraries."""
    lines = capsys.readouterr().err.splitlines()
    return [line for line in lines if not line.startswith("astro-dl: warning")]


def refused(capsys, code, *told):
    lines = said(capsys)
    assert code == 2
    assert len(lines) == 1
    assert lines[0].startswith("astro-dl: error: ")
    assert all(one in lines[0] for one in told), lines[0]


def test_an_interrupted_training_tells_what_is_kept(train, tmp_path, monkeypatch, capsys):
    cut_short(monkeypatch, 1, interrupt)
    assert train("--out", tmp_path / "run") == 130
    run = tmp_path / "run"
    assert said(capsys) == [
        f"astro-dl: interrupted: {run} keeps all finished epochs and the bundle of the best of "
        "them; the same command with --resume goes on"
    ]
    assert (tmp_path / "run" / "card.json").is_file()
    monkeypatch.undo()
    assert train("--out", tmp_path / "run", "--resume") == 0


def test_an_interrupt_before_the_first_epoch_ends_keeps_nothing(
    train, tmp_path, monkeypatch, capsys
):
    cut_short(monkeypatch, 0, interrupt)
    assert train("--out", tmp_path / "run") == 130
    assert "no epoch was finished, nothing is kept" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_interrupted_stages_tell_that_they_can_go_on(train, tmp_path, monkeypatch, capsys):
    cut_short(monkeypatch, 1, interrupt)
    assert train("--out", tmp_path / "run", "--set", "stages=[{seed: 1}, {seed: 2}]") == 130
    (line,) = said(capsys)
    assert f"{tmp_path / 'run'} keeps all finished epochs; the same command with --resume" in line


def test_a_full_disk(train, tmp_path, monkeypatch, capsys):
    def full(path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(files, "to_disk", full)
    refused(capsys, train("--out", tmp_path / "run"), "cannot be written: no space left")
    assert not (tmp_path / "run").exists()
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


@pytest.mark.parametrize(
    "words",
    [
        ("train", "sgq_mlp", "--set", "training.epochs=1", "--out", "/proc/run"),
        ("simulate", "star_galaxy_quasar", "--n", "3", "--out", "/proc/examples.h5"),
        ("predict", "sgq_mlp", "catalogue.csv", "--out", "/proc/table.csv"),
    ],
)
def test_a_folder_that_nobody_may_write(words, capsys):
    refused(capsys, main([*words]), "/proc/", "cannot be written")


def test_a_folder_in_the_place_of_a_file(tmp_path, capsys):
    (tmp_path / "table.csv").mkdir()
    for verb in (["predict", "sgq_mlp", "none.csv"], ["fetch", "gaia", "--adql", "none.adql"]):
        code = main([*verb, "--out", str(tmp_path / "table.csv")])
        refused(capsys, code, "table.csv is a folder")


def test_a_file_in_the_place_of_a_folder(train, tmp_path, capsys):
    (tmp_path / "run").write_text("mine")
    refused(capsys, train("--out", tmp_path / "run"), "run is not a folder")
    refused(capsys, train("--out", tmp_path / "run" / "below"), "cannot be written")
    assert (tmp_path / "run").read_text() == "mine"


@pytest.mark.parametrize("seed", [2**40, -1])
def test_a_seed_that_no_backend_takes(train, tmp_path, capsys, seed):
    refused(capsys, train("--out", tmp_path / "run", "--seed", seed), "seed", str(seed))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["theano", "openvino"])
def test_a_backend_that_is_not_there_is_named(tmp_path, name):
    """In a process of its own, as Keras chooses its backend once."""
    command = [sys.executable, "-m", "astro_dl", "predict", "sgq_mlp", "none.csv"]
    done = subprocess.run(
        command, env={**os.environ, "KERAS_BACKEND": name}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert name in done.stderr
    assert "tensorflow, jax, torch" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
