"""Networks for stamps: their sizes, and what does not change their answer."""

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_model
from astro_dl.science.real_bogus.networks.deep_hits import deep_hits
from astro_dl.science.real_bogus.networks.periodic import periodic_mlp

BINARY = Binary(("bogus", "real"))


@pytest.fixture(scope="module")
def stamps():
    return np.random.default_rng(0).normal(size=(3, 21, 21, 4)).astype(np.float32)


def test_deep_hits_answers_alike_for_quarter_turns(stamps):
    model = deep_hits(InputSpec((21, 21, 4)), BINARY)
    answer = model.predict_on_batch(stamps)
    assert np.ptp(answer) > 1e-4
    for turns in (1, 2, 3):
        turned = np.ascontiguousarray(np.rot90(stamps, turns, axes=(1, 2)))
        np.testing.assert_allclose(model.predict_on_batch(turned), answer, atol=2e-6)


def test_deep_hits_keeps_the_examples_of_a_batch_apart(stamps):
    model = deep_hits(InputSpec((21, 21, 4)), BINARY)
    alone = np.concatenate([model.predict_on_batch(one[None]) for one in stamps])
    np.testing.assert_allclose(model.predict_on_batch(stamps), alone, atol=2e-6)


def test_deep_hits_has_the_layers_of_the_paper():
    model = deep_hits(InputSpec((21, 21, 4)), BINARY)
    filters = [one.filters for one in model.layers if isinstance(one, keras.layers.Conv2D)]
    assert filters == [32, 32, 64, 64, 64]
    convolutions = (
        4 * 4 * 4 * 32
        + 32
        + sum(9 * a * b + b for a, b in ((32, 32), (32, 64), (64, 64), (64, 64)))
    )
    dense = 5 * 5 * 64 * 64 + 64 + 64 * 64 + 64 + 64 + 1
    assert model.count_params() == convolutions + dense


def test_deep_hits_refuses_what_cannot_be_turned():
    with pytest.raises(UsageError, match="square"):
        deep_hits(InputSpec((21, 20, 4)), BINARY)


def test_braai_has_the_layers_of_the_paper():
    model = build_model("braai")
    assert model.input_shape == (None, 63, 63, 3)
    convolutions = sum(9 * a * b + b for a, b in ((3, 16), (16, 16), (16, 32), (32, 32)))
    # 63 → 61 → 59 → pool 29 → 27 → 25 → pool 6
    assert model.count_params() == convolutions + 6 * 6 * 32 * 256 + 256 + 256 + 1


def test_waves_follow_a_step_of_one_feature():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (2048, 3)).astype(np.float32)
    y = (np.floor(8 * x[:, 0]) % 2).astype(np.float32)
    small = {"units": (32,), "dropout": 0.0, "widest_wave": 2.0}
    model = periodic_mlp(InputSpec((3,)), BINARY, **small)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy())
    model.fit(x, y, batch_size=64, epochs=8, verbose=0)
    found = model.predict_on_batch(x)[:, 0] > 0.5
    assert np.mean(found == y) > 0.9
