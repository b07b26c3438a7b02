"""Strain that is made on a device is that of the processor, on each backend, within float32."""

import keras
import numpy as np
import pytest

from astro_dl.core.registry import get_task
from astro_dl.core.schema import read_dataclass
from astro_dl.data import namespace
from astro_dl.science.gravitational_waves import noise
from astro_dl.science.gravitational_waves.simulate import detector_conditionings
from astro_dl.science.gravitational_waves.simulation import on_device
from astro_dl.science.gravitational_waves.waveforms.phenom_d import (
    imrphenomd,
    imrphenomd_on_device,
    imrphenomd_sums,
)
from astro_dl.science.gravitational_waves.waveforms.turns import angle_of_tensors
from astro_dl.training.train import train
from tests.device_simulators import check_known, check_on_jax

TASK = get_task("gw_bbh")

SETTINGS = [
    {},
    {
        "detectors": ["H1", "L1"],
        "glitch_fraction": 0.5,
        "spin_range": [-0.8, 0.8],
        "mass_1_range_msun": [5.0, 90.0],
        "mass_2_range_msun": [5.0, 90.0],
        "segment_s": 8.0,
    },
    {
        "detectors": ["H1", "L1", "V1"],
        "off_source_s": 32.0,
        "distance_range_mpc": [100.0, 2000.0],
        "high_frequency_hz": 400.0,
    },
    {"signal_fraction": 0.0, "glitch_fraction": 1.0, "sample_rate_hz": 1024.0},
]


def noise_of_the_processor(like, rng):
    """Return the noise that the processor makes, as a tensor."""
    return keras.ops.convert_to_tensor(rng.standard_normal(like.shape, dtype=np.float32))


def physics_of(settings):
    return read_dataclass(TASK.physics, settings, "physics")


def both(settings, n=90, seed=3):
    """Return the examples of one seed, made on the processor and on the device."""
    physics, rng = physics_of(settings), np.random.default_rng(seed)
    drawn = TASK.on_device.draw(physics, n, rng)
    made = TASK.on_device.render(physics, drawn, rng)
    assert keras.ops.is_tensor(made.x)
    return TASK.simulate(physics, n, np.random.default_rng(seed)), made


def assert_the_same(here, there):
    x = keras.ops.convert_to_numpy(there.x)
    assert x.shape == here.x.shape
    assert x.dtype == np.float32
    loudest = np.maximum(1, np.abs(here.x).max(axis=(1, 2), keepdims=True))
    assert (np.abs(x - here.x) < 3e-6 * loudest).all()
    check_known(there, here, rtol=2e-5)


@pytest.mark.parametrize("settings", SETTINGS)
def test_examples_are_those_of_the_processor(settings, monkeypatch):
    monkeypatch.setattr(noise, "standard_normal", noise_of_the_processor)
    assert_the_same(*both(settings))


CHECK = """
from astro_dl.science.gravitational_waves import noise
from tests.science.gravitational_waves.simulation import test_on_device as tests

noise.standard_normal = tests.noise_of_the_processor
tests.assert_the_same(*tests.both(tests.SETTINGS[1]))
print(tests.keras.backend.backend())
"""


@pytest.mark.slow
def test_examples_are_the_same_on_jax():
    check_on_jax(CHECK)


def test_angles_of_many_turns_are_right_in_single_precision():
    rng = np.random.default_rng(4)
    rate, variable = rng.normal(0, 50, (7, 5)), rng.normal(0, 50, (5, 300))
    turns = rate @ variable
    assert np.abs(turns).max() > 10000
    wrong = np.exp(1j * namespace.on_host(angle_of_tensors(rate, variable)))
    wrong *= np.exp(-2j * np.pi * turns)
    assert np.abs(np.angle(wrong)).max() < 2e-5
    alone = (rate.astype(np.float32) @ variable.astype(np.float32)).astype(float)
    assert np.abs(alone - turns).max() > 1e-4


def test_waveforms_are_those_of_double_precision():
    rng = np.random.default_rng(6)
    frequencies = np.arange(20, 1024, 0.25)
    masses, spins = rng.uniform(3, 90, (2, 60)), rng.uniform(-0.85, 0.85, (2, 60))
    given = (*masses, *spins, rng.uniform(50, 3000, 60), rng.uniform(0, 6, 60))
    expected = imrphenomd(frequencies, *given, dtype=np.complex128)
    made = imrphenomd_on_device(frequencies, imrphenomd_sums(frequencies, *given))
    amplitude, angle = (namespace.on_host(part).astype(float) for part in made)
    wrong = np.abs(amplitude * np.exp(1j * angle) - expected)
    assert (wrong <= 1e-4 * np.abs(expected)).all()


def test_noise_of_the_device_is_white_independent_and_follows_the_seed():
    conditionings = detector_conditionings(physics_of({"detectors": ["H1", "L1"]}))
    first, again, other = (
        namespace.on_host(on_device.noise_windows(conditionings, 400, np.random.default_rng(seed)))
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert first.var() == pytest.approx(1 - 20 / 1024, abs=0.01)
    assert np.corrcoef(first.ravel(), other.ravel())[0, 1] == pytest.approx(0, abs=0.005)
    assert np.corrcoef(first[..., 0].ravel(), first[..., 1].ravel())[0, 1] == pytest.approx(
        0, abs=0.005
    )


def test_a_network_learns_from_strain_made_on_the_device(tmp_path):
    settings = {
        "task": "gw_bbh",
        "model": "cnn1d",
        "hyperparameters": {"filters": [4], "units": [4], "kernel_sizes": 16, "pool_sizes": 8},
        "physics": {"sample_rate_hz": 512.0, "glitch_fraction": 0.1},
        "data": {"mode": "stream", "n_train": 96, "n_validation": 64, "block_size": 48},
        "training": {"epochs": 2, "batch_size": 32, "data_on": "device"},
    }
    rendered = []
    with pytest.MonkeyPatch.context() as patch:
        whole = on_device.assemble
        patch.setattr(
            on_device, "assemble", lambda *given: rendered.append(given[2]) or whole(*given)
        )
        bundle = train(settings, out=tmp_path / "run", progress=False)
    assert len(rendered) >= 4
    assert all(keras.ops.is_tensor(one) for one in rendered)
    history = np.genfromtxt(bundle.folder / "history.csv", delimiter=",", names=True)
    assert np.isfinite(history["loss"]).all()
