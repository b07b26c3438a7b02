"""The same weights give the same logits and gradients under TensorFlow, JAX and PyTorch."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.registry import list_models, model_entry

pytestmark = pytest.mark.slow

BACKENDS = ("tensorflow", "jax", "torch")

TRAINED = [name for name in list_models() if model_entry(name).fit is None]


def generality(name):
    """Return what orders models from presets to families."""
    entry = model_entry(name)
    return entry.task is None, -len(entry.hyperparameters)


NAMES = sorted(
    {model_entry(name).builder: name for name in sorted(TRAINED, key=generality)}.values()
)
"""One network of each builder, the family itself rather than a preset of it."""

PROGRAM = """
import sys
from dataclasses import replace
import numpy as np
import keras
from astro_dl.explain.saliency import saliency
from astro_dl.models.build import build_from, logits_model
from astro_dl.models.specification import specification
from astro_dl.models.members import with_active_dropout
from astro_dl.answers.regression import Regression
from astro_dl.core.registry import model_entry
from astro_dl.core.task import InputSpec

backend, file, *names = sys.argv[1:]
assert keras.backend.backend() == backend
# All weights are set below, and JAX would compile a random generator for every shape.
for initializer in ("VarianceScaling", "RandomUniform", "RandomNormal", "Orthogonal"):
    getattr(keras.initializers, initializer).__call__ = (
        lambda self, shape, dtype=None: keras.ops.zeros(shape, dtype)
    )
results = {}
for name in names:
    input_spec, head = specification(name)
    small = model_entry(name).small
    input_spec = replace(input_spec, shape=small.input_shape or input_spec.shape)
    head = type(head).of_model(head, input_spec)
    model = build_from(name, input_spec, head, small.hyperparameters)
    rng = np.random.default_rng(7)
    model.set_weights([
        # moving variances must not be negative
        abs(array) + 0.1 * rng.uniform(size=array.shape) if "variance" in weight.path
        # nor shares of leaves
        else array if "spectrogram/" in weight.path or "trees/" in weight.path
        else 0.1 * rng.standard_normal(array.shape)
        for weight, array in zip(model.weights, model.get_weights(), strict=True)
    ])
    shapes = input_spec.shape if isinstance(input_spec.shape, dict) else {"": input_spec.shape}
    arrays = {
        key: rng.standard_normal((3, *shape)).astype("float32") for key, shape in shapes.items()
    }
    x = arrays if isinstance(input_spec.shape, dict) else arrays[""]
    network = logits_model(model)
    if backend == "jax":
        # compiling one function is several times quicker than compiling each of its operations
        import jax
        network = jax.jit(network)
    results[f"{name}:logits"] = keras.ops.convert_to_numpy(network(x))
    results[f"{name}:paths"] = np.array([weight.path for weight in model.weights])
    if name in ("mlp", "cnn1d", "gw_spectrogram_cnn"):
        results[f"{name}:saliency"] = saliency(model, x)
head = Regression(("z",), ("",), "mixture", components=2)
options = {"units": [64], "normalization": "batch", "dropout": 0.3, "activation": "linear"}
model = logits_model(build_from("mlp", InputSpec((4,)), head, options))
model.set_weights([
    0.3 * np.random.default_rng(k).standard_normal(array.shape) ** 2
    for k, array in enumerate(model.get_weights())
])
x = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
many = np.tile(x, (300, 1))
first, again = with_active_dropout(model, 5), with_active_dropout(model, 5)
results["dropout:network"] = model.predict_on_batch(x)
results["dropout:first"] = first.predict_on_batch(many)
results["dropout:again"] = again.predict_on_batch(many)
results["dropout:next"] = again.predict_on_batch(many)
np.savez(file, **results)
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backends")

    def run(backend):
        if importlib.util.find_spec(backend) is None:
            return None
        file = folder / f"{backend}.npz"
        environment = {
            **os.environ,
            "KERAS_BACKEND": backend,
            "CUDA_VISIBLE_DEVICES": "",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            # most of JAX's time here goes into compiling what runs once
            "XLA_FLAGS": "--xla_backend_optimization_level=0",
        }
        command = [sys.executable, "-c", PROGRAM, backend, str(file), *NAMES]
        subprocess.run(command, env=environment, check=True)
        with np.load(file) as arrays:
            return dict(arrays)

    return {backend: run(backend) for backend in BACKENDS}


def pair(results, backend):
    if results[backend] is None:
        pytest.skip(f"{backend} is not installed")
    return results["tensorflow"], results[backend]


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize("name", NAMES)
def test_backends_agree_on_logits(results, backend, name):
    ours, theirs = pair(results, backend)
    assert list(ours[f"{name}:paths"]) == list(theirs[f"{name}:paths"])
    scale = np.maximum(1, np.abs(ours[f"{name}:logits"]))
    difference = np.abs(ours[f"{name}:logits"] - theirs[f"{name}:logits"]) / scale
    assert difference.max() < 1e-4
    assert np.abs(ours[f"{name}:logits"]).max() > 0


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize("name", ["mlp", "cnn1d", "gw_spectrogram_cnn"])
def test_backends_agree_on_gradients(results, backend, name):
    ours, theirs = pair(results, backend)
    expected = ours[f"{name}:saliency"]
    scale = np.abs(expected).max()
    np.testing.assert_allclose(theirs[f"{name}:saliency"], expected, atol=1e-3 * scale)


@pytest.mark.parametrize("backend", BACKENDS)
def test_active_dropout_is_seeded_and_drops_about_the_network_itself(results, backend):
    if results[backend] is None:
        pytest.skip(f"{backend} is not installed")
    found = {name: results[backend][f"dropout:{name}"] for name in ("first", "again", "next")}
    np.testing.assert_array_equal(found["first"], found["again"])
    assert not np.array_equal(found["next"], found["again"])
    draws = found["first"].reshape(300, 6, -1)
    assert draws.std(axis=0).min() > 0.01
    pull = (draws.mean(axis=0) - results[backend]["dropout:network"]) / draws.std(axis=0)
    assert np.abs(pull).max() < 5 / np.sqrt(300)
