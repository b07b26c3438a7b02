import numpy as np
import pytest

from astro_dl.observations.irregular_series.magnitudes import fluxes_of, magnitudes_of
from astro_dl.observations.irregular_series.series import padded_arrays, series_from


@pytest.fixture
def points():
    rng = np.random.default_rng(0)
    return {
        "time": 2_455_000.5 + np.sort(rng.uniform(0, 900, 40)),
        "value": rng.normal(15, 0.3, 40),
        "error": rng.uniform(0.02, 0.05, 40),
        "band": rng.integers(0, 2, 40),
    }


def equal(one, other):
    names = ("time", "value", "error", "band", "detected")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_the_order_of_rows_does_not_matter(points):
    order = np.random.default_rng(1).permutation(40)
    shuffled = series_from("a", **{name: array[order] for name, array in points.items()})
    assert equal(shuffled, series_from("a", **points))
    assert shuffled.flags == ("unsorted_times",)


def test_points_that_agree_in_all_are_one(points):
    twice = {name: np.repeat(array, 2) for name, array in points.items()}
    found = series_from("a", **twice)
    assert equal(found, series_from("a", **points))
    assert found.flags == ("duplicate_points",)


def test_two_measurements_at_one_time_are_two():
    assert len(series_from("a", np.array([1.0, 1.0]), np.array([15.0, 15.1]))) == 2


def test_what_is_no_measurement_is_left_out_and_told():
    found = series_from(
        "a",
        np.array([1.0, np.nan, 3.0, 4.0, 5.0]),
        np.array([15.0, 15.0, np.nan, 15.0, 15.2]),
        np.array([0.1, 0.1, 0.1, -9.0, np.nan]),
    )
    assert found.time.tolist() == [1.0, 5.0]
    assert found.error.tolist() == [0.1, 0.1]
    assert found.flags == ("missing_values", "bad_errors", "missing_errors")


@pytest.mark.parametrize("error", [-9.0, 0.0, np.inf])
def test_an_error_that_is_none_makes_no_measurement_unless_all_are_so(error):
    time, value = np.arange(4.0), np.full(4, 15.0)
    found = series_from("a", time, value, np.array([0.1, error, 0.1, error]))
    assert found.time.tolist() == [0, 2]
    assert found.flags == ("bad_errors",)
    none = series_from("a", time, value, np.full(4, error))
    assert len(none) == 4
    assert none.flags == ("no_errors",)


def test_errors_that_are_filled_are_told(points):
    points["error"][::2] = np.nan
    found = series_from("a", **points)
    assert len(found) == 40
    assert np.isfinite(found.error).all()
    assert found.flags == ("missing_errors",)


def test_without_any_error_there_is_none():
    found = series_from("a", np.arange(3.0), np.full(3, 15.0))
    assert found.flags == ("no_errors",)
    assert np.isnan(found.error).all()


def test_limits_are_no_measurements():
    found = series_from(
        "a", np.arange(4.0), np.array([15, 20, np.nan, 15]), detected=np.array([1, 0, 0, 1], bool)
    )
    assert len(found) == 4
    assert found.measured().time.tolist() == [0.0, 3.0]
    assert padded_arrays([found])["mask"].sum() == 2


def test_times_keep_seconds_whatever_their_zero():
    time = 2_459_000.5 + np.array([0.0, 1 / 86400])
    arrays = padded_arrays([series_from("a", time, np.ones(2))])
    assert arrays["time"].dtype == np.float32
    assert arrays["time"][0, 1] * 86400 == pytest.approx(1, abs=1e-4)


def test_longer_arrays_hold_the_same_points(points):
    one = series_from("a", **points)
    short, long = padded_arrays([one]), padded_arrays([one], length=64)
    for name, array in short.items():
        assert np.array_equal(long[name][:, :40], array)
        assert not long[name][:, 40:].any()


def test_a_series_without_points_is_all_padding():
    arrays = padded_arrays([series_from("a", np.zeros(0), np.zeros(0))], length=5)
    assert not any(array.any() for array in arrays.values())


def test_magnitudes_and_fluxes_are_inverse():
    magnitude, error = np.array([15.0, 20.0]), np.array([0.02, 0.1])
    flux = fluxes_of(magnitude, error, 27.5)
    assert flux[0] == pytest.approx([1e5, 1e3])
    again = magnitudes_of(*flux, 27.5)
    assert again[0] == pytest.approx(magnitude)
    assert again[1] == pytest.approx(error)


def test_a_flux_below_zero_has_no_magnitude():
    assert np.isnan(magnitudes_of(np.array([-1.0, 0.0]), np.ones(2), 27.5)).all()
