"""Depths of dips and their errors, against what can be worked out by hand."""

import numpy as np
import pytest

from astro_dl.science.transits.search.vetting_tests import (
    box_depth,
    odd_even_depths,
    secondary_depth,
)
from astro_dl.science.transits.views import Ephemeris

TIME = np.arange(1000) / 100
WHEN = Ephemeris(np.array([1.0]), np.array([0.5]), np.array([0.1]))
STEP = 1e-3
# As many points at -2, -1, 0, 1 and 2 steps: their median absolute deviation is one step.
NOISE = STEP * np.random.default_rng(0).permutation(np.resize([-2, -1, 0, 1, 2], len(TIME)))


def phase():
    """Return the distance from the nearest transit in units of its duration."""
    return np.abs(np.mod(TIME, 1.0) - 0.5) / 0.1


def curve(depths=(0.01,)):
    """Return one light curve whose transits have these depths in turn."""
    depth = np.resize(depths, 10)[np.floor(TIME).astype(int)]
    return (1 - np.where(phase() < 0.505, depth, 0) + NOISE)[None]


def test_the_error_of_a_depth_is_that_of_two_means_of_white_noise():
    ((depth, error),) = box_depth(TIME, curve(), WHEN)
    # Of ten transits: six points within ±0.3 durations, 26 between 0.7 and 2 on both sides.
    inside, outside = (phase() < 0.3).sum(), ((phase() > 0.7) & (phase() < 2)).sum()
    assert (inside, outside) == pytest.approx((60, 260), abs=10)
    assert error == pytest.approx(1.4826 * STEP * np.sqrt(1 / inside + 1 / outside), rel=0.03)
    assert depth == pytest.approx(0.01, abs=4 * error)


def test_the_error_covers_the_scatter_of_depths_in_white_noise():
    rng = np.random.default_rng(0)
    flux = 1 + STEP * rng.standard_normal((3000, len(TIME)))
    many = Ephemeris(*(np.repeat(one, 3000) for one in (WHEN.period, WHEN.epoch, WHEN.duration)))
    depth, error = box_depth(TIME, flux, many).T
    assert np.std(depth / error) == pytest.approx(1, abs=0.05)
    # More transits, smaller errors: a quarter of the points, twice the error.
    short = TIME < 2.5
    _, larger = box_depth(TIME[short], flux[:, short], many).T
    assert np.median(larger / error) == pytest.approx(2, rel=0.12)


def test_depths_of_odd_and_even_transits_are_told_apart_at_the_cost_of_their_errors():
    flux = curve(depths=(0.01, 0.006))
    (odd,), (even,) = odd_even_depths(TIME, flux, WHEN)
    assert odd[0] == pytest.approx(0.01, abs=4 * odd[1])
    assert even[0] == pytest.approx(0.006, abs=4 * even[1])
    # Half of the transits each.
    both = box_depth(TIME, flux, WHEN)[0, 1]
    np.testing.assert_allclose([odd[1], even[1]], np.sqrt(2) * both, rtol=0.03)


def test_a_secondary_eclipse_is_measured_where_it_lies():
    flux = curve()
    flux[0, np.abs(np.mod(TIME - 0.3, 1.0) - 0.5) < 0.0505] -= 0.004
    ((depth, error),) = secondary_depth(TIME, flux, WHEN)
    assert error == pytest.approx(box_depth(TIME, flux, WHEN)[0, 1], rel=0.1)
    assert depth == pytest.approx(0.004, abs=4 * error)


def test_nothing_inside_gives_no_depth():
    flux = curve()
    flux[0, phase() < 0.4] = np.nan
    assert np.isnan(box_depth(TIME, flux, WHEN)[0, 0])
