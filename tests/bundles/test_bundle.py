"""Bundles are written whole or not at all, and give back what was saved."""

import json
from dataclasses import replace
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.bundles import bundle as bundle_module
from astro_dl.bundles.bundle import (
    halve_weights,
    load_bundle,
    load_weights,
    save_bundle,
    update_bundle,
)
from astro_dl.bundles.results import read_history
from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import build_from, resolve
from astro_dl.models.defaults import default_hyperparameters
from astro_dl.models.initialization import weights_are_to_be_read

GOLDEN = Path(__file__).parents[1] / "data" / "golden_bundles"
SPEC = InputSpec((5,), {"columns": ["a", "b", "c", "d", "e"]})
HEAD = Multiclass(("x", "y", "z"))
PARTS = {"input": {"shape": SPEC.shape, "contract": SPEC.contract}, "head": HEAD}
HISTORY = [{"epoch": 0, "loss": 1.5}, {"epoch": 1, "loss": 1.25, "val_loss": 1.375}]


@pytest.fixture(scope="module")
def config():
    units = {"units": (4,), "normalization": "batch"}
    return Config(
        task="", model="mlp", hyperparameters={**default_hyperparameters("mlp"), **units}, seed=7
    )


@pytest.fixture(scope="module")
def model(config):
    model = build_from("mlp", SPEC, HEAD, config.hyperparameters)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    return model


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", ["cnn1d", "gru"])
def test_golden_bundle_gives_its_stored_outputs(name):
    golden = np.load(GOLDEN / f"{name}.npz")
    predictor = load_pretrained(GOLDEN / name)
    logits = predictor.score(golden["x"])
    np.testing.assert_allclose(logits, golden["logits"], atol=1e-5)
    np.testing.assert_allclose(
        predictor.probabilities(logits), golden["probabilities"], atol=1e-5, rtol=0
    )
    assert np.ptp(golden["logits"]) > 1, "a constant output would prove nothing"


