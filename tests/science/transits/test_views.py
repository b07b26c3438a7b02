"""Folded views against a plain loop over bins, and their invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro_dl.science.transits.detrending import in_transit
from astro_dl.science.transits.views import (
    CEILING,
    VIEWS,
    Ephemeris,
    ViewShape,
    count_in_local_bins,
    fold_views,
    secondary_phase,
)

TIME = np.arange(0, 27.4, 30 / 1440)
TIME = TIME[(TIME < 13) | (TIME > 14.2)]


def curves(n=12, seed=0, noise=1e-3):
    rng = np.random.default_rng(seed)
    period = 10 ** rng.uniform(-0.5, 1.1, n)
    duration = np.minimum(0.1 * np.cbrt(period), 0.2 * period)
    when = Ephemeris(period, rng.uniform(0, 1, n) * period, duration)
    flux = 1 + noise * rng.standard_normal((n, len(TIME)))
    flux -= 0.01 * in_transit(TIME, period, when.epoch, duration)
    flux -= 0.005 * in_transit(TIME, period, when.epoch + 0.4 * period, duration)
    flux[rng.random(flux.shape) < 0.02] = np.nan
    return flux, when


def plain_view(flux, period, epoch, low, high, width, bins):
    """Shallue & Vanderburg (2018), section 3.3, bin by bin."""
    good = np.isfinite(flux)
    phase = np.mod(TIME[good] - epoch + period / 2, period) - period / 2
    step = (high - low - width) / (bins - 1)
    view = np.full(bins, np.median(flux[good]))
    for k in range(bins):
        inside = (phase >= low + k * step) & (phase < low + k * step + width)
        if inside.any():
            view[k] = np.median(flux[good][inside])
    view -= np.median(view)
    return np.minimum(view / abs(view.min()), CEILING)


def test_views_are_those_of_a_plain_loop_over_bins():
    flux, when = curves()
    views = fold_views(TIME, flux, when, ("global", "local"), ViewShape(201, 81, 1.2, 0.16, 4.0))
    for k, (period, epoch, duration) in enumerate(
        zip(when.period, when.epoch, when.duration, strict=True)
    ):
        reach = min(period / 2, 4 * duration)
        whole = plain_view(flux[k], period, epoch, -period / 2, period / 2, 1.2 * period / 201, 201)
        local = plain_view(flux[k], period, epoch, -reach, reach, 0.16 * duration, 81)
        np.testing.assert_allclose(views["global"][k], whole, atol=1e-6)
        np.testing.assert_allclose(views["local"][k], local, atol=1e-6)


def test_views_have_median_zero_and_minimum_minus_one():
    flux, when = curves()
    for name, view in fold_views(TIME, flux, when, VIEWS).items():
        assert view.dtype == np.float32
        assert view.shape == (12, 201 if name == "global" else 61)
        np.testing.assert_allclose(np.median(view, axis=1), 0, atol=1e-6)
        assert view.max() <= CEILING
        if name in ("global", "local", "secondary"):
            np.testing.assert_allclose(view.min(axis=1), -1, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.1, 10), st.integers(-5, 5), st.integers(0, 1000))
def test_scale_order_and_cycle_change_nothing(scale, cycles, seed):
    flux, when = curves(3)
    order = np.random.default_rng(seed).permutation(len(TIME))
    other = Ephemeris(when.period, when.epoch + cycles * when.period, when.duration)
    names = ("global", "local", "secondary")
    first = fold_views(TIME, flux, when, names)
    again = fold_views(TIME[order], (1 + scale * (flux - 1))[:, order], other, names)
    for name in names:
        # A point on the edge of a bin may fall to either side of it by rounding.
        assert np.mean(np.abs(first[name] - again[name]) > 1e-4) < 0.02


def test_blocks_do_not_change_the_views(monkeypatch):
    flux, when = curves()
    whole = fold_views(TIME, flux, when, VIEWS)
    monkeypatch.setattr("astro_dl.science.transits.views.BLOCK_VALUES", len(TIME) * 5)
    for name, view in fold_views(TIME, flux, when, VIEWS).items():
        np.testing.assert_array_equal(view, whole[name])


def test_secondary_eclipse_is_found_and_centred():
    flux, when = curves(noise=2e-4)
    np.testing.assert_allclose(secondary_phase(TIME, flux, when), 0.4, atol=0.03)
    middle = fold_views(TIME, flux, when, ("secondary",))["secondary"][:, 27:34]
    assert np.median(middle) < -0.8


def test_half_phase_view_is_in_units_of_the_transit():
    flux, when = curves(noise=2e-4)
    flux -= 0.005 * in_transit(TIME, when.period, when.epoch + 0.5 * when.period, when.duration)
    view = fold_views(TIME, flux, when, ("half_phase",))["half_phase"]
    assert np.median(view[:, 28:33]) == pytest.approx(-0.5, abs=0.1)


def test_odd_and_even_views_tell_transits_of_two_depths():
    period = np.array([2.3])
    when = Ephemeris(period, np.array([0.7]), np.array([0.2]))
    flux = np.ones((1, len(TIME)))
    flux -= 0.01 * in_transit(TIME, 2 * period, 0.7, 0.2)
    flux -= 0.004 * in_transit(TIME, 2 * period, 0.7 + period, 0.2)
    views = fold_views(TIME, flux, when, ("odd", "even"))
    assert views["odd"].min() == pytest.approx(-1)
    assert views["even"].min() == pytest.approx(-0.4, abs=0.01)


@pytest.mark.parametrize(
    "flux",
    [np.ones((1, len(TIME))), np.full((1, len(TIME)), np.nan), np.full((1, len(TIME)), 1.0)],
)
def test_curves_without_variation_or_points_give_zeros(flux):
    when = Ephemeris(np.array([40.0]), np.array([3.0]), np.array([0.2]))
    for view in fold_views(TIME, flux, when, VIEWS).values():
        np.testing.assert_array_equal(view, 0)


def test_bins_of_one_point_are_counted():
    when = Ephemeris(np.array([40.0]), np.array([3.0]), np.array([0.05]))
    flux = 1 + 1e-3 * np.random.default_rng(0).standard_normal((1, len(TIME)))
    assert np.mean(count_in_local_bins(TIME, flux, when) <= 1) > 0.9
    dense = Ephemeris(np.array([0.4937]), np.array([0.2]), np.array([0.1]))
    assert np.mean(count_in_local_bins(TIME, flux, dense) <= 1) < 0.1
