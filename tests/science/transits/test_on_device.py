"""Light curves folded on a device are those of the processor, on each backend, within float32."""

import keras
import numpy as np
import pytest

from astro_dl.core.examples import inputs_by_name
from astro_dl.core.registry import get_task
from astro_dl.core.schema import read_dataclass
from astro_dl.data.namespace import on_device, on_host
from astro_dl.science.transits.augmentation import augment_views
from astro_dl.science.transits.detrending import clip_outliers, detrend, in_transit
from astro_dl.science.transits.search import trapezoids
from astro_dl.science.transits.search.trapezoids import fit_trapezoids
from astro_dl.science.transits.views import VIEWS, Ephemeris, fold_views
from astro_dl.training import data
from astro_dl.training.train import train
from tests.device_simulators import check_known, check_on_jax

TASK = get_task("tess_transit")

SETTINGS = [
    {"views": [*VIEWS, "scalars"]},
    {"views": ["global"], "global_bins": 100, "signals": False, "minimum_snr": 0.0},
    {"views": ["secondary", "scalars"], "cadence_minutes": 10.0, "detrending_window_days": 0.6},
]

TIME = np.arange(0, 27.4, 30 / 1440)
TIME = np.append(TIME[(TIME < 13) | (TIME > 14.2)], 29.0)


def first_of_the_best(gain):
    """Return the first of the trapezoids that fit best within rounding."""
    return (gain >= gain.max(axis=1, keepdims=True) * (1 - 1e-5)).argmax(axis=1)


def both(settings, n=60, seed=3):
    """Return the examples of one seed, made on the processor and on the device."""
    physics, rng = read_dataclass(TASK.physics, settings, "physics"), np.random.default_rng(seed)
    drawn = TASK.on_device.draw(physics, n, rng)
    made = TASK.on_device.render(physics, drawn, rng)
    assert all(keras.ops.is_tensor(one) for one in inputs_by_name(made.x).values())
    return TASK.simulate(physics, n, np.random.default_rng(seed)), made


def assert_the_same(here, there):
    """Compare views, whose depth is 1, and all that is known of them."""
    found, expected = inputs_by_name(there.x), inputs_by_name(here.x)
    assert list(found) == list(expected)
    for name, tensor in found.items():
        x = on_host(tensor)
        assert x.shape == expected[name].shape
        assert x.dtype == np.float32
        error = np.abs(x - expected[name]).reshape(len(x), -1).max(axis=1)
        assert np.median(error) < 3e-6, name
        # a depth is the difference of medians, and may be far below these
        assert error.max() < 1e-3, name
    check_known(there, here, rtol=3e-4, atol=1e-9)


@pytest.mark.parametrize("settings", SETTINGS)
def test_examples_are_those_of_the_processor(settings, monkeypatch):
    monkeypatch.setattr(trapezoids, "_best", first_of_the_best)
    assert_the_same(*both(settings))


CHECK = """
from astro_dl.science.transits.search import trapezoids
from tests.science.transits import test_on_device as tests

trapezoids._best = tests.first_of_the_best
tests.assert_the_same(*tests.both(tests.SETTINGS[0]))
print(tests.keras.backend.backend())
"""


@pytest.mark.slow
def test_examples_are_the_same_on_jax():
    check_on_jax(CHECK)


@pytest.fixture
def curves():
    """Return trended, gappy float32 curves of shallow transits, one of them all NaN."""
    rng = np.random.default_rng(1)
    n = 8
    period = rng.uniform(0.6, 6, n)
    when = Ephemeris(period, rng.uniform(0, 1, n) * period, np.full(n, 0.15))
    flux = 1 + 2e-5 * rng.standard_normal((n, len(TIME))) + 0.01 * np.sin(TIME)
    flux -= 1e-4 * in_transit(TIME, period, when.epoch, when.duration)
    flux[rng.random(flux.shape) < 0.02] = np.nan
    flux[0] = np.nan
    return flux.astype(np.float32), when


