"""Stacks: what their weights make of the answers of members, and how they are found."""

import keras
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from, logits_model
from astro_dl.models.stacking import (
    Member,
    fit_weights,
    join_weighted,
    members_logits,
    read_members,
    stack,
)

HEAD = Multiclass(("a", "b", "c"))
INPUT = InputSpec({"curve": (64, 2), "features": (5,)})
MEMBERS = (
    {"model": "cnn1d", "inputs": ("curve",), "hyperparameters": {"filters": (4, 4)}},
    {"model": "mlp", "inputs": ("features",), "hyperparameters": {"units": (6,)}},
    {"model": "mlp", "inputs": ("features",), "hyperparameters": {"units": (3,)}},
)


@pytest.fixture(scope="module")
def x():
    rng = np.random.default_rng(0)
    return {
        "curve": rng.standard_normal((20, 64, 2)).astype(np.float32),
        "features": rng.standard_normal((20, 5)).astype(np.float32),
    }


@pytest.fixture(scope="module")
def trained():
    """Return networks as if each had been trained by itself."""
    keras.utils.set_random_seed(1)
    shapes = INPUT.shape
    return [
        build_from(one.model, InputSpec(one.given(shapes)), HEAD, one.hyperparameters)
        for one in read_members(MEMBERS)
    ]


def test_a_stack_answers_with_the_weighted_sum_of_its_members(x, trained):
    weights, offsets = np.array([0.5, 0.0, 2.0]), np.array([0.1, -0.2, 0.3])
    model = stack(INPUT, HEAD, members=MEMBERS)
    join_weighted(model, trained, weights, offsets)
    networks = [logits_model(one) for one in trained]
    alone = members_logits(networks, read_members(MEMBERS), x)
    wanted = 0.5 * alone[:, 0] + 2.0 * alone[:, 2] + offsets
    np.testing.assert_allclose(logits_model(model)(x), wanted, atol=1e-5)
    np.testing.assert_allclose(model(x), softmax(wanted, axis=1), atol=1e-5)


def test_members_are_equal_until_their_weights_are_found(x, trained):
    model = stack(INPUT, HEAD, members=MEMBERS)
    weights, offsets = model.get_layer("logits").get_weights()
    assert np.allclose(weights, 1 / 3)
    assert not offsets.any()


def drawn(weights, offsets, n, seed=0):
    """Return members' logits, and classes drawn from what weights and offsets make of them."""
    rng = np.random.default_rng(seed)
    members = rng.normal(0, 2, (n, len(weights), len(offsets)))
    logits = np.einsum("nmc,m->nc", log_softmax(members, axis=2), weights) + offsets
    return members, (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


def test_weights_are_those_that_the_classes_were_drawn_with():
    wanted, offsets = np.array([0.7, 0.0, 0.4]), np.array([0.5, 0.0, -0.5])
    found, told = fit_weights(*drawn(wanted, offsets, 40_000))
    assert found == pytest.approx(wanted, abs=0.03)
    assert told - told.mean() == pytest.approx(offsets, abs=0.05)


def test_no_weight_is_below_zero():
    members, y = drawn(np.array([1.0, 0.0]), np.zeros(3), 2000)
    members[:, 1] = -members[:, 0]
    assert (fit_weights(members, y)[0] >= 0).all()


def test_a_member_that_knows_nothing_has_no_weight_beside_one_that_knows():
    members, y = drawn(np.array([1.0, 0.0]), np.zeros(3), 20_000)
    good, bad = fit_weights(members, y)[0]
    assert good > 0.9
    assert bad < 0.05


def test_class_weights_make_every_class_count_alike_in_the_decisions():
    members, y = drawn(np.array([1.0]), np.log([0.8, 0.1, 0.1]), 40_000)
    shares = np.bincount(y) / len(y)

    def balanced_accuracy(weights, offsets):
        told = (log_softmax(members[:, 0], axis=1) * weights + offsets).argmax(axis=1)
        return np.mean([np.mean(told[y == one] == one) for one in range(3)])

    observed, equal = fit_weights(members, y), fit_weights(members, y, 1 / shares)
    assert equal[1] - observed[1] == pytest.approx(-np.log(shares))
    assert balanced_accuracy(*equal) > balanced_accuracy(*observed) + 0.02


def test_a_class_without_examples_to_weigh_by_has_the_weight_that_it_is_given():
    members, y = drawn(np.array([1.0]), np.zeros(3), 200)
    alone = fit_weights(members[y < 2], y[y < 2])[1]
    weighty = fit_weights(members[y < 2], y[y < 2], np.array([1.0, 1.0, 50.0]))[1]
    assert weighty - alone == pytest.approx([0, 0, np.log(50)])


def test_a_class_without_examples_keeps_a_finite_offset():
    members, y = drawn(np.array([1.0]), np.zeros(3), 200)
    offsets = fit_weights(members[y < 2], y[y < 2])[1]
    assert np.isfinite(offsets).all()
    assert offsets[2] < 0


def test_a_member_that_diverged_is_named_and_not_weighed():
    members, y = drawn(np.array([1.0, 0.5, 0.5]), np.zeros(3), 50)
    members[7, 1, 0] = np.inf
    with pytest.raises(UsageError, match="logits of number 2 are not finite"):
        fit_weights(members, y)


def test_of_two_classes_the_log_odds_are_weighed():
    rng = np.random.default_rng(0)
    members = rng.normal(0, 2, (40_000, 3, 1))
    odds = members[..., 0] @ np.array([0.7, 0.0, 0.4]) - 0.5
    weights, offset = fit_weights(members, odds + rng.logistic(size=odds.shape) > 0)
    assert weights == pytest.approx([0.7, 0.0, 0.4], abs=0.03)
    assert offset == pytest.approx([-0.5], abs=0.05)


def test_a_stack_of_two_classes_has_one_logit(x):
    head = Binary(("no", "yes"))
    model = stack(INPUT, head, members=MEMBERS)
    networks = [
        build_from(one.model, InputSpec(one.given(INPUT.shape)), head, one.hyperparameters)
        for one in read_members(MEMBERS)
    ]
    join_weighted(model, networks, np.array([0.5, 0.0, 2.0]), np.array([-0.3]))
    alone = members_logits([logits_model(one) for one in networks], read_members(MEMBERS), x)
    wanted = 0.5 * alone[:, 0] + 2.0 * alone[:, 2] - 0.3
    np.testing.assert_allclose(logits_model(model)(x), wanted, atol=1e-5)


def test_what_is_no_class_is_not_weighed():
    with pytest.raises(UsageError, match="classes, not of regression"):
        stack(INPUT, Regression(("mass",), ("",)), members=MEMBERS)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ((), "members: none"),
        (({"model": "mlp", "inputs": ("flux",)},), "member mlp takes flux; given: curve, features"),
        (({"model": "mlp"},), "mlp"),
        (({"network": "mlp"},), r"members\[0\].network: unknown key"),
    ],
)
def test_what_cannot_be_a_member_is_refused(members, message):
    with pytest.raises(UsageError, match=message):
        stack(INPUT, HEAD, members=members)


def test_a_member_of_a_single_array_takes_it_whole(x):
    assert Member("mlp").given(x["features"]) is x["features"]
    with pytest.raises(UsageError, match="given: a single array"):
        Member("mlp", ("features",)).given(x["features"])
