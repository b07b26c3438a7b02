"""Recalibrated distributions are distributions, and what theory says of them."""

import numpy as np
import pytest
import scipy

from astro_dl.core.errors import UsageError
from astro_dl.distributions.binned import Histogram
from astro_dl.distributions.distribution import mixed
from astro_dl.distributions.mixture import Mixture
from astro_dl.distributions.recalibrated import Recalibrated
from astro_dl.distributions.rising import Rising

LEVELS = np.array([0.01, 0.16, 0.5, 0.84, 0.99])


def gaussians(n=6, support=(-np.inf, np.inf)):
    rng = np.random.default_rng(0)
    mean, scale = rng.uniform(0.2, 0.8, (n, 1, 1)), rng.uniform(0.02, 0.1, (n, 1, 1))
    return Mixture(np.ones_like(mean), mean, scale, support)


def test_straight_lines_move_and_widen_a_gaussian():
    base = gaussians()
    found = Recalibrated(base, (Rising.line(1.5, 0.3),), (Rising.line(0.5),))
    mean, scale = 1.5 * base.means[..., 0] + 0.3, 1.5 * base.scales[..., 0] / 0.5
    wanted = scipy.stats.norm(mean[..., None], scale[..., None])
    np.testing.assert_allclose(found.quantile(LEVELS), wanted.ppf(LEVELS), rtol=1e-9)
    points = mean[..., None] + scale[..., None] * np.array([-2, 0, 1.5])
    np.testing.assert_allclose(found.cdf(points), wanted.cdf(points), rtol=1e-9)
    np.testing.assert_allclose(found.pdf(points), wanted.pdf(points), rtol=1e-3)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-9)
    np.testing.assert_allclose(found.std, scale, rtol=0.01)
    np.testing.assert_allclose(found.mode, mean, rtol=1e-9)
    drawn = found.sample(np.random.default_rng(1), 4000)
    np.testing.assert_allclose(drawn.mean(axis=-1), mean, atol=4 * scale.max() / np.sqrt(4000))


@pytest.mark.parametrize(
    "base",
    [
        gaussians(support=(0.0, 1.0)),
        Histogram(np.random.default_rng(2).dirichlet(np.ones(8), 5), np.linspace(0, 1, 9)),
    ],
)
def test_bent_ones_keep_the_support_and_undo_their_own_quantiles(base):
    values = Rising((0.0, 0.3, 0.6, 1.0), (0.0, 0.4, 0.5, 1.0))
    scores = Rising((-2.0, 0.0, 1.0), (-1.0, 0.3, 1.2))
    found = Recalibrated(base, (values,), (scores,))
    quantiles = found.quantile(LEVELS)
    np.testing.assert_allclose(found.cdf(quantiles)[:, 0], [LEVELS] * len(quantiles), atol=1e-7)
    assert quantiles.min() >= 0
    assert quantiles.max() <= 1
    grid = np.linspace(-0.1, 1.1, 6001)
    total = scipy.integrate.trapezoid(found.pdf(grid)[:, 0], grid)
    np.testing.assert_allclose(total, 1, atol=0.02)
    assert (np.diff(found.cdf(grid)[:, 0]) >= 0).all()


def test_members_recalibrated_alike_are_mixed_before():
    one, other = gaussians(), gaussians()
    moved = (Rising.line(1.2),), (Rising.line(0.8),)
    found = mixed([Recalibrated(one, *moved), Recalibrated(other, *moved)])
    np.testing.assert_allclose(found.median, Recalibrated(one, *moved).median)
    with pytest.raises(UsageError, match="one kind"):
        mixed([Recalibrated(one, *moved), Recalibrated(other, (Rising(),), (Rising(),))])


def test_a_rising_function_is_its_own_inverse_back():
    curve = Rising((0.0, 1.0, 3.0), (1.0, 1.5, 4.0))
    points = np.array([-2.0, 0.0, 0.7, 2.0, 5.0, np.nan])
    np.testing.assert_allclose(curve.inverse(curve(points)), points)


def test_what_falls_is_no_rising_function():
    with pytest.raises(UsageError, match="rising"):
        Rising((0.0, 1.0), (1.0, 0.0))
    assert Rising.through(np.array([0.0, 1, 2]), np.array([0.0, 2, 1])).y[2] > 2
