"""What decoders are seen through, what images cost, and the flow of codes."""

import keras
import numpy as np
import pytest
from scipy.signal import convolve2d
from scipy.stats import multivariate_normal, norm

import astro_dl
from astro_dl.core.errors import UsageError
from astro_dl.models.generators.drawing import draw_images
from astro_dl.models.generators.flow import ConditionalFlow
from astro_dl.models.generators.layers import PointSpreadConvolution, SharedLight
from astro_dl.models.generators.networks import image_vae

SMALL = {"filters": (4, 4, 8), "last_filters": 4, "couplings": 2, "flow_units": 8, "latent_size": 6}
PHYSICS = {"size_pixels": 16, "point_spread_pixels": 7, "re_arcsec_range": (0.2, 0.4)}


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return astro_dl.build_model("galaxy_vae", physics=PHYSICS, **SMALL)


@pytest.fixture(scope="module")
def inputs():
    return astro_dl.simulate("galaxy_generation", 6, 0, **PHYSICS).x


@pytest.fixture(scope="module")
def flow():
    rng = np.random.default_rng(0)
    layer = ConditionalFlow(3, 8)
    layer([np.zeros((1, 5), np.float32), np.zeros((1, 2), np.float32)])
    for weight in layer.weights:
        weight.assign(0.4 * rng.standard_normal(weight.shape))
    return layer


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize(("size", "spread"), [((16, 16), (7, 7)), ((12, 17), (5, 9))])
def test_the_convolution_is_that_of_scipy(size, spread):
    rng = np.random.default_rng(1)
    images, spreads = (rng.random((3, *one, 1), dtype=np.float32) for one in (size, spread))
    got = array(PointSpreadConvolution()([images, spreads]))[..., 0]
    expected = [
        convolve2d(a[..., 0], b[..., 0], mode="same") for a, b in zip(images, spreads, strict=True)
    ]
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


def test_all_light_is_shared_and_none_is_negative():
    logits = np.random.default_rng(0).normal(0, 9, (4, 8, 8, 1)).astype(np.float32)
    ln_flux = np.array([[0.0], [1.0], [5.0], [99.0]], np.float32)
    light = array(SharedLight()([logits, ln_flux]))
    assert light.min() >= 0
    np.testing.assert_allclose(light.sum(axis=(1, 2, 3)), np.exp([0.0, 1.0, 5.0, 15.0]), rtol=1e-4)


def test_costs_are_the_evidence_lower_bound_and_the_density_of_codes(network, inputs):
    misfit, code_cost, prior_cost = array(network(inputs, training=False)).T
    parts = keras.Model(
        network.input,
        [network.get_layer(name).output for name in ("seen", "embedding", "latent_log_variance")],
    )
    seen, mean, log_variance = map(array, parts(inputs, training=False))
    pixels = seen[0].size
    log_likelihood = norm.logpdf(inputs["image"], seen, 1.0).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(misfit, -log_likelihood - 0.5 * np.log(2 * np.pi), rtol=1e-4)
    divergence = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)
    np.testing.assert_allclose(code_cost * pixels, divergence, rtol=1e-3, atol=1e-5)
    unit, log_slope = network.get_layer("prior").unit(mean, inputs["conditions"])
    density = norm.logpdf(array(unit)).sum(axis=1) + array(log_slope)
    np.testing.assert_allclose(prior_cost * pixels, -density, rtol=1e-3)


def test_the_flow_goes_back_the_way_it_came(flow):
    rng = np.random.default_rng(2)
    codes, known = (rng.standard_normal((9, k)).astype(np.float32) for k in (5, 2))
    unit, _ = flow.unit(codes, known)
    assert np.abs(array(unit) - codes).max() > 0.1
    np.testing.assert_allclose(array(flow.codes(unit, known)), codes, atol=1e-4)


def test_the_flow_tells_a_density(flow):
    """Its mean, over a Gaussian that is wide enough, over that Gaussian's density is one."""
    rng = np.random.default_rng(3)
    wide = multivariate_normal(np.zeros(5), 6.0 * np.eye(5))
    codes = wide.rvs(60_000, random_state=rng).astype(np.float32)
    known = np.tile(np.array([[0.5, -1.0]], np.float32), (len(codes), 1))
    log_density = -array(flow([codes, known]))[:, 0]
    assert np.exp(log_density - wide.logpdf(codes)).mean() == pytest.approx(1, abs=0.1)


