"""Autoencoders: what they rebuild, what their codes cost, and that others start from them."""

import keras
import numpy as np
import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.reconstruction import Reconstruction
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.autoencoders.reconstruction import (
    anomaly_score,
    known_values,
    reconstructed_names,
)
from astro_dl.models.build import build_from, build_model, logits_model
from astro_dl.models.specification import specification

ROW = InputSpec((6,))
MARKED = InputSpec((6,), {"columns": ["a", "b", "c"], "missing": "in the second half"})
SERIES = InputSpec((50, 2), {"detectors": ["H1", "L1"]})


def build(name, spec, **hyperparameters):
    keras.utils.set_random_seed(0)
    return build_from(name, spec, Reconstruction(reconstructed_names(spec)), hyperparameters)


def outputs(model, x, layer=None):
    if layer is not None:
        model = keras.Model(model.input, model.get_layer(layer).output)
    return keras.ops.convert_to_numpy(model(x, training=False))


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def test_quantities_are_named_as_the_contract_does():
    assert Reconstruction(reconstructed_names(MARKED)).names == ("a", "b", "c")
    assert Reconstruction(reconstructed_names(SERIES)).names == ("H1", "L1")
    assert Reconstruction(reconstructed_names(ROW)).names[-1] == "value_6"
    assert Reconstruction(reconstructed_names(SERIES)).outputs == 3
    with pytest.raises(
        UsageError, match=r"\(features,\), \(steps, channels\) or \(height, width, channels\)"
    ):
        reconstructed_names(InputSpec((8, 8, 8, 1)))


@pytest.mark.parametrize("name", ["autoencoder", "vae"])
@pytest.mark.parametrize("spec", [ROW, SERIES])
def test_logits_are_the_errors_of_the_reconstruction_and_the_cost(name, spec):
    model = build(name, spec)
    x = normal(4, *spec.shape)
    rebuilt = outputs(model, x, "reconstruction")
    assert rebuilt.shape == x.shape
    errors = (x - rebuilt) ** 2
    errors = errors.mean(axis=1) if errors.ndim == 3 else errors
    logits = outputs(logits_model(model), x)
    np.testing.assert_allclose(logits[:, :-1], errors, rtol=1e-5)
    np.testing.assert_allclose(anomaly_score(logits), errors.mean(1) + logits[:, -1], rtol=1e-5)


@pytest.mark.parametrize("steps", [1, 7, 50, 201])
def test_series_of_any_length_are_rebuilt(steps):
    model = build("autoencoder", InputSpec((steps, 1)), pool_sizes=(1, 1) if steps < 16 else 4)
    x = normal(2, steps, 1)
    rebuilt = outputs(model, x, "reconstruction")
    assert rebuilt.shape == (2, steps, 1)
    # Up to its last step a series is rebuilt from what it is, and not from what pads it.
    x[1, -1] += 5
    changed = outputs(model, x, "reconstruction")
    np.testing.assert_allclose(changed[0], rebuilt[0], atol=1e-6)
    assert np.abs(changed[1] - rebuilt[1]).max() > 1e-3


def test_missing_values_cost_nothing_and_do_not_excuse_the_others():
    model = build("autoencoder", MARKED)
    x = normal(5, 6)
    x[:, 3:] = 0
    x[1, 4] = x[2, 3] = x[2, 5] = 1
    x[3, 3:] = 1
    logits, rebuilt = outputs(logits_model(model), x), outputs(model, x, "reconstruction")
    known = x[:, 3:] == 0
    squared = np.where(known, x[:, :3] - rebuilt, 0) ** 2
    mean = squared.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    np.testing.assert_allclose(logits[:, :-1].mean(axis=1), mean, rtol=1e-5)
    assert (logits[:, :-1][~known] == 0).all()
    rows = known_values(MARKED, x)
    assert np.isnan(rows[~known]).all()
    np.testing.assert_allclose(rows[known], x[:, :3][known])


def test_the_cost_of_a_gaussian_code_is_its_divergence_from_the_unit_gaussian():
    model = build("vae", ROW, kl_weight=3.0, latent_size=2)
    x = normal(4, 6)
    mean, log_variance = (outputs(model, x, layer) for layer in ("latent", "latent_log_variance"))
    # the integral of p ln(p / q), by drawing from p
    rng = np.random.default_rng(1)
    z = mean + np.exp(log_variance / 2) * rng.normal(size=(400_000, 4, 2))
    log_p = -((z - mean) ** 2) / np.exp(log_variance) / 2 - log_variance / 2
    divergence = (log_p + z**2 / 2).sum(axis=2).mean(axis=0)
    cost = outputs(logits_model(model), x)[:, -1]
    np.testing.assert_allclose(cost, 3.0 / 6 * divergence, atol=0.005)
    np.testing.assert_array_equal(outputs(model, x, "embedding"), mean)


