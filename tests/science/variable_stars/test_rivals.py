from dataclasses import replace

import numpy as np
import pytest

from astro_dl.observations.irregular_series.series import series_from
from astro_dl.science.variable_stars.curves import ready_curve
from astro_dl.science.variable_stars.features import (
    FEATURES,
    RIVAL,
    feature_names,
    light_curve_features,
)
from astro_dl.science.variable_stars.inputs import input_shapes, prepare
from astro_dl.science.variable_stars.periods.rivals import rival_series
from astro_dl.science.variable_stars.periods.search import SIDEREAL_DAY
from astro_dl.science.variable_stars.physics import VariablePhysics

PERIOD = 3.21
BOTH = ("log_period", "explained", "harmonics", "day_distance", "r21", "cos_phi21", "rise_share")


def one_visit_a_night(seed=0, n=200, noise=0.05):
    """Return a pulsator that was seen at nearly the same sidereal time of every night."""
    rng = np.random.default_rng(seed)
    night = np.sort(rng.choice(700, n, replace=False))
    time = SIDEREAL_DAY * night + rng.normal(0, 0.05, n)
    turns = time / PERIOD
    value = 15 + 0.3 * np.sin(2 * np.pi * turns) + 0.12 * np.sin(4 * np.pi * turns + 1)
    return series_from("a", time, value + noise * rng.standard_normal(n), np.full(n, noise))


def named(curve, rivals):
    return dict(
        zip(feature_names(rivals=rivals), light_curve_features(curve, rivals=rivals), strict=True)
    )


def with_period(curve, series):
    """Return a curve of which another period had been found."""
    period = replace(
        curve.period,
        period=1 / series.frequency,
        explained=series.explained,
        harmonics=series.harmonics,
        coefficients=series.coefficients,
    )
    return replace(curve, period=period)


def test_rivals_are_aliases_of_the_day_in_order_of_what_they_explain():
    curve = ready_curve(one_visit_a_night(), 6.0)
    frequency = 1 / curve.period.period
    assert frequency == pytest.approx(1 / PERIOD, abs=1e-4)
    found = rival_series(curve.time, curve.value, curve.error, frequency, 3)
    apart = np.array(
        [
            [abs(abs(frequency + day / SIDEREAL_DAY) - one.frequency) for one in found]
            for day in (-2, -1, 1, 2)
        ]
    )
    assert (apart.min(axis=0) < 1e-3).all()
    assert len(set(apart.argmin(axis=0))) == 3
    explained = [one.explained for one in found]
    assert curve.period.explained > explained[0] > explained[2] > 0.5


def test_numbers_of_a_rival_are_those_of_the_period_when_both_are_swapped():
    curve = ready_curve(one_visit_a_night(), 6.0)
    first = named(curve, 1)
    rival = rival_series(curve.time, curve.value, curve.error, 1 / curve.period.period, 1)[0]
    swapped = with_period(curve, rival)
    again = named(swapped, 4)
    back = next(
        n for n in range(1, 5) if abs(again[f"rival_{n}_log_period"] - first["log_period"]) < 1e-4
    )
    for name in BOTH:
        assert again[f"rival_{back}_{name}"] == pytest.approx(first[name], abs=0.02)
        assert first[f"rival_1_{name}"] == pytest.approx(again[name], abs=1e-6)
    ratio = first["rival_1_unexplained_ratio"]
    assert ratio > 0.1
    assert again[f"rival_{back}_unexplained_ratio"] == pytest.approx(-ratio, abs=0.02)


def test_the_true_period_is_among_the_rivals_where_an_alias_was_found():
    """Noise turns about which alias is highest, and the true period is then told by a rival."""
    taken_for_another = 0
    for seed in range(40):
        curve = ready_curve(one_visit_a_night(seed, n=60, noise=0.3), 6.0)
        frequency = 1 / curve.period.period
        near = abs(abs(frequency - 1 / PERIOD) * SIDEREAL_DAY - 1) < 0.01
        if not near and abs(abs(frequency + 1 / PERIOD) * SIDEREAL_DAY - 1) > 0.01:
            continue
        taken_for_another += 1
        found = rival_series(curve.time, curve.value, curve.error, frequency, 4)
        assert min(abs(one.frequency - 1 / PERIOD) for one in found) < 2e-3
    assert taken_for_another > 2


def test_without_a_rival_its_numbers_are_zero():
    """Ten hours tell no frequency from another that differs by two per day."""
    time = np.linspace(0, 0.4, 60)
    value = np.sin(2 * np.pi * time / 0.05) + 0.01 * np.cos(300 * time)
    curve = ready_curve(series_from("short", time, value, np.full(60, 0.01)), 30.0)
    assert curve.period.period == pytest.approx(0.05, rel=0.01)
    told = light_curve_features(curve, rivals=2)
    assert told[: len(FEATURES)].any()
    assert not told[len(FEATURES) :].any()


def test_other_features_are_the_same_with_rivals_and_without():
    star = one_visit_a_night()
    plain = VariablePhysics(inputs=("features",), maximum_frequency=6.0)
    asked = replace(plain, rivals=2)
    assert input_shapes(asked)["features"] == (len(FEATURES) + 2 * len(RIVAL),)
    with_rivals, without = (prepare(physics, [star]).x for physics in (asked, plain))
    assert np.array_equal(with_rivals[:, : len(FEATURES)], without)
    assert with_rivals.shape[1:] == input_shapes(asked)["features"]
