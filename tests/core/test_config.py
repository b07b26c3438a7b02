"""Configs: reading, overriding, resolving, writing."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro_dl.core import config as configs
from astro_dl.core.config import (
    Config,
    DataConfig,
    EvaluationConfig,
    config_hash,
    dump_yaml,
    load_config,
    parse_override,
    stage_configs,
    to_mapping,
)
from astro_dl.core.errors import UsageError
from astro_dl.core.reading.strict_yaml import read_yaml, write_yaml
from astro_dl.core.registry import build_physics, list_models, model_entry
from astro_dl.core.sections.training import TrainingConfig
from astro_dl.core.shipped import shipped_bundles, shipped_configs
from astro_dl.models.build import resolve

LEAST = {"task": "gw_bbh", "model": "cnn1d"}
positive = st.floats(1e-12, 1e6)
fraction = st.floats(0, 1)
plain_values = (
    st.integers() | st.booleans() | st.floats(-1e9, 1e9) | st.text("abc_ 1e-", max_size=6)
)

trainings = st.builds(
    TrainingConfig,
    epochs=st.integers(1, 10**6),
    optimizer=st.sampled_from(["adam", "adamw", "sgd", "lion"]),
    learning_rate=positive,
    schedule=st.sampled_from(["constant", "cosine", "plateau", "one_cycle"]),
    clip_norm=st.none() | positive,
    early_stopping_patience=st.none() | st.integers(1, 99),
    class_weight=st.none()
    | st.just("balanced")
    | st.dictionaries(st.sampled_from(["noise", "signal"]), positive, min_size=1),
    mixed_precision=st.sampled_from(["auto", "on", "off"]),
    augment=st.booleans(),
)
complete = st.builds(
    Config,
    task=st.just("gw_bbh"),
    model=st.sampled_from(["cnn1d", "gw_cnn"]),
    hyperparameters=st.dictionaries(st.text("xyz", min_size=1), plain_values, max_size=3),
    physics=st.dictionaries(st.text("xyz", min_size=1), st.lists(plain_values), max_size=3),
    data=st.builds(
        DataConfig,
        mode=st.sampled_from(["store", "stream"]),
        n_train=st.integers(1, 10**9),
        test_signal_fraction=st.none() | fraction,
    ),
    training=trainings,
    evaluation=st.builds(
        EvaluationConfig,
        false_alarm_probabilities=st.lists(fraction).map(tuple),
        plots=st.booleans(),
    ),
    seed=st.integers(0, 2**32 - 1),
    initial_weights=st.none() | st.text("abc/.", max_size=8),
)

# At import: tests of other modules register entries of their own in this process.
entries_of_the_zoo = {name for name in list_models() if model_entry(name).task is not None}


@settings(deadline=None, max_examples=60)
@given(complete)
def test_a_config_survives_yaml(config):
    assert load_config(read_yaml(dump_yaml(config))) == config


@settings(deadline=None, max_examples=30)
@given(complete, st.integers(1, 1000))
def test_an_override_changes_its_key_and_nothing_else(config, epochs):
    changed = load_config(config, **{"training.epochs": epochs})
    assert changed == replace(config, training=replace(config.training, epochs=epochs))


def test_a_file_a_path_and_a_folder_give_the_same_config(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("task: gw_bbh\nmodel: cnn1d\ntraining: {learning_rate: 1e-3}\n")
    expected = load_config({**LEAST, "training": {"learning_rate": 0.001}})
    assert load_config(file) == load_config(str(file)) == load_config(tmp_path) == expected


def test_sections_and_dotted_keys_are_the_same_override():
    by_section = load_config(LEAST, training={"epochs": 3}, seed=5)
    assert by_section == load_config(LEAST, **{"training.epochs": 3, "seed": 5})


def test_values_of_python_and_numpy_are_made_plain():
    config = load_config(LEAST, physics={"snr_range": (5, 8)}, hyperparameters={"filters": (8, 8)})
    assert config.physics == {"snr_range": [5, 8]}
    assert config.hyperparameters == {"filters": [8, 8]}


@pytest.mark.parametrize("name", sorted(shipped_configs()))
def test_every_shipped_config_loads_and_names_what_is_registered(name):
    config = load_config(name)
    assert model_entry(config.model).task in (None, config.task)
    build_physics(config.task, config.physics)


@pytest.mark.parametrize("name", sorted(shipped_configs()))
def test_every_shipped_config_runs_wherever_the_package_is_installed(name):
    config = resolve(load_config(name))
    assert config.initial_weights in {None, *shipped_bundles()}
    named = [
        text for text in texts(to_mapping(config)) if "/" in text or re.search(r"\.[a-z]\w*$", text)
    ]
    assert named == []


def texts(value):
    """Return all texts among nested values."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for one in inner for text in texts(one)]
    return [value] if isinstance(value, str) else []


