"""Committees each member of which learns without another part of the examples."""

from dataclasses import replace

import numpy as np
import pytest

from astro_dl.answers.regression import Regression
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import register_model, register_task
from astro_dl.core.task import Dataset
from astro_dl.data.real import real_split
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import resolve
from astro_dl.training import epochs as fit
from astro_dl.training import train
from astro_dl.training.composed.cross_validated import member_configs
from tests import toy
from tests.toy_training import interrupt

PARTS, MEMBERS = 2, ("toy_member",) * 2
HEAD = Regression(("snr", "offset"), ("", "m"), "gaussian")


def read_survey(physics, folder):
    """Return 300 examples of sixty stars."""
    examples = toy.simulate_values(physics, 300, np.random.default_rng(3))
    examples.info["star"] = np.arange(300) // 5
    return examples


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    register_model(
        "toy_member",
        "astro_dl.science.stars.networks:spectra_mlp",
        rank=(2,),
        input_shape=(64, 1),
        hyperparameters={"first_units": 4, "units": ()},
    )
    register_model("toy_committee", "astro_dl.models.committee:committee", rank=(2,))
    task = replace(
        toy.REGRESSION,
        name="toy_parts",
        head=lambda physics: HEAD,
        datasets={"survey": Dataset("A toy survey", read_survey, group="star")},
    )
    register_task("toy_parts", task)
    values = {
        "task": "toy_parts",
        "model": "toy_committee",
        "hyperparameters": {"members": list(MEMBERS), "separate": True},
        "data": {
            "source": "survey",
            "folder": str(tmp_path_factory.mktemp("real")),
            "validation_parts": PARTS,
        },
        "training": {
            "epochs": 2,
            "learning_rate": 0.01,
            "cross_validated": True,
            "calibration": "temperature",
            "variance_weight": 0.5,
        },
        "evaluation": {"bootstrap": 10, "plots": False, "baselines": False},
        "seed": 4,
    }
    return load_config(values)


@pytest.fixture(scope="module")
def bundle(config, tmp_path_factory):
    return train(config, tmp_path_factory.mktemp("run") / "committee", progress=False)


def members(config):
    return member_configs(resolve(config))


def test_each_part_is_left_out_by_one_member_and_test_examples_by_all(config):
    found = [
        {name: set(real_split(one, name).info["star"]) for name in ("train", "validation", "test")}
        for one in members(config)
    ]
    known = set.union(*(one["validation"] for one in found))
    assert sum(len(one["validation"]) for one in found) == len(known) == 48
    assert all(one["train"] == known - one["validation"] for one in found)
    alone = load_config(config, **{"data.validation_parts": 0})
    tested = set(real_split(alone, "test").info["star"])
    assert all(one["test"] == tested for one in found)
    assert not tested & known


@pytest.fixture(scope="module")
def alone(config, tmp_path_factory):
    """Return predictors of its members, each trained by itself."""
    folder = tmp_path_factory.mktemp("alone")
    return [
        load_pretrained(train(one, folder / str(number), progress=False).folder)
        for number, one in enumerate(members(config))
    ]


def test_the_committee_answers_with_the_mean_of_networks_trained_one_by_one(config, bundle, alone):
    x = real_split(config, "test").x
    logits = [one.score(x) for one in alone]
    assert np.ptp([one[0, 0] for one in logits]) > 1e-3
    joint = load_pretrained(bundle.folder)
    np.testing.assert_allclose(joint.score(x), np.mean(logits, axis=0), rtol=1e-4, atol=1e-4)
    assert len(joint.with_uncertainty("ensemble").members) == len(MEMBERS)


def test_it_is_calibrated_by_each_example_as_the_member_tells_it_that_has_not_seen_it(
    config, bundle, alone
):
    held_out = [real_split(one, "validation") for one in members(config)]
    truth = np.concatenate([one.y for one in held_out])
    logits = np.concatenate([one.score(part.x) for one, part in zip(alone, held_out, strict=True)])
    own = HEAD.fit_calibration(logits, truth)
    wanted = HEAD.recalibrations["temperature"](logits, truth, own)
    found = bundle.card.calibration
    assert found["kind"] == "recalibrated"
    np.testing.assert_allclose(found["own"]["factors"], wanted["own"]["factors"], rtol=1e-3)
    assert bundle.card.data.n_train == bundle.card.data.n_validation == 240


def test_a_committee_promises_by_the_test_examples_that_no_member_has_seen(config, tmp_path):
    promising = load_config(config, **{"data.n_guarantee": 500})
    promised = train(promising, tmp_path / "run", progress=False).card.guarantees
    assert promised.n == len(real_split(config, "test"))
    assert "test split" in promised.source


@pytest.mark.slow
def test_an_interrupted_training_goes_on_with_the_member_that_it_was_at(
    config, bundle, tmp_path, monkeypatch
):
    inner, epochs = fit._run_epoch, []

    def counted(*arguments):
        row = inner(*arguments)
        epochs.append(row)
        if len(epochs) == 3:
            interrupt()
        return row

    monkeypatch.setattr(fit, "_run_epoch", counted)
    with pytest.raises(KeyboardInterrupt):
        train(config, tmp_path / "run", progress=False)
    with pytest.raises(UsageError, match="unfinished training"):
        train(config, tmp_path / "run", progress=False)
    resumed = train(config, tmp_path / "run", resume=True, progress=False)
    assert len(epochs) < 2 * 2 * len(MEMBERS)
    assert not (tmp_path / "run" / ".members").exists()
    x = real_split(config, "test").x
    np.testing.assert_allclose(
        load_pretrained(resumed.folder).score(x),
        load_pretrained(bundle.folder).score(x),
        rtol=1e-4,
        atol=1e-4,
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hyperparameters.separate": False}, "no committee of members by name"),
        ({"data.validation_parts": 3}, "3 for 2 members; accepted"),
        ({"data.source": "simulation"}, "of simulations every member"),
        ({"training.calibration": "splines"}, "unknown training.calibration 'splines'.*spline"),
    ],
)
def test_what_cannot_be_divided_is_refused(config, tmp_path, changes, message):
    changes = {"training.epochs": 1, **changes}
    with pytest.raises(UsageError, match=message):
        train(load_config(config, **changes), tmp_path / "run", progress=False)


def test_a_part_that_is_none_is_refused(config):
    with pytest.raises(UsageError, match="validation_part: 2 of 2 parts"):
        real_split(load_config(config, **{"data.validation_part": 2}), "train")
