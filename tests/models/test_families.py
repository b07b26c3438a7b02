"""Families of models: sizes against hand counts, hyper-parameters, refusals."""

import re
import subprocess
import sys

import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from, build_model, logits_model
from astro_dl.models.defaults import default_hyperparameters
from astro_dl.models.specification import specification

BINARY = Binary(("noise", "signal"))
SERIES = InputSpec((64, 2))
IMAGE = InputSpec((16, 16, 3))


def build(name, spec=None, head=BINARY, **hyperparameters):
    return build_from(name, spec or specification(name)[0], head, hyperparameters)


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def layers(model, x, *names):
    """Return what these layers give for an input."""
    import keras

    outputs = [model.get_layer(name).output for name in names]
    return [np.asarray(one) for one in keras.Model(model.input, outputs)(x, training=False)]


# counted by hand from the textbook layers: kernel × inputs × outputs + biases
HAND_COUNTS = {
    "mlp": (10 * 64 + 64) + (64 * 32 + 32) + (32 * 3 + 3),
    "cnn2d": (9 * 32 + 32) + (9 * 32 * 64 + 64) + (14 * 14 * 64 * 128 + 128) + (128 * 10 + 10),
    "lstm": 4 * (3 * 32 + 32 * 32 + 32) + (32 * 16 + 16) + (16 + 1),
    "gru": 3 * (3 * 32 + 32 * 32 + 2 * 32) + (32 * 16 + 16) + (16 + 1),
    # 1024 → 1009 → 252 → 245 → 61 samples
    "cnn1d": (16 * 16 + 16) + (8 * 16 * 32 + 32) + (61 * 32 * 32 + 32) + (32 + 1),
    # 2048 → 2033 → 508 → 501 → 125 samples
    "gw_cnn": (16 * 16 + 16) + (8 * 16 * 32 + 32) + (125 * 32 * 32 + 32) + (32 + 1),
    # 2048 → 2033 → 508 → 480 → 120 → 92 → 23 samples, dilation 4 spanning 29
    "george_huerta": (16 * 16 + 16)
    + (8 * 16 * 32 + 32)
    + (8 * 32 * 64 + 64)
    + (23 * 64 * 64 + 64)
    + (64 + 1),
    # 201 → 100 → 50 bins; three classes
    "tess_cnn": (5 * 16 + 16) + (3 * 16 * 32 + 32) + (50 * 32 * 64 + 64) + (64 * 3 + 3),
    "lens_cnn": (9 * 3 * 32 + 32)
    + (9 * 32 * 64 + 64)
    + (9 * 64 * 128 + 128)
    + (8 * 8 * 128 * 128 + 128)
    + (128 + 1),
    # 64 → 62 → 31 → 29 → 14 pixels; four classes
    "ar_cnn": (9 * 16 + 16) + (9 * 16 * 32 + 32) + (14 * 14 * 32 * 4 + 4),
    # 2048 → 256 → 42 → 10 samples
    "gabbard": (64 * 8 + 8)
    + (32 * 8 * 8 + 8)
    + (32 * 8 * 16 + 16)
    + (16 * 16 * 16 + 16)
    + (16 * 16 * 32 + 32)
    + (16 * 32 * 32 + 32)
    + (10 * 32 * 64 + 64)
    + (64 * 64 + 64)
    + (64 + 1),
}


@pytest.mark.parametrize("name", sorted(HAND_COUNTS))
def test_textbook_entries_have_the_parameters_counted_by_hand(name):
    model = build_from(name, *specification(name))
    assert model.count_params() == HAND_COUNTS[name]


def test_george_huerta_on_the_papers_input_has_the_papers_feature_map():
    model = build("george_huerta", InputSpec((8192, 1)))
    assert model.get_layer("features").output.shape == (None, 119, 64)


def test_pre_activation_resnet_has_the_parameters_counted_by_hand():
    model = build(
        "resnet1d", SERIES, stem_filters=4, stem_kernel_size=3, filters=(4, 8), blocks=1,
        kernel_sizes=3,
    )  # fmt: skip
    stem = 3 * 2 * 4 + 4
    # a stage: two normalisations (4 numbers a channel), a convolution without and one with bias
    first = 4 * 4 + 3 * 4 * 4 + 4 * 4 + (3 * 4 * 4 + 4) + 4 * 4
    second = 4 * 4 + 3 * 4 * 8 + 4 * 8 + (3 * 8 * 8 + 8) + 4 * 8
    assert model.count_params() == stem + first + second + 4 * 8 + (8 + 1)


