import keras
import pytest

from astro_dl.core import backend


def test_the_device_is_named():
    assert backend.device_kind() in ("cpu", "gpu")
    assert backend.device_name()


@pytest.mark.parametrize(
    ("name", "setting", "expected"),
    [
        ("tensorflow", "auto", True),
        ("jax", "auto", True),
        ("torch", "auto", False),
        ("tensorflow", "off", False),
        ("torch", "on", True),
    ],
)
def test_xla_is_used_where_it_was_measured_to_be_faster(monkeypatch, name, setting, expected):
    monkeypatch.setattr(keras.backend, "backend", lambda: name)
    monkeypatch.setattr(backend, "device_kind", lambda: "gpu")
    assert backend.use_jit(setting, {"cpu": False, "gpu": True}) is expected
    if name == "tensorflow" and setting == "auto":
        assert backend.use_jit(setting, {"cpu": True, "gpu": False}) is False


@pytest.mark.parametrize(
    ("gpu", "setting", "expected"),
    [
        (None, "auto", "float32"),
        (("A100", (8, 0)), "auto", "mixed_bfloat16"),
        (("V100", (7, 0)), "auto", "mixed_float16"),
        (("A100", (8, 0)), "off", "float32"),
        (None, "on", "mixed_bfloat16"),
    ],
)
def test_half_precision_is_for_gpus(monkeypatch, gpu, setting, expected):
    monkeypatch.setattr(backend, "_gpu", lambda: gpu)
    assert backend.precision_policy(setting) == expected


def test_a_policy_ends_with_its_block():
    before = keras.config.dtype_policy().name
    with backend.precision("mixed_bfloat16"):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    assert keras.config.dtype_policy().name == before


def test_seeds_are_set():
    backend.prepare(3)
    first = keras.random.normal((4,))
    backend.prepare(3)
    assert (
        keras.ops.convert_to_numpy(first) == keras.ops.convert_to_numpy(keras.random.normal((4,)))
    ).all()
