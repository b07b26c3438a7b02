"""Search: signals that were put in are found, at their period, and nothing else."""

import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.observations.light_curves.files import read_light_curve
from astro_dl.science.transits.detrending import in_transit
from astro_dl.science.transits.search.box_spectrum import (
    frequency_grid,
    outstanding,
    transit_duration,
)
from astro_dl.science.transits.search.periodic import locate_transit, search_transits
from astro_dl.science.transits.search.signals import hidden_fraction, observed_cycles

TIME = np.arange(0, 27.4, 30 / 1440)
TIME = TIME[(TIME < 13) | (TIME > 14.2)]


def star(*planets, noise=4e-4, seed=0):
    flux = 1 + 0.005 * np.sin(2 * np.pi * TIME / 9)
    for period, epoch, duration, depth in planets:
        flux = flux - depth * in_transit(TIME, period, epoch, duration)[0]
    return flux + noise * np.random.default_rng(seed).standard_normal(len(TIME))


def test_two_planets_are_found_one_after_the_other():
    signals = search_transits(TIME, star((3.17, 1.2, 0.13, 4e-3), (8.3, 2.9, 0.2, 2.5e-3)))
    assert [s.period for s in signals] == pytest.approx([3.17, 8.3], rel=2e-3)
    assert [s.depth for s in signals] == pytest.approx([4e-3, 2.5e-3], rel=0.15)
    assert [s.duration for s in signals] == pytest.approx([0.13, 0.2], rel=0.3)
    assert signals[0].transits == observed_cycles(TIME, TIME, signals[0].ephemeris).size
    assert all(s.harmonic_of == -1 for s in signals)


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_found_in_noise(seed):
    assert search_transits(TIME, star(seed=seed)) == []


def test_eclipses_of_two_depths_are_found_at_the_full_period():
    signals = search_transits(TIME, star((2.8, 1.0, 0.2, 0.03), (2.8, 2.4, 0.2, 0.008)))
    assert signals[0].period == pytest.approx(2.8, rel=2e-3)
    assert signals[1].harmonic_of == 0


def test_transits_half_of_which_fall_into_a_gap_have_the_longer_period():
    # Every second transit, at 13.5, would be in the gap of the data.
    (signal, *_) = search_transits(TIME, star((9.0, 4.5, 0.2, 5e-3)))
    assert signal.period == pytest.approx(18.0, rel=5e-3)
    assert hidden_fraction(TIME, TIME, signal.ephemeris)
    (clear, *_) = search_transits(TIME, star((6.1, 4.5, 0.2, 5e-3)))
    assert not hidden_fraction(TIME, TIME, clear.ephemeris)


def test_epoch_and_duration_of_a_known_period_are_found():
    signal = locate_transit(TIME, star((5.3, 2.2, 0.18, 4e-3)), 5.3)
    assert (signal.epoch - 2.2 + 2.65) % 5.3 - 2.65 == pytest.approx(0, abs=0.05)
    assert signal.duration == pytest.approx(0.18, rel=0.4)
    assert signal.depth == pytest.approx(4e-3, rel=0.15)


def test_too_few_points_are_not_searched():
    assert search_transits(TIME[:30], np.ones(30)) == []


def test_period_grid_keeps_transits_in_phase():
    periods = frequency_grid(80.0, 0.5, 50.0)
    assert periods[0] == pytest.approx(0.5)
    assert periods[-1] == pytest.approx(50.0)
    drift = np.diff(periods) * 80.0 / periods[1:]
    assert (drift < 0.7 * transit_duration(periods[1:])).all()
    assert len(periods) < 20_000


def test_peaks_stand_out_of_a_rising_background():
    power = np.linspace(1, 50, 3000) + 0.5 * np.random.default_rng(0).standard_normal(3000)
    power[700] += 12
    assert outstanding(power)[0] == 700


def test_the_highest_peak_is_kept_among_its_own_aliases():
    comb = np.zeros(3000)
    comb[1000:1200:4] = 30.0
    comb[1100] = 40.0
    comb[[200, 500, 1700, 2400]] = 20.0
    assert 1100 in outstanding(comb)


@pytest.mark.parametrize("hours", [2, 10, 15])
def test_transits_keep_their_depths_however_long(hours):
    period, epoch, duration = 7.9, 3.0, hours / 24
    inside = in_transit(TIME, period, epoch, duration)[0]
    noise = 4e-4 * np.random.default_rng(hours).standard_normal((6, len(TIME)))
    depth = 14 * 4e-4 / np.sqrt(len(TIME) * inside.mean() * (1 - inside.mean()))
    found = [search_transits(TIME, 1 + one - depth * inside, most_signals=1) for one in noise]
    depths = [one.depth for signals in found for one in signals]
    assert len(depths) >= 5
    assert np.median(depths) == pytest.approx(depth, rel=0.15)


def test_a_spotted_star_has_no_transits():
    rng = np.random.default_rng(5)
    flux = 1 + 4e-4 * rng.standard_normal(len(TIME))
    for period, amplitude in ((3.1, 4e-3), (1.55, 1e-3), (3.4, 2e-3)):
        flux += amplitude * np.sin(2 * np.pi * (TIME / period + rng.random()))
    assert search_transits(TIME, flux) == []


def test_duration_of_the_earth_is_thirteen_hours():
    assert 24 * transit_duration(365.25) == pytest.approx(13.0)


@pytest.mark.skipif("ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA")
def test_three_planets_of_k2_3_are_found_in_the_raw_light_curve():
    folder = Path(os.environ["ASTRO_DL_TEST_DATA"], "transits", "k2_3")
    curve = read_light_curve(folder / "EPIC201367065.csv")
    signals = search_transits(curve.time, curve.flux, most_signals=3)
    # Crossfield et al. (2015), ApJ 804, 10.
    assert [s.period for s in signals] == pytest.approx([10.054, 24.647, 44.56], rel=1e-3)


def test_two_unlike_dips_are_not_joined_to_a_planet():
    flux = star()
    for epoch, depth in ((6.0, 6e-3), (20.0, 1e-3)):
        flux = flux - depth * (np.abs(TIME - epoch) < 0.15)
    deep, *others = search_transits(TIME, flux)
    assert (deep.transits, deep.epoch) == (1, pytest.approx(6.0, abs=0.05))
    # No other transit would lie within the data.
    assert deep.period == pytest.approx(TIME[-1] - 6.0, abs=0.3)
    assert all(abs(other.epoch - 6.0) > 1 for other in others)


def test_two_alike_dips_are_one_planet():
    flux = star()
    for epoch in (6.0, 20.0):
        flux = flux - 6e-3 * (np.abs(TIME - epoch) < 0.15)
    signal = search_transits(TIME, flux)[0]
    assert (signal.transits, signal.period) == (2, pytest.approx(14.0, rel=2e-3))


@pytest.mark.slow
@pytest.mark.skipif("ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA")
def test_a_quarter_of_kepler_90_holds_two_planets_and_a_single_transit():
    folder = Path(os.environ["ASTRO_DL_TEST_DATA"], "transits", "kepler90")
    curve = read_light_curve(folder / "kplr011442793-2009350155506_llc.fits")
    signals = search_transits(curve.time, curve.flux)
    # d, e and c of Cabrera et al. (2014), ApJ 781, 18; that of e has no fellow in the quarter.
    assert [s.transits for s in signals] == [2, 1, 10]
    assert [signals[k].period for k in (0, 2)] == pytest.approx([59.737, 8.719], rel=1e-3)
    assert signals[1].epoch == pytest.approx(318.2, abs=0.1)
