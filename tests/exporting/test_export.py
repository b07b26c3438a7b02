"""Bundles as files of other runtimes: the same logits, all that is needed to use them, or why not.

`docs/export.md` says which bundle goes into which format; every cell of its table is tried.
"""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest

from astro_dl.bundles.bundle import load_bundle
from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.core.shipped import shipped_bundles
from astro_dl.exporting import export
from astro_dl.exporting.format import format_names
from astro_dl.exporting.formats import onnx
from astro_dl.exporting.network import flat_network, input_names

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "export.md").read_text()
HEADING = re.search(r"^\| bundle \| (.*) \|$", PAGE, re.M)[1].split(" | ")
ROWS = {
    name: dict(zip(HEADING, cells.split(" | "), strict=True))
    for name, cells in re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE.partition("| bundle |")[2], re.M)
}
SMALL = "sgq_mlp"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return export(SMALL, "onnx", tmp_path_factory.mktemp("exports") / "small")


def test_the_contract_tells_what_a_user_of_the_file_needs(exported):
    contract = json.loads((exported.folder / "contract.json").read_text())
    assert contract == exported.contract
    card = load_bundle(SMALL).card
    (given,) = contract["inputs"]
    assert (given["name"], given["shape"], given["dtype"]) == ("x", [None, 10], "float32")
    assert contract["preprocessing"] == card.input.contract
    assert contract["calibration"] == card.calibration
    assert contract["output"]["names"] == list(card.head.names)
    assert contract["check"]["largest_difference"] <= 1e-4
    assert contract["bundle_sha256"] == load_bundle(SMALL).sha256


def test_the_stored_check_can_be_repeated_with_the_runtime_alone(exported):
    with np.load(exported.folder / "check.npz") as check:
        logits = onnx.run(exported.file, {"x": check["x"]})
        np.testing.assert_allclose(logits, check["logits"], atol=1e-4)
    assert len(logits) == 8


def test_another_network_in_the_file_would_be_noticed(tmp_path, monkeypatch):
    honest = onnx.write

    def wrong(network, path):
        kernel = network.get_layer(network.layers[-1].name).trainable_variables[0]
        kernel.assign(kernel * 1.01)
        honest(network, path)

    monkeypatch.setattr(onnx, "write", wrong)
    with pytest.raises(UsageError, match=f"{SMALL}: onnxruntime gives other logits, by"):
        export(SMALL, "onnx", tmp_path / "out")
    assert not any(tmp_path.iterdir())


def test_an_export_is_replaced_and_nothing_else(exported, tmp_path):
    out = tmp_path / "out"
    export(SMALL, "savedmodel", out)
    assert export(SMALL, "onnx", out).file.is_file()
    assert sorted(path.name for path in out.iterdir()) == [
        "check.npz", "contract.json", "model.onnx",
    ]  # fmt: skip
    (tmp_path / "mine").mkdir()
    with pytest.raises(UsageError, match="exists and is no export"):
        export(SMALL, "onnx", tmp_path / "mine")


def test_names_that_are_words_of_python_are_changed_and_order_is_kept():
    inputs = {
        name: keras.Input((n,), name=name) for name, n in (("local", 2), ("global", 3), ("a", 4))
    }
    network = keras.Model(inputs, keras.layers.Concatenate()(list(inputs.values())))
    assert input_names(network) == {"local": "local", "global": "global_input", "a": "a"}
    flat = flat_network(network)
    rng = np.random.default_rng(0)
    x = {name: rng.normal(size=(5, *one.shape[1:])) for name, one in inputs.items()}
    ordered = [x[name] for name in input_names(network)]
    np.testing.assert_array_equal(flat.predict_on_batch(ordered), network.predict_on_batch(x))


@pytest.mark.parametrize(
    ("bundle", "format", "message"),
    [
        (SMALL, "onxx", "unknown format 'onxx'; did you mean 'onnx'"),
        (SMALL, "torch", "KERAS_BACKEND=torch|needs torch"),
        ("sgq_ml", "onnx", "did you mean 'sgq_mlp'"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_one_line(tmp_path, bundle, format, message, capsys):
    words = ["export", bundle, "--format", format, "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert re.search(message, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_a_network_of_a_fixed_batch_is_named_as_such(tmp_path, monkeypatch):
    def write(network, path):
        raise RuntimeError("Failed to export. Original error: Constraints violated (batch)! For …")

    monkeypatch.setattr(onnx, "write", write)
    with pytest.raises(UsageError, match=f"{SMALL}: .* it has no batch of any size"):
        export(SMALL, "onnx", tmp_path / "out")


def test_a_missing_package_is_named_with_the_extra_that_has_it(monkeypatch):
    monkeypatch.setattr(onnx, "PACKAGES", ("no_such_package",))
    with pytest.raises(UsageError, match=r"no_such_package: pip install 'astro_dl\[onnx\]'"):
        export(SMALL, "onnx", "out")


def test_the_page_has_every_bundle_and_format():
    assert set(ROWS) == set(shipped_bundles())
    assert set(HEADING) == set(format_names())


def check(name, format, out):
    """Export a bundle, or expect the refusal that the page tells."""
    cell = ROWS[name][format]
    if cell.startswith("no "):
        with pytest.raises(UsageError, match=f"{name}: .* it has {cell}"):
            export(name, format, out)
        assert not out.exists()
    else:
        assert export(name, format, out).largest_difference <= 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("format", [name for name in HEADING if name != "torch"])
@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_bundle_gives_its_logits_or_says_what_is_missing(tmp_path, name, format):
    check(name, format, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_bundle_gives_its_logits_in_pytorch(tmp_path, name):
    program = (
        "import sys, pathlib; from tests.exporting.test_export import check; "
        "check(sys.argv[1], 'torch', pathlib.Path(sys.argv[2]))"
    )
    environment = {**os.environ, "KERAS_BACKEND": "torch", "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", program, name, str(tmp_path / "out")],
        cwd=ROOT,
        env=environment,
        check=True,
    )
