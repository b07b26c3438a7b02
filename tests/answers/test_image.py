"""Answers that are images: what is learnt, scored and refused."""

import keras
import numpy as np
import pytest

from astro_dl.answers.maps.image import Image
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import answer_kind
from astro_dl.core.task import InputSpec
from astro_dl.metrics.images import error_ratio, image_metrics, inner

HEAD = Image(("light",), size=(8, 10), border=2)


def test_the_border_is_neither_learnt_nor_scored():
    from astro_dl.training.pixel_losses import InnerSquaredError

    y = np.random.default_rng(0).standard_normal((3, 8, 10)).astype(np.float32)
    logits = np.full((3, 8, 10, 1), 100.0, np.float32)
    logits[:, 2:-2, 2:-2, 0] = y[:, 2:-2, 2:-2] + 0.5
    assert float(InnerSquaredError(2)(y, logits)) == pytest.approx(0.25, rel=1e-5)
    assert float(InnerSquaredError(0)(y, logits)) > 1000
    assert HEAD.objective(y).validation_scores(logits, y)["val_rmse"] == pytest.approx(0.5)


def test_errors_are_those_of_pixels():
    rng = np.random.default_rng(0)
    y = 3 * rng.standard_normal((400, 8, 10))
    found = y + 0.2 + rng.standard_normal(y.shape)
    metrics = image_metrics(found, y, 0.95, 200, rng)
    rmse = metrics["rmse"]
    assert rmse["low"] < np.sqrt(1.04) < rmse["high"]
    assert rmse["high"] - rmse["low"] < 0.05
    assert metrics["unexplained"]["value"] == pytest.approx(1.04 / 9, rel=0.03)
    assert metrics["bias"]["value"] == pytest.approx(0.2, abs=0.02)


def test_ratios_of_errors_have_the_intervals_of_pairs():
    rng = np.random.default_rng(0)
    y = np.zeros((200, 8, 8))
    noise = rng.standard_normal(y.shape) * rng.uniform(0.1, 10, (200, 1, 1))
    ratio = error_ratio(0.9 * noise, noise, y, 0.95, 100)
    assert ratio["value"] == pytest.approx(0.9)
    assert ratio["high"] - ratio["low"] < 1e-9


def test_the_card_tells_all_of_it():
    card = HEAD.to_card()
    assert answer_kind(card["kind"]).from_card(card) == HEAD
    assert HEAD.shape == (8, 10, 1)
    assert HEAD.target_shape == (8, 10)


def test_larger_inputs_get_larger_answers():
    spec = InputSpec({"image": (32, 48, 3), "point_spread": (5, 5, 1)}, {})
    assert Image.of_model(HEAD, spec) == Image(("light",), size=(32, 48), border=2)


def test_tables_tell_the_light_within_the_border():
    logits = np.ones((2, 8, 10, 1), np.float32)
    logits[:, 0] = 50
    table = HEAD.columns(HEAD.answers(logits))
    np.testing.assert_array_equal(table["light_sum"], [24, 24])


def test_members_tell_by_how_much_they_differ():
    one = np.zeros((2, 8, 10, 1), np.float32)
    answers = HEAD.combined([one, one + 2], [None, None])
    assert (answers.values == 1).all()
    assert (answers.parts["std"] == 1).all()


def test_the_worst_images_come_first():
    from types import SimpleNamespace

    y = np.zeros((3, 8, 10))
    scores = y.copy()
    scores[1, 4, 4], scores[2, 0, 0] = 5.0, 100.0
    outcome = SimpleNamespace(y=y, scores={"network": scores}, own="network")
    indices, captions = HEAD.most_wrong(outcome, 1)
    assert indices.tolist() == [1]
    assert captions == ["RMSE 1.02"]
    assert inner(y, 3).shape == (3, 2, 4)


def test_what_cannot_be_is_refused():
    with pytest.raises(UsageError, match="one image"):
        Image(("a", "b"))
    with pytest.raises(UsageError, match="border is 4"):
        Image(("light",), size=(8, 10), border=4)
    with pytest.raises(UsageError, match="keeps the map"):
        HEAD.last_layers(keras.Input((4, 4, 2)))
    y = np.ones((2, 8, 10))
    with pytest.raises(UsageError, match="all pixels of the training set are 1"):
        HEAD.check_targets(y, "training")
    y[0, 4, 4] = np.nan
    with pytest.raises(UsageError, match="not finite"):
        HEAD.check_targets(y, "training")
    with pytest.raises(UsageError, match="label_smoothing"):
        HEAD.objective(y, 0.1)
