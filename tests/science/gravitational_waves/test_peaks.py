import numpy as np
import pytest
from scipy.signal import find_peaks

from astro_dl.science.gravitational_waves.peaks import find_triggers, plateau_centre


def test_peaks_nearer_than_the_distance_are_one_trigger():
    series = np.full(100, -5.0)
    series[[10, 12, 30, 99]] = [8.0, 9.0, 3.0, 7.0]
    series[50:60] = np.nan
    np.testing.assert_array_equal(find_triggers(series, 0.0, 5), [12, 30, 99])
    np.testing.assert_array_equal(find_triggers(series, 5.0, 5), [12, 99])
    np.testing.assert_array_equal(find_triggers(series, 0.0, 2), [10, 12, 30, 99])
    assert len(find_triggers(np.full(9, np.nan), 0.0, 2)) == 0


@pytest.mark.parametrize("distance", [1, 7, 40])
def test_triggers_are_the_peaks_that_scipy_finds(distance):
    series = np.random.default_rng(distance).normal(size=2000)
    series[100:104], series[500], series[700:710] = 2.5, -np.inf, -np.inf
    expected, _ = find_peaks(np.pad(series, 1, constant_values=-9), height=1, distance=distance)
    np.testing.assert_array_equal(find_triggers(series, 1.0, distance), expected - 1)


def test_the_centre_of_a_plateau_is_found_below_the_stride():
    series = np.array([-3.0, -2.0, 6.0, 10.0, 9.9, 9.8, 6.0, -2.0])
    assert plateau_centre(series, 3) == pytest.approx(4.0, abs=0.05)
    assert plateau_centre(np.array([-3.0, -1.0, -2.0]), 1) == 1
    assert plateau_centre(np.array([np.nan, 5.0, -np.inf]), 1) == 1
