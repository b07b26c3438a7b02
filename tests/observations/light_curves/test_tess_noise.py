"""Noise, gaps and artefacts of the photometer."""

import numpy as np
import pytest

from astro_dl.observations.light_curves.tess_noise import (
    ARTEFACTS,
    add_outliers,
    draw_sectors,
    flag_cadences,
    noise_ppm,
    sector_times,
)

TIME = sector_times(30, 27.4)


@pytest.mark.parametrize(
    ("magnitude", "ppm"), [(6, 64), (10, 203), (12, 595), (14, 2285), (16, 13957)]
)
def test_noise_in_an_hour(magnitude, ppm):
    assert noise_ppm(magnitude) == pytest.approx(ppm, rel=0.01)


def test_noise_averages_down():
    assert noise_ppm(10, 15) == pytest.approx(2 * noise_ppm(10))
    assert noise_ppm(10, 2) == pytest.approx(np.sqrt(30) * noise_ppm(10))
    assert (np.diff(noise_ppm(np.linspace(5, 16, 200))) > 0).all()


def test_times_of_a_sector():
    assert len(TIME) == 1315
    assert np.diff(TIME) == pytest.approx(1 / 48)
    assert len(sector_times(2, 27.4)) == 19728


@pytest.mark.parametrize("name", ARTEFACTS)
def test_artefacts_are_finite_of_order_one_and_differ_between_stars(name):
    rng = np.random.default_rng(0)
    sector = draw_sectors(TIME, 200, rng)
    shapes = ARTEFACTS[name](TIME, sector, rng)
    assert shapes.shape == (200, len(TIME))
    assert shapes.dtype == np.float32
    peaks = np.abs(shapes).max(axis=1)
    assert np.median(peaks) > 0.3
    assert peaks.max() < 8
    assert np.abs(np.corrcoef(shapes[peaks > 0]) - np.eye(np.sum(peaks > 0))).mean() < 0.45
    assert len(np.unique(shapes, axis=0)) > 150


def test_momentum_dumps_recur_at_their_interval():
    rng = np.random.default_rng(1)
    sector = draw_sectors(TIME, 50, rng)
    shapes = np.abs(ARTEFACTS["momentum_dumps"](TIME, sector, rng))
    age = (TIME - sector.first_dump_d[:, None]) % sector.dump_interval_d[:, None]
    distance = np.minimum(age, sector.dump_interval_d[:, None] - age)
    at_dumps = np.where(distance < 0.03, shapes, np.nan)
    between = np.where(distance > 0.9, shapes, np.nan)
    assert (np.nanmean(at_dumps, axis=1) > 10 * np.nanmean(between, axis=1)).all()


def test_usable_cadences_leave_out_the_pause_and_little_else():
    rng = np.random.default_rng(2)
    sector = draw_sectors(TIME, 300, rng)
    usable = flag_cadences(TIME, sector, rng)
    middle = (sector.gap_start_d + sector.gap_stop_d)[:, None] / 2
    paused = np.abs(TIME - middle) < 0.35
    assert not usable[paused].any()
    assert 0.88 < usable.mean() < 0.97
    assert usable.mean(axis=1).min() > 0.7


def test_outliers_are_as_many_and_as_large_as_asked_for():
    sigma = np.full(400, 0.01, np.float32)
    flux = np.zeros((400, 1000), np.float32)
    add_outliers(flux, sigma, 0.002, np.random.default_rng(3))
    hit = flux[flux != 0]
    assert len(hit) == pytest.approx(800, rel=0.15)
    assert np.abs(hit).min() >= 0.03 * 0.999
    assert np.abs(hit).max() <= 0.3 * 1.001
    assert np.mean(hit > 0) == pytest.approx(2 / 3, abs=0.06)
