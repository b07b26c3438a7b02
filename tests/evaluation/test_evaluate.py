"""From a bundle to a report: test split, baselines, cache, and what is written back."""

import json
from dataclasses import replace

import numpy as np
import pytest

from astro_dl.bundles.bundle import load_bundle, save_bundle
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.data.simulate import simulate
from astro_dl.data.store import open_store, store_examples
from astro_dl.evaluation.evaluate import evaluate, redraw
from astro_dl.evaluation.scores import cached_scores, input_blocks
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import build_model, resolve
from tests import toy

TASKS = {
    "toy_binary": ("cnn1d", {"kind": "platt", "scale": 1.0, "offset": 0.0, "prior_log_odds": 0.0}),
    "toy_multiclass": ("cnn1d", {"kind": "temperature", "temperature": 1.5}),
    "toy_regression": ("cnn1d", {"kind": "none"}),
}


def make_bundle(folder, task, n_test=700):
    model_name, calibration = TASKS[task]
    config = resolve(
        load_config(
            {
                "task": task,
                "model": model_name,
                "data": {"n_test": n_test, "workers": 1, "block_size": 256},
                "evaluation": {"bootstrap": 10, "plots": False},
            }
        )
    )
    model = build_model(model_name, task=task)
    history = [{"epoch": 1, "loss": 0.7}, {"epoch": 2, "loss": 0.6}]
    return save_bundle(folder / task, model, config, {"calibration": calibration}, history)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory, toy_task, toy_multiclass, toy_regression):
    folder = tmp_path_factory.mktemp("bundles")
    return {task: make_bundle(folder, task) for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_every_kind_of_bundle_is_evaluated_on_its_test_split(bundles, task):
    report = evaluate(bundles[task], progress=False)
    assert report.metrics["about"]["n"] == 700
    assert report.metrics["about"]["data"] == "simulated test split, seed 0"
    expected = ["network", "matched filter", "bound"] if task == "toy_binary" else ["network"]
    assert list(report.metrics["methods"]) == expected


def test_baselines_stand_beside_the_network_on_the_same_examples(bundles):
    report = evaluate(bundles["toy_binary"], progress=False)
    outcome, methods = report.outcome, report.metrics["methods"]
    assert methods["bound"]["auc"]["value"] > 0.98
    assert methods["network"]["auc"]["value"] < 0.9
    assert len(outcome.scores["bound"]) == len(outcome.y) == 700


def test_results_do_not_depend_on_blocks_or_cache(bundles):
    first, again = (evaluate(bundles["toy_binary"], progress=False) for _ in range(2))
    assert first.to_json() == again.to_json()


def test_given_examples_stores_and_fewer_of_them_are_evaluated(bundles, tmp_path):
    examples = simulate(toy.BINARY, 300, seed=5)
    path = tmp_path / "set.h5"
    store_examples(path, [examples], 300, {"task": "toy_binary"}, progress=False)
    predictor = load_pretrained(bundles["toy_binary"].folder)
    reports = [
        evaluate(predictor, data, progress=False, n=n)
        for data in (examples, path, str(path), open_store(path))
        for n in (None, 200)
    ]
    values = [report.metrics["methods"]["network"]["auc"]["value"] for report in reports]
    assert [len(report.outcome.y) for report in reports] == [300, 200] * 4
    assert len(set(values)) == 2


def test_a_cache_that_the_code_contradicts_is_made_anew(tmp_path):
    examples = simulate(toy.BINARY, 40, seed=5)
    store_examples(tmp_path / "set.h5", [examples], 40, {}, progress=False)
    store = open_store(tmp_path / "set.h5")
    calls = []

    def compute(factor, blocks):
        values = np.concatenate([block[:, :, 0].sum(axis=1) for block in blocks])
        calls.append(len(values))
        return {"sum": factor * values}

    def scores(factor):
        return cached_scores("s", {}, store, 40, lambda blocks: compute(factor, blocks), False)

    first = scores(1.0)
    assert calls == [40]
    np.testing.assert_array_equal(scores(1.0)["sum"], first["sum"])
    assert calls == [40, 8]
    np.testing.assert_array_equal(scores(2.0)["sum"], 2 * first["sum"])
    assert calls[-1] == 40


def test_blocks_cover_the_first_examples_in_order():
    examples = simulate(toy.BINARY, 50, seed=5)
    blocks = list(input_blocks(examples, 45, 20))
    assert [len(block) for block in blocks] == [20, 20, 5]
    np.testing.assert_array_equal(np.concatenate(blocks), examples.x[:45])


def test_saved_results_are_in_the_bundle_and_its_checksums_hold(tmp_path, toy_task):
    bundle = make_bundle(tmp_path, "toy_binary", 300)
    report = evaluate(bundle, progress=False, save=True)
    again = load_bundle(bundle.folder)
    stored = json.loads((bundle.folder / "metrics.json").read_text())
    assert stored["simulated"] == json.loads(report.to_json())
    assert again.card.metrics["simulated"]["auc"]["value"] == pytest.approx(
        report.metrics["methods"]["network"]["auc"]["value"]
    )
    assert set(again.card.baselines) == {"matched filter", "bound"}
    assert "plots/roc.png" not in again.card.files
    figures = redraw(bundle.folder, progress=False)
    assert bundle.folder / "plots" / "roc.png" in figures
    assert "plots/roc.png" in load_bundle(bundle.folder).card.files


def test_figures_are_drawn_where_they_are_wanted(bundles, tmp_path):
    folder = tmp_path / "figures"
    evaluate(bundles["toy_multiclass"], plots_folder=folder, progress=False)
    drawn = {path.name for path in folder.iterdir()}
    assert drawn == {"confusion.png", "reliability.png", "history.png", "wrong.png"}


def test_settings_of_a_changed_config_are_honoured(bundles):
    bundle = bundles["toy_binary"]
    changed = replace(
        bundle.config,
        evaluation=replace(
            bundle.config.evaluation, baselines=False, false_alarm_probabilities=(0.2,)
        ),
    )
    report = evaluate(replace(bundle, config=changed), progress=False)
    assert list(report.metrics["methods"]) == ["network"]
    rates = report.metrics["methods"]["network"]["tpr"]
    assert [rate["false_alarm_probability"] for rate in rates] == [0.2]


def test_unfit_data_are_refused(bundles, tmp_path):
    bundle = bundles["toy_binary"]
    examples = simulate(toy.BINARY, 20, seed=5)
    noise = examples.take(examples.y == 0)
    with pytest.raises(UsageError, match="both classes"):
        evaluate(bundle, noise, progress=False)
    with pytest.raises(UsageError, match="no examples"):
        evaluate(bundle, examples.take(slice(0, 0)), progress=False)
    with pytest.raises(UsageError, match="no such file"):
        evaluate(bundle, tmp_path / "absent.h5", progress=False)
    with pytest.raises(UsageError, match="own test split"):
        evaluate(bundle, examples, save=True, progress=False)
    with pytest.raises(UsageError, match="n is 0"):
        evaluate(bundle, n=0, progress=False)


def test_examples_of_another_task_are_refused(bundles, tmp_path):
    examples = simulate(toy.MULTICLASS, 20, seed=5)
    store_examples(tmp_path / "m.h5", [examples], 20, {"task": "toy_multiclass"}, progress=False)
    with pytest.raises(UsageError, match="toy_multiclass"):
        evaluate(bundles["toy_binary"], tmp_path / "m.h5", progress=False)
