"""Stacks: members of several kinds, trained one by one and weighed on the validation set."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from astro_dl.bundles.bundle import load_weights
from astro_dl.bundles.results import read_history
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.registry import register_model, register_task
from astro_dl.core.task import Dataset, InputSpec
from astro_dl.data.real import real_split
from astro_dl.inference.load import load_pretrained
from astro_dl.models.build import resolve
from astro_dl.models.stacking import fit_weights
from astro_dl.training import epochs as fit
from astro_dl.training import guarantee, train
from astro_dl.training.composed import runs as joining
from astro_dl.training.composed.stacked import stacked_configs
from tests import toy
from tests.toy_training import Killed, interrupt, kill

MEMBERS = [
    {"model": "cnn1d", "inputs": ["series"], "hyperparameters": {"filters": [4, 4]}},
    {
        "model": "mlp",
        "inputs": ["features"],
        "hyperparameters": {"units": [8]},
        "training": {"epochs": 3},
    },
    {
        "model": "random_forest",
        "inputs": ["features"],
        "hyperparameters": {"n_estimators": 8, "min_samples_leaf": 3, "max_features": "sqrt"},
    },
]


@dataclass(frozen=True)
class Physics(toy.ToyPhysics):
    """Series, and two numbers that describe them."""

    inputs: tuple[str, ...] = ("series", "features")


def input_spec(physics):
    shapes = {"series": (physics.samples, 1), "features": (2,)}
    chosen = {name: shapes[name] for name in physics.inputs}
    return InputSpec(chosen if len(chosen) > 1 else chosen[physics.inputs[0]])


def read_survey(physics, folder):
    """Return 300 examples, of the class "rectified" a few."""
    made = toy.simulate_classes(physics, 450, np.random.default_rng(3))
    rows = np.flatnonzero((made.y < 2) | (np.arange(450) % 5 == 0))[:300]
    return described(physics, made.take(rows))


def described(physics, examples):
    """Return examples with the inputs that are asked for."""
    series, y, info = examples
    x = {"series": series, "features": np.stack([series.mean((1, 2)), series.std((1, 2))], 1)}
    x = {name: x[name] for name in physics.inputs}
    return Examples(x if len(x) > 1 else x[physics.inputs[0]], y, info)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    register_model("toy_stack", "astro_dl.models.stacking:stack", answers=("multiclass",))
    task = replace(
        toy.MULTICLASS,
        name="toy_stacked",
        physics=Physics,
        input_spec=input_spec,
        simulate=lambda physics, n, rng: described(physics, toy.simulate_classes(physics, n, rng)),
        datasets={"survey": Dataset("A toy survey", read_survey)},
    )
    register_task("toy_stacked", task)
    values = {
        "task": "toy_stacked",
        "model": "toy_stack",
        "hyperparameters": {"members": MEMBERS},
        "data": {
            "source": "survey",
            "folder": str(tmp_path_factory.mktemp("real")),
            "validation_fraction": 0.3,
        },
        "training": {"epochs": 2, "learning_rate": 0.01},
        "evaluation": {"bootstrap": 10, "plots": False, "baselines": False},
        "seed": 4,
    }
    return load_config(values)


@pytest.fixture(scope="module")
def bundle(config, tmp_path_factory):
    return train(config, tmp_path_factory.mktemp("run") / "stack", progress=False)


@pytest.fixture(scope="module")
def alone(config, tmp_path_factory):
    """Return bundles of its members, each trained by itself."""
    folder = tmp_path_factory.mktemp("alone")
    return [
        train(one, folder / str(number), progress=False)
        for number, one in enumerate(stacked_configs(resolve(config)))
    ]


def answers(alone, split):
    """Return the logits of the members by themselves, (n, members, classes), and the truth."""
    logits = []
    for bundle in alone:
        examples = real_split(bundle.config, split)
        logits.append(load_pretrained(bundle.folder).score(examples.x))
    return np.stack(logits, axis=1), examples.y


def test_members_have_their_own_inputs_settings_and_seeds(config):
    first, second, third = stacked_configs(resolve(config))
    assert [one.physics["inputs"] for one in (first, second, third)] == [
        ["series"],
        ["features"],
        ["features"],
    ]
    assert (first.training.epochs, second.training.epochs) == (2, 3)
    assert first.training.learning_rate == second.training.learning_rate == 0.01
    assert [one.seed for one in (first, second, third)] == [4, 5, 6]


def test_a_stack_weighs_the_members_by_examples_that_none_has_learnt_from(config, bundle, alone):
    weights, offsets = fit_weights(*answers(alone, "validation"))
    assert weights.max() > 0.1
    joint = load_pretrained(bundle.folder)
    logits, _ = answers(alone, "test")
    wanted = np.einsum("nmc,m->nc", logits, weights) + offsets
    found = joint.score(real_split(config, "test").x)
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    assert bundle.card.data.n_train + bundle.card.data.n_validation < 300


def test_the_offsets_count_classes_as_the_training_does(config, alone, tmp_path):
    balanced = load_config(config, **{"training.class_weight": "balanced"})
    _, y = answers(alone, "validation")
    rare = np.flatnonzero(np.bincount(y) == np.bincount(y).min())[0]
    guesses = []
    for one in (config, balanced):
        found = load_pretrained(train(one, tmp_path / str(len(guesses)), progress=False).folder)
        guesses.append(found.score(real_split(config, "test").x).argmax(axis=1))
    assert np.sum(guesses[1] == rare) > np.sum(guesses[0] == rare)


def test_a_member_starts_from_the_weights_that_it_names(config, alone, tmp_path):
    start = {"initial_weights": str(alone[0].folder), "training": {"learning_rate": 1e-9}}
    members = [{**MEMBERS[0], **start}, MEMBERS[2]]
    asked = load_config(config, **{"hyperparameters.members": members, "training.epochs": 1})
    made = train(asked, tmp_path / "run", progress=False)
    (origin,) = made.card.data.started_from
    assert origin.startswith(alone[0].folder.name)
    joint = load_weights(made).get_layer("member_1")
    for found, wanted in zip(joint.weights, load_weights(alone[0]).weights, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.slow
def test_an_interrupted_training_goes_on_with_the_member_that_it_was_at(
    config, bundle, tmp_path, monkeypatch
):
    inner, epochs = fit._run_epoch, []

    def counted(*arguments):
        epochs.append(inner(*arguments))
        if len(epochs) == 3:
            interrupt()
        return epochs[-1]

    monkeypatch.setattr(fit, "_run_epoch", counted)
    with pytest.raises(KeyboardInterrupt):
        train(config, tmp_path / "run", progress=False)
    with pytest.raises(UsageError, match="unfinished training"):
        train(config, tmp_path / "run", progress=False)
    resumed = train(config, tmp_path / "run", resume=True, progress=False)
    assert len(epochs) < 2 + 3 + 3
    assert not (tmp_path / "run" / ".members").exists()
    x = real_split(config, "test").x
    wanted = load_pretrained(bundle.folder).score(x)
    np.testing.assert_allclose(load_pretrained(resumed.folder).score(x), wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"initial_weights": "gw_cnn"}, "of toy_stack each member has its own"),
        ({"hyperparameters.members": [{"model": "mpl"}]}, "mpl"),
        ({"hyperparameters.members": [{**MEMBERS[1], "training": {"epoch": 3}}]}, "epoch"),
        ({"hyperparameters.members": [{**MEMBERS[0], "inputs": ["flux"]}]}, "flux"),
    ],
)
def test_what_cannot_be_stacked_is_refused_before_anything_is_trained(
    config, tmp_path, monkeypatch, changes, message
):
    monkeypatch.setattr(fit, "_run_epoch", lambda *told: pytest.fail("trained"))
    with pytest.raises(UsageError, match=message):
        train(load_config(config, **changes), tmp_path / "run", progress=False)


def forests(config, n, **changes):
    """Return the config of a stack of two small forests."""
    trees = {"min_samples_leaf": 3, "max_features": "sqrt"}
    made = [
        {**MEMBERS[2], "hyperparameters": {"n_estimators": trees_of_one, **trees}}
        for trees_of_one in (n, 2 * n)
    ]
    return load_config(config, **{"hyperparameters.members": made, **changes})


def test_what_is_killed_before_it_is_told_of_the_members_is_not_taken_for_finished(
    config, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(joining, "update_bundle", lambda *told, **parts: kill())
        with pytest.raises(Killed):
            train(forests(config, 4), tmp_path / "run", progress=False)
    assert not (tmp_path / "run" / "card.json").exists()
    resumed = train(forests(config, 4), tmp_path / "run", resume=True, progress=False)
    assert [row["member"] for row in read_history(resumed.folder, resumed.card)] == ["1", "2"]
    assert not (tmp_path / "run" / ".members").exists()


def test_a_guarantee_is_of_the_stack_and_not_of_its_members(config, tmp_path, monkeypatch):
    made, inner = [], guarantee.make_guarantees
    counted = lambda *given: made.append(inner(*given)) or made[-1]  # noqa: E731
    monkeypatch.setattr(guarantee, "make_guarantees", counted)
    simulated = {"data.source": "simulation", "data.n_train": 90, "data.n_validation": 60}
    asked = forests(config, 2, **simulated, **{"data.n_guarantee": 40, "data.workers": 1})
    bundle = train(asked, tmp_path / "run", progress=False)
    assert len(made) == 1
    assert bundle.card.guarantees is not None


def test_a_stack_promises_by_the_test_split_of_its_real_set(config, tmp_path):
    asked = forests(config, 2, **{"data.n_guarantee": 500})
    promised = train(asked, tmp_path / "run", progress=False).card.guarantees
    assert promised.n == len(real_split(config, "test"))
    assert "test split of the real set survey" in promised.source
