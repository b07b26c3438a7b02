"""Times and strengths of known shapes, against sums over a fine grid of both."""

import numpy as np
import pytest
from scipy.special import logsumexp, softmax

from astro_dl.science.gravitational_waves.posteriors.extrinsic import (
    draw_extrinsic,
    log_snr_average,
)
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR, SNR, TIME
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.signals import log_phase_average, matches
from astro_dl.science.gravitational_waves.posteriors.simulate import observe

PHYSICS = BinaryParametersPhysics()
DRAWS = 1024


@pytest.fixture(scope="module")
def observed():
    return observe(PHYSICS, 40, np.random.default_rng(8))


def on_a_grid(segment, intrinsic, about):
    """Return times, strengths, and ln of the likelihood over both, (T, S), times the prior."""
    times = about + np.arange(-0.012, 0.012, 4e-5)
    rows = np.column_stack([np.tile(intrinsic, (len(times), 1)), times, np.ones(len(times))])
    match, _ = matches(PHYSICS, segment, rows)
    strengths = np.linspace(8, 32, 1201)
    density = log_phase_average(strengths, match[:, None])
    volume = 4e-5 / 0.2 * (strengths[1] - strengths[0]) / 24
    return times, strengths, density + np.log(volume)


@pytest.mark.parametrize("place", ["quietest", "median", "loudest"])
def test_draws_are_those_of_a_fine_grid(observed, place):
    order = np.argsort(observed.parameters[:, SNR])
    row = order[{"quietest": 0, "median": 20, "loudest": -1}[place]]
    segment, truth = observed.segment(row), observed.parameters[row]
    times, strengths, density = on_a_grid(segment, truth[:TIME], truth[TIME])
    shapes = np.tile(truth[:TIME], (DRAWS, 1))
    found = draw_extrinsic(PHYSICS, segment, shapes, np.random.default_rng(1))
    # the estimate from each draw scatters little about the sum
    assert np.std(found.log_likelihood) < 0.35
    estimate = logsumexp(found.log_likelihood) - np.log(DRAWS)
    assert estimate == pytest.approx(logsumexp(density), abs=0.05)
    weights = softmax(found.log_likelihood)
    shares = softmax(density)
    for drawn, values, share in (
        (found.time, times, shares.sum(axis=1)),
        (found.snr, strengths, shares.sum(axis=0)),
    ):
        mean = share @ values
        deviation = np.sqrt(share @ (values - mean) ** 2)
        assert abs(weights @ drawn - mean) < 0.15 * deviation
        spread = np.sqrt(weights @ (drawn - mean) ** 2)
        assert spread == pytest.approx(deviation, rel=0.12)


def test_means_over_strengths_are_sums_over_them():
    strengths = 8 + 24 * (np.arange(20_000) + 0.5) / 20_000
    # the last two are beyond the table
    match = np.array([0.0, 3.3, 8.01, 19.7, 40.0, 66.0, 100.0])
    wanted = logsumexp(log_phase_average(strengths, match[:, None]), axis=1) - np.log(20_000)
    np.testing.assert_allclose(log_snr_average(match), wanted, atol=2e-3)


def test_times_stay_within_the_prior(observed):
    prior = PRIOR["merger_time"]
    rng = np.random.default_rng(2)
    shapes = np.column_stack(
        [PRIOR[name].from_unit(rng.random(300)) for name in list(PRIOR)[:TIME]]
    )
    found = draw_extrinsic(PHYSICS, observed.segment(0), shapes, rng)
    outside = (found.time < prior.low) | (found.time > prior.high)
    assert np.isneginf(found.log_likelihood[outside]).all()
    assert outside.mean() < 0.05
    assert ((found.snr >= 8) & (found.snr <= 32)).all()
