"""Coverage, prevalence and the gate go all the way: a bundle, its card, tables, words."""

import numpy as np
import pytest

import astro_dl
from astro_dl.bundles.bundle import load_bundle
from astro_dl.core.errors import UsageError
from astro_dl.inference.load import load_pretrained
from astro_dl.inference.promises import Promise, make_promise, read_share
from astro_dl.training.guarantee import add_guarantees
from tests.untrained import untrained_bundle

KINDS = ("toy_binary", "toy_multiclass", "toy_regression")
HELD_OUT, NEW = 1500, 1500


def bare_bundle(folder, task):
    """Return a bundle of an untrained network: what is promised holds for any."""
    values = {
        "task": task,
        "model": "cnn1d",
        "hyperparameters": {"filters": [4], "kernel_sizes": 9, "pool_sizes": 8, "units": [8]},
        "data": {"workers": 1, "block_size": 500},
    }
    return untrained_bundle(folder, values)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory, toy_task, toy_multiclass, toy_regression):
    root = tmp_path_factory.mktemp("promised")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTRO_DL_CACHE", str(root / "cache"))
        for task in KINDS:
            bare_bundle(root / task, task)
            add_guarantees(root / task, HELD_OUT, progress=False)
    return root


@pytest.fixture(scope="module")
def predictors(bundles):
    return {task: load_pretrained(bundles / task) for task in KINDS}


def new_examples(task, **physics):
    return astro_dl.simulate(task, NEW, seed=77, **physics)


@pytest.mark.parametrize("task", KINDS[:2])
def test_sets_hold_the_true_class(predictors, task):
    x, y, _ = new_examples(task)
    table = predictors[task].predict(x, coverage=0.9)
    names = np.array(predictors[task].head.names)[np.asarray(y, int)]
    held = [name in words.split(",") for name, words in zip(names, table["set"], strict=True)]
    assert np.mean(held) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / HELD_OUT + 0.09 / NEW))
    assert table.meta["coverage"] == 0.9


def test_intervals_hold_the_truth(predictors):
    x, y, _ = new_examples("toy_regression")
    table = predictors["toy_regression"].predict(x, coverage=0.9)
    for k, name in enumerate(predictors["toy_regression"].head.names):
        low, high = (np.asarray(table[name + end].value) for end in ("_low", "_high"))
        held = (low <= y[:, k]) & (y[:, k] <= high)
        assert np.mean(held) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / HELD_OUT + 0.09 / NEW))


def test_the_gate_passes_inputs_like_the_held_out_ones_and_stops_others(predictors):
    x, *_ = new_examples("toy_binary")
    like = predictors["toy_binary"].predict(x, coverage=0.9)["p_in_distribution"]
    assert np.mean(like < 0.01) < 0.025
    other = predictors["toy_binary"].predict(4 * x, coverage=0.9, keep_flagged=True)
    assert np.mean(other["p_in_distribution"] < 0.01) > 0.5


def test_rows_without_an_answer_have_no_promise(predictors):
    x, *_ = new_examples("toy_binary")
    x = x[:4].copy()
    x[2] = np.nan
    table = predictors["toy_binary"].predict(x, coverage=0.9)
    assert table["set"][2] == ""
    assert np.isnan(table["p_in_distribution"][2])
    assert np.isfinite(table["p_in_distribution"][[0, 1, 3]]).all()


def test_a_prior_moves_probabilities_and_leaves_sets(predictors):
    x, *_ = new_examples("toy_binary")
    other = predictors["toy_binary"].head.names[1]
    before = predictors["toy_binary"].predict(x, coverage=0.9)
    after = predictors["toy_binary"].predict(x, coverage=0.9, prior={other: 0.01})
    assert (after[f"p_{other}"] < before[f"p_{other}"]).all()
    assert (after["set"] == before["set"]).all()
    assert after.meta["prior"] == {other: 0.01}


@pytest.mark.parametrize("options", [{}, {"prior": {}}])
def test_without_being_asked_nothing_is_promised(predictors, options):
    table = predictors["toy_binary"].predict(new_examples("toy_binary").x[:3], **options)
    assert not {"set", "p_in_distribution"} & set(table.colnames)


@pytest.mark.parametrize(
    ("task", "options", "said"),
    [
        ("toy_binary", {"coverage": 1.0}, "accepted: a number > 0 and < 1"),
        ("toy_binary", {"coverage": "0.9"}, "accepted: a number"),
        ("toy_binary", {"coverage": 0.99999}, "more held-out examples"),
        ("toy_binary", {"prior": {"nonsense": 0.5}}, "class of the prior"),
        ("toy_regression", {"prior": {"snr": 0.5}}, "no prevalence"),
        ("toy_binary", {"coverage": 0.9, "uncertainty": "ensemble"}, "."),
    ],
)
def test_what_cannot_be_promised_is_refused(predictors, task, options, said):
    with pytest.raises(UsageError, match=said):
        predictors[task].predict(new_examples(task).x[:3], **options)


def test_bundles_without_guarantees_load_and_promise_nothing(bundles, tmp_path, toy_task):
    bare_bundle(tmp_path / "bare", "toy_binary")
    assert "guarantees" not in (tmp_path / "bare" / "card.json").read_text()
    predictor = load_pretrained(tmp_path / "bare")
    with pytest.raises(UsageError, match="n_guarantee"):
        make_promise(predictor, 0.9, None)


def test_guarantees_leave_the_weights_as_they_are(bundles, tmp_path, toy_task):
    bare_bundle(tmp_path / "bare", "toy_binary")
    before = load_bundle(tmp_path / "bare").card.files["weights.h5"]
    after = add_guarantees(tmp_path / "bare", 50, progress=False)
    assert after.card.files["weights.h5"] == before
    assert after.card.guarantees.n == 50


def test_shares_are_read_from_words():
    assert read_share("planet_candidate=0.03") == ("planet_candidate", 0.03)
    with pytest.raises(UsageError, match="CLASS=SHARE"):
        read_share("0.03")
    assert Promise().coverage is None
