"""What half precision would round off is computed in full precision."""

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.core import backend
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from
from astro_dl.models.standardization import standardize_inputs

MAGNITUDES = np.random.default_rng(0).normal(24, 0.2, (200, 8)).astype(np.float32)
DAYS = np.random.default_rng(1).uniform(0, 3000, (4, 20, 1)).astype(np.float32)


def output_of(layer, name, x, policy, **hyperparameters):
    """Return what a layer of a network gives in some precision."""
    with backend.precision(policy):
        model = build_from(name, InputSpec(x.shape[1:]), Binary(("no", "yes")), hyperparameters)
    standardize_inputs(model, x)
    part = keras.Model(model.input, model.get_layer(layer).output)
    return np.asarray(keras.ops.cast(part(x), "float32"))


@pytest.mark.parametrize(
    ("layer", "settings"),
    [("input_standardization", {"standardize": True}), ("input_pca", {"pca": 3})],
)
def test_small_differences_of_large_inputs_are_kept(layer, settings):
    full, half = (
        output_of(layer, "mlp", MAGNITUDES, policy, **settings)
        for policy in ("float32", "mixed_bfloat16")
    )
    assert full.std() > 0.9
    np.testing.assert_allclose(half, full, atol=1e-5)


def test_days_of_long_series_are_kept():
    x = np.concatenate([np.ones_like(DAYS), DAYS], axis=-1)
    full, half = (
        output_of("waves", "series_transformer", x, policy, time_channel=1, shortest_period=0.5)
        for policy in ("float32", "mixed_bfloat16")
    )
    assert full.std() > 0.5
    np.testing.assert_allclose(half, full, atol=1e-5)
