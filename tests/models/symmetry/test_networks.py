"""Networks that see a square in all its orientations at once."""

import keras
import numpy as np
import pytest

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.symmetry.layers import (
    INVERSE,
    ORDER,
    PRODUCT,
    SquareGroupConvolution,
    turned,
)
from astro_dl.models.symmetry.networks import symmetric_cnn2d

CLASSES = Multiclass(("a", "b", "c"))


def all_orientations(x):
    return [np.stack([turned(one, element) for one in x]) for element in range(ORDER)]


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).normal(size=(3, 16, 16, 2)).astype(np.float32)


def test_the_group_is_that_of_the_square():
    assert all(sorted(row) == list(range(ORDER)) for row in PRODUCT.tolist())
    assert (PRODUCT[np.arange(ORDER), INVERSE] == 0).all()
    assert not (PRODUCT == PRODUCT.T).all(), "a turn after a mirror is not a mirror after a turn"
    one, other, third = np.meshgrid(*[np.arange(ORDER)] * 3)
    np.testing.assert_array_equal(
        PRODUCT[PRODUCT[one, other], third], PRODUCT[one, PRODUCT[other, third]]
    )


@pytest.mark.parametrize(("size", "strides"), [(3, 1), (6, 2)])
def test_maps_turn_with_their_input(images, size, strides):
    lifted = SquareGroupConvolution(2, size, strides=strides, from_image=True)
    after = SquareGroupConvolution(3, 3)
    upright = np.asarray(after(lifted(images)))
    for element, x in enumerate(all_orientations(images)):
        found = np.asarray(after(lifted(np.ascontiguousarray(x))))
        apart = upright.reshape(*upright.shape[:3], ORDER, 3)
        wanted = np.stack([turned(one, element) for one in apart])[
            ..., PRODUCT[INVERSE[element]], :
        ]
        np.testing.assert_allclose(found, wanted.reshape(found.shape), atol=2e-5)


@pytest.mark.parametrize("normalised", [False, True])
def test_answers_are_the_same_for_all_orientations(images, normalised):
    keras.utils.set_random_seed(1)
    options = {"fields": (2, 3), "blocks": 1, "batch_normalization": normalised}
    model = symmetric_cnn2d(InputSpec((16, 16, 2)), CLASSES, **options)
    for layer in model.layers:
        if layer.name.endswith("_normalization"):
            layer.moving_mean.assign(np.arange(layer.moving_mean.shape[0]) / 3)
    answer = model.predict_on_batch(images)
    assert np.ptp(answer, axis=0).max() > 1e-3
    for x in all_orientations(images):
        found = model.predict_on_batch(np.ascontiguousarray(x))
        np.testing.assert_allclose(found, answer, atol=2e-6)


def test_what_would_break_the_symmetry_is_refused():
    build = {"input_spec": InputSpec((16, 16, 1)), "head": CLASSES}
    with pytest.raises(UsageError, match="flatten"):
        symmetric_cnn2d(**build, global_pooling="flatten")
    with pytest.raises(UsageError, match="even"):
        symmetric_cnn2d(**build, fields=(2,), first_kernel=5)
    for shape in ((16, 24, 1), (20, 20, 1)):
        with pytest.raises(UsageError, match="multiples of 8"):
            symmetric_cnn2d(InputSpec(shape), CLASSES, fields=(2, 2))
