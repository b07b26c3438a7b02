"""Cutouts that are made on a device are those of the processor, on each backend, within float32."""

from functools import partial

import keras
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.core.schema import read_dataclass
from astro_dl.data import namespace
from astro_dl.observations.images import sky_noise
from astro_dl.observations.images.cutouts import noise_sigma, sky_level
from astro_dl.observations.images.point_spread import PointSpread
from astro_dl.science.lenses.simulation import cutouts, on_device
from astro_dl.training.train import train
from tests.device_simulators import check_known, check_on_jax

TASK = get_task("strong_lens")

SETTINGS = [
    {"size_pixels": 24},
    {"survey": "hst", "bands": ["F814W"], "size_pixels": 32, "arc_snr_min": 60.0},
    {
        "size_pixels": 24,
        "arc_snr_min": 5.0,
        "arc_snr_max": 100.0,
        "noise_correlation_pixels": 0.7,
        "contrast_scatter": 0.1,
        "masked_fraction": 0.3,
    },
    {"size_pixels": 24, "lens_fraction": 0.0, "barely_lensed_weight": 0.0},
]


def noise_of_the_processor(like, rng):
    """Return the same noise, whether it is for an array or a tensor."""
    noise = rng.standard_normal(like.shape, dtype=np.float32)
    return noise if isinstance(like, np.ndarray) else keras.ops.convert_to_tensor(noise)


def physics_of(settings):
    return read_dataclass(TASK.physics, settings, "physics")


def both(settings, n=40, seed=3):
    """Return the examples of one seed, made on the processor and on the device."""
    physics, rng = physics_of(settings), np.random.default_rng(seed)
    drawn = TASK.on_device.draw(physics, n, rng)
    made = TASK.on_device.render(physics, drawn, rng)
    assert keras.ops.is_tensor(made.x)
    return TASK.simulate(physics, n, np.random.default_rng(seed)), made


def assert_the_same(here, there):
    """Compare compressed images, of which faint pixels bear the rounding of bright ones' light."""
    x = keras.ops.convert_to_numpy(there.x)
    assert x.shape == here.x.shape
    assert x.dtype == np.float32
    # the transforms that blur round to some 1e-7 of the brightest pixel, up to 1e5 σ
    brightest = 5 * np.sinh(np.abs(here.x).max(axis=(1, 2, 3), keepdims=True) / 5)
    assert (np.abs(x - here.x) < 2e-4 + 1e-4 * np.minimum(brightest, 1000)).all()
    assert np.median(np.abs(x - here.x)) < 1e-4
    check_known(there, here, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("settings", SETTINGS)
def test_examples_are_those_of_the_processor(settings, monkeypatch):
    monkeypatch.setattr(sky_noise, "standard_normal", noise_of_the_processor)
    assert_the_same(*both(settings))


CHECK = """
import pytest
from astro_dl.observations.images import sky_noise
from tests.science.lenses.simulation import test_on_device as tests

sky_noise.standard_normal = tests.noise_of_the_processor
tests.assert_the_same(*tests.both(tests.SETTINGS[0]))
print(tests.keras.backend.backend())
"""


@pytest.mark.slow
def test_examples_are_the_same_on_jax():
    check_on_jax(CHECK)


@pytest.fixture
def drawn():
    """Return cutouts of all kinds, drawn."""
    return TASK.on_device.draw(physics_of({"size_pixels": 32}), 64, np.random.default_rng(5))


def assert_close(found, expected, of_brightest, relative):
    found = namespace.on_host(found)
    tolerance = of_brightest * np.abs(expected).max(axis=(-3, -2, -1), keepdims=True)
    assert (np.abs(found - expected) <= tolerance + relative * np.abs(expected)).all()


def test_light_before_the_blurring_agrees_in_every_pixel(drawn):
    frame = {"size": drawn.observation.rendered, "pixel_scale": drawn.observation.pixel_scale}
    galaxies = drawn.scenes.galaxies
    expected = cutouts.render_components(galaxies, len(drawn), **frame)
    found = on_device.render_components(galaxies, len(drawn), **frame)
    assert_close(found, expected, 1e-9, 3e-5)
    sources = drawn.scenes.sources
    given = sources.mass, sources.light, sources.flux
    expected = cutouts.lensed_light(*given, **frame)
    assert (expected > 0).any(axis=(1, 2, 3)).all()
    assert_close(on_device.lensed_light(*given, **frame), expected, 1e-6, 3e-5)


@pytest.mark.parametrize(
    "spread",
    [
        PointSpread(np.linspace(2, 5, 6), 3.5),
        PointSpread(np.linspace(2, 5, 6)),
        PointSpread(kernel=PointSpread(3.0).blur(np.eye(15)[None, 7:8] * np.eye(15)[7:8].T)[0]),
    ],
    ids=["moffat", "gaussian", "kernel"],
)
@pytest.mark.parametrize("layers", [1, 2])
def test_tensors_are_blurred_as_arrays_are(spread, layers):
    light = np.random.default_rng(1).exponential(1, (layers, 6, 40, 40)).astype(np.float32)
    light **= 4
    found = namespace.on_host(spread.blur(namespace.on_device(light), 4))
    inner = (..., slice(4, -4), slice(4, -4))
    expected = np.stack([spread.blur(layer.astype(float), 4) for layer in light])
    np.testing.assert_allclose(found[inner], expected[inner], atol=3e-6 * light.max())


def test_sky_and_noise_of_tensors_are_measured_as_of_arrays():
    images = np.random.default_rng(2).normal(3, 2, (5, 24, 24, 2)).astype(np.float32)
    tensor = namespace.on_device(images)
    for measure in (sky_level, noise_sigma):
        found = namespace.on_host(measure(tensor))
        np.testing.assert_allclose(found, measure(images), rtol=1e-5)


def test_noise_of_the_device_has_unit_variance_and_follows_the_seed():
    image = namespace.on_device(np.full((8, 2, 64, 64), 300.0))
    add = partial(sky_noise.add_noise, image, 100.0)
    first, again, other = (
        namespace.on_host(add(np.random.default_rng(seed))) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.corrcoef(first.ravel(), other.ravel())[0, 1] == pytest.approx(0, abs=0.02)
    assert first.mean() == pytest.approx(300, abs=0.05)
    assert first.std() == pytest.approx(2, rel=0.02)


def lens_training(**physics):
    return {
        "task": "strong_lens",
        "model": "cnn2d",
        "hyperparameters": {"filters": [4], "units": [4], "kernel_sizes": 5, "pool_sizes": 4},
        "physics": {"size_pixels": 16, **physics},
        "data": {"mode": "stream", "n_train": 96, "n_validation": 64, "block_size": 48},
        "training": {"epochs": 2, "batch_size": 32, "data_on": "device"},
    }


def test_a_network_learns_from_cutouts_made_on_the_device(tmp_path):
    rendered = []
    with pytest.MonkeyPatch.context() as patch:
        whole = on_device.expose
        patch.setattr(
            on_device, "expose", lambda *given: rendered.append(given[1]) or whole(*given)
        )
        bundle = train(lens_training(), out=tmp_path / "run", progress=False)
    assert len(rendered) >= 4
    history = np.genfromtxt(bundle.folder / "history.csv", delimiter=",", names=True)
    assert np.isfinite(history["loss"]).all()


def test_the_other_simulator_is_refused_on_a_device():
    with pytest.raises(UsageError, match="the other simulator makes no cutouts on a device"):
        both({"size_pixels": 16, "second_opinion_fraction": 0.5})
