"""The box that a search would report: recovered ephemerides and ratios."""

import numpy as np
import pytest

from astro_dl.science.transits.simulation.box_search import best_box

TIME = 1325 + np.arange(0, 27, 1 / 48)
SIGMA = 1e-3


def boxes(period, epoch, duration, depth, rng):
    """Light curves with box-shaped dips, white noise of SIGMA, and gaps."""
    phase = (TIME - epoch[:, None] + period[:, None] / 2) % period[:, None] - period[:, None] / 2
    flux = 1 - depth * (np.abs(phase) < duration[:, None] / 2)
    flux += SIGMA * rng.standard_normal(flux.shape)
    usable = rng.random(flux.shape) > 0.1
    return np.where(usable, flux, np.nan), usable


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    period, duration = rng.uniform(1, 9, 60), rng.uniform(0.1, 0.3, 60)
    epoch = TIME[0] + rng.random(60) * period
    flux, usable = boxes(period, epoch, duration, 0.005, rng)
    trials = np.stack([period / 2, period, 2 * period, rng.uniform(0.2, 20, 60)], axis=1)
    trials[:30, 3] = np.nan
    truth = {"period": period, "epoch": epoch, "duration": duration, "usable": usable}
    return best_box(TIME, flux, usable, trials), truth


def test_finds_period_epoch_duration_and_depth(found):
    box, truth = found
    assert np.mean(box.period_d == truth["period"]) > 0.95
    offset = (box.epoch_d - truth["epoch"]) / truth["period"]
    days = (offset - np.round(offset)) * truth["period"]
    assert np.percentile(np.abs(days) / truth["duration"], 90) < 0.2
    assert np.median(box.duration_d / truth["duration"]) == pytest.approx(1, abs=0.2)
    assert np.median(box.depth) == pytest.approx(0.005, rel=0.1)
    assert (box.epoch_d >= TIME[0]).all()


def test_signal_to_noise_ratio_is_that_of_white_noise(found):
    box, truth = found
    number = truth["usable"].sum(axis=1) * truth["duration"] / truth["period"]
    expected = 0.005 / SIGMA * np.sqrt(number)
    assert np.median(box.snr / expected) == pytest.approx(0.9, abs=0.1)


def test_noise_alone_has_a_small_ratio_and_bumps_are_ignored():
    rng = np.random.default_rng(1)
    period = rng.uniform(1, 9, 40)
    flux, usable = boxes(period, TIME[0] + period / 2, np.full(40, 0.2), 0.0, rng)
    assert best_box(TIME, flux, usable, period[:, None]).snr.max() < 6
    bumps, usable = boxes(period, TIME[0] + period / 2, np.full(40, 0.2), -0.02, rng)
    box = best_box(TIME, bumps, usable, period[:, None])
    phase = (box.epoch_d - TIME[0]) / period % 1
    assert not np.any(np.abs(phase - 0.5) * period < 0.1)


def test_a_single_low_point_is_no_dip():
    rng = np.random.default_rng(2)
    flux, usable = boxes(np.full(8, 3.0), np.full(8, 1326.0), np.full(8, 0.2), 0.0, rng)
    flux[:, 500] = 0.9
    usable[:, 499:502] = True
    flux[:, [499, 501]] = 1
    assert best_box(TIME, flux, usable, np.full((8, 1), 3.0)).snr.max() < 8


def test_fine_cadences_and_missing_trials():
    time = 1325 + np.arange(0, 10, 2 / 1440)
    phase = (time - 1326 + 1) % 2 - 1
    flux = (
        1
        - 0.01 * (np.abs(phase) < 0.1)
        + 1e-3 * np.random.default_rng(3).standard_normal((3, len(time)))
    )
    trials = np.array([[2.0, np.nan], [np.nan, 2.0], [np.nan, np.nan]])
    box = best_box(time, flux, np.ones(flux.shape, bool), trials)
    np.testing.assert_array_equal(box.period_d[:2], 2.0)
    np.testing.assert_allclose(box.depth[:2], 0.01, rtol=0.1)
    np.testing.assert_allclose(box.snr[:2], 10 * np.sqrt(720), rtol=0.15)
    assert np.isnan(box.period_d[2])
    assert box.snr[2] == 0
