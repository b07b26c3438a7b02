"""The noise on the scale of transits, against what many curves of the same noise show."""

import numpy as np
import pytest
from scipy.signal import lfilter

from astro_dl.science.transits.detrending import in_transit, robust_scatter
from astro_dl.science.transits.search.red_noise import local_dips, red_noise_factor
from astro_dl.science.transits.views import Ephemeris

CADENCE = 1 / 48
TIME = np.arange(0, 27, CADENCE)
NOISE, LENGTH = 1e-3, 0.25
WHEN = Ephemeris(np.array([5.0]), np.array([2.0]), np.array([LENGTH]))


def red_noise(n, rng, memory=0.2):
    """Return as much white noise as noise that is forgotten within some days, (n, T)."""
    keep = np.exp(-CADENCE / memory)
    driven = np.sqrt(1 - keep**2) * rng.standard_normal((n, 2 * len(TIME)))
    slow = lfilter([1], [1, -keep], driven, axis=1)[:, len(TIME) :]
    return NOISE / np.sqrt(2) * (slow + rng.standard_normal(slow.shape))


def factors(noise, added=0.0):
    return np.array(
        [red_noise_factor(TIME, 1 + one + added, WHEN, float(robust_scatter(one))) for one in noise]
    )


def test_white_noise_stays_white():
    noise = NOISE * np.random.default_rng(0).standard_normal((100, len(TIME)))
    assert np.mean(factors(noise)) == pytest.approx(1.05, abs=0.05)


def test_the_factor_is_that_by_which_depths_scatter_more_in_many_curves():
    noise = red_noise(400, np.random.default_rng(1))
    # One dip in the middle of each curve, by the definition of a depth.
    phase = np.abs(TIME - TIME[len(TIME) // 2] - CADENCE / 2) / LENGTH
    inside, around = phase < 0.5, (phase > 0.5) & (phase < 2)
    depths = noise[:, around].mean(axis=1) - noise[:, inside].mean(axis=1)
    white = NOISE * np.sqrt(1 / inside.sum() + 1 / around.sum())
    expected = np.std(depths) / white
    assert expected > 1.5
    assert np.median(factors(noise[:150])) == pytest.approx(expected, rel=0.1)


def test_neither_transits_nor_slopes_are_noise():
    noise = NOISE * np.random.default_rng(2).standard_normal((40, len(TIME)))
    transits = in_transit(TIME, WHEN.period, WHEN.epoch, WHEN.duration)[0]
    usual = factors(noise)
    np.testing.assert_allclose(factors(noise, added=-0.05 * transits), usual, rtol=1e-9)
    np.testing.assert_allclose(factors(noise, added=0.3 * NOISE * TIME), usual, rtol=0.03)


def test_dips_are_measured_in_their_white_errors():
    flux = np.random.default_rng(3).standard_normal(len(TIME))
    dips = np.concatenate([local_dips(TIME, flux, length) for length in (0.06, 0.25, 0.6)])
    assert np.std(dips) == pytest.approx(1, abs=0.1)


def test_a_wave_that_fills_its_period_is_noise_to_itself():
    wave = np.sin(2 * np.pi * TIME / 1.5)
    noise = NOISE * np.random.default_rng(4).standard_normal(len(TIME))
    flux = 1 + 5 * NOISE * wave + noise
    when = Ephemeris(np.array([1.5]), np.array([1.125]), np.array([0.5]))
    assert red_noise_factor(TIME, flux, when, float(robust_scatter(flux))) > 2


def test_too_short_a_curve_has_no_other_dips():
    few = TIME < 0.5
    assert red_noise_factor(TIME[few], np.ones(few.sum()), WHEN, NOISE) == 1
