"""Explanations of models whose answer is known, and of every family."""

import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.explain.grad_cam import activations, grad_cam
from astro_dl.explain.integrated_gradients import gradient_shap, integrated_gradients
from astro_dl.explain.occlusion import occlusion, permutation
from astro_dl.explain.saliency import saliency, smooth_grad
from astro_dl.explain.surrogate import kernel_shap, lime
from astro_dl.models.build import build_from, logits_model

BINARY = Binary(("noise", "signal"))
RNG = np.random.default_rng(3)


def build(name, shape, head=BINARY, **hyperparameters):
    return build_from(name, InputSpec(shape), head, hyperparameters)


@pytest.fixture(scope="module")
def linear():
    """A model whose logits are a known linear map of six inputs."""
    model = build("mlp", (6,), Multiclass(("a", "b", "c")), units=())
    weights = RNG.standard_normal((6, 3)).astype(np.float32)
    model.get_layer("logits").set_weights([weights, np.zeros(3, np.float32)])
    return model, weights


@pytest.fixture(scope="module")
def bump_finder():
    """A convolutional model that sums the rectified samples of a series."""
    model = build(
        "cnn1d", (64, 1), filters=(1,), kernel_sizes=1, pool_sizes=1, units=(), dropout=0.0
    )
    model.get_layer("convolution_1").set_weights([np.ones((1, 1, 1)), np.zeros(1)])
    model.get_layer("logits").set_weights([np.ones((64, 1)), np.zeros(1)])
    x = np.zeros((2, 64, 1), np.float32)
    x[0, 20:24], x[1, 50:54] = 3.0, 3.0
    return model, x


@pytest.mark.parametrize("output", [0, 2])
def test_saliency_of_a_linear_model_is_its_weights(linear, output):
    model, weights = linear
    x = RNG.standard_normal((5, 6)).astype(np.float32)
    expected = np.tile(weights[:, output], (5, 1))
    np.testing.assert_allclose(saliency(model, x, output, batch_size=2), expected, rtol=1e-5)


def test_integrated_gradients_of_a_linear_model_are_weight_times_step(linear):
    model, weights = linear
    x = RNG.standard_normal((3, 6)).astype(np.float32)
    shares = integrated_gradients(model, x, baseline=0.5, output=1, steps=2)
    np.testing.assert_allclose(shares, (x - 0.5) * weights[:, 1], rtol=1e-4)


def test_integrated_gradients_sum_to_the_difference_of_logits():
    model = build("cnn1d", (64, 2), kernel_sizes=5, activation="tanh")
    x = RNG.standard_normal((4, 64, 2)).astype(np.float32)
    logits = logits_model(model)
    difference = np.asarray(logits(x))[:, 0] - np.asarray(logits(np.zeros_like(x)))[:, 0]
    shares = integrated_gradients(model, x, steps=64, batch_size=48)
    np.testing.assert_allclose(shares.sum(axis=(1, 2)), difference, atol=2e-3)


def test_saliency_agrees_with_finite_differences():
    model = build("gru", (12, 1), recurrent_units=(4,), activation="tanh")
    logits = logits_model(model)
    x = RNG.standard_normal((1, 12, 1)).astype(np.float32)
    step = 1e-2 * np.eye(12, dtype=np.float32)[:, :, None]
    numeric = (np.asarray(logits(x + step)) - np.asarray(logits(x - step)))[:, 0] / 2e-2
    np.testing.assert_allclose(saliency(model, x)[0, :, 0], numeric, atol=1e-4)


def test_occlusion_and_grad_cam_point_at_the_bump(bump_finder):
    model, x = bump_finder
    falls = occlusion(model, x, window=4, stride=1)
    heats = grad_cam(model, x)
    assert falls.shape == heats.shape == (2, 64)
    for values in (falls, heats):
        assert 20 <= values[0].argmax() < 24
        assert 50 <= values[1].argmax() < 54
    # the inner samples of the bump are blanked with 1, 2, 3 and 4 of its values, 3 each
    np.testing.assert_allclose(falls.max(axis=1), 3 * (2 + 3 + 4 + 3) / 4, rtol=1e-5)
    assert np.abs(falls[0, 30:]).max() == 0


