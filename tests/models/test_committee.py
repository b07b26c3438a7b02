"""Committees: the answers of the whole against those of the members."""

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from, logits_model
from astro_dl.models.committee import OneMember, committee, join_members
from astro_dl.models.members import committee_members
from astro_dl.science.stars.networks import bailer_jones
from astro_dl.training.objective import fold_scaling, unfold_scaling

BINARY = Binary(("other", "lens"))
VALUES = Regression(("a", "b"), ("", ""))
INPUT = InputSpec((12,))
MEMBERS = ("mlp", "mlp", "photoz_mlp")


@pytest.fixture(scope="module")
def joint():
    keras.utils.set_random_seed(1)
    return committee(INPUT, BINARY, members=MEMBERS)


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).standard_normal((64, 12)).astype(np.float32)


def answers(joint, rows, training=False):
    """Return the logits of every member, as if it were alone, (members, n)."""
    kernel, bias = (np.asarray(array) for array in joint.get_layer("logits").get_weights())
    found, first = [], 0
    for number in range(1, len(MEMBERS) + 1):
        embedding = np.asarray(joint.get_layer(f"member_{number}")(rows, training=training))
        last = first + embedding.shape[1]
        found.append(embedding @ kernel[first:last] * len(MEMBERS) + bias)
        first = last
    return np.stack(found)[..., 0]


def test_a_committees_logit_is_the_mean_of_its_members(joint, rows):
    logits = np.asarray(logits_model(joint)(rows, training=False))[:, 0]
    np.testing.assert_allclose(logits, answers(joint, rows).mean(axis=0), atol=1e-4)


def test_in_training_each_example_is_answered_by_one_member(joint, rows):
    logits = np.asarray(logits_model(joint)(rows, training=True))[:, 0]
    distance = np.abs(logits - answers(joint, rows, training=True))
    assert (distance.min(axis=0) < 1e-4).all()
    assert set(distance.argmin(axis=0)) == {0, 1, 2}


def test_a_member_named_twice_has_two_sets_of_weights(joint):
    first, second = (joint.get_layer(f"member_{number}") for number in (1, 2))
    assert [w.shape for w in first.weights] == [w.shape for w in second.weights]
    assert not np.array_equal(first.get_weights()[0], second.get_weights()[0])
    assert len({weight.path for weight in joint.weights}) == len(joint.weights)


def test_members_are_drawn_equally_often():
    ones = [np.ones((30_000, 1), np.float32)] * 3
    joined = np.asarray(OneMember()(ones, training=True))
    assert set(np.unique(joined)) == {0.0, 3.0}
    assert (np.count_nonzero(joined, axis=1) == 1).all()
    # six standard deviations of a binomial mean
    assert np.abs(joined.mean(axis=0) - 1).max() < 6 * np.sqrt(2 / 30_000)


def test_members_that_learn_together_all_answer():
    values = [np.full((5, 2), 1.0, np.float32), np.full((5, 1), 2.0, np.float32)]
    together = np.asarray(OneMember(independent=False)(values, training=True))
    assert np.array_equal(together, np.tile([1.0, 1.0, 2.0], (5, 1)))


@pytest.mark.parametrize("members", [(), ("mlp", "photoz_committee")])
def test_a_committee_has_single_models_as_members(members):
    with pytest.raises(UsageError, match="members must be names of single models"):
        committee(INPUT, BINARY, members=members)


def test_a_member_that_refuses_the_input_is_named():
    with pytest.raises(UsageError, match="cnn1d"):
        committee(INPUT, BINARY, members=("cnn1d",))


def test_mixtures_are_not_averaged():
    mixture = Regression(("redshift",), distribution="mixture")
    with pytest.raises(UsageError, match="does not average mixtures"):
        committee(InputSpec((4,)), mixture, members=("mlp", "mlp"))


SEPARATE = {"members": 3, "units": (4,), "separate": True}


@pytest.fixture(scope="module")
def networks():
    keras.utils.set_random_seed(2)
    return bailer_jones(InputSpec((12, 1)), Regression(("a", "b")), **SEPARATE)


def test_separate_networks_have_their_own_outputs_and_their_mean(networks, rows):
    alone = np.stack([np.asarray(one(rows[..., None])) for one in committee_members(networks)])
    assert len(alone) == 3
    hidden = [networks.get_layer(f"member_{n}_dense_1").get_weights() for n in (1, 2, 3)]
    kernels, biases = networks.get_layer("logits").get_weights()
    for member, (kernel, bias) in enumerate(hidden):
        by_hand = np.tanh(rows @ kernel + bias) @ kernels[member] + biases[member]
        np.testing.assert_allclose(alone[member], by_hand, atol=1e-5)
    np.testing.assert_allclose(networks(rows[..., None]), alone.mean(axis=0), atol=1e-5)


def test_separate_networks_learn_from_different_examples(networks, rows):
    alone = np.stack([np.asarray(one(rows[..., None])) for one in committee_members(networks)])
    answers = np.asarray(networks(rows[..., None], training=True))
    distance = np.abs(answers - alone).max(axis=2)
    assert (distance.min(axis=0) < 1e-5).all()
    assert set(distance.argmin(axis=0)) == {0, 1, 2}


def test_separate_networks_take_targets_of_any_scale(networks, rows):
    head = Regression(("a", "b"))
    y = np.random.default_rng(1).normal([3.0, -50.0], [0.1, 20.0], (64, 2)).astype(np.float32)
    objective = head.objective(y)
    before = np.asarray(networks(rows[..., None]))
    fold_scaling(networks, objective)
    after = np.asarray(networks(rows[..., None]))
    np.testing.assert_allclose(after, before * objective.scale + objective.location, rtol=1e-4)
    unfold_scaling(networks, objective)


def test_networks_trained_one_by_one_join_into_a_committee_of_their_mean(rows):
    made = [build_from("mlp", INPUT, VALUES) for _ in range(3)]
    joint = committee(INPUT, VALUES, members=("mlp",) * 3, separate=True)
    join_members(joint, made)
    wanted = [np.asarray(logits_model(one)(rows)) for one in made]
    found = np.asarray(logits_model(joint)(rows, training=False))
    np.testing.assert_allclose(found, np.mean(wanted, axis=0), atol=1e-5)
    for alone, one in zip(committee_members(logits_model(joint)), wanted, strict=True):
        np.testing.assert_allclose(np.asarray(alone(rows)), one, atol=1e-5)


def test_members_with_separate_logits_are_equally_wide():
    with pytest.raises(UsageError, match=r"members are \[.*\] wide"):
        committee(INPUT, VALUES, members=MEMBERS, separate=True)
