"""Last layers by what they compute."""

import keras
import numpy as np
import pytest

from astro_dl.models.heads import PartlyConstantDense

RUNS = ((2, 1), (0, 2), (1, 0))


@pytest.fixture(scope="module")
def layer():
    keras.utils.set_random_seed(0)
    made = PartlyConstantDense(6, RUNS, kernel_regularizer="l2")
    made.build((None, 4))
    made.bias.assign(np.arange(6.0))
    return made


def test_only_some_outputs_vary_with_the_input(layer):
    x = np.random.default_rng(0).normal(0, 1, (20, 4)).astype(np.float32)
    kernel, bias = (np.asarray(one) for one in layer.get_weights())
    expected = np.tile(bias, (20, 1))
    expected[:, [0, 1, 5]] += x @ kernel
    np.testing.assert_allclose(np.asarray(layer(x)), expected, atol=1e-6)
    assert layer.compute_output_shape((None, 4)) == (None, 6)


def test_it_is_made_again_from_its_own_description(layer):
    again = PartlyConstantDense.from_config(layer.get_config())
    assert (again.units, again.runs) == (6, RUNS)
    assert again.kernel_regularizer.l2 == layer.kernel_regularizer.l2


def test_runs_that_are_not_of_all_outputs_are_refused():
    with pytest.raises(ValueError, match="not of 5 outputs"):
        PartlyConstantDense(5, RUNS)