def test_every_zoo_entry_has_a_config():
    assert entries_of_the_zoo <= {load_config(name).model for name in shipped_configs()}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({"training.epoch": 3}, "override: training.epoch: unknown key; did you mean 'epochs'"),
        ({"trainig.epochs": 3}, "override: trainig: unknown key; did you mean 'training'"),
        ({"training.epochs": "many"}, "'many' is not accepted; accepted: an integer ≥ 1"),
        ({"training.epochs": 0}, "0 is not accepted; accepted: an integer ≥ 1"),
        ({"training.learning_rate": 0}, "accepted: a number > 0"),
        ({"training.optimizer": "adma"}, "'adma' is not accepted; accepted: a text of Keras: ada"),
        ({"data.mode": True}, "accepted: 'store', 'stream'"),
        ({"data": 3}, "override: data: 3 is not accepted; accepted: a mapping"),
        ({"seed.x": 3}, "seed"),
        ({"training.epochs.x": 3}, "training.epochs"),
        ({"evaluation.confidence": 2}, "accepted: a number > 0 and < 1"),
        ({"task": "gw_bbj"}, "unknown task 'gw_bbj'; did you mean 'gw_bbh'"),
        ({"model": "gw_cn"}, "unknown model 'gw_cn'; did you mean 'gw_cnn'"),
        ({"task": 3}, "task: 3 is not accepted; accepted: a text"),
    ],
)
def test_wrong_overrides_are_one_line(override, message):
    with pytest.raises(UsageError) as refusal:
        load_config(LEAST, **override)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("task: gw_bbh", "model: missing"),
        ("model: cnn1d\nmodel: mlp", "line 2, column 1: key 'model' is given twice"),
        ("- 1", "holds no mapping"),
        ("", "holds no mapping"),
        ("task: gw_bbh\nmodel: cnn1d\ntraining: {epochs: x}", "training.epochs: 'x'"),
        ("task: gw_bbh\nmodel: cnn1d\nphysics:", "physics: None is not accepted"),
    ],
)
def test_wrong_files_are_named(tmp_path, text, message):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(UsageError) as refusal:
        load_config(file)
    assert str(refusal.value).startswith(str(file))
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("quik", "unknown config 'quik'; did you mean 'quick'"),
        ("no/such.yaml", "no such file"),
        (Path("no/such"), "no such file"),
    ],
)
def test_missing_sources_are_named(source, message):
    with pytest.raises(UsageError, match=message):
        load_config(source)


def test_folders_and_files_that_are_no_config_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"folder without config\.yaml"):
        load_config(tmp_path)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not readable"):
        load_config(binary)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("training.epochs=3", ("training.epochs", 3)),
        ("training.learning_rate=1e-3", ("training.learning_rate", 0.001)),
        ("physics.detectors=[H1, L1]", ("physics.detectors", ["H1", "L1"])),
        ("initial_weights=a=b", ("initial_weights", "a=b")),
        ("training.clip_norm=", ("training.clip_norm", None)),
        ("training.jit_compile=on", ("training.jit_compile", "on")),
    ],
)
def test_overrides_are_read_as_yaml(text, expected):
    assert parse_override(text) == expected


@pytest.mark.parametrize("text", ["training.epochs", "=3", "a=[1", "a=*b"])
def test_wrong_override_texts_are_refused(text):
    with pytest.raises(UsageError, match="override"):
        parse_override(text)


def test_physics_are_typed_and_strict():
    physics = build_physics("gw_bbh", {"snr_range": [5, 8], "detectors": ["H1", "L1"]})
    assert physics.snr_range == (5.0, 8.0)
    assert physics.detectors == ("H1", "L1")
    for wrong, message in (
        ({"snr_rang": 3}, "physics.snr_rang: unknown key; did you mean 'snr_range'"),
        ({"snr_range": [8, 5]}, "the lower one first"),
        ({"detectors": ["K9"]}, "K9"),
    ):
        with pytest.raises(UsageError, match="physics") as refusal:
            build_physics("gw_bbh", wrong)
        assert message in str(refusal.value)


def test_resolving_writes_every_default_out_and_is_idempotent():
    config = resolve(load_config(LEAST, hyperparameters={"dropout": 0.25}))
    physics = build_physics("gw_bbh", {})
    assert set(config.physics) == {field.name for field in fields(physics)}
    assert config.hyperparameters["dropout"] == 0.25
    assert "filters" in config.hyperparameters
    assert resolve(config) == config
    assert resolve(load_config(read_yaml(dump_yaml(config)))) == config


def test_resolving_refuses_unknown_hyperparameters():
    config = load_config(LEAST, hyperparameters={"droput": 0.25})
    with pytest.raises(UsageError, match=r"hyperparameters\.droput: unknown key; did you mean"):
        resolve(config)


def test_the_hash_depends_on_values_and_not_on_order_or_container():
    a = {"x": (1, 2), "y": {"b": 1.0, "a": None}}
    b = {"y": {"a": None, "b": 1.0}, "x": [1, 2]}
    assert config_hash(a) == config_hash(b)
    assert len(config_hash(a)) == 16
    assert config_hash(a) != config_hash({**a, "x": [1, 3]})


