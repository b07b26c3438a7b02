"""ONNX Runtime in the place of Keras: the same logits, no training framework, never a failure."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.core.shipped import shipped_bundles
from astro_dl.exporting.formats import onnx
from astro_dl.exporting.network import as_given, example_inputs
from astro_dl.inference import onnx_runtime
from astro_dl.inference.load import load_pretrained
from astro_dl.inference.onnx_runtime import keep_network, keep_quietly, network_file
from astro_dl.inference.runtime import KerasRuntime
from tests.science.gravitational_waves.gwosc_files import write_gwosc

pytest.importorskip("onnxruntime")
pytest.importorskip("tf2onnx")
SMALL = "sgq_mlp"
HEAVY = {"keras", "matplotlib", "onnxruntime", "sklearn", "tensorflow"}
PREDICT_AND_TELL = f"""
import sys
from astro_dl.cli import main
assert main(sys.argv[1:]) == 0
print("loaded:", *{HEAVY} & set(sys.modules))
"""


def check_agreement(name):
    """Compare logits and embeddings of a bundle by both runtimes."""
    ours, theirs = load_pretrained(name, "keras"), load_pretrained(name, "onnx")
    assert not isinstance(theirs.runtime, KerasRuntime)
    statistics = ours.bundle.card.input_statistics
    x = as_given(ours.model, example_inputs(ours.model, statistics, 40))
    for found, expected in ((theirs.score(x), ours.score(x)), (theirs.embed(x), ours.embed(x))):
        assert found.dtype == np.float32
        assert found.shape == expected.shape
        assert np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected))) < 1e-5
    keep_quietly(ours.bundle, ours.runtime)


@pytest.mark.parametrize("name", [SMALL, "gaia_autoencoder", "star_galaxy_resnet"])
def test_a_network_says_the_same_by_either_runtime(name):
    check_agreement(name)


BEYOND = {"deconvolution_unet": "weighs maps of hundreds of σ that nearly cancel"}
"""Networks that runtimes round differently by more than is allowed, and why."""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(shipped_bundles()) - set(BEYOND)))
def test_every_shipped_network_says_the_same_by_either_runtime(name):
    check_agreement(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", BEYOND)
def test_a_network_that_another_runtime_rounds_differently_is_left_to_keras(name):
    with pytest.raises(UsageError, match=f"{name}: ONNX Runtime gives other logits, by"):
        load_pretrained(name, "onnx")
    assert isinstance(load_pretrained(name).runtime, KerasRuntime)


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "sky.csv"
    path.write_text("u,g,r,i,z\n18.9,17.3,16.5,16.1,15.8\n18.0,16.9,16.3,16.0,15.9\n")
    return path


def test_the_command_line_keeps_a_network_and_then_needs_no_framework(catalogue, capsys):
    words = ["predict", SMALL, str(catalogue), "--json"]
    assert main(words) == 0
    first = json.loads(capsys.readouterr().out)["rows"]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "-c", PREDICT_AND_TELL, *words],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said, loaded = done.stdout.rsplit("loaded:", 1)
    assert loaded.split() == ["onnxruntime"]
    for one, other in zip(first, json.loads(said)["rows"], strict=True):
        assert other == pytest.approx(one, abs=1e-5)


def test_a_file_is_kept_by_weights_and_config(tmp_path):
    bundle = load_pretrained(SMALL, "keras").bundle
    other = load_pretrained("gaia_autoencoder", "keras").bundle
    assert network_file(bundle) == network_file(load_pretrained(SMALL).bundle)
    assert network_file(bundle) != network_file(other)
    assert network_file(bundle).is_relative_to(os.environ["ASTRO_DL_CACHE"])


def test_a_network_that_would_answer_otherwise_is_refused_once_and_for_all(monkeypatch):
    predictor, honest = load_pretrained(SMALL, "keras"), onnx.write
    calls = []

    def wrong(network, path):
        calls.append(path)
        kernel = network.trainable_variables[0]
        kernel.assign(kernel * 1.01)
        honest(network, path)
        kernel.assign(kernel / 1.01)

    monkeypatch.setattr(onnx, "write", wrong)
    for _ in range(2):
        with pytest.raises(UsageError, match=f"{SMALL}: ONNX Runtime gives other logits, by"):
            keep_network(predictor.bundle, predictor.model)
    assert len(calls) == 1
    assert not network_file(predictor.bundle).exists()
    keep_quietly(predictor.bundle, predictor.runtime)


def test_what_onnx_cannot_hold_is_told_with_the_reason(monkeypatch):
    def fail(network, path):
        raise ValueError("no Frobnicate\nmore")

    monkeypatch.setattr(onnx, "write", fail)
    with pytest.raises(UsageError, match=r"ONNX cannot hold this network: no Frobnicate$"):
        load_pretrained(SMALL, "onnx")
    assert isinstance(load_pretrained(SMALL).runtime, KerasRuntime)


def test_a_cache_that_cannot_be_written_spoils_no_prediction(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path / "file"))
    predictor = load_pretrained(SMALL, "keras")
    keep_quietly(predictor.bundle, predictor.runtime)


@pytest.mark.slow
def test_what_a_prediction_needed_keras_for_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path / "cache"))
    noise = np.random.default_rng(0).normal(0, 1e-21, 16 * 4096)
    path = write_gwosc(tmp_path / "H1.hdf5", noise)
    assert main(["predict", "gw_cnn", str(path), "--runtime", "onnx"]) == 0
    predictor = load_pretrained("gw_cnn", "onnx")
    predictor.predict([path], progress=False)
    assert predictor.runtime.loaded is None


def test_what_was_found_about_a_network_is_kept_and_made_anew_where_it_is_damaged():
    runtime, made = load_pretrained(SMALL, "onnx").runtime, []

    def make():
        made.append(1)
        return {"x": np.arange(3.0)}

    for _ in range(2):
        np.testing.assert_array_equal(runtime.kept("found", make)["x"], [0, 1, 2])
    assert len(made) == 1
    runtime.path.with_suffix(".found.npz").write_bytes(b"PK no archive")
    np.testing.assert_array_equal(runtime.kept("found", make)["x"], [0, 1, 2])
    assert len(made) == 2


def test_a_gpu_is_left_to_keras(monkeypatch):
    monkeypatch.setattr(onnx_runtime, "GPU_DEVICE", onnx_runtime.Path(os.devnull))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert not onnx_runtime.onnx_is_fitting()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert onnx_runtime.onnx_is_fitting()


def test_dropout_and_explanations_get_the_network_of_keras():
    predictor = load_pretrained(SMALL, "onnx")
    assert predictor.model.get_layer("embedding") is not None


def test_an_unknown_runtime_is_refused():
    with pytest.raises(UsageError, match="unknown runtime 'onx'; did you mean 'onnx'"):
        load_pretrained(SMALL, "onx")
