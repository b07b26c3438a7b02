"""Inputs that a model was not trained for are refused by name, or flagged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.inference import input_checks as inputs_module
from astro_dl.inference.input_checks import (
    as_inputs,
    check_finite,
    check_scale,
    finite_rows,
    input_statistics,
    rows_outside_training_range,
)

SERIES = InputSpec((8, 2))
SEVERAL = InputSpec({"view": (8, 1), "stellar": (3,)})


def noise(n, rng=0, scale=1.0):
    return (scale * np.random.default_rng(rng).standard_normal((n, 8, 2))).astype(np.float32)


@settings(deadline=None, max_examples=50)
@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(1, 3)),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
def test_statistics_in_blocks_equal_those_of_the_whole(x):
    whole = input_statistics(x)["x"]
    values = x.reshape(-1, x.shape[-1]).astype(np.float64)
    scale = 1 + np.abs(values).max()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs_module, "VALUES_AT_ONCE", 5)
        blocks = input_statistics(x)["x"]
    for found in (whole, blocks):
        np.testing.assert_allclose(found["mean"], values.mean(axis=0), atol=1e-9 * scale)
        np.testing.assert_allclose(found["std"], values.std(axis=0), atol=1e-6 * scale)
        np.testing.assert_array_equal(found["minimum"], values.min(axis=0))
        np.testing.assert_array_equal(found["maximum"], values.max(axis=0))


def test_statistics_leave_out_what_is_not_finite():
    x = np.array([[1.0, np.nan], [3.0, 5.0], [np.inf, 7.0]], np.float32)
    found = input_statistics(x)["x"]
    assert found["mean"] == [2, 6]
    assert found["maximum"] == [3, 7]


def test_statistics_of_several_inputs_are_by_name():
    found = input_statistics({"view": np.ones((4, 8, 1)), "stellar": np.zeros((4, 3))})
    assert found["view"]["mean"] == [1]
    assert found["stellar"]["mean"] == [0, 0, 0]


@pytest.mark.parametrize(
    ("x", "match"),
    [
        (np.zeros((4, 9, 2)), r"shape \(4, 9, 2\); \(n, 8, 2\) needed"),
        (np.zeros((4, 8)), r"shape \(4, 8\)"),
        (np.zeros((8, 2)), r"one example; give x\[None\]"),
        (np.zeros((0, 8, 2)), "hold no example"),
        (np.zeros((4, 8, 2), complex), "complex128; real numbers"),
        (np.full((4, 8, 2), "a"), "real numbers"),
        (np.full((4, 8, 2), None), "object; real numbers"),
        ([[1, 2], [3]], "unequal lengths"),
        ({"x": np.zeros((4, 8, 2))}, "a dict of"),
    ],
)
def test_wrong_shape_or_type_is_named(x, match):
    with pytest.raises(UsageError, match=match):
        as_inputs(x, SERIES)


def test_several_inputs_need_their_names_and_one_length():
    view, stellar = np.zeros((4, 8, 1)), np.zeros((4, 3))
    assert set(as_inputs({"view": view, "stellar": stellar}, SEVERAL)) == {"view", "stellar"}
    with pytest.raises(UsageError, match=r"dict of \['stellar', 'view'\]"):
        as_inputs(view, SEVERAL)
    with pytest.raises(UsageError, match=r"inputs are \['view'\]"):
        as_inputs({"view": view}, SEVERAL)
    with pytest.raises(UsageError, match="different numbers"):
        as_inputs({"view": view, "stellar": stellar[:2]}, SEVERAL)
    with pytest.raises(UsageError, match="stellar have shape"):
        as_inputs({"view": view, "stellar": view}, SEVERAL)


def test_accepted_inputs_are_not_copied():
    x = noise(4)
    assert as_inputs(x, SERIES) is x


def test_first_example_that_is_not_finite_is_named():
    x = noise(6)
    x[2, 3, 1], x[4, 0, 0] = np.nan, np.inf
    assert finite_rows(x).tolist() == [True, True, False, True, False, True]
    with pytest.raises(UsageError, match=r"2 of 6 examples .* first is example 2"):
        check_finite(x)


@pytest.mark.parametrize("factor", [1e-21, 1e-3, 1e3])
def test_inputs_of_another_scale_are_refused(factor):
    statistics = input_statistics(noise(1000))
    with pytest.raises(UsageError, match=r"channel 0 has mean .* the training had"):
        check_scale(noise(200, 1, factor), statistics)


def test_offset_far_from_the_training_is_refused_even_for_one_example():
    statistics = input_statistics(noise(1000))
    with pytest.raises(UsageError, match="channel 0"):
        check_scale(noise(1, 1) + 100, statistics)


def test_inputs_of_the_training_scale_pass_with_a_few_extreme_examples():
    x = noise(200, 1)
    x[:20] *= 1e4
    check_scale(x, input_statistics(noise(1000)))


def test_few_quiet_examples_and_constant_channels_pass():
    check_scale(np.zeros((2, 8, 2)), input_statistics(noise(1000)))
    check_scale(noise(100), input_statistics(np.ones((10, 8, 2))))
    check_scale(noise(100, 0, 1e9), None)


def test_rows_beyond_the_extremes_are_marked():
    statistics = {"x": {"minimum": [-1, -2], "maximum": [1, 2], "mean": [0, 0], "std": [1, 1]}}
    x = np.zeros((4, 8, 2), np.float32)
    x[1, 5, 0], x[2, 5, 1], x[3, 0, 1] = 1.5, 1.5, -2.5
    assert rows_outside_training_range(x, statistics).tolist() == [False, True, False, True]
    assert not rows_outside_training_range(x, None).any()
