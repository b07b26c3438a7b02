"""What a real set promises of others like it rests on its test split alone."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.bundles.guarantees import ScoreTable
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import register_task
from astro_dl.core.task import Dataset
from astro_dl.data.real import real_split
from astro_dl.inference.load import load_pretrained
from astro_dl.training import epochs, guarantee, train
from astro_dl.training.guarantee import held_out_examples
from tests import toy

N = 400


def read_survey(physics, folder):
    """Return examples of a hundred stars."""
    examples = toy.simulate_binary(physics, N, np.random.default_rng(5))
    examples.info["star"] = np.arange(N) // 4
    return examples


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    survey = Dataset("A toy survey", read_survey, group="star")
    task = replace(toy.BINARY, name="toy_promised", datasets={"survey": survey})
    register_task("toy_promised", task)
    folder = str(tmp_path_factory.mktemp("real"))
    return {
        "task": "toy_promised",
        "model": "cnn1d",
        "hyperparameters": {"filters": [4], "kernel_sizes": 9, "pool_sizes": 8, "units": [8]},
        "data": {"source": "survey", "folder": folder, "test_fraction": 0.4, "n_guarantee": 1000},
        "training": {"epochs": 1},
        "evaluation": {"bootstrap": 10, "plots": False, "baselines": False},
    }


@pytest.fixture(scope="module")
def bundle(settings, tmp_path_factory):
    return train(load_config(settings), tmp_path_factory.mktemp("run") / "cnn", progress=False)


def test_a_real_set_promises_by_its_whole_test_split(bundle):
    test = real_split(bundle.config, "test")
    promised = bundle.card.guarantees
    assert promised.n == len(test) == 160
    split = "test split of the real set survey, by star, seed 0"
    assert promised.source == f"160 examples of the {split}"
    answers = load_pretrained(bundle.folder).answers(test.x)
    for k, name in enumerate(("noise", "signal")):
        p = answers.values if k else 1 - answers.values
        wanted = ScoreTable.of(1 - np.asarray(p, float)[test.y == k]).threshold(0.9)
        assert promised.scores[name].threshold(0.9) == pytest.approx(wanted, abs=1e-4)


def test_sets_of_another_survey_like_it_hold_the_truth(bundle):
    x, y, _ = toy.simulate_binary(toy.ToyPhysics(), 2000, np.random.default_rng(6))
    table = load_pretrained(bundle.folder).predict(x, coverage=0.9)
    names = np.where(y == 1, "signal", "noise")
    held = [name in words.split(",") for name, words in zip(names, table["set"], strict=True)]
    assert np.mean(held) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 160 + 0.09 / 2000))


def test_fewer_are_drawn_where_fewer_are_asked_for_and_the_same_ones_again(settings):
    config = load_config(settings)
    first, again = (held_out_examples(config, 50) for _ in range(2))
    assert len(first) == 50
    np.testing.assert_array_equal(first.x, again.x)
    test = {x.tobytes() for x in real_split(config, "test").x}
    assert {x.tobytes() for x in first.x} <= test


def one_night(physics, n, rng):
    """Return examples all of one night, as simulators draw a survey or a seeing for a block."""
    examples = toy.simulate_binary(physics, n, rng)
    examples.info["night"] = rng.random()
    return examples


def test_simulated_examples_are_of_many_nights(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path))
    register_task("toy_nights", replace(toy.BINARY, name="toy_nights", simulate=one_night))
    config = load_config({"task": "toy_nights", "model": "cnn1d", "data": {"workers": 1}})
    examples = held_out_examples(config, 640, progress=False)
    assert len(examples) == 640
    assert len(np.unique(examples.info["night"])) == 64


def test_answers_that_promise_nothing_are_refused_before_training(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(epochs, "_run_epoch", lambda *about: pytest.fail("trained"))
    rebuilt = {
        **settings,
        "model": "autoencoder",
        "hyperparameters": {},
        "data": {"n_train": 64, "n_validation": 32, "n_guarantee": 100, "workers": 1},
    }
    with pytest.raises(UsageError, match=r"data.n_guarantee: reconstruction answers have neither"):
        train(load_config(rebuilt), tmp_path / "codes", progress=False)


@pytest.mark.parametrize(("asked", "known"), [(3, 160), (1000, 3)])
def test_too_few_examples_to_hold_out_are_refused_before_training(
    settings, tmp_path, monkeypatch, asked, known
):
    config = load_config({**settings, "data": {**settings["data"], "n_guarantee": asked}})
    few = real_split(config, "test").take(np.arange(known))
    monkeypatch.setattr(guarantee, "real_split", lambda *about: few)
    monkeypatch.setattr(epochs, "_run_epoch", lambda *about: pytest.fail("trained"))
    with pytest.raises(UsageError, match=r"data.n_guarantee: 3 examples.*4 at least"):
        train(config, tmp_path / "few", progress=False)
