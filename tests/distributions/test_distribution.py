"""Distributions of answers: densities, quantiles and moments agree with each other and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, truncnorm

from astro_dl.answers.head import Head
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.distributions.binned import Histogram, Quantiles
from astro_dl.distributions.distribution import mixed
from astro_dl.distributions.mixture import Mixture

SUPPORTS = [(-math.inf, math.inf), (0.0, math.inf), (-math.inf, 1.0), (0.0, 1.0)]
LEVELS = np.array([0.01, 0.16, 0.5, 0.84, 0.99])


def mixtures(support=(-math.inf, math.inf), n=40, components=4, seed=0):
    rng = np.random.default_rng(seed)
    shape = (n, 2, components)
    weights = rng.dirichlet(np.ones(components), shape[:2])
    return Mixture(weights, rng.normal(0, 1, shape), rng.uniform(0.03, 0.5, shape), support)


def histograms(n=30):
    rng = np.random.default_rng(1)
    return Histogram(rng.dirichlet(np.ones(6), n), np.array([-1, 0, 0.2, 0.3, 1, 2.5, 3]))


@pytest.mark.parametrize("support", SUPPORTS)
def test_truncated_components_are_scipys(support):
    rng = np.random.default_rng(2)
    mean, scale = rng.normal(0.5, 2, (50, 1, 1)), rng.uniform(0.1, 2, (50, 1, 1))
    found = Mixture(np.ones_like(mean), mean, scale, support)
    m, s = mean[:, 0], scale[:, 0]
    known = truncnorm((support[0] - m) / s, (support[1] - m) / s, m, s)
    x = np.linspace(-0.5, 1.5, 21)
    np.testing.assert_allclose(found.cdf(x)[:, 0], known.cdf(x), atol=1e-9)
    np.testing.assert_allclose(found.pdf(x)[:, 0], known.pdf(x), rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(found.mean, known.mean(), rtol=1e-6)
    np.testing.assert_allclose(found.std, known.std(), rtol=1e-5)
    np.testing.assert_allclose(found.median, known.median(), rtol=1e-6)


@pytest.mark.parametrize("support", SUPPORTS)
def test_a_mixtures_parts_agree_with_each_other(support):
    found = mixtures(support, n=10)
    x = np.linspace(max(support[0], -5), min(support[1], 5), 200_001)
    density = found.pdf(x)
    np.testing.assert_allclose(np.trapezoid(density, x), 1, atol=2e-4)
    np.testing.assert_allclose(np.trapezoid(density * x, x), found.mean, atol=3e-4)
    second = np.trapezoid(density * x**2, x)
    np.testing.assert_allclose(np.sqrt(second - found.mean**2), found.std, atol=1e-3)
    np.testing.assert_allclose(
        found.cdf(found.quantile(LEVELS)), np.tile(LEVELS, (10, 2, 1)), atol=1e-5
    )
    np.testing.assert_allclose(found.log_pdf(found.mean), np.log(found.pdf(found.mean)), rtol=1e-9)
    at_mode = found.pdf(found.mode)
    assert np.mean(at_mode >= density.max(axis=-1) * 0.999) > 0.95
    assert (at_mode > 0.8 * density.max(axis=-1)).all()


def broad_mixtures(n, support=(0.0, 2.0), components=5, seed=7):
    """Components whose widths differ by five orders, in and around a support."""
    rng = np.random.default_rng(seed)
    shape = (n, 1, components)
    weights = rng.dirichlet(np.ones(components), shape[:2])
    return Mixture(weights, rng.normal(0, 3, shape), 10 ** rng.uniform(-3, 2, shape), support)


def worst_probability(found, levels=LEVELS):
    return np.abs(found.cdf(found.quantile(levels)) - levels).max()


@pytest.mark.parametrize("support", SUPPORTS)
def test_quantiles_of_the_broadest_mixtures_are_right(support):
    assert worst_probability(broad_mixtures(8000, support)) < 1e-6


def test_quantiles_between_far_and_narrow_components_are_right():
    # The slope at the first guess leads nowhere: the density there is zero.
    weights, means = [[[0.45, 0.1, 0.45]]], [[[-10.0, 0.0, 10.0]]]
    found = Mixture(*map(np.array, (weights, means, [[[1e-3, 1e-4, 1e-3]]])))
    assert worst_probability(found, np.linspace(0.001, 0.999, 999)) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("support", [(-math.inf, math.inf), (0.0, 2.0)])
def test_no_quantile_of_half_a_million_broad_mixtures_is_wrong(support):
    assert worst_probability(broad_mixtures(500_000, support, seed=8)) < 1e-6


@settings(max_examples=40, deadline=None)
@given(mean=st.floats(-40, 40), scale=st.floats(1e-3, 1e3), level=st.floats(1e-4, 1 - 1e-4))
def test_no_probability_is_outside_the_support_however_far_the_means(mean, scale, level):
    head = Regression(("z",), ("",), "mixture", components=2, support=(0.0, 2.0))
    logits = np.array([[0.0, 1.0, mean, -mean, math.log(scale), 0.0]])
    found = head.distributions(logits)
    assert found.cdf(np.array([-1e-9, 2.0]))[0, 0].tolist() == [0.0, pytest.approx(1.0)]
    assert (found.pdf(np.array([-1e-9, 2.0 + 1e-9])) == 0).all()
    assert 0 <= found.quantile(level)[0, 0] <= 2
    for value in (found.mean, found.median, found.mode):
        assert 0 <= value[0, 0] <= 2
    assert np.isfinite(found.std).all()


@pytest.mark.parametrize("make", [mixtures, histograms])
def test_samples_are_distributed_as_stated(make):
    found = make()
    draws = found.sample(np.random.default_rng(3), 4000)
    np.testing.assert_allclose(draws.mean(-1), found.mean, atol=6 * found.std.max() / 60)
    np.testing.assert_allclose(draws.std(-1), found.std, rtol=0.1)
    middle = found.quantile(np.array([0.25, 0.75]))
    inside = (draws > middle[..., :1]) & (draws < middle[..., 1:])
    np.testing.assert_allclose(inside.mean(-1), 0.5, atol=0.05)


def test_a_histograms_parts_agree_with_each_other():
    found = histograms()
    x = np.linspace(-1, 3, 40_001)
    density = found.pdf(x)[:, 0]
    np.testing.assert_allclose(np.trapezoid(density * x, x), found.mean[:, 0], atol=1e-3)
    np.testing.assert_allclose(
        np.trapezoid(density * x**2, x), (found.std**2 + found.mean**2)[:, 0], atol=2e-3
    )
    np.testing.assert_allclose(
        found.cdf(found.quantile(LEVELS)), np.tile(LEVELS, (30, 1, 1)), atol=1e-12
    )
    np.testing.assert_allclose(found.pdf(found.mode)[:, 0], density.max(axis=1), rtol=1e-12)
    assert found.cdf(np.array([-9.0, 9.0]))[:, 0].tolist() == [[0, pytest.approx(1)]] * 30


def test_bins_of_no_probability_have_quantiles_beside_them():
    found = Histogram(np.array([[0.5, 0.0, 0.0, 0.5]]), np.arange(5.0))
    np.testing.assert_allclose(found.quantile(np.array([0.25, 0.75]))[0, 0], [0.5, 3.5])


def test_quantiles_give_the_distribution_they_come_from():
    rng = np.random.default_rng(3)
    levels = np.linspace(0.01, 0.99, 99)
    centre = rng.normal(size=2000)
    y = centre + rng.normal(size=2000)
    found = Quantiles(levels, (centre[:, None] + norm.ppf(levels))[:, None])
    pit, expected = found.cdf(y[:, None])[:, 0], norm.cdf(y - centre)
    inside = (expected > 0.01) & (expected < 0.99)
    np.testing.assert_allclose(pit[inside], expected[inside], atol=2e-3)
    assert pit[expected < 0.01] == pytest.approx(0.005)
    np.testing.assert_allclose(found.mean[:, 0], centre, atol=1e-9)
    np.testing.assert_allclose(found.std, 1, atol=0.03)
    np.testing.assert_allclose(found.mode[:, 0], centre, atol=1e-9)
    np.testing.assert_allclose(found.median[:, 0], centre, atol=1e-9)
    draws = found.sample(rng, 500)
    np.testing.assert_allclose(draws.mean(axis=-1)[:, 0], centre, atol=0.25)


def test_quantiles_must_fit_their_levels():
    with pytest.raises(UsageError, match="one column per rising level"):
        Quantiles(np.array([0.5, 0.1]), np.zeros((3, 1, 2)))


def test_heads_answer_with_what_they_say():
    rng = np.random.default_rng(5)
    names = ("a", "b")
    assert Regression(names).distributions(rng.normal(size=(4, 2))) is None
    logits = rng.normal(size=(4, 4))
    told = Regression(names, ("", ""), "gaussian")
    gaussian = told.distributions(logits, {"factors": [2.0, 1.0]})
    np.testing.assert_allclose(gaussian.mean, logits[:, :2])
    np.testing.assert_allclose(gaussian.std, np.exp(0.5 * logits[:, 2:]) * [2, 1])
    head = Regression(names, ("", ""), "mixture", components=3)
    logits = rng.normal(size=(4, head.outputs))
    mixture = head.distributions(logits, {"factors": [2.0, 1.0]})
    np.testing.assert_allclose(mixture.means[:, 1], logits[:, 9:12])
    np.testing.assert_allclose(mixture.scales[:, 0], 2 * np.exp(logits[:, 12:15]))
    weights = np.exp(logits[:, :3])
    np.testing.assert_allclose(mixture.weights[:, 0], weights / weights.sum(axis=1, keepdims=True))
    head = Regression(("z",), ("",), "grid", grid=(0.0, 1.0, 2.0, 4.0))
    logits = rng.normal(size=(4, 3))
    bins = head.distributions(logits, {"temperature": 2.0})
    expected = np.exp(logits / 2) / np.exp(logits / 2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(bins.probabilities, expected)


@pytest.mark.parametrize("distribution", ["gaussian", "mixture", "grid"])
def test_what_is_not_known_stays_unknown(distribution):
    head = Regression(("z",), ("",), distribution, grid=(0.0, 1.0, 2.0, 3.0))
    logits = np.random.default_rng(6).normal(size=(3, head.outputs))
    logits[1] = np.nan
    found = head.distributions(logits)
    for values in (found.mean, found.std, found.median, found.mode, found.quantile(0.9)):
        np.testing.assert_array_equal(np.isfinite(values[:, 0]), [True, False, True])


def test_mixing_averages_densities():
    x = np.linspace(-2, 2, 9)
    parts = [mixtures(seed=seed) for seed in range(3)]
    np.testing.assert_allclose(
        mixed(parts).pdf(x), np.mean([part.pdf(x) for part in parts], axis=0)
    )
    one = histograms()
    np.testing.assert_allclose(mixed([one, one]).pdf(x), one.pdf(x))
    with pytest.raises(UsageError, match="of one kind"):
        mixed([one, parts[0]])
    with pytest.raises(UsageError, match="of one kind"):
        mixed([mixtures(support) for support in SUPPORTS[:2]])


def test_many_quantiles_are_found_block_by_block(monkeypatch):
    found = mixtures(n=30)
    whole = found.quantile(LEVELS)
    monkeypatch.setattr("astro_dl.distributions.mixture.MOST_VALUES", 100)
    np.testing.assert_allclose(found.quantile(LEVELS), whole, atol=1e-6)
    assert found.quantile(0.3).shape == (30, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"distribution": "mixtur"}, "did you mean 'mixture'"),
        ({"kind": "binary", "distribution": "grid"}, "not for binary heads"),
        ({"distribution": "mixture", "components": 0}, "components is 0"),
        ({"distribution": "mixture", "support": (1.0, 1.0)}, "a rising pair"),
        ({"distribution": "grid", "grid": (0.0, 1.0, 1.0)}, "edges that rise"),
        ({"distribution": "grid", "grid": (0.0, 1.0, math.inf)}, "finite edges"),
        ({"distribution": "grid", "grid": (0.0, 1.0, 2.0), "names": ("a", "b")}, "one target"),
    ],
)
def test_unfit_heads_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        Head(**{"kind": "regression", "names": ("z",), **arguments})


def test_components_of_a_bounded_mixture_have_a_least_scale():
    head = Regression(("a",), distribution="mixture", components=1, support=(0.0, 2.0))
    logits = np.array([[0.0, 0.5, -50.0], [0.0, 0.5, math.log(0.1)]])
    np.testing.assert_allclose(head.distributions(logits).scales[:, 0, 0], [6e-4, 0.1])
    free = Regression(("a",), distribution="mixture", components=1)
    assert free.distributions(logits).scales[0, 0, 0] == pytest.approx(math.exp(-50))


@pytest.mark.parametrize("support", [(0.0, 2.0), (0.0, math.inf), (-math.inf, math.inf)])
def test_mixtures_of_any_logits_have_a_probability(support):
    head = Regression(("z",), ("",), distribution="mixture", components=2, support=support)
    extreme = np.array([[0.0, 0, 1e4, -1e4, 500, 500], [50.0, 0, 0, 1, -500, 800]])
    found = head.distributions(extreme)
    low, middle, high = np.maximum(support[0], -1e30), 0.5, np.minimum(support[1], 1e30)
    below, between, above = (found.cdf(np.full((2, 1), one)) for one in (low, middle, high))
    assert ((below >= 0) & (below <= between) & (between <= above) & (above <= 1)).all()
    assert (above == 1).all() or support[1] == math.inf
    quantiles = found.quantile(np.array([0.05, 0.5, 0.95]))
    assert np.isfinite(quantiles).all()
    assert ((quantiles >= support[0]) & (quantiles <= support[1])).all()


def test_quantiles_of_broad_mixtures_are_where_the_distribution_says():
    rng = np.random.default_rng(1)
    shape = (20_000, 1, 6)
    weights = rng.dirichlet(np.full(6, 0.5), shape[:2])
    scales = 10 ** rng.uniform(-3.5, 1, shape)
    found = Mixture(weights, rng.uniform(-2, 8, shape), scales, (0.0, 6.0))
    levels = np.array([0.05, 0.16, 0.5, 0.84, 0.95])
    assert np.abs(found.cdf(found.quantile(levels)) - levels).max() < 1e-6
