"""Networks scan a series as they would score its windows, or say that they cannot."""

import numpy as np
import pytest

from astro_dl.answers.head import Head
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from, logits_model
from astro_dl.models.scanning import scanning_network

LENGTH = 64


def network(**hyperparameters):
    settings = {"filters": (4, 6), "kernel_sizes": (5, 3), "pool_sizes": (4, 2), "units": (8, 5)}
    head = Head("multiclass", ("a", "b", "c"))
    built = build_from("cnn1d", InputSpec((LENGTH, 2), {}), head, settings | hyperparameters)
    rng = np.random.default_rng(0)
    built.set_weights([rng.normal(0, 0.3, one.shape) for one in built.get_weights()])
    return logits_model(built)


@pytest.mark.parametrize("step", [8, 24])
@pytest.mark.parametrize(
    "hyperparameters",
    [{}, {"pooling": "average", "activation": "elu"}, {"dilations": (1, 2), "units": ()},
     {"strides": (2, 1), "pool_sizes": (2, 2)}],
)  # fmt: skip
def test_every_window_of_a_series_is_answered_as_it_would_be_alone(hyperparameters, step):
    model = network(**hyperparameters)
    series = np.random.default_rng(1).normal(size=(2, LENGTH + 10 * step + 5, 2))
    series = series.astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(series, LENGTH, axis=1)[:, ::step]
    expected = [model.predict_on_batch(one.swapaxes(1, 2)) for one in views]
    found = scanning_network(model, step).predict_on_batch(series)
    np.testing.assert_allclose(found[:, :11], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("hyperparameters", "step"),
    [
        ({}, 12),
        ({"padding": "same"}, 8),
        ({"global_pooling": "max"}, 8),
        ({"normalization": "layer"}, 8),
    ],
)
def test_what_is_not_the_same_for_every_window_is_not_scanned(hyperparameters, step):
    assert scanning_network(network(**hyperparameters), step) is None
