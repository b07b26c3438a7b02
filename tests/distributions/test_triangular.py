"""Splines of the unit interval, and the densities on boxes that are made of them."""

import numpy as np
import pytest
from scipy import stats

from astro_dl.core.errors import UsageError
from astro_dl.distributions.posterior import Posterior
from astro_dl.distributions.priors import (
    LogNormal,
    Normal,
    TruncatedNormal,
    Uniform,
    from_unit_box,
    to_unit_box,
)
from astro_dl.distributions.scales import SCALES
from astro_dl.distributions.splines import inverse_spline, parameters_of, spline
from astro_dl.distributions.triangular import TriangularMap
from astro_dl.distributions.zoom import unzoomed, zoomed

RNG = np.random.default_rng(0)
on_each_scale = pytest.mark.parametrize("scale", SCALES)


def map_of(parameters, n, spread, rng=RNG, scale="logistic"):
    found = TriangularMap(parameters, bins=5, hidden=6, scale=scale)
    return found, rng.normal(0, spread, (n, found.outputs))


def test_splines_rise_from_zero_to_one_and_are_inverted():
    raw = RNG.normal(0, 2, (50, 1, parameters_of(7)))
    x = np.broadcast_to(np.linspace(0, 1, 501), (50, 501))
    y, _ = spline(np, raw, x)
    np.testing.assert_allclose(y[:, [0, -1]], np.tile([0, 1], (50, 1)), atol=1e-9)
    assert (np.diff(y, axis=1) > 0).all()
    np.testing.assert_allclose(inverse_spline(np, raw, y), x, atol=1e-8)


def test_slopes_are_those_of_the_spline():
    raw = RNG.normal(0, 1, (20, 1, parameters_of(6)))
    x = RNG.uniform(0.01, 0.99, (20, 40))
    step = 1e-7
    rise = spline(np, raw, x + step)[0] - spline(np, raw, x - step)[0]
    np.testing.assert_allclose(np.exp(spline(np, raw, x)[1]), rise / (2 * step), rtol=2e-4)


def test_a_spline_of_zeros_is_the_identity():
    x = np.linspace(0, 1, 11)
    y, log_slope = spline(np, np.zeros((1, parameters_of(4))), x)
    np.testing.assert_allclose(y, x, atol=1e-7)
    np.testing.assert_allclose(log_slope, 0, atol=1e-6)


@on_each_scale
def test_a_zoom_widens_a_stretch_and_is_undone(scale):
    raw = np.stack([RNG.normal(0, 1, (30, 1)), RNG.uniform(-0.5, 2, (30, 1))], axis=-1)
    u = RNG.uniform(0.02, 0.98, (30, 40))
    near, log_slope = zoomed(np, raw, u, scale)
    step = 1e-7
    rise = zoomed(np, raw, u + step, scale)[0] - zoomed(np, raw, u - step, scale)[0]
    inside = (near > 1e-4) & (near < 1 - 1e-4)
    np.testing.assert_allclose(np.exp(log_slope)[inside], (rise / (2 * step))[inside], rtol=1e-3)
    np.testing.assert_allclose(unzoomed(np, raw, near, scale)[inside], u[inside], atol=1e-8)
    same, none = zoomed(np, np.zeros((1, 2)), u, scale)
    np.testing.assert_allclose(same, u, atol=1e-12)
    np.testing.assert_allclose(none, 0, atol=1e-12)


@pytest.mark.parametrize(
    ("scale", "oracle"), [("logistic", stats.logistic), ("normal", stats.norm)]
)
def test_scales_are_those_of_scipy(scale, oracle):
    shares = np.linspace(1e-6, 1 - 1e-6, 31)
    line, at_line = SCALES[scale].quantile(np, shares)
    back, at_back = SCALES[scale].cdf(np, oracle.ppf(shares))
    np.testing.assert_allclose(line, oracle.ppf(shares), atol=1e-8)
    np.testing.assert_allclose(back, shares, rtol=1e-8)
    density = oracle.logpdf(line)
    for told in (at_line, at_back):
        np.testing.assert_allclose(told - told[0], density - density[0], atol=1e-7)


