from dataclasses import replace

import numpy as np
import pytest

from astro_dl.observations.irregular_series.series import series_from
from astro_dl.science.variable_stars.features import FEATURES
from astro_dl.science.variable_stars.inputs import prepare
from astro_dl.science.variable_stars.physics import INPUTS, VariablePhysics
from tests.science.variable_stars.stand_in import star

PHYSICS = VariablePhysics(inputs=INPUTS, maximum_frequency=6.0)


def test_inputs_are_finite_and_of_the_shapes_that_are_told():
    few = series_from("few", np.arange(4.0), np.arange(4.0), np.ones(4))
    none = series_from("none", np.zeros(0), np.zeros(0))
    flat = series_from("flat", np.arange(30.0), np.full(30, 15.0), np.full(30, 0.1))
    ready = prepare(PHYSICS, [star(), few, none, flat])
    assert ready.x["folded"].shape == (4, 128, 2)
    assert ready.x["sequence"].shape == (4, 200, 5)
    assert ready.x["features"].shape == (4, len(FEATURES))
    assert all(np.isfinite(array).all() for array in ready.x.values())
    assert not ready.x["features"][1:].any()
    assert not ready.x["folded"][1:].any()
    assert ready.found["found_period"][0] == pytest.approx(0.63, rel=1e-4)
    assert np.isnan(ready.found["found_period"][1:]).all()


def test_neither_the_zero_of_times_nor_of_magnitudes_matters():
    one, later = star(), star(shift=2_450_000.0)
    brighter = replace(one, value=one.value - 3)
    first, *others = (prepare(PHYSICS, [each]).x for each in (one, later, brighter))
    for other in others:
        for name in ("sequence", "features"):
            assert other[name] == pytest.approx(first[name], abs=2e-3)


def test_the_order_of_rows_changes_nothing():
    one = star()
    order = np.random.default_rng(1).permutation(len(one))
    again = series_from("a", one.time[order], one.value[order], one.error[order])
    first, second = (prepare(PHYSICS, [each]).x for each in (one, again))
    assert all(np.array_equal(first[name], second[name]) for name in INPUTS)


def test_more_room_for_points_leaves_them_as_they_are():
    short, long = (
        prepare(replace(PHYSICS, steps=steps), [star()]).x["sequence"] for steps in (120, 300)
    )
    assert np.array_equal(long[:, :120], short)
    assert not long[:, 120:].any()


def test_bands_are_joined_about_their_own_medians():
    one = star()
    band = np.arange(len(one)) % 2
    two = series_from("a", one.time, one.value + 1.3 * band, one.error, band, ("g", "r"))
    joined, plain = (prepare(PHYSICS, [each]) for each in (two, one))
    period = plain.found["found_period"][0]
    assert joined.found["found_period"][0] == pytest.approx(period, rel=1e-4)


def test_a_wild_point_does_not_hide_the_period():
    one = star()
    value = one.value.copy()
    value[7] = 35
    found = prepare(PHYSICS, [replace(one, value=value)]).found
    assert found["found_period"][0] == pytest.approx(0.63, rel=1e-4)
