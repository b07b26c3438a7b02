"""Networks cut behind a layer that commutes with the symmetries of their task."""

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.core.task import InputSpec
from astro_dl.inference.runtime import KerasRuntime
from astro_dl.inference.test_time_augmentation import averaged, averaged_logits
from astro_dl.models.symmetry.commuting import commuting_part, remaining_part
from astro_dl.observations.images.orientations import ORIENTATIONS
from astro_dl.science.lenses.networks.families import lens_resnet2d

SHAPE = (16, 16, 3)


def network(subtract_deflector):
    small = {"filters": (2,), "blocks": 1, "strides": 1, "stem_filters": 2}
    head = Binary(("non_lens", "lens"))
    return lens_resnet2d(InputSpec(SHAPE), head, subtract_deflector=subtract_deflector, **small)


@pytest.fixture(scope="module")
def cut():
    return network(subtract_deflector=True)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).normal(size=(3, *SHAPE)).astype(np.float32)


def test_both_parts_in_a_row_are_the_network(cut, images):
    first, rest = (part(cut, ORIENTATIONS) for part in (commuting_part, remaining_part))
    assert first.output.shape == (None, 16, 16, 5)
    np.testing.assert_allclose(rest(first(images)), cut(images), atol=1e-6)


def test_averages_are_those_of_the_whole_network(cut, images):
    runtime = KerasRuntime(cut)
    found = averaged_logits(runtime, ORIENTATIONS, 4)(images)
    whole = averaged(lambda x: np.asarray(cut(x)), ORIENTATIONS)(images)
    np.testing.assert_allclose(found, whole, atol=1e-5)
    assert set(runtime.parts) == {"commuting", "remaining"}
    # Without symmetries there is nothing to save.
    runtime = KerasRuntime(cut)
    np.testing.assert_allclose(averaged_logits(runtime, (), 4)(images), cut(images), atol=1e-6)
    assert not runtime.parts


def test_a_network_that_sees_the_input_itself_is_not_cut(images):
    plain = network(subtract_deflector=False)
    assert commuting_part(plain, ORIENTATIONS) is None
    found = averaged_logits(KerasRuntime(plain), ORIENTATIONS, 4)(images)
    whole = averaged(lambda x: np.asarray(plain(x)), ORIENTATIONS)(images)
    np.testing.assert_allclose(found, whole, atol=1e-6)


def test_a_layer_vouches_for_the_changes_that_it_names(cut):
    other = lambda x: -x  # noqa: E731
    assert remaining_part(cut, (*ORIENTATIONS, other)) is None
    inputs = keras.Input(SHAPE)
    both = keras.layers.Concatenate()([inputs, cut.layers[1](inputs)])
    beside = keras.Model(inputs, keras.layers.Dense(1)(both))
    assert remaining_part(beside, ORIENTATIONS) is None