def test_codes_are_drawn_in_training_alone():
    model = build("vae", ROW)
    x = normal(4, 6)
    again = [keras.ops.convert_to_numpy(model(x, training=True)) for _ in range(2)]
    assert not np.array_equal(*again)
    np.testing.assert_array_equal(outputs(model, x), outputs(model, x))


def test_drawn_codes_have_the_spread_that_is_predicted():
    model = build("vae", ROW, latent_size=1)
    rows = np.repeat(normal(1, 6), 4000, axis=0)
    sample = keras.Model(model.input, model.get_layer("sample").output)
    codes = keras.ops.convert_to_numpy(sample(rows, training=True))
    mean, log_variance = (
        outputs(model, rows[:1], layer)[0, 0] for layer in ("latent", "latent_log_variance")
    )
    assert codes.mean() == pytest.approx(mean, abs=0.1)
    assert codes.std() == pytest.approx(np.exp(log_variance / 2), rel=0.05)


def test_sparsity_is_the_mean_size_of_the_code():
    x = normal(4, 6)
    plain, sparse = build("autoencoder", ROW), build("autoencoder", ROW, sparsity=2.0)
    assert (outputs(logits_model(plain), x)[:, -1] == 0).all()
    code = outputs(sparse, x, "embedding")
    np.testing.assert_allclose(
        outputs(logits_model(sparse), x)[:, -1], 2 * np.abs(code).mean(axis=1), rtol=1e-5
    )


def test_parameters_are_those_counted_by_hand():
    encoder = (10 * 64 + 64) + (64 * 32 + 32)
    decoder = (4 * 32 + 32) + (32 * 64 + 64) + (64 * 10 + 10)
    assert build_model("autoencoder").count_params() == encoder + (32 * 4 + 4) + decoder
    assert build_model("vae").count_params() == encoder + 2 * (32 * 4 + 4) + decoder
    # 16 → 8 → 4 steps, and back
    series = build(
        "autoencoder", InputSpec((16, 1)), filters=(3, 5), kernel_sizes=3, pool_sizes=2, units=(7,)
    )
    encoder = (3 * 3 + 3) + (3 * 3 * 5 + 5) + (4 * 5 * 7 + 7) + (7 * 4 + 4)
    decoder = (4 * 7 + 7) + (7 * 20 + 20) + (3 * 5 * 3 + 3) + (3 * 3 + 1)
    assert series.count_params() == encoder + decoder


def test_a_perceptron_can_start_from_the_encoder():
    spec, head = InputSpec((10,)), Multiclass(("a", "b", "c"))
    encoder = {w.path: w.shape for w in build_model("autoencoder").weights}
    hidden = [w for w in build_from("mlp", spec, head).weights if "logits" not in w.path]
    assert {w.path: w.shape for w in hidden}.items() <= encoder.items()


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("autoencoder", {"latent_size": 0}, "latent_size is 0"),
        ("autoencoder", {"noise": -1.0}, "noise is -1"),
        ("vae", {"kl_weight": -0.1}, "kl_weight is -0.1"),
        ("vae", {"activation": "no"}, "unknown activation"),
        ("autoencoder", {"dropout": (0.1, 0.2, 0.3)}, "3 values for 2 layers"),
    ],
)
def test_impossible_hyperparameters_are_refused(name, values, message):
    with pytest.raises(UsageError, match=message):
        build(name, ROW, **values)


def test_only_autoencoders_rebuild_and_they_do_nothing_else():
    with pytest.raises(UsageError, match="gives no binary answers"):
        build_from("vae", ROW, Binary(("no", "yes")))
    with pytest.raises(UsageError, match="models: autoencoder, vae"):
        build_from("mlp", ROW, Reconstruction(reconstructed_names(ROW)))
    with pytest.raises(UsageError, match="several"):
        build_from("vae", InputSpec({"a": (4,)}), Reconstruction(reconstructed_names(ROW)))


def test_a_task_of_any_kind_lends_its_inputs():
    spec, head = specification("vae", "gw_bbh")
    assert head.kind == "reconstruction"
    assert len(head.names) == spec.shape[-1]
    assert specification("gaia_vae")[1].names[0] == "bp_rp"


@pytest.mark.parametrize("name", ["autoencoder", "vae"])
def test_images_are_rebuilt_whole_by_channel(name):
    spec = InputSpec((13, 10, 2), {"bands": ["g", "r"]})
    model = build(name, spec, filters=(3, 4), kernel_sizes=3, pool_sizes=2, units=(6,))
    x = np.random.default_rng(0).normal(size=(3, 13, 10, 2)).astype(np.float32)
    assert reconstructed_names(spec) == ("g", "r")
    rebuilt = outputs(model, x, "reconstruction")
    assert rebuilt.shape == x.shape
    errors = ((x - rebuilt) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(outputs(logits_model(model), x)[:, :2], errors, rtol=1e-4)
