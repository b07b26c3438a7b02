import numpy as np
import pytest
from astropy.timeseries import LombScargle

from astro_dl.science.variable_stars.periods.harmonics import (
    amplitudes_and_phases,
    evaluate,
    fit_harmonics,
)
from astro_dl.science.variable_stars.periods.periodogram import false_alarm_probability, spectrum
from astro_dl.science.variable_stars.periods.score import Verdict, judge_periods
from astro_dl.science.variable_stars.periods.search import UNKNOWN, find_period


def nights(n, seed, days=900):
    rng = np.random.default_rng(seed)
    return np.sort(np.floor(rng.uniform(0, days, n)) + rng.normal(0.3, 0.08, n))


def test_the_periodogram_is_that_of_astropy():
    time = nights(150, 0)
    value = np.sin(2 * np.pi * time / 0.61) + np.random.default_rng(1).standard_normal(150)
    error = np.full(150, 0.5)
    found = spectrum(time, value, error, 3.0, 3)
    expected = LombScargle(time, value, error).power(found.frequency, method="cython")
    assert found.power == pytest.approx(expected, abs=2e-3)


def test_the_false_alarm_probability_is_that_of_baluev_in_astropy():
    time = nights(100, 2)
    error = np.full(100, 0.5)
    periodogram = LombScargle(time, np.zeros(100) + time % 1, error)
    for power in (0.15, 0.25, 0.4):
        expected = periodogram.false_alarm_probability(power, maximum_frequency=8.0)
        assert false_alarm_probability(power, time, error, 8.0) == pytest.approx(expected, rel=0.01)


def test_a_sinusoid_is_found_within_its_error():
    pulls = []
    for seed in range(12):
        time = nights(120, seed)
        rng = np.random.default_rng(100 + seed)
        period = rng.uniform(0.3, 20)
        value = 0.3 * np.sin(2 * np.pi * time / period) + 0.05 * rng.standard_normal(120)
        found = find_period(time, value, np.full(120, 0.05), maximum_frequency=4.0)
        assert found.false_alarm_probability < 1e-10
        pulls.append((found.period - period) / found.period_std)
    assert 0.4 < np.std(pulls) < 2.0


def eclipses(phase, depths, width=0.03):
    return sum(
        depth * np.exp(-0.5 * (((phase - place + 0.5) % 1 - 0.5) / width) ** 2)
        for place, depth in zip((0.0, 0.5), depths, strict=True)
    )


def test_unequal_eclipses_are_found_with_the_whole_period():
    for seed in range(4):
        time = nights(250, seed)
        period = np.random.default_rng(seed).uniform(0.5, 3)
        value = eclipses((time / period) % 1, (0.5, 0.2))
        value += 0.03 * np.random.default_rng(seed).standard_normal(250)
        found = find_period(time, value, np.full(250, 0.03), maximum_frequency=6.0)
        assert found.period == pytest.approx(period, rel=1e-3)


def test_equal_eclipses_are_found_with_half_of_it():
    time = nights(250, 5)
    value = eclipses((time / 1.37) % 1, (0.4, 0.4), width=0.05)
    value += 0.03 * np.random.default_rng(0).standard_normal(250)
    found = find_period(time, value, np.full(250, 0.03), maximum_frequency=6.0)
    assert found.period == pytest.approx(1.37 / 2, rel=1e-3)


def test_noise_has_no_significant_period():
    time = nights(120, 0)
    found = [
        find_period(time, np.random.default_rng(seed).standard_normal(120), np.ones(120), 4.0)
        for seed in range(10)
    ]
    assert np.mean([one.false_alarm_probability < 0.1 for one in found]) <= 0.3


def test_nothing_is_said_of_few_or_constant_points():
    time = np.arange(30.0)
    for chosen, value in ((time[:8], time[:8] % 3), (time, np.ones(30)), (np.zeros(30), time)):
        found = find_period(chosen, value, np.ones(len(chosen)))
        assert found is UNKNOWN


def test_a_fit_returns_the_coefficients_of_a_series():
    time = nights(400, 3)
    coefficients = np.array([0.0, 0.3, 0.1, -0.1, 0.05, 0.02, 0.04])
    value = evaluate(coefficients, time / 0.77)
    fits = fit_harmonics(time, value, np.ones(400), np.array([1 / 0.77]), 3)
    found = fits.coefficients(3)[0]
    assert found[1:] == pytest.approx(coefficients[1:], abs=1e-3)
    amplitudes, phases = amplitudes_and_phases(found)
    k = np.arange(1, 4)[:, None]
    series = (amplitudes[:, None] * np.cos(2 * np.pi * k * time / 0.77 + phases[:, None])).sum(0)
    assert series - series.mean() == pytest.approx(value - value.mean(), abs=2e-3)


def test_verdicts_on_periods():
    true = np.full(6, 0.61)
    found = np.array([0.61, 0.305, 1.22, 1 / (1 / 0.61 - 1), np.nan, 0.9])
    words = judge_periods(found, true)
    assert words.tolist() == [
        Verdict.EXACT, Verdict.HALF, Verdict.DOUBLE, Verdict.ALIAS, Verdict.OTHER, Verdict.OTHER,
    ]  # fmt: skip