def test_occlusion_covers_every_position_and_marks_gaps(bump_finder):
    model, x = bump_finder
    # Each window lowers the sum of the samples by those of the bump that it hides, 3 each; the last
    # one is drawn in to end with the series, and positions in two windows have the mean of both.
    tens = occlusion(model, x, window=10, stride=10)
    np.testing.assert_allclose(tens[0], np.where(np.arange(64) // 10 == 2, 12, 0), atol=1e-5)
    np.testing.assert_allclose(tens[1, 50:54], 12, atol=1e-5)
    assert np.isfinite(tens).all()
    gaps = occlusion(model, x, window=4, stride=8)
    assert np.isnan(gaps[0, 5])
    assert np.isfinite(gaps[0, 3])


def test_occlusion_takes_tables_and_images(linear):
    model, weights = linear
    x = RNG.standard_normal((2, 6)).astype(np.float32)
    np.testing.assert_allclose(occlusion(model, x, 1), x * weights[:, 0], rtol=1e-3, atol=1e-5)
    image = build("cnn2d", (12, 8, 2), filters=(3,), units=(4,))
    values = RNG.standard_normal((2, 12, 8, 2)).astype(np.float32)
    assert occlusion(image, values, (4, 2)).shape == (2, 12, 8)


@pytest.mark.parametrize(
    ("name", "shape", "hyperparameters"),
    [
        ("cnn2d", (16, 12, 1), {"filters": (3, 4)}),
        ("resnet1d", (64, 2), {"filters": (4, 6), "blocks": 1}),
        ("resnet2d", (16, 12, 1), {"filters": (4,), "blocks": 1}),
        ("lstm", (32, 2), {"filters": (3,), "step_pooling": "max"}),
        ("gru", (32, 2), {}),
        ("gw_spectrogram_cnn", (512, 1), {"filters": (4, 4), "spectrogram_kernel_size": 64}),
    ],
)
def test_every_family_is_explained(name, shape, hyperparameters):
    model = build(name, shape, **hyperparameters)
    x = RNG.standard_normal((2, *shape)).astype(np.float32)
    gradient = saliency(model, x)
    assert gradient.shape == x.shape
    assert np.abs(gradient).max() > 0
    heat = grad_cam(model, x)
    # the spectrogram's map has frequencies too
    frequencies = (8,) if name == "gw_spectrogram_cnn" else ()
    assert heat.shape == (*x.shape[:-1], *frequencies)
    assert (heat >= 0).all()


REFUSALS = {
    "shape": (lambda m, x: saliency(m, x[:, :10]), r"takes examples of shape \(64, 1\)"),
    "output": (lambda m, x: saliency(m, x, output=1), "output must be one of 0…0, not 1"),
    "steps": (lambda m, x: integrated_gradients(m, x, steps=0), "at least 1"),
    "window": (lambda m, x: occlusion(m, x, window=100), "larger than the input"),
    "stride": (lambda m, x: occlusion(m, x, window=4, stride=0), "stride must be"),
    "layer": (lambda m, x: grad_cam(m, x, layer="featurs"), "did you mean 'features'"),
    "vector": (lambda m, x: grad_cam(m, x, layer="embedding"), "no positions"),
}


@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_refusals(case, bump_finder):
    attempt, message = REFUSALS[case]
    with pytest.raises(UsageError, match=message):
        attempt(*bump_finder)


@pytest.fixture(scope="module")
def views():
    """A network of two views and scalars, with inputs for it."""
    shape = {"global": (40, 1), "local": (20, 1), "scalars": (3,)}
    model = build("tess_resnet", shape, filters=(4, 6), units=(5,), scalar_units=(4,))
    return model, {n: RNG.standard_normal((3, *one)).astype(np.float32) for n, one in shape.items()}


def logits_of(model, x):
    return np.asarray(logits_model(model)(x, training=False))[:, 0]


ADDITIVE = {
    "integrated_gradients": lambda m, x: integrated_gradients(m, x, steps=128),
    "gradient_shap": lambda m, x: gradient_shap(m, x, samples=600),
    "kernel_shap": lambda m, x: kernel_shap(m, x, samples=200, window=10),
}


@pytest.mark.parametrize("name", ADDITIVE)
def test_shares_of_several_inputs_add_up_to_the_difference_of_logits(name, views):
    if name == "kernel_shap":
        pytest.importorskip("shap")
    model, x = views
    shares = ADDITIVE[name](model, x)
    assert {key: one.shape for key, one in shares.items()} == {k: v.shape for k, v in x.items()}
    total = sum(one.reshape(3, -1).sum(axis=1) for one in shares.values())
    nothing = {key: np.zeros_like(one) for key, one in x.items()}
    np.testing.assert_allclose(total, logits_of(model, x) - logits_of(model, nothing), atol=0.02)


def test_every_method_takes_several_inputs(views):
    model, x = views
    assert all(one.shape == x[key].shape for key, one in saliency(model, x).items())
    assert all(one.shape == x[key].shape for key, one in smooth_grad(model, x, samples=3).items())
    assert {k: v.shape for k, v in occlusion(model, x).items()} == {
        "global": (3, 40),
        "local": (3, 20),
        "scalars": (3, 3),
    }
    assert permutation(model, x, repeats=1)["local"].shape == (3, 20, 1)
    for layers in (None, ["global_stem", "local_stem"]):
        heat = grad_cam(model, x, layers)
        assert {key: one.shape for key, one in heat.items()} == {
            "global": (3, 40),
            "local": (3, 20),
        }
    assert activations(model, x).shape == (3, 5)
    assert activations(model, x, "global_stem").shape == (3, 40, 16)
    with pytest.raises(UsageError, match="inputs named"):
        saliency(model, {"global": x["global"]})
    with pytest.raises(UsageError, match=r"shape \(20, 1\) as local"):
        saliency(model, {**x, "local": x["global"]})


def test_surrogates_of_a_linear_model_are_its_terms(linear):
    pytest.importorskip("shap")
    model, weights = linear
    x = RNG.standard_normal((2, 6)).astype(np.float32)
    terms = (x - 0.5) * weights[:, 1]
    np.testing.assert_allclose(kernel_shap(model, x, 0.5, 1, samples=100), terms, atol=1e-4)
    np.testing.assert_allclose(lime(model, x, 0.5, 1, samples=4000), terms, atol=0.1)
    # A column's value and its mark are one part: the first goes with the fourth.
    pairs = kernel_shap(model, x, 0.5, 1, columns=3, samples=50)
    np.testing.assert_allclose(pairs[:, 0], (terms[:, 0] + terms[:, 3]) / 2, atol=1e-4)


def test_smoothed_gradients_are_those_of_nearby_inputs(linear):
    model, weights = linear
    x = RNG.standard_normal((2, 6)).astype(np.float32)
    expected = np.tile(weights[:, 2], (2, 1))
    np.testing.assert_allclose(smooth_grad(model, x, 2, samples=4), expected, rtol=1e-4)


def test_permutation_needs_others_and_sees_the_bump(bump_finder):
    model, x = bump_finder
    with pytest.raises(UsageError, match="2 examples or more"):
        permutation(model, x[:1])
    change = permutation(model, x, window=4)
    assert change[0, 20] == pytest.approx(12 / 4)
    assert np.flatnonzero(change[0, :, 0]).tolist() == [*range(20, 24), *range(48, 56)]


def test_grad_cam_refuses_a_layer_that_a_path_goes_around():
    model = build("resnet1d", (64, 2), filters=(4,), blocks=1)
    with pytest.raises(UsageError, match="goes around"):
        grad_cam(model, np.zeros((1, 64, 2), np.float32), layer="stage_1_block_1_convolution_1")


def test_dead_inputs_have_zero_gradient():
    dead = build("mlp", (6,), units=(4,))
    dead.get_layer("logits").set_weights([np.zeros((4, 1)), np.ones(1)])
    x = np.ones((2, 6), np.float32)
    assert np.array_equal(saliency(dead, x), np.zeros_like(x))
