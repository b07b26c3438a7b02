"""Networks for lens images: DeepLens against the paper, the committee against its members."""

from itertools import pairwise

import keras
import numpy as np
import pytest

from astro_dl.errors import UsageError
from astro_dl.models.build import logits_model
from astro_dl.models.lenses import OneMember, deeplens, lens_ensemble
from astro_dl.tasks.base import Head, InputSpec

BINARY = Head("binary", ("other", "lens"))
IMAGE = InputSpec((16, 16, 3))
MEMBERS = ("resnet2d", "resnet2d", "cnn2d")


def bottleneck_count(inputs, filters):
    """Count parameters: three normalisations, three convolutions, one shortcut if need be."""
    inner = filters // 2
    convolutions = inputs * inner + 9 * inner * inner + (inner * filters + filters)
    shortcut = inputs * filters if inputs != filters else 0
    return 4 * (inputs + inner + inner) + convolutions + shortcut


def test_deeplens_has_the_layers_of_the_paper():
    model = deeplens(InputSpec((64, 64, 1)), BINARY)
    convolutions = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D) and "shortcut" not in layer.name
    ]
    # 46 layers, as the paper counts
    assert len(convolutions) == 46
    assert model.get_layer("features").output.shape == (None, 4, 4, 512)
    widths = [32] * 4 + [64] * 3 + [128] * 3 + [256] * 3 + [512] * 3
    blocks = sum(bottleneck_count(a, b) for a, b in pairwise(widths))
    assert model.count_params() == (49 * 32 + 32) + blocks + (512 + 1)


@pytest.fixture(scope="module")
def committee():
    keras.utils.set_random_seed(1)
    return lens_ensemble(IMAGE, BINARY, members=MEMBERS)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).standard_normal((64, 16, 16, 3)).astype(np.float32)


def answers(committee, images, training=False):
    """Return the logits of every member, as if it were alone, (members, n)."""
    kernel, bias = (np.asarray(array) for array in committee.get_layer("logits").get_weights())
    found, first = [], 0
    for number in range(1, len(MEMBERS) + 1):
        embedding = np.asarray(committee.get_layer(f"member_{number}")(images, training=training))
        last = first + embedding.shape[1]
        found.append(embedding @ kernel[first:last] * len(MEMBERS) + bias)
        first = last
    return np.stack(found)[..., 0]


def test_a_committees_logit_is_the_mean_of_its_members(committee, images):
    logits = np.asarray(logits_model(committee)(images, training=False))[:, 0]
    np.testing.assert_allclose(logits, answers(committee, images).mean(axis=0), atol=1e-4)


def test_in_training_each_example_is_answered_by_one_member(committee, images):
    logits = np.asarray(logits_model(committee)(images, training=True))[:, 0]
    distance = np.abs(logits - answers(committee, images, training=True))
    assert (distance.min(axis=0) < 1e-4).all()
    assert set(distance.argmin(axis=0)) == {0, 1, 2}


def test_a_member_named_twice_has_two_sets_of_weights(committee):
    first, second = (committee.get_layer(f"member_{number}") for number in (1, 2))
    assert [w.shape for w in first.weights] == [w.shape for w in second.weights]
    assert not np.array_equal(first.get_weights()[0], second.get_weights()[0])
    assert len({weight.path for weight in committee.weights}) == len(committee.weights)


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


@pytest.mark.parametrize("members", [(), ("resnet2d", "lens_ensemble")])
def test_a_committee_has_single_models_as_members(members):
    with pytest.raises(UsageError, match="members must be names of single models"):
        lens_ensemble(IMAGE, BINARY, members=members)


def test_a_member_that_refuses_the_input_is_named():
    with pytest.raises(UsageError, match="cnn1d"):
        lens_ensemble(IMAGE, BINARY, members=("cnn1d",))
