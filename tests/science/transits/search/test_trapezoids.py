"""Trapezoid fits: what was put in comes out, with errors as the noise says."""

import numpy as np
import pytest

from astro_dl.science.transits.search.trapezoids import fit_trapezoids
from astro_dl.science.transits.search.vetting_tests import (
    box_depth,
    odd_even_depths,
    secondary_depth,
)
from astro_dl.science.transits.views import Ephemeris

TIME = np.arange(0, 27.4, 10 / 1440)


def trapezoids(n=40, depth=0.01, ingress=0.25, noise=1e-3, seed=0):
    rng = np.random.default_rng(seed)
    period = 10 ** rng.uniform(0, 0.9, n)
    when = Ephemeris(period, rng.uniform(0, 1, n) * period, 0.12 * np.cbrt(period))
    flux = 1 + noise * rng.standard_normal((n, len(TIME)))
    return flux - depth * shape(when, ingress), when


def shape(when, ingress):
    half = when.period[:, None] / 2
    phase = np.mod(TIME - when.epoch[:, None] + half, 2 * half) - half
    return np.clip((0.5 - np.abs(phase) / when.duration[:, None]) / ingress, 0, 1)


@pytest.mark.parametrize("ingress", [0.05, 0.25, 0.5])
def test_trapezoids_are_recovered_from_a_rough_start(ingress):
    flux, when = trapezoids(ingress=ingress)
    shifted = Ephemeris(when.period, when.epoch + 0.3 * when.duration, 0.75 * when.duration)
    fit = fit_trapezoids(TIME, flux, shifted)
    offset = (fit.ephemeris.epoch - when.epoch) / when.duration
    assert np.abs(np.median(offset)) < 0.03
    assert np.std(offset) < 0.05
    assert np.median(fit.ephemeris.duration / when.duration) == pytest.approx(1, abs=0.08)
    assert np.median(fit.depth) == pytest.approx(0.01, rel=0.05)
    assert np.median(fit.ingress) == pytest.approx(ingress, abs=0.11)


def test_snr_is_that_of_the_best_fitting_template_in_white_noise():
    flux, when = trapezoids(ingress=0.05)
    points = (shape(when, 0.05) > 0).sum(axis=1)
    expected = 0.01 / 1e-3 * np.sqrt(0.95 * points * (1 - points / len(TIME)))
    ratio = fit_trapezoids(TIME, flux, when).snr / expected
    # Templates and bins are coarse: up to a tenth is lost.
    assert 0.88 < np.median(ratio) < 1.02


def test_without_signal_the_snr_stays_low():
    flux, when = trapezoids(depth=0.0)
    fit = fit_trapezoids(TIME, flux, when)
    assert np.median(fit.snr) < 3
    assert fit.snr.max() < 6


def test_no_data_gives_no_depth_and_the_ephemeris_back():
    when = Ephemeris(np.array([300.0]), np.array([100.0]), np.array([0.3]))
    fit = fit_trapezoids(TIME, np.ones((1, len(TIME))), when)
    assert fit.depth == 0
    assert fit.snr == 0
    assert fit.ephemeris.epoch == 100.0


def test_depths_of_odd_even_and_secondary_have_honest_errors():
    flux, when = trapezoids(n=150, ingress=0.05)
    depth, error = box_depth(TIME, flux, when).T
    assert np.std((depth - 0.01) / error) == pytest.approx(1, abs=0.2)
    odd, even = odd_even_depths(TIME, flux, when)
    pull = (odd[:, 0] - even[:, 0]) / np.hypot(odd[:, 1], even[:, 1])
    assert np.std(pull) == pytest.approx(1, abs=0.2)
    second = Ephemeris(when.period, when.epoch + when.period / 2, when.duration)
    flux -= 0.004 * shape(second, 0.05)
    found, error = secondary_depth(TIME, flux, when).T
    assert np.median(found) == pytest.approx(0.004, rel=0.1)
    assert (found > 5 * error).mean() > 0.95