def test_saved_weights_come_back_bit_equal(tmp_path, model, config):
    saved = save_bundle(tmp_path / "b", model, config, PARTS, HISTORY, {"simulated": {"auc": 0.5}})
    loaded = load_weights(load_bundle(tmp_path / "b"))
    assert [w.path for w in loaded.weights] == [w.path for w in model.weights]
    for one, other in zip(loaded.weights, model.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    assert saved == load_bundle(tmp_path / "b")
    assert saved.config == replace(config, hyperparameters={**config.hyperparameters, "units": [4]})


def test_folder_holds_what_the_design_lists(tmp_path, model, config):
    figure = tmp_path / "roc.png"
    figure.write_bytes(b"\x89PNG")
    bundle = save_bundle(tmp_path / "b", model, config, PARTS, HISTORY, {"simulated": {}}, [figure])
    assert set(contents(tmp_path / "b")) == {
        *("card.json", "config.yaml", "weights.h5", "history.csv", "metrics.json", "README.md"),
        "plots/roc.png",
    }
    assert set(bundle.card.files) == set(contents(tmp_path / "b")) - {"card.json"}
    assert (
        tmp_path / "b" / "history.csv"
    ).read_text() == "epoch,loss,val_loss\n0,1.5,\n1,1.25,1.375\n"
    assert bundle.card.seed == 7
    assert bundle.card.parameters == model.count_params()
    assert "keras" in bundle.card.packages


def test_config_and_history_can_be_replaced_in_a_bundle(tmp_path, model, config):
    bundle = save_bundle(tmp_path / "b", model, config, PARTS, HISTORY)
    history = [{"stage": 2, **row} for row in read_history(bundle.folder, bundle.card)]
    changed = replace(bundle.config, initial_weights="other")
    updated = update_bundle(tmp_path / "b", config=changed, history=history)
    assert updated.config == changed
    assert [row["stage"] for row in read_history(updated.folder, updated.card)] == ["2", "2"]
    assert [row["val_loss"] for row in read_history(updated.folder, updated.card)] == ["", "1.375"]
    assert updated.card.files["weights.h5"] == bundle.card.files["weights.h5"]


def test_a_config_of_another_model_or_seed_leaves_a_bundle_as_it_is(tmp_path, model, config):
    bundle = save_bundle(tmp_path / "b", model, config, PARTS, HISTORY)
    for other in (replace(config, seed=8), replace(config, model="cnn1d")):
        with pytest.raises(UsageError, match=r"name different (models|seeds)"):
            update_bundle(tmp_path / "b", config=other)
    assert load_bundle(tmp_path / "b") == bundle


def test_weights_file_is_plain_arrays_without_attributes(tmp_path, model, config):
    save_bundle(tmp_path / "b", model, config, PARTS)
    with h5py.File(tmp_path / "b" / "weights.h5") as store:
        found = {}
        store.visititems(
            lambda name, item: found.update({name: item.dtype}) if hasattr(item, "dtype") else None
        )
        store.visititems(lambda name, item: pytest.fail(name) if item.attrs else None)
    assert found == {w.path: np.dtype("<f4") for w in model.weights}


def test_normalization_layer_computes_with_its_loaded_statistics(tmp_path, monkeypatch, config):
    def build(*_):
        inputs = keras.Input((5,))
        x = keras.layers.Normalization(name="scale")(inputs)
        return keras.Model(inputs, keras.layers.Dense(3, name="logits")(x))

    model = build()
    data = np.random.default_rng(0).normal(50, 9, (100, 5)).astype(np.float32)
    model.get_layer("scale").adapt(data)
    save_bundle(tmp_path / "b", model, config, PARTS)
    monkeypatch.setattr("astro_dl.models.build.build_from", build)
    loaded = load_weights(load_bundle(tmp_path / "b"))
    np.testing.assert_allclose(
        loaded.predict(data, verbose=0), model.predict(data, verbose=0), atol=1e-6
    )


def test_loading_wants_no_initial_weights(tmp_path, model, config, monkeypatch):
    wanted = []

    def build(*arguments):
        wanted.append(not weights_are_to_be_read())
        return build_from(*arguments)

    save_bundle(tmp_path / "b", model, config, PARTS)
    monkeypatch.setattr("astro_dl.models.build.build_from", build)
    load_weights(load_bundle(tmp_path / "b"))
    assert wanted == [False, False]
    assert not weights_are_to_be_read()


def test_bundle_of_a_task_takes_input_and_head_from_it(tmp_path, toy_task):
    config = resolve(load_config({"task": toy_task.name, "model": "cnn1d"}))
    physics = toy_task.physics()
    model = build_from(
        "cnn1d", toy_task.input_spec(physics), toy_task.head(physics), config.hyperparameters
    )
    card = save_bundle(tmp_path / "b", model, config).card
    assert card.input == InputSpec((64, 1), {"sample_rate_hz": 1.0})
    assert card.head == Binary(("noise", "signal"))
    assert card.task_version == toy_task.version


def test_folder_with_other_things_is_left_alone(tmp_path, model, config):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match=r"thesis\.tex"):
        save_bundle(tmp_path, model, config, PARTS)
    assert contents(tmp_path) == {"thesis.tex": b"years of work"}


def test_file_in_the_place_of_the_folder_is_left_alone(tmp_path, model, config):
    (tmp_path / "b").write_text("text")
    with pytest.raises(UsageError, match="not a folder"):
        save_bundle(tmp_path / "b", model, config, PARTS)


def test_replacing_a_bundle_drops_its_files_and_keeps_others(tmp_path, model, config):
    figure = tmp_path / "roc.png"
    figure.write_bytes(b"\x89PNG")
    target = tmp_path / "b"
    save_bundle(target, model, config, PARTS, metrics={"simulated": {}}, figures=[figure])
    (target / "notes.txt").write_text("mine")
    (target / ".checkpoint").mkdir()
    save_bundle(target, model, config, {**PARTS, "licence": "MIT"})
    assert "plots/roc.png" not in contents(target)
    assert "metrics.json" not in contents(target)
    assert (target / "notes.txt").read_text() == "mine"
    assert (target / ".checkpoint").is_dir()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b", "roc.png"]


