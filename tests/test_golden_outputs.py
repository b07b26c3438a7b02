"""No change of the code changes what a shipped network says."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.shipped import shipped_bundles

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "data" / "golden_outputs"
NAMES = sorted(shipped_bundles())
ROUNDING = 4e-6
"""Of the largest logit. JAX differs from TensorFlow by up to 7e-7 of it for every kind of network,
TensorFlow with the instructions of older processors by up to 6e-7."""


def load_script(name):
    loader = SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = module_from_spec(spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


script = load_script("make_golden_outputs")


def kept(name):
    with np.load(GOLDEN / f"{name}.npz") as file:
        return file["logits"]


def test_every_shipped_bundle_and_no_other_has_golden_outputs():
    assert sorted(path.stem for path in GOLDEN.glob("*.npz")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_network_gives_its_golden_logits(name):
    expected = kept(name)
    largest = np.abs(expected).max()
    found = script.golden_logits(name)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=0, atol=ROUNDING * largest)
    spread = np.ptp(expected, axis=0).max()
    assert spread > 1000 * ROUNDING * largest, "a constant output would prove nothing"


def test_checking_bit_by_bit_finds_the_smallest_change(tmp_path, capsys):
    logits = script.golden_logits("sgq_mlp")
    np.savez(tmp_path / "sgq_mlp.npz", logits=logits)
    assert script.check("sgq_mlp", tmp_path)
    logits[0, 0] = np.nextafter(logits[0, 0], np.float32(np.inf))
    np.savez(tmp_path / "sgq_mlp.npz", logits=logits)
    assert not script.check("sgq_mlp", tmp_path)
    assert "sgq_mlp: differs by up to" in capsys.readouterr().out