def test_the_flow_moves_no_codes(network, inputs):
    """Whatever it costs, the encoder learns as if there were no flow."""
    for weight in network.get_layer("prior").weights:
        weight.assign(weight + 0.1)
    logits = keras.Model(network.input, network.get_layer("logits").output)
    encoder = logits.get_layer("latent").kernel
    moved = []
    for index in ([0, 1], [0, 1, 2]):
        start = logits.get_weights()
        logits.compile(
            keras.optimizers.SGD(1e-3),
            lambda _, costs, index=index: keras.ops.sum(keras.ops.take(costs, index, -1), -1),
            run_eagerly=True,
        )
        keras.utils.set_random_seed(4)
        logits.get_layer("code").seed_generator.state.assign([1, 2])
        logits.train_on_batch(inputs, np.zeros((6, 1)))
        moved.append(array(encoder))
        logits.set_weights(start)
    np.testing.assert_allclose(*moved, rtol=1e-5)


def test_equal_seeds_draw_equal_images_and_other_seeds_others(network, inputs):
    known, spread = inputs["conditions"], inputs["point_spread"]
    one, same, other = (
        draw_images(network, known, spread, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.images, same.images)
    assert np.abs(one.images - other.images).max() > 0
    assert one.codes.shape == (6, SMALL["latent_size"])


def test_a_narrow_point_spread_draws_sharper_images(network, inputs):
    point = np.zeros_like(inputs["point_spread"])
    point[:, 3, 3] = 1
    wide = np.full_like(point, 1 / 49)
    sharp, blurred = (
        draw_images(network, inputs["conditions"], spread, np.random.default_rng(0)).images
        for spread in (point, wide)
    )
    assert (sharp.max(axis=(1, 2)) > blurred.max(axis=(1, 2))).all()


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"latent_size": 1}, "latent_size"), ({"kl_weight": -1.0}, "kl_weight")],
)
def test_what_no_network_can_be_is_refused(changes, word):
    with pytest.raises(UsageError, match=word):
        astro_dl.build_model("galaxy_vae", physics=PHYSICS, **{**SMALL, **changes})


def test_other_inputs_are_refused():
    spec = astro_dl.InputSpec({"image": (16, 16, 1)})
    head = astro_dl.core.registry.answer_kind("generation")(("a", "b", "c"))
    with pytest.raises(UsageError, match="point_spread"):
        image_vae(spec, head)


@pytest.fixture(scope="module")
def adversaries():
    keras.utils.set_random_seed(1)
    small = {"filters": (4, 4, 8), "last_filters": 4, "critic_units": 8, "latent_size": 3}
    return astro_dl.build_model("galaxy_gan", physics=PHYSICS, **small)


def test_generator_and_critic_learn_each_from_its_own_cost(adversaries, inputs):
    """No cost moves a weight of the other one."""
    logits = keras.Model(adversaries.input, adversaries.get_layer("logits").output)
    start = logits.get_weights()
    paths = [weight.path for weight in logits.weights]
    for index, moving in ((0, ("critic", "encoder", "how_real")), (1, ("decoder",))):
        logits.set_weights(start)
        logits.compile(
            keras.optimizers.SGD(0.1),
            lambda _, costs, index=index: costs[:, index],
            run_eagerly=True,
        )
        logits.train_on_batch(inputs, np.zeros((6, 1)))
        changes = zip(paths, start, logits.get_weights(), strict=True)
        moved = {path for path, old, new in changes if np.abs(new - old).max() > 1e-6}
        named = {path for path in paths if path.startswith(moving) and "seed" not in path}
        assert {path for path in moved if "seed" not in path} <= named
        assert len(moved & named) > len(named) / 2


def test_the_generators_cost_is_zero_whatever_it_draws(adversaries, inputs):
    costs = array(adversaries(inputs, training=True))
    np.testing.assert_allclose(costs[:, 1], 0, atol=1e-5)


def test_adversaries_draw_as_an_autoencoder_does(adversaries, inputs):
    drawn = draw_images(
        adversaries, inputs["conditions"], inputs["point_spread"], np.random.default_rng(0)
    )
    assert drawn.images.shape == (6, 16, 16)
    np.testing.assert_allclose(drawn.codes[:, 3:], inputs["conditions"])