@pytest.mark.parametrize("step", ["write_weights", "_write_card", "load_bundle"])
def test_failure_leaves_the_old_bundle_and_nothing_else(tmp_path, model, config, monkeypatch, step):
    target = tmp_path / "b"
    save_bundle(target, model, config, PARTS)
    before = contents(target)

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(bundle_module, step, fail)
    with pytest.raises(KeyboardInterrupt):
        save_bundle(target, model, config, {**PARTS, "licence": "MIT"})
    assert contents(target) == before
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_failed_first_save_leaves_nothing(tmp_path, model, config, monkeypatch):
    monkeypatch.setattr(bundle_module, "_write_card", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_bundle(tmp_path / "b", model, config, PARTS)
    assert list(tmp_path.iterdir()) == []


def test_diverged_weights_are_not_saved(tmp_path, config):
    model = build_from("mlp", SPEC, HEAD, config.hyperparameters)
    model.get_layer("logits").bias.assign([0, np.nan, 0])
    with pytest.raises(UsageError, match=r"logits/bias.*not finite"):
        save_bundle(tmp_path / "b", model, config, PARTS)
    assert list(tmp_path.iterdir()) == []


def test_weights_of_one_path_are_refused(tmp_path, config):
    model = keras.Sequential([keras.Input((5,)), TwoWeightsOfOneName(name="twin")])
    with pytest.raises(UsageError, match="two weights have the path"):
        save_bundle(tmp_path / "b", model, config, PARTS)


class TwoWeightsOfOneName(keras.layers.Layer):
    def build(self, input_shape):
        self.first, self.second = (self.add_weight(name="same", shape=()) for _ in range(2))

    def call(self, x):
        return x * self.first + self.second


def test_unknown_card_part_names_the_nearest(tmp_path, model, config):
    with pytest.raises(UsageError, match=r"'lisence'; did you mean 'licence'"):
        save_bundle(tmp_path / "b", model, config, {**PARTS, "lisence": "MIT"})
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_json_lacks_become_null(tmp_path, model, config):
    metrics = {"simulated": {"auc": np.float32(0.5), "snr_loss": float("inf"), "n": np.int64(3)}}
    card = save_bundle(tmp_path / "b", model, config, PARTS, metrics=metrics).card
    assert card.metrics == {"simulated": {"auc": 0.5, "snr_loss": None, "n": 3}}


def test_update_changes_what_is_given_and_signs_it(tmp_path, model, config):
    target = tmp_path / "b"
    figure = tmp_path / "roc.png"
    figure.write_bytes(b"\x89PNG")
    before = save_bundle(target, model, config, PARTS)
    metrics = {"simulated": {"auc": {"value": 0.91, "low": 0.9, "high": 0.92}}}
    after = update_bundle(target, metrics, [figure], {"licence": "MIT", "thresholds": {"0.01": 2}})
    assert after.card.metrics == metrics == json.loads((target / "metrics.json").read_text())
    assert after.card.licence == "MIT"
    assert set(after.card.files) - set(before.card.files) == {"metrics.json", "plots/roc.png"}
    assert after.card.files["weights.h5"] == before.card.files["weights.h5"]
    assert "0.91 (0.9 to 0.92)" in (target / "README.md").read_text()
    assert after.sha256 != before.sha256


def test_update_of_a_figure_that_lies_in_the_bundle_already(tmp_path, model, config):
    target = tmp_path / "b"
    save_bundle(target, model, config, PARTS)
    (target / "plots").mkdir()
    (target / "plots" / "roc.png").write_bytes(b"\x89PNG")
    after = update_bundle(target, figures=[target / "plots" / "roc.png"])
    assert "plots/roc.png" in after.card.files


def test_update_refuses_a_changed_bundle(tmp_path, model, config):
    target = tmp_path / "b"
    save_bundle(target, model, config, PARTS)
    with (target / "config.yaml").open("a") as file:
        file.write("# changed\n")
    with pytest.raises(UsageError, match="sha256"):
        update_bundle(target, card_parts={"licence": "MIT"})


def test_files_can_be_read_by_others(tmp_path, model, config):
    save_bundle(tmp_path / "b", model, config, PARTS)
    for path in [tmp_path / "b", *(tmp_path / "b").iterdir()]:
        assert path.stat().st_mode & 0o044 == 0o044, path


def test_unknown_bundle_is_named(tmp_path):
    with pytest.raises(UsageError, match="no_such_bundle"):
        load_bundle("no_such_bundle")
    with pytest.raises(UsageError, match=r"no card\.json"):
        load_bundle(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        load_bundle(tmp_path / "x" / "y")


def test_kernels_in_half_precision_take_half_the_room_and_answer_nearly_the_same(tmp_path):
    wide = Config(task="", model="mlp", hyperparameters={"units": (64, 64)})
    model = build_from("mlp", SPEC, HEAD, wide.hyperparameters)
    folder = save_bundle(tmp_path / "b", model, wide, PARTS).folder
    full = (folder / "weights.h5").stat().st_size
    rounded = load_weights(halve_weights(folder))
    assert (folder / "weights.h5").stat().st_size < 0.7 * full
    x = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(rounded.predict(x, verbose=0), expected, atol=2e-3)
    assert {weight.dtype for weight in rounded.weights} == {"float32"}