def test_what_is_shallow_outlasts_detrending_in_single_precision(curves):
    flux, when = curves
    mask = in_transit(TIME, when.period, when.epoch, 0.2)
    mask[1] = True
    for masked in (mask, None):
        expected = detrend(TIME, flux, 1.0, masked) - 1
        found = on_host(detrend(TIME, on_device(flux), 1.0, masked))
        np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
        error = np.abs(found - expected)
        # a quotient near 1 is rounded to some 3e-8 in float32
        assert np.nanmedian(error) < 1e-9
        assert np.nanmax(error) < 1e-7


def test_outliers_of_tensors_are_those_of_arrays(curves):
    flat = curves[0] - np.float32(1)
    flat[2, 5] = 0.5
    found = on_host(clip_outliers(on_device(flat)))
    np.testing.assert_array_equal(found, clip_outliers(flat))
    assert np.isnan(found[2, 5])


def test_trapezoids_and_views_of_tensors_are_those_of_arrays(curves):
    flux, when = curves
    flat = (flux - np.float32(1) - 0.01 * np.sin(TIME)).astype(np.float32)
    fit, on_tensors = (fit_trapezoids(TIME, given, when) for given in (flat, on_device(flat)))
    for name in ("period", "epoch", "duration"):
        found, expected = (getattr(one.ephemeris, name) for one in (on_tensors, fit))
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(on_tensors.depth, fit.depth, rtol=1e-4)
    np.testing.assert_allclose(on_tensors.snr[1:], fit.snr[1:], rtol=1e-4)
    expected = fold_views(TIME, flat, when, VIEWS)
    for name, view in fold_views(TIME, on_device(flat), when, VIEWS).items():
        np.testing.assert_allclose(on_host(view), expected[name], atol=1e-5, err_msg=name)


def test_a_point_at_the_edge_of_a_bin_is_in_the_same_one_on_a_device():
    # in float32, phases of a fold of many periods are off by more than the bins' margins here
    time, period = np.arange(2000) * 0.0125, np.full(1, 0.1)
    when = Ephemeris(period, np.full(1, 1e-9), np.full(1, 0.02))
    flux = np.random.default_rng(2).normal(0, 1e-3, (1, 2000)).astype(np.float32)
    expected = fold_views(time, flux, when, ("global",))["global"]
    found = on_host(fold_views(time, on_device(flux), when, ("global",))["global"])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_views_of_tensors_are_turned_and_made_noisier_as_arrays_are():
    views = np.random.default_rng(4).normal(0, 1, (4000, 20, 1)).astype(np.float32)
    changed = augment_views(on_device(views), np.random.default_rng(5))
    assert keras.ops.is_tensor(changed)
    offset = [on_host(changed) - one for one in (views, views[:, ::-1])]
    spread = np.stack([one.std(axis=(1, 2)) for one in offset])
    assert (spread[1] < spread[0]).mean() == pytest.approx(0.5, abs=0.03)
    reference = augment_views(views, np.random.default_rng(5))
    same = np.minimum(*((reference - one).std(axis=(1, 2)) for one in (views, views[:, ::-1])))
    assert spread.min(axis=0).mean() == pytest.approx(same.mean(), rel=0.02)


def test_a_network_learns_from_curves_folded_on_the_device(tmp_path, monkeypatch):
    views = ["global", "local", "scalars"]
    seen, whole = [], data._placed

    def placed(config, x):
        seen.append(all(keras.ops.is_tensor(one) for one in inputs_by_name(x).values()))
        return whole(config, x)

    monkeypatch.setattr(data, "_placed", placed)
    training = {
        "task": "tess_transit",
        "model": "astronet",
        "hyperparameters": {"units": [4]},
        "physics": {"views": views, "global_bins": 201, "local_bins": 61},
        "data": {"mode": "stream", "n_train": 96, "n_validation": 48, "block_size": 48},
        "training": {"epochs": 1, "batch_size": 32, "data_on": "device"},
    }
    bundle = train(training, out=tmp_path / "run", progress=False)
    assert len(seen) >= 2
    assert all(seen)
    history = np.genfromtxt(bundle.folder / "history.csv", delimiter=",", names=True)
    assert np.isfinite(history["loss"]).all()
