"""Networks that would never be built, or hold no memory, are refused at once."""

import time

import pytest

import astro_dl
from astro_dl.core.errors import UsageError
from tests.toy_training import run

TOO_MANY = {
    "mlp": {"units": (64,) * 20_000},
    "cnn1d": {"filters": (8,) * 300, "kernel_sizes": 3, "pool_sizes": 1},
    "resnet1d": {"blocks": 10**9},
    "resnet2d": {"blocks": (2, 10**9)},
}


@pytest.mark.parametrize("name", TOO_MANY)
def test_too_many_layers_are_refused_before_any_is_made(name):
    shape = {"mlp": (5,), "resnet2d": (16, 16, 1)}.get(name, (64, 1))
    start = time.perf_counter()
    with pytest.raises(UsageError, match=r"at most 256 are accepted"):
        astro_dl.build_model(name, input_shape=shape, **TOO_MANY[name])
    assert time.perf_counter() - start < 5


def test_too_many_parameters_are_refused_before_any_is_made(toy_task, tmp_path):
    wide = {"hyperparameters.units": [100_000, 100_000]}
    with pytest.raises(UsageError, match=r"10,\d+,\d+,\d+ parameters .* at most 500,000,000"):
        run(tmp_path / "run", **wide)
    assert not (tmp_path / "run").exists()
