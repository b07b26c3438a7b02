"""Networks for photographs of galaxies: their sizes, and their views."""

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.science.galaxy_morphology.networks import SixteenViews, dieleman, view_places

BINARY = Binary(("other", "spiral"))
SMALL = {"crop": 12, "filters": (4,), "kernel_sizes": 3, "pool_sizes": 2, "maxout_units": (8,)}


def test_dieleman_has_the_layers_of_the_paper():
    model = dieleman(InputSpec((69, 69, 3)), BINARY)
    filters = [one.filters for one in model.layers if isinstance(one, keras.layers.Conv2D)]
    assert filters == [32, 64, 128, 128]
    convolutions = sum(
        k * k * a * b + b for k, a, b in ((6, 3, 32), (5, 32, 64), (3, 64, 128), (3, 128, 128))
    )
    # 45 → 40 → 20 → 16 → 8 → 6 → 4 → 2 pixels of 128 maps, of 16 views
    joined = 16 * 2 * 2 * 128
    dense = joined * 4096 + 4096 + 2048 * 4096 + 4096 + 2048 + 1
    assert model.count_params() == convolutions + dense


def test_the_views_of_the_upright_image_are_its_corners():
    image = np.arange(17 * 17, dtype=np.float32).reshape(1, 17, 17, 1)
    views = np.asarray(SixteenViews(12)(image))[..., 0]
    assert views.shape == (16, 12, 12)
    np.testing.assert_allclose(views[0], image[0, :12, :12, 0], atol=1e-3)
    np.testing.assert_allclose(views[4], image[0, :12, ::-1, 0][:, :12], atol=1e-3)
    for corner in range(4):
        turned = np.rot90(image[0, ..., 0], corner)[:12, :12]
        np.testing.assert_allclose(views[corner], turned, atol=1e-3)
        # the middle of the image is at the same place of each view
        assert views[corner][8, 8] == pytest.approx(image[0, 8, 8, 0], abs=1e-3)


def test_the_other_views_are_turned_by_45_degrees():
    places = view_places(17, 17)[8] - 8
    assert np.hypot(*places[8, 16]) == pytest.approx(8)
    angle = np.degrees(np.arctan2(places[8, 16, 0], places[8, 16, 1]))
    assert abs(angle) == pytest.approx(45)
    axis = np.arange(17) - 8.0
    ramp = np.broadcast_to(axis[:, None], (17, 17)).astype(np.float32)[None, ..., None]
    view = np.asarray(SixteenViews(17)(ramp))[8, ..., 0]
    inside = np.hypot(axis[:, None], axis) < 7
    wanted = places[..., 0]
    np.testing.assert_allclose(view[inside], wanted[inside], atol=1e-4)


def test_a_batch_keeps_its_galaxies_apart_and_a_quarter_turn_permutes_views():
    keras.utils.set_random_seed(0)
    model = dieleman(InputSpec((17, 17, 3)), BINARY, dropout=0.0, **SMALL)
    x = np.random.default_rng(0).random((3, 17, 17, 3)).astype(np.float32)
    together = model.predict_on_batch(x)
    alone = np.concatenate([model.predict_on_batch(one[None]) for one in x])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    views = [
        np.asarray(SixteenViews(12)(one)) for one in (x[:1], np.rot90(x[:1], 1, (1, 2)).copy())
    ]
    for corner in range(4):
        np.testing.assert_allclose(views[1][corner], views[0][(corner + 1) % 4], atol=1e-5)


def test_dieleman_refuses_what_has_no_such_views():
    with pytest.raises(UsageError, match="square"):
        dieleman(InputSpec((69, 64, 3)), BINARY)
    with pytest.raises(UsageError, match="half of its side"):
        dieleman(InputSpec((32, 32, 3)), BINARY)
    with pytest.raises(UsageError, match="pieces"):
        dieleman(InputSpec((17, 17, 3)), BINARY, pieces=0, **SMALL)
