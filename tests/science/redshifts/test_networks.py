"""The correlation of spectra with kernels at every shift, and its two ways."""

import keras
import numpy as np
import pytest
from keras import ops

from astro_dl.core import backend
from astro_dl.science.redshifts.networks import Correlation

PIXELS, CHANNELS, KERNELS, SHIFTS = 30, 3, 2, 12


@pytest.fixture
def maps():
    return np.random.default_rng(3).standard_normal((5, PIXELS, CHANNELS)).astype(np.float32)


def correlation(**options):
    keras.utils.set_random_seed(2)
    layer = Correlation(KERNELS, SHIFTS, **options)
    layer.build((None, PIXELS, CHANNELS))
    layer.bias.assign([0.5, -1.0])
    return layer


@pytest.mark.parametrize("training", [False, True])
def test_every_shift_has_the_kernels_one_step_further(maps, training):
    layer = correlation()
    kernel, bias = (np.asarray(one, np.float64) for one in layer.get_weights())
    expected = [
        np.tensordot(maps, kernel[SHIFTS - 1 - shift :][:PIXELS], ((1, 2), (0, 1))) + bias
        for shift in range(SHIFTS)
    ]
    found = ops.convert_to_numpy(layer(maps, training=training))
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-5, atol=1e-5)


def test_gradients_by_transforms_are_those_by_the_product(maps):
    layer = correlation()
    weights = np.random.default_rng(4).standard_normal((5, SHIFTS, KERNELS)).astype(np.float32)

    def gradient(training):
        def of_maps(x):
            return ops.sum(weights * layer(x, training=training) ** 2, axis=(1, 2))

        return backend.input_gradients(of_maps, maps)

    np.testing.assert_allclose(gradient(True), gradient(False), rtol=1e-4, atol=1e-4)


def test_a_step_by_transforms_changes_kernels_as_one_by_the_product(maps):
    y = np.random.default_rng(5).standard_normal((5, SHIFTS, KERNELS)).astype(np.float32)

    def stepped(training):
        layer = correlation()
        inputs = keras.Input((PIXELS, CHANNELS))
        model = keras.Model(inputs, layer(inputs, training=training))
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.train_on_batch(maps, y)
        return layer.get_weights()

    start = correlation().get_weights()
    for by_transforms, by_product, before in zip(stepped(True), stepped(False), start, strict=True):
        assert np.abs(by_product - before).max() > 1e-3
        np.testing.assert_allclose(by_transforms, by_product, atol=1e-6)


def test_half_precision_is_kept_outside_the_transforms(maps):
    whole, half = (
        correlation(dtype=dtype)(maps, training=True) for dtype in ("float32", "mixed_bfloat16")
    )
    assert keras.backend.standardize_dtype(half.dtype) == "bfloat16"
    whole, half = (ops.convert_to_numpy(ops.cast(one, "float32")) for one in (whole, half))
    assert 0 < np.abs(half - whole).max() < 0.02 * whole.std()