def test_defaults_merge_the_preset_into_the_signature():
    defaults = default_hyperparameters("gabbard")
    assert defaults["filters"] == (8, 8, 16, 16, 32, 32)
    assert defaults["padding"] == "same"
    assert defaults["l2"] == 0.0
    assert default_hyperparameters("cnn1d")["filters"] == (16, 32)


def test_lists_count_as_tuples():
    from_lists = build("cnn2d", IMAGE, filters=[4, 8], kernel_sizes=[[3, 1], 3], pool_sizes=[1, 2])
    from_tuples = build("cnn2d", IMAGE, filters=(4, 8), kernel_sizes=((3, 1), 3), pool_sizes=(1, 2))
    assert from_lists.count_params() == from_tuples.count_params()


@pytest.mark.parametrize("family", ["lstm", "gru"])
@pytest.mark.parametrize("step_pooling", ["last", "average", "max", "attention"])
def test_recurrent_families_stack_run_backwards_and_pool(family, step_pooling):
    model = build(
        family,
        SERIES,
        recurrent_units=(4, 6),
        bidirectional=True,
        step_pooling=step_pooling,
        units=(),
        filters=(3,),
    )
    assert model.get_layer("embedding").output.shape == (None, 12)
    assert model.get_layer(f"{family}_2").input.shape == (None, 16, 8)
    states, vector = layers(model, normal(3, 64, 2), f"{family}_2", "embedding")
    if step_pooling == "last":
        np.testing.assert_allclose(vector, states)
    elif step_pooling == "attention":
        assert ((states.min(axis=1) <= vector) & (vector <= states.max(axis=1))).all()
    else:
        pooled = {"average": np.mean, "max": np.max}[step_pooling](states, axis=1)
        np.testing.assert_allclose(vector, pooled, atol=1e-6)


@pytest.mark.parametrize("kind", ["flatten", "average", "max", "attention"])
@pytest.mark.parametrize("family", ["cnn1d", "cnn2d", "resnet1d", "resnet2d"])
def test_global_pooling_gives_one_vector(family, kind):
    spec = SERIES if family.endswith("1d") else IMAGE
    small = {"kernel_sizes": 3, "filters": (4, 5), "units": (), "global_pooling": kind}
    model = build(family, spec, **small)
    features = model.get_layer("features").output.shape
    width = 5 if kind != "flatten" else int(np.prod(features[1:]))
    assert model.get_layer("embedding").output.shape == (None, width)
    maps, vector = layers(model, normal(3, *spec.shape), "features", "embedding")
    steps = maps.reshape(3, -1, 5)
    if kind == "flatten":
        np.testing.assert_allclose(vector, maps.reshape(3, -1))
    elif kind == "attention":
        assert ((steps.min(axis=1) <= vector) & (vector <= steps.max(axis=1))).all()
    else:
        pooled = {"average": np.mean, "max": np.max}[kind](steps, axis=1)
        np.testing.assert_allclose(vector, pooled, atol=1e-6)


@pytest.mark.parametrize("normalization", ["batch", "layer", "group"])
def test_normalization_stands_before_each_activation_and_replaces_biases(normalization):
    model = build("cnn1d", SERIES, normalization=normalization, kernel_sizes=3)
    names = [layer.name for layer in model.layers]
    place = names.index("convolution_2_normalization")
    assert names[place - 1 : place + 2] == [
        "convolution_2",
        "convolution_2_normalization",
        "convolution_2_activation",
    ]
    assert model.get_layer("convolution_2").bias is None


def test_penalties_add_to_the_loss():
    model = build("mlp", l1=0.5, l2=0.25, units=(4,), head=BINARY)
    kernels = [np.asarray(layer.kernel) for layer in model.layers if hasattr(layer, "kernel")]
    expected = sum(0.5 * np.abs(k).sum() + 0.25 * (k**2).sum() for k in kernels)
    np.testing.assert_allclose(float(sum(model.losses)), expected, rtol=1e-5)


def test_dropout_only_acts_in_training():
    model = build("mlp", dropout=(0.5, 0.0))
    x = np.ones((4, 10), np.float32)
    assert np.array_equal(model(x, training=False), model(x, training=False))
    assert not np.array_equal(model(x, training=True), model(x, training=True))
    assert [layer.name for layer in model.layers if "dropout" in layer.name] == ["dense_1_dropout"]


def test_logits_model_shares_weights_and_matches_the_probabilities():
    model = build("cnn1d", SERIES, kernel_sizes=3)
    logits = logits_model(model)
    x = np.random.default_rng(0).standard_normal((5, 64, 2)).astype(np.float32)
    expected = 1 / (1 + np.exp(-np.asarray(logits(x))))
    np.testing.assert_allclose(np.asarray(model(x)), expected, rtol=1e-5)
    assert logits.weights[0] is model.weights[0]


