"""Transformers: padding changes nothing, nor does the order of points with times."""

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.models.build import build_model

SMALL = {"width": 16, "units": 16, "depth": 2}
X = np.random.default_rng(0).normal(size=(4, 12, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def points():
    """Return a network whose channels are value, time and mark, and inputs with padding."""
    model = build_model(
        "series_transformer", input_shape=(12, 3), time_channel=1, mask_channel=2, **SMALL
    )
    x = X.copy()
    x[..., 2] = np.arange(12) < 8
    return model, x


def test_padding_never_changes_the_answer(points):
    model, x = points
    other = x.copy()
    other[:, 8:, :2] = 1e3
    np.testing.assert_allclose(model(x), model(other), atol=1e-6)


def test_points_with_times_may_stand_in_any_order(points):
    model, x = points
    order = np.random.default_rng(1).permutation(12)
    np.testing.assert_allclose(model(x), model(x[:, order]), atol=1e-5)
    later = x.copy()
    later[..., 1] *= 3
    assert not np.allclose(model(x), model(later), atol=1e-4)


def test_steps_without_times_are_told_apart_by_their_place():
    model = build_model("series_transformer", input_shape=(12, 3), **SMALL)
    assert not np.allclose(model(X), model(X[:, ::-1]), atol=1e-4)


def test_patches_shorten_a_series_and_images():
    series = build_model("series_transformer", "gw_bbh", patch_size=16, **SMALL)
    assert series.get_layer("features").output.shape == (None, 128, 16)
    image = build_model("vit_tiny")
    assert image.get_layer("features").output.shape == (None, 64, 96)
    assert 3.0e5 < image.count_params() < 4.0e5


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"width": 15}, "width is 15 and heads 4"),
        ({"time_channel": 3}, "time_channel is 3; accepted: 0 to 2"),
        ({"patch_size": 2, "mask_channel": 0}, "patch_size is 2"),
        ({"patch_size": 13}, "accepted: 1 to 12"),
    ],
)
def test_impossible_hyperparameters_are_refused(said, message):
    with pytest.raises(UsageError, match=message):
        build_model("series_transformer", input_shape=(12, 3), **said)
