"""Predictors give the network's own numbers, for any number of examples in bounded memory."""

import tracemalloc
from dataclasses import replace
from itertools import pairwise

import keras
import numpy as np
import pytest
from astropy import units
from astropy.table import QTable

from astro_dl.bundles.bundle import save_bundle
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import register_task, task_entry
from astro_dl.core.task import Files
from astro_dl.inference import load as zoo
from astro_dl.inference.batching import rebatched
from astro_dl.inference.input_checks import input_statistics
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import build_from, resolve

PLATT = {"kind": "platt", "scale": 0.5, "offset": -0.25, "prior_log_odds": 0.0}
SMALL = {"filters": [3], "kernel_sizes": [5], "units": [4]}


def saved(task, folder, **parts):
    """Save an untrained small network of a task, and return it."""
    config = resolve(
        load_config({"task": task.name, "model": "cnn1d", "hyperparameters": SMALL, "seed": 3})
    )
    physics = task.physics()
    keras.utils.set_random_seed(3)
    model = build_from(
        "cnn1d", task.input_spec(physics), task.head(physics), config.hyperparameters
    )
    x = task.simulate(physics, 500, np.random.default_rng(3)).x
    save_bundle(folder, model, config, {"input_statistics": input_statistics(x), **parts})
    return model


@pytest.fixture(scope="module")
def network(toy_task, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo") / "net"
    return saved(toy_task, folder, calibration=PLATT), load_pretrained(folder)


@pytest.fixture(scope="module")
def predictor(network):
    return network[1]


@pytest.fixture
def x(toy_task):
    return toy_task.simulate(toy_task.physics(), 700, np.random.default_rng(5)).x


def test_scores_are_the_logits_of_the_network(network, x):
    model, predictor = network
    scores = predictor.score(x)
    assert scores.shape == (700,)
    assert scores.dtype == np.float32
    expected = model.predict(x, verbose=0)[:, 0]
    np.testing.assert_allclose(1 / (1 + np.exp(-scores)), expected, atol=1e-6)


@pytest.mark.parametrize("lengths", [[700], [1] * 20 + [680], [255, 1, 300, 144], [256, 256, 188]])
def test_blocks_of_any_lengths_give_the_scores_of_the_whole(predictor, x, lengths):
    edges = np.cumsum([0, *lengths])
    blocks = (x[start:stop] for start, stop in pairwise(edges))
    np.testing.assert_allclose(predictor.score(blocks), predictor.score(x), atol=1e-6)


@pytest.mark.parametrize("batch_size", [1, 7, 64, 1000])
def test_batch_size_does_not_change_scores(predictor, x, batch_size):
    np.testing.assert_allclose(
        predictor.score(x[:100], batch_size), predictor.score(x[:100]), atol=1e-6
    )


def test_rebatching_makes_full_batches_in_order():
    lengths = [3, 1, 0, 10, 2, 5, 1]
    edges = np.cumsum([0, *lengths])
    blocks = [np.arange(a, b) for a, b in pairwise(edges)]
    batches = list(rebatched(blocks, 4))
    assert [len(batch) for batch in batches] == [4, 4, 4, 4, 4, 2]
    np.testing.assert_array_equal(np.concatenate(batches), np.arange(22))


def test_model_is_traced_once_for_all_lengths(predictor, x):
    predictor.score(x)
    function = predictor.model.predict_function
    if not hasattr(function, "experimental_get_tracing_count"):
        pytest.skip("tracing is counted by TensorFlow only")
    before = function.experimental_get_tracing_count()
    for n in (1, 255, 256, 257, 700):
        predictor.score(x[:n])
    assert function.experimental_get_tracing_count() == before


def test_memory_of_a_stream_does_not_grow_with_its_length(predictor):
    def peak(blocks):
        rng = np.random.default_rng(0)
        stream = (rng.standard_normal((500, 64, 1), np.float32) for _ in range(blocks))
        tracemalloc.start()
        predictor.score(stream)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(2)
    added = 36 * 500 * 64 * 4
    # The logits themselves are kept: 1/64 of the inputs, twice while they are joined.
    assert peak(40) - peak(4) < 0.1 * added


def test_inputs_are_checked_by_name(predictor, x):
    bad = x.copy()
    bad[3, 0, 0] = np.nan
    with pytest.raises(UsageError, match="example 3"):
        predictor.check_inputs(bad)
    with pytest.raises(UsageError, match="training had"):
        predictor.check_inputs(x * 1e-21)
    with pytest.raises(UsageError, match=r"\(n, 64, 1\) needed"):
        predictor.check_inputs(x[:, :50])
    assert predictor.check_inputs(x) is x


@pytest.mark.parametrize("empty", [np.zeros((0, 64, 1)), iter([])])
def test_nothing_to_score_is_refused(predictor, empty):
    with pytest.raises(UsageError, match="no example"):
        predictor.score(empty)


def test_batch_size_below_one_is_refused(predictor, x):
    with pytest.raises(UsageError, match="batch_size is -1"):
        predictor.score(x, -1)


def test_binary_table_has_the_designed_columns(predictor, x):
    table = predictor.predict(x, ids=[f"s{i}" for i in range(len(x))])
    assert isinstance(table, QTable)
    assert table.colnames == ["id", "label", "p_noise", "p_signal", "logit", "flags"]
    scores = predictor.score(x)
    np.testing.assert_allclose(table["p_signal"], 1 / (1 + np.exp(0.25 - 0.5 * scores)), atol=1e-6)
    np.testing.assert_allclose(table["p_signal"] + table["p_noise"], 1, atol=1e-6)
    np.testing.assert_array_equal(table["label"] == "signal", table["p_signal"] > 0.5)
    assert table["id"][5] == "s5"
    assert {len(word) for word in table["flags"][:3]} == {0}
    assert table.meta["model"] == "net"
    assert table.meta["bundle_sha256"] == predictor.bundle.sha256
    assert table.meta["versions"]["keras"] == keras.__version__


def test_unfit_rows_are_flagged_and_never_silently_used(predictor, x):
    x = x[:6].copy()
    x[1, 3], x[4, 0] = np.nan, 500.0
    table = predictor.predict(x)
    assert list(table["flags"]) == ["", "non_finite_input", "", "", "outside_training_range", ""]
    assert np.isnan([table["logit"][1], table["p_signal"][1]]).all()
    assert table["label"][1] == ""
    assert np.isfinite(table["logit"][[0, 2, 3, 4, 5]]).all()


def test_all_rows_unfit_is_an_error(predictor, x):
    with pytest.raises(UsageError, match="700 of 700 examples"):
        predictor.predict(np.full_like(x, np.nan))


def test_multiclass_table(tmp_path, toy_multiclass):
    saved(toy_multiclass, tmp_path / "b", calibration={"kind": "temperature", "temperature": 2.0})
    predictor = load_pretrained(tmp_path / "b")
    x = toy_multiclass.simulate(toy_multiclass.physics(), 20, np.random.default_rng(0)).x
    table = predictor.predict(x)
    names = ("noise", "sinusoid", "rectified")
    assert table.colnames == ["id", "label", *(f"p_{name}" for name in names), "flags"]
    logits = predictor.score(x)
    assert logits.shape == (20, 3)
    assert list(table["label"]) == [names[best] for best in logits.argmax(axis=1)]
    expected = np.exp(logits / 2) / np.exp(logits / 2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        np.stack([table[f"p_{name}"] for name in names], 1), expected, atol=1e-6
    )


def test_regression_table_has_units(tmp_path, toy_regression):
    model = saved(toy_regression, tmp_path / "b")
    predictor = load_pretrained(tmp_path / "b")
    x = toy_regression.simulate(toy_regression.physics(), 20, np.random.default_rng(0)).x
    table = predictor.predict(x)
    assert table.colnames == ["id", "snr", "offset", "flags"]
    assert table["offset"].unit == units.m
    np.testing.assert_allclose(table["snr"], model.predict(x, verbose=0)[:, 0], atol=1e-5)


def test_several_named_inputs(tmp_path, toy_task, monkeypatch):
    """Streams, tables and checks take dicts of arrays as they take arrays."""

    def build(*_):
        inputs = {"a": keras.Input((4,), name="a"), "b": keras.Input((6, 1), name="b")}
        flat = keras.layers.Flatten(name="flat")(inputs["b"])
        joined = keras.layers.Concatenate(name="embedding")([inputs["a"], flat])
        return keras.Model(inputs, keras.layers.Dense(1, name="logits")(joined))

    monkeypatch.setattr("astro_dl.models.build.build_from", build)
    parts = {
        "input": {"shape": {"a": [4], "b": [6, 1]}, "contract": {}},
        "head": {"kind": "binary", "names": ["no", "yes"], "units": []},
    }
    config = replace(load_config({"task": toy_task.name, "model": "cnn1d"}), task="")
    rng = np.random.default_rng(0)
    x = {"a": rng.standard_normal((300, 4)), "b": rng.standard_normal((300, 6, 1))}
    save_bundle(tmp_path / "b", build(), config, {**parts, "input_statistics": input_statistics(x)})
    predictor = load_pretrained(tmp_path / "b")
    whole = predictor.score(x)
    blocks = ({name: one[i : i + 70] for name, one in x.items()} for i in range(0, 300, 70))
    np.testing.assert_allclose(predictor.score(blocks), whole, atol=1e-6)
    np.testing.assert_allclose(predictor.predict(x)["logit"], whole, atol=1e-6)
    with pytest.raises(UsageError, match="input 'b', channel 0"):
        predictor.check_inputs({**x, "b": 1e9 * x["b"]})


def test_options_for_arrays_are_checked(predictor, x):
    with pytest.raises(UsageError, match="unknown option 'threshold'"):
        predictor.predict(x, threshold=1)
    with pytest.raises(UsageError, match="2 ids for 700"):
        predictor.predict(x, ids=[1, 2])


def test_files_go_to_the_task(predictor, toy_task, tmp_path):
    seen = []

    def predict_files(used, paths, **options):
        seen.append((used, paths, options))
        return QTable({"gps_time": [1.0] * units.s})

    def draw(used, paths, table, folder):
        assert folder.is_dir()
        return [folder / "scan.png"]

    task = replace(toy_task, files=Files(predict=predict_files, draw=draw))
    reader = replace(predictor, task=task)
    file = tmp_path / "H1.hdf5"
    file.touch()
    table = reader.predict(str(file), threshold=3)
    assert seen == [(reader, [file], {"threshold": 3})]
    assert table.meta["bundle_sha256"] == predictor.bundle.sha256
    assert reader.draw([file], table, tmp_path / "figures") == [tmp_path / "figures" / "scan.png"]
    with pytest.raises(UsageError, match=r"L1\.hdf5: no such file"):
        reader.predict([file, tmp_path / "L1.hdf5"])


def test_task_without_files_says_so(predictor, tmp_path):
    with pytest.raises(UsageError, match="'toy_binary' reads no files"):
        predictor.predict(tmp_path / "H1.hdf5")
    assert predictor.draw([], QTable(), tmp_path) == []


def test_bundle_works_where_its_task_is_not_registered(predictor, x, monkeypatch):
    monkeypatch.setattr(zoo.registry, "all_tasks", dict)
    alone = load_pretrained(predictor.bundle.folder)
    assert alone.task is None
    assert alone.physics is None
    np.testing.assert_array_equal(alone.score(x), predictor.score(x))


def test_task_that_changed_since_is_refused(tmp_path, toy_task, monkeypatch):
    changed = replace(toy_task, name="toy_changing")
    register_task("toy_changing", changed)
    saved(changed, tmp_path / "b")
    load_pretrained(tmp_path / "b")
    spec = replace(toy_task.input_spec(toy_task.physics()), contract={"sample_rate_hz": 2.0})
    now = replace(changed, input_spec=lambda physics: spec)
    monkeypatch.setitem(
        zoo.registry._tasks, "toy_changing", replace(task_entry("toy_changing"), task=now)
    )
    with pytest.raises(UsageError, match="takes or gives something else"):
        load_pretrained(tmp_path / "b")