def test_logits_stay_float32_in_mixed_precision():
    import keras

    before = keras.config.dtype_policy()
    names = ("cnn1d", "gw_spectrogram_cnn")
    precise = {name: build(name, InputSpec((512, 1))) for name in names}
    keras.config.set_dtype_policy("mixed_float16")
    try:
        for name in names:
            model = build(name, InputSpec((512, 1)))
            model.set_weights(precise[name].get_weights())
            assert model.get_layer("logits").output.dtype == "float32"
            assert model.output.dtype == "float32"
            assert model.get_layer("features").output.dtype == "float16"
            x = np.random.default_rng(0).standard_normal((2, 512, 1)).astype(np.float32)
            np.testing.assert_allclose(model(x), precise[name](x), atol=5e-3)
    finally:
        keras.config.set_dtype_policy(before)


def test_build_model_takes_an_input_shape_in_place_of_a_task():
    model = build_model("gw_cnn", input_shape=(512, 2))
    assert model.input.shape == (None, 512, 2)
    # 512 → 497 → 124 → 117 → 29 samples
    hidden = (16 * 2 * 16 + 16) + (8 * 16 * 32 + 32) + (29 * 32 * 32 + 32)
    assert model.count_params() == hidden + (32 + 1)
    assert build_model("cnn2d").output.shape == (None, 10)


def test_build_model_takes_inputs_and_outputs_of_a_task():
    model = build_model("resnet1d", task="gw_bbh", filters=(4,), blocks=1)
    assert model.input.shape == (None, 2048, 1)
    assert model.output.shape == (None, 1)


REFUSALS = {
    "unknown model": (lambda: build_model("gw_cn"), "did you mean 'gw_cnn'"),
    "unknown task": (lambda: build_model("gw_cnn", task="gw_bb"), "did you mean 'gw_bbh'"),
    "unknown hyper-parameter": (lambda: build("gw_cnn", filtres=(3,)), "did you mean 'filters'"),
    "wrong rank": (lambda: build("cnn1d", IMAGE), "2 axes"),
    "several inputs": (lambda: build("mlp", InputSpec({"a": (3,), "b": (4,)})), "a, b"),
    "pool below one sample": (
        lambda: build("cnn1d", InputSpec((40, 1)), kernel_sizes=8),
        "the pool of convolution_2 takes 4 samples, its input has 1",
    ),
    "kernel longer than its input": (
        lambda: build("cnn1d", InputSpec((32, 1))),
        "the kernel of convolution_2 spans 8 samples, its input has 4",
    ),
    "number of values": (
        lambda: build("cnn1d", SERIES, kernel_sizes=(3, 3, 3)),
        "kernel_sizes has 3 values for 2 layers",
    ),
    "dropout": (lambda: build("mlp", dropout=1.5), "dropout must lie in [0, 1), not 1.5"),
    "activation": (lambda: build("mlp", activation="rleu"), "unknown activation 'rleu'"),
    "initializer": (lambda: build("mlp", initializer="he_norml"), "he_norml"),
    "normalization": (lambda: build("mlp", normalization="bach"), "did you mean 'batch'"),
    "padding": (lambda: build("cnn1d", SERIES, padding="sam"), "did you mean 'same'"),
    "pooling": (lambda: build("cnn1d", SERIES, pooling="mx", kernel_sizes=3), "'max'"),
    "global pooling": (lambda: build("resnet1d", global_pooling="averge"), "'average'"),
    "step pooling": (lambda: build("gru", step_pooling="lst"), "'last'"),
    "penalty": (lambda: build("mlp", l2=-1.0), "must not be negative"),
    "units": (lambda: build("mlp", units=(-3,)), "mlp can't be built"),
    "type": (lambda: build("mlp", units="many"), "mlp can't be built"),
    "frequency band": (
        lambda: build("gw_spectrogram_cnn", high_frequency_hz=5000.0),
        "Nyquist frequency, 1024 Hz",
    ),
    "no shape": (lambda: build("mlp", InputSpec((0,))), "mlp takes inputs of shape"),
}


@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_refusals_name_the_value_and_the_remedy(case):
    attempt, message = REFUSALS[case]
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        attempt()
    assert "\n" not in str(caught.value)


def test_listing_models_imports_no_keras():
    code = (
        "import sys; from astro_dl.core.registry import list_models; assert list_models();"
        "import astro_dl.models.build;"
        "sys.exit(any(m in sys.modules for m in ('keras', 'tensorflow', 'torch', 'jax')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
