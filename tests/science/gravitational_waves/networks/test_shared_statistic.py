"""`gw_resnet` on long strain says what it says of windows, but for templates cut at their start."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from astro_dl.inference.runtime import KerasRuntime
from astro_dl.models.build import build_model, logits_model
from astro_dl.science.gravitational_waves.networks import shared_statistic
from astro_dl.science.gravitational_waves.networks.shared_statistic import scanner

SMALL = {"templates": 16, "rank": 8, "filters": (8,), "blocks": 1}
STEP = 96


@pytest.fixture(scope="module")
def network():
    built = build_model("gw_resnet", **SMALL)
    rng = np.random.default_rng(0)
    for weight in built.weights:
        value = np.asarray(weight)
        if weight.path == "gain/gain":
            weight.assign(np.broadcast_to(value[-1:], value.shape))
        elif weight.path.startswith(("corrections", "logits", "stem")):
            weight.assign(value + rng.normal(0, 0.3, value.shape))
    return built


@pytest.fixture
def found(network, monkeypatch):
    arrays = {weight.path: np.asarray(weight) for weight in network.weights}
    monkeypatch.setattr(shared_statistic, "stored_arrays", lambda bundle: arrays)
    settings = {"lag_stride": 2, "amplitude_range": (5.0, 15.0)}
    bundle = SimpleNamespace(
        config=SimpleNamespace(hyperparameters=settings),
        card=SimpleNamespace(input=SimpleNamespace(contract={"detectors": ["H1"]})),
    )
    return partial(scanner, bundle, KerasRuntime(logits_model(network)))


def windows_of(series, before):
    view = np.lib.stride_tricks.sliding_window_view(series[before:], 2048)[::STEP]
    return np.ascontiguousarray(view[..., None])


def test_windows_with_nothing_before_them_are_scored_as_by_the_network(network, found):
    scan = found(STEP)
    rng = np.random.default_rng(1)
    expected, scanned = [], []
    for first in (0, 3, 17):
        # What a template's cut beginning would see is zero.
        series = np.zeros(scan.before + 20 * STEP + 2048, np.float32)
        begin = scan.before + first * STEP
        series[begin:] = rng.normal(0, 2, len(series) - begin)
        windows = windows_of(series, scan.before)
        scanned.append(scan.logits(series[None, :, None])[0, first])
        expected.append(logits_model(network).predict_on_batch(windows[first : first + 1])[0])
    np.testing.assert_allclose(scanned, expected, atol=1e-4)


def test_long_strain_is_scored_alike_wherever_transforms_begin(found, monkeypatch):
    scan = found(STEP)
    series = np.random.default_rng(2).normal(size=(1, scan.before + 90 * STEP + 2048, 1))
    series = series.astype(np.float32)
    long = scan.logits(series)
    monkeypatch.setattr(shared_statistic, "TRANSFORM", 4096)
    monkeypatch.setattr(shared_statistic, "TOGETHER", 64)
    assert long.shape == (1, 91, 1)
    np.testing.assert_allclose(found(STEP).logits(series), long, atol=1e-4)


def test_windows_off_the_grid_of_times_are_scored_one_by_one(found):
    assert found(100) is None
    assert found(8) is not None
