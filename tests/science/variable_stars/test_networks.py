import keras
import numpy as np
import pytest

from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from

HEAD = Multiclass(("a", "b", "c"))
SMALL = {"filters": 8, "levels": 3, "blocks": 1, "units": 8, "dropout": 0.0}


def outputs(model, x):
    return keras.ops.convert_to_numpy(model(x, training=False))


@pytest.fixture(scope="module")
def folded():
    rng = np.random.default_rng(0)
    curve = rng.standard_normal((3, 32, 2)).astype(np.float32)
    return {"folded": curve, "features": rng.standard_normal((3, 5)).astype(np.float32)}


def test_no_shift_in_phase_changes_the_answer(folded):
    keras.utils.set_random_seed(0)
    spec = InputSpec({"folded": (32, 2), "features": (5,)})
    model = build_from("variable_iresnet", spec, HEAD, SMALL)
    expected = outputs(model, folded)
    assert np.ptp(expected, axis=0).max() > 1e-4
    for shift in (1, 2, 5, 16, 31):
        shifted = {**folded, "folded": np.roll(folded["folded"], shift, axis=1)}
        assert outputs(model, shifted) == pytest.approx(expected, abs=1e-6)


def test_an_order_that_is_no_shift_changes_the_answer(folded):
    keras.utils.set_random_seed(0)
    model = build_from("variable_iresnet", InputSpec((32, 2)), HEAD, SMALL)
    curve = folded["folded"]
    turned = curve[:, np.random.default_rng(1).permutation(32)]
    assert np.abs(outputs(model, turned) - outputs(model, curve)).max() > 1e-4


SMALL_GRU = {"recurrent_units": (8, 8), "units": (8,)}


def test_padding_never_changes_the_answer():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((2, 12, 5)).astype(np.float32)
    points[..., 4] = 1
    longer = np.concatenate([points, np.zeros((2, 9, 5), np.float32)], axis=1)
    wild = longer.copy()
    wild[:, 12:, :4] = 1e3
    found = []
    for x in (points, longer, wild):
        keras.utils.set_random_seed(0)
        spec = InputSpec(x.shape[1:])
        found.append(outputs(build_from("variable_gru", spec, HEAD, SMALL_GRU), x))
    assert found[1] == pytest.approx(found[0], abs=1e-6)
    assert found[2] == pytest.approx(found[0], abs=1e-6)


def test_a_star_without_points_gets_a_finite_answer():
    x = np.zeros((2, 12, 5), np.float32)
    model = build_from("variable_gru", InputSpec((12, 5)), HEAD, SMALL_GRU)
    assert np.isfinite(outputs(model, x)).all()


@pytest.mark.parametrize(
    ("name", "shape", "values", "message"),
    [
        ("variable_iresnet", (30, 2), {"levels": 3}, "levels is 3 for 30 bins"),
        ("variable_iresnet", (32, 2), {"kernel_size": 4}, "kernel_size is 4"),
        ("variable_iresnet", {"sequence": (30, 5)}, {}, "takes the input 'folded'"),
        ("variable_gru", {"folded": (32, 2), "features": (5,)}, {}, "takes the input 'sequence'"),
    ],
)
def test_what_does_not_fit_is_refused(name, shape, values, message):
    with pytest.raises(UsageError, match=message):
        build_from(name, InputSpec(shape), HEAD, values)