@on_each_scale
def test_ranks_and_points_undo_each_other(scale):
    found, logits = map_of(4, 3, 0.5, scale=scale)
    ranks = RNG.random((3, 20, 4))
    points = found.points(np, logits, ranks)
    np.testing.assert_allclose(found.ranks(np, logits, points)[0], ranks, atol=1e-6)


@on_each_scale
def test_the_density_of_a_map_has_mass_one_and_is_that_of_its_points(scale):
    rng = np.random.default_rng(1)
    found, logits = map_of(2, 1, 0.7, rng, scale)
    # Even in the logit, as densities can rise without bound towards the sides of the box.
    logit = np.linspace(-25, 25, 600)
    axis = 1 / (1 + np.exp(-logit))
    weight = axis * (1 - axis) * np.diff(logit)[0]
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    density = np.exp(found.ranks(np, logits, grid.reshape(1, -1, 2))[1]).reshape(600, 600)
    mass = density * weight[:, None] * weight
    assert mass.sum() == pytest.approx(1, abs=5e-3)
    points = found.points(np, logits, rng.random((1, 40_000, 2)))[0]
    for power in ((1, 0), (0, 1), (1, 1), (2, 0), (0, 2)):
        values = np.prod(points**power, axis=1)
        expected = np.sum(mass * np.prod(grid**power, axis=-1)) / mass.sum()
        assert values.mean() == pytest.approx(expected, abs=5 * values.std() / 200 + 1e-3)


def test_later_parameters_depend_on_earlier_ones_and_not_the_other_way_round():
    found, logits = map_of(3, 1, 1.0)
    ranks = np.full((1, 2, 3), 0.3)
    ranks[0, 1, 1] = 0.8
    points = found.points(np, logits, ranks)[0]
    assert points[0, 0] == points[1, 0]
    assert points[0, 2] != points[1, 2]


def test_on_the_normal_scale_gaussians_are_told_by_means_and_a_cholesky_factor():
    rng = np.random.default_rng(3)
    mean, raw = rng.normal(0, 0.3, 3), rng.normal(0, 1, (3, 5))
    covariance = 0.1 * raw @ raw.T / 5 + 0.05 * np.eye(3)
    factor = np.linalg.cholesky(covariance)
    found, size = TriangularMap(3, bins=3, hidden=2, scale="normal"), 2 + parameters_of(3)
    parts = []
    for row in range(3):
        network = np.zeros(2 * (row + 1 + size) if row else 0)
        zoom = [mean[row], -np.log(factor[row, row])]
        parts += [zoom, np.zeros(size - 2), factor[row, :row], network]
    posterior = Posterior(np.concatenate(parts)[None, None], found, (Normal(0.0, 1.0),) * 3)
    oracle = stats.multivariate_normal(mean, covariance)
    values = oracle.rvs(200, random_state=rng)
    told = posterior.log_pdf(values[None])[0]
    np.testing.assert_allclose(told, oracle.logpdf(values), atol=1e-6)
    draws = posterior.sample(rng, 40_000)[0]
    np.testing.assert_allclose(np.cov(draws), covariance, atol=5e-3)


@on_each_scale
def test_runs_tell_how_many_logits_an_observation_moves(scale):
    found = TriangularMap(3, bins=2, hidden=4, scale=scale)
    linear = 1 + 2 if scale == "normal" else 0
    expected = {"all": found.outputs, "maps": 3 * 9, "gaussian": 3 * 2 + linear}
    for told, moved in expected.items():
        runs = found.runs(told)
        assert sum(map(sum, runs)) == found.outputs
        assert sum(varies for varies, _ in runs) == moved


@on_each_scale
def test_every_backend_says_what_numpy_says(scale):
    from keras import ops

    found, logits = map_of(3, 5, 0.5, scale=scale)
    points = RNG.uniform(0.02, 0.98, (5, 4, 3))
    ranks, density = found.ranks(
        ops, ops.convert_to_tensor(logits, "float32"), ops.convert_to_tensor(points, "float32")
    )
    expected = found.ranks(np, logits, points)
    np.testing.assert_allclose(ops.convert_to_numpy(ranks), expected[0], atol=2e-4)
    np.testing.assert_allclose(ops.convert_to_numpy(density), expected[1], atol=5e-3)


