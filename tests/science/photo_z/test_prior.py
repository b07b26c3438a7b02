"""The prior of types and redshifts against its own density."""

import numpy as np
import pytest
from scipy.stats import kstest

from astro_dl.science.photo_z.prior import (
    TYPE_RANGES,
    draw_magnitudes,
    draw_types_and_redshifts,
    log_prior,
)


@pytest.mark.parametrize("magnitude", [17.0, 20.0, 24.0])
def test_the_density_is_normalised(magnitude):
    redshift, total = np.linspace(0, 15, 4000), 0.0
    for low, high in TYPE_RANGES:
        kind = np.full(len(redshift), 0.5 * (low + high))
        density = np.exp(log_prior(kind, redshift, np.array([magnitude])))[0]
        total += np.trapezoid(density, redshift) * (high - low)
    assert total == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("magnitude", [18.0, 23.5])
def test_draws_follow_the_density(magnitude):
    rng = np.random.default_rng(0)
    kind, redshift = draw_types_and_redshifts(np.full(8000, magnitude), (0.0, 15.0), rng)
    grid = np.linspace(0, 15, 6001)
    for low, high in TYPE_RANGES:
        inside = (kind >= low) & (kind < high)
        middle = np.full(len(grid), 0.5 * (low + high))
        density = np.exp(log_prior(middle, grid, np.array([magnitude])))[0]
        cumulative = np.concatenate([[0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
        share = cumulative[-1] * (grid[1] - grid[0]) * (high - low)
        assert inside.mean() == pytest.approx(share, abs=6 * 0.5 / np.sqrt(8000))
        cumulative /= cumulative[-1]
        test = kstest(redshift[inside], lambda z, c=cumulative: np.interp(z, grid, c))
        assert test.pvalue > 1e-4


def test_faint_galaxies_are_farther_and_later():
    rng = np.random.default_rng(0)
    (near, bright), (far, faint) = (
        draw_types_and_redshifts(np.full(4000, m), (0.0, 4.0), rng)[::-1] for m in (18.0, 25.0)
    )
    assert np.median(far) > 2 * np.median(near)
    assert np.mean(faint < TYPE_RANGES[0][1]) < 0.5 * np.mean(bright < TYPE_RANGES[0][1])


def test_redshifts_keep_to_their_range():
    rng = np.random.default_rng(0)
    _, redshift = draw_types_and_redshifts(np.full(2000, 24.0), (0.2, 0.6), rng)
    assert redshift.min() >= 0.2
    assert redshift.max() <= 0.6


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_counts_grow_by_the_slope(slope):
    magnitudes = draw_magnitudes(100_000, (18.0, 20.0), slope, np.random.default_rng(0))
    assert magnitudes.min() >= 18
    assert magnitudes.max() <= 20
    ratio = np.mean(magnitudes > 19) / np.mean(magnitudes < 19)
    assert ratio == pytest.approx(10**slope, rel=0.03)
