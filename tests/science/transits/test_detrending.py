"""Detrending: trends go, transits and noise stay."""

import numpy as np
import pytest

from astro_dl.science.transits.detrending import (
    clip_outliers,
    detrend,
    in_transit,
    robust_scatter,
    running_trend,
)

TIME = np.arange(0, 27.4, 30 / 1440)
TIME = TIME[(TIME < 13) | (TIME > 14.2)]
TREND = 1 + 0.01 * np.sin(2 * np.pi * TIME / 12) + 0.001 * TIME


def noisy(seed=0, n=8, sigma=1e-3):
    return TREND * (1 + sigma * np.random.default_rng(seed).standard_normal((n, len(TIME))))


def test_slow_trends_are_removed_up_to_the_edges():
    # A line over a window w misses a sine of period P by its amplitude times (π w / P)² / 6.
    np.testing.assert_allclose(detrend(TIME, TREND, 1.0), 1, atol=0.01 * (np.pi / 12) ** 2 / 3)
    flat = detrend(TIME, noisy(), 1.0)
    assert robust_scatter(flat) == pytest.approx(1e-3, rel=0.1)
    ends = np.r_[0:6, len(TIME) - 6 : len(TIME)]
    assert np.abs(flat[:, ends].mean()) == pytest.approx(1, abs=5e-4)


def test_masked_transits_keep_their_depth():
    mask = in_transit(TIME, 3.3, 1.0, 0.3)
    flux = noisy() - 0.01 * in_transit(TIME, 3.3, 1.0, 0.2)
    protected = detrend(TIME, flux, 1.0, np.repeat(mask, 8, axis=0))
    inside = in_transit(TIME, 3.3, 1.0, 0.2)[0]
    assert 1 - np.median(protected[:, inside]) == pytest.approx(0.01, rel=0.05)
    unprotected = detrend(TIME, flux, 0.5)
    assert 1 - np.median(unprotected[:, inside]) < 0.0095


def test_a_jump_across_a_gap_is_removed():
    flux = np.where(TIME > 13.5, 1.3, 0.9) * np.ones(len(TIME))
    np.testing.assert_allclose(detrend(TIME, flux, 1.0), 1, atol=1e-6)


def test_outliers_and_missing_points_do_not_move_the_trend():
    clean = noisy(n=1)[0]
    spoiled = clean.copy()
    spoiled[::40] = 3.0
    spoiled[7::40] = np.nan
    known = np.isfinite(spoiled)
    difference = running_trend(TIME, spoiled, 1.0) - running_trend(TIME, clean, 1.0)
    assert np.abs(difference[known]).max() < 8e-4


def test_curves_are_detrended_independently_of_each_other():
    flux = noisy(n=5)
    flux[2, 100:200] = np.nan
    together = detrend(TIME, flux, 1.0)
    for one, alone in zip(flux, together, strict=True):
        np.testing.assert_allclose(detrend(TIME, one, 1.0), alone, rtol=1e-6)


def test_hopeless_curves_give_finite_trends():
    few = np.full(len(TIME), np.nan)
    few[[5, 600]] = 1.0
    assert np.isfinite(running_trend(TIME, few, 1.0)).all()
    assert np.isfinite(running_trend(TIME, np.full(len(TIME), np.nan), 1.0)).all()
    masked = np.ones((1, len(TIME)), bool)
    assert np.isfinite(running_trend(TIME, TREND[None], 1.0, masked)).all()
    assert running_trend(TIME[:1], np.array([2.0]), 1.0) == pytest.approx(2.0)


def test_in_transit_counts_both_sides_of_every_centre():
    inside = in_transit(np.array([0.94, 0.96, 1.04, 1.06, 3.0, 4.96]), 2.0, 1.0, 0.1)[0]
    assert inside.tolist() == [False, True, True, False, True, True]


def test_only_upward_outliers_are_clipped():
    flux = 1 + 1e-3 * np.random.default_rng(0).standard_normal(1000)
    flux[3], flux[4] = 1.02, 0.9
    clipped = clip_outliers(flux)
    assert np.isnan(clipped[3])
    assert clipped[4] == 0.9
    assert np.isnan(clipped).sum() <= 2