@pytest.mark.parametrize(
    ("prior", "oracle"),
    [
        (Uniform(-2.0, 3.0), stats.uniform(-2, 5)),
        (Normal(1.0, 0.5), stats.norm(1, 0.5)),
        (LogNormal(-3.0, 0.5), stats.lognorm(0.5, scale=np.exp(-3))),
        (TruncatedNormal(-1.0, 0.9, -2.0, -0.3), stats.truncnorm(-1 / 0.9, 0.7 / 0.9, -1, 0.9)),
    ],
)
def test_priors_are_those_of_scipy(prior, oracle):
    shares = np.linspace(0.01, 0.99, 21)
    values = oracle.ppf(shares)
    np.testing.assert_allclose(prior.to_unit(values), shares, rtol=1e-9)
    np.testing.assert_allclose(prior.from_unit(shares), values, rtol=1e-9)
    np.testing.assert_allclose(prior.log_pdf(values), oracle.logpdf(values), rtol=1e-9)


def test_a_map_of_zeros_is_the_prior():
    priors = (Normal(2.0, 0.1), Uniform(0.0, 4.0))
    found = TriangularMap(2, 5, 6)
    posterior = Posterior(np.zeros((1, 3, found.outputs)), found, priors)
    np.testing.assert_allclose(posterior.mean, np.tile([2, 2], (3, 1)), atol=5e-3)
    np.testing.assert_allclose(posterior.std[:, 0], 0.1, rtol=0.02)
    values = np.array([[2.1, 1.0], [1.9, 3.0], [2.0, 5.0]])
    expected = stats.norm(2, 0.1).logpdf(values[:2, 0]) - np.log(4)
    np.testing.assert_allclose(posterior.log_pdf(values)[:2], expected, atol=1e-5)


def test_no_density_lies_where_the_prior_has_none():
    priors = (Uniform(0.0, 1.0), Uniform(-5.0, 5.0))
    found, logits = map_of(2, 4, 2.0)
    posterior = Posterior(logits[None], found, priors)
    assert (posterior.log_pdf(np.tile([1.2, 0.0], (4, 1))) == -np.inf).all()
    draws = posterior.sample(RNG, 500)
    assert draws.shape == (4, 2, 500)
    inside = to_unit_box(priors, np.moveaxis(draws, 1, 2))
    assert ((inside >= 0) & (inside <= 1)).all()


def test_several_members_are_mixed_in_equal_parts():
    priors = (Uniform(0.0, 1.0),) * 2
    found, one = map_of(2, 2, 1.5)
    other = RNG.normal(0, 1.5, one.shape)
    value = from_unit_box(priors, np.array([[0.4, 0.6], [0.2, 0.9]]))
    alone = [
        np.exp(Posterior(logits[None], found, priors).log_pdf(value)) for logits in (one, other)
    ]
    both = np.exp(Posterior(np.stack([one, other]), found, priors).log_pdf(value))
    np.testing.assert_allclose(both, np.mean(alone, axis=0))
    means = [Posterior(logits[None], found, priors).mean for logits in (one, other)]
    together = Posterior(np.stack([one, other]), found, priors)
    np.testing.assert_allclose(together.mean, np.mean(means, axis=0), atol=1e-9)


def test_what_is_not_known_is_not_told():
    found, logits = map_of(2, 2, 1.0)
    logits[1] = np.nan
    posterior = Posterior(logits[None], found, (Uniform(0.0, 1.0),) * 2)
    for told in (posterior.median, posterior.std, posterior.sample(RNG, 5)[..., 0]):
        assert np.isfinite(told[0]).all()
        assert np.isnan(told[1]).all()
    assert np.isnan(posterior.log_pdf(np.full((2, 2), 0.5))[1])


def test_a_truncated_prior_has_nothing_outside_and_needs_a_range():
    prior = TruncatedNormal(0.3, 0.2, 0.1, 0.9)
    assert np.isnan(prior.to_unit(np.array([0.05, 0.95]))).all()
    assert (prior.log_pdf(np.array([0.05, 0.95])) == -np.inf).all()
    np.testing.assert_allclose(prior.to_unit(np.float32([0.1, 0.9])), [0, 1], atol=1e-7)
    with pytest.raises(UsageError, match="low 2 is not below high 1"):
        TruncatedNormal(0.0, 1.0, 2.0, 1.0)