def test_the_mapping_has_the_documented_keys_only():
    assert list(to_mapping(load_config(LEAST))) == [field.name for field in fields(Config)]
    assert configs.__doc__ is not None
    for field in fields(Config):
        assert f"``{field.name}``" in configs.__doc__


STAGED = LEAST | {
    "training": {"epochs": 7, "class_weight": {"noise": 2.0, "signal": 1.0}},
    "stages": [
        {"training": {"epochs": 9}},
        {"seed": 1, "training": {"class_weight": {"noise": 3.0}}},
        {"data": {"n_train": 50}, "physics": {"snr_range": [8, 9]}},
    ],
}


def test_each_stage_is_the_config_with_its_own_values_in_place():
    stages = stage_configs(load_config(STAGED, initial_weights="gw_cnn"))
    assert [stage.training.epochs for stage in stages] == [9, 7, 7]
    assert [stage.seed for stage in stages] == [0, 1, 0]
    assert [stage.physics for stage in stages] == [{}, {}, {"snr_range": [8, 9]}]
    assert stages[1].training.class_weight == {"noise": 3.0}
    assert stages[2].training.class_weight == {"noise": 2.0, "signal": 1.0}
    assert [stage.initial_weights for stage in stages] == ["gw_cnn", None, None]
    assert {stage.stages for stage in stages} == {()}


def test_a_config_without_stages_is_its_only_one():
    config = load_config(LEAST)
    assert stage_configs(config) == (config,)


def test_an_override_wins_over_all_stages():
    changes = {
        "training.epochs": 1,
        "data.n_train": 20,
        "seed": 3,
        "physics": {"snr_range": [5, 6]},
    }
    config = load_config(STAGED, **changes)
    stages = stage_configs(config)
    assert [stage.training.epochs for stage in stages] == [1, 1, 1]
    assert [stage.data.n_train for stage in stages] == [20, 20, 20]
    assert [stage.seed for stage in stages] == [3, 3, 3]
    assert [stage.physics for stage in stages] == [{"snr_range": [5, 6]}] * 3
    assert config.stages[1]["training"] == {"class_weight": {"noise": 3.0}}


def test_an_override_within_a_value_changes_it_in_every_stage():
    stages = stage_configs(load_config(STAGED, **{"training.class_weight.noise": 5.0}))
    assert stages[0].training.class_weight == {"noise": 5.0, "signal": 1.0}
    assert stages[1].training.class_weight == {"noise": 5.0}


def test_stages_can_be_left_out_by_an_override():
    assert load_config(STAGED, stages=[]).training.epochs == 7


def test_a_resolved_config_has_the_values_of_the_last_stage_and_the_same_stages():
    config = load_config(STAGED, initial_weights="gw_cnn")
    resolved = resolve(config)
    assert resolved.data.n_train == 50
    assert resolved.physics["snr_range"] == [8, 9]
    assert resolved.initial_weights == "gw_cnn"
    assert resolved.stages[2] == {}
    assert stage_configs(resolved) == tuple(map(resolve, stage_configs(config)))
    assert resolve(resolved) == resolved
    assert load_config(read_yaml(dump_yaml(resolved))) == resolved


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ({"training": {"epoch": 3}}, "training.epoch: unknown key; did you mean 'epochs'"),
        ({"trainin": {}}, "unknown setting of a stage 'trainin'; did you mean 'training'"),
        ({"training.epochs": 3}, "unknown setting of a stage 'training.epochs'"),
        ({"training": {"epochs": 0}}, "training.epochs: 0 is not accepted"),
        ({"training": 3}, "training: 3 is not accepted; accepted: a mapping"),
        ({"seed": -1}, "seed: -1 is not accepted"),
        ({"initial_weights": "gw_cnn"}, "unknown setting of a stage 'initial_weights'"),
        ({"model": "gw_cnn"}, "unknown setting of a stage 'model'"),
        ({"stages": []}, "unknown setting of a stage 'stages'"),
    ],
)
def test_a_wrong_stage_is_named_by_its_number(tmp_path, stage, message):
    file = tmp_path / "mine.yaml"
    file.write_text(write_yaml(LEAST | {"stages": [{}, stage]}))
    with pytest.raises(UsageError) as refusal:
        load_config(file)
    assert f"{file}: stages: in stage 2, {message}" in str(refusal.value)
    with pytest.raises(UsageError, match="override: stages: in stage 1"):
        load_config(LEAST, stages=[stage])


@pytest.mark.parametrize("stages", [3, {"seed": 1}, [3], [[]], "abc"])
def test_stages_are_a_list_of_mappings(stages):
    with pytest.raises(UsageError, match=r"stages: .* is not accepted; accepted: a "):
        load_config(LEAST | {"stages": stages})
