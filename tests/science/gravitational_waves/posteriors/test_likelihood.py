"""The exact likelihood, against other formulas and other codes."""

import numpy as np
import pytest
from scipy.special import logsumexp

from astro_dl.distributions.priors import from_unit_box
from astro_dl.science.gravitational_waves.posteriors.importance import Weighed
from astro_dl.science.gravitational_waves.posteriors.parameters import (
    CHIRP_MASS,
    PRIOR,
    SNR,
    TIME,
    masses_of,
)
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics
from astro_dl.science.gravitational_waves.posteriors.signals import (
    log_phase_average,
    matches,
    unit_signals,
)
from astro_dl.science.gravitational_waves.posteriors.simulate import observe
from astro_dl.science.gravitational_waves.waveforms.phenom_d import chirp_mass
from tests.science.gravitational_waves.posteriors.bilby_likelihood import bilby_likelihood

PHYSICS = BinaryParametersPhysics(psd="aligo_design")
TURNS = np.linspace(0, 2 * np.pi, 2000, endpoint=False)


@pytest.fixture(scope="module")
def observed():
    return observe(PHYSICS, 3, np.random.default_rng(1))


def some_parameters(truth, n=6):
    """Return binaries about a true one, and some from anywhere in the prior."""
    rng = np.random.default_rng(2)
    near = truth + rng.normal(0, [0.3, 0.05, 0.05, 3e-4, 1], (n, 5))
    anywhere = from_unit_box(tuple(PRIOR.values()), rng.random((n, 5)))
    return np.concatenate([truth[None], near, anywhere])


def quadrature(white, signals, snr):
    """Return ln of the mean over phases of the likelihood ratio, bin by bin."""
    product = np.sum(white * signals.conj(), axis=1)
    exponent = snr[:, None] * (product[:, None] * np.exp(-1j * TURNS)).real
    return logsumexp(exponent, axis=1) - np.log(len(TURNS)) - snr**2 / 2


def test_the_phase_is_averaged_as_by_quadrature(observed):
    segment = observed.segment(0)
    parameters = some_parameters(observed.parameters[0])
    match, _ = matches(PHYSICS, segment, parameters)
    shifted = parameters.copy()
    shifted[:, TIME] += segment.time
    signals, _ = unit_signals(PHYSICS, segment.weight, shifted)
    wanted = quadrature(segment.white, signals, parameters[:, SNR])
    found = log_phase_average(parameters[:, SNR], match)
    np.testing.assert_allclose(found, wanted, atol=0.01)


def test_strain_matches_its_signal_as_loudly_as_that_is():
    seen = observe(PHYSICS, 200, np.random.default_rng(3))
    match = [matches(PHYSICS, seen.segment(k), seen.parameters[[k]])[0][0] for k in range(200)]
    # |ρ + n₁ + i n₂| of unit normals: mean ρ + 1/(2ρ) and variance 1, but for terms of higher order
    excess = np.array(match) - np.hypot(seen.parameters[:, SNR], 1)
    assert np.mean(excess) == pytest.approx(0, abs=0.25)
    assert np.std(excess) == pytest.approx(1, abs=0.15)


def test_the_true_binary_is_likelier_than_any_other_on_average(observed):
    for row in range(3):
        parameters = some_parameters(observed.parameters[row], 40)
        match, _ = matches(PHYSICS, observed.segment(row), parameters)
        found = log_phase_average(parameters[:, SNR], match)
        assert found[0] > np.median(found)
        assert found[0] > 0


def test_horizons_are_those_of_the_inner_product():
    parameters = some_parameters(np.array([30.0, 0.8, 0.1, 0.0, 15.0]))
    weight = observe(PHYSICS, 1, np.random.default_rng(0)).weight[0]
    _, horizon = unit_signals(PHYSICS, weight, parameters)
    # far heavier binaries are seen from farther away: ρ ∝ chirp mass^(5/6) in the inspiral
    light, heavy = (
        unit_signals(PHYSICS, weight, np.array([[mass, 1.0, 0.0, 0.0, 10.0]]))[1][0]
        for mass in (18.0, 20.0)
    )
    assert heavy / light == pytest.approx((20 / 18) ** (5 / 6), rel=0.02)
    assert (horizon > 1000).all()


def test_masses_are_those_of_the_chirp_mass():
    parameters = some_parameters(np.array([30.0, 0.5, 0.1, 0.0, 15.0]))
    heavier, lighter = masses_of(parameters)
    np.testing.assert_allclose(chirp_mass(heavier, lighter), parameters[:, CHIRP_MASS])
    assert (heavier >= lighter).all()


def test_weights_make_one_distribution_of_another():
    rng = np.random.default_rng(0)
    parameters = rng.normal(0, 2, (40_000, 5))
    # from Gaussians of deviation 2 to those of 1, of the first parameter alone
    log_weights = -(parameters[:, 0] ** 2) / 2 + parameters[:, 0] ** 2 / 8 + np.log(2)
    one = Weighed(parameters, log_weights, np.ones(len(parameters)))
    found = one.quantiles(parameters[:, 0], np.array([0.16, 0.5, 0.84]))
    np.testing.assert_allclose(found, [-0.994, 0, 0.994], atol=0.04)
    # ∫p²/q = 4/√7 for these two
    assert one.efficiency == pytest.approx(np.sqrt(7) / 4, rel=0.02)
    assert one.log_evidence == pytest.approx(0, abs=0.02)
    assert one.below(np.zeros(5)) == pytest.approx(np.full(5, 0.5), abs=0.02)
    chosen = one.chosen(rng, 20_000)
    assert np.std(parameters[chosen, 0]) == pytest.approx(1, abs=0.05)


def test_one_draw_that_weighs_all_is_worth_one():
    log_weights = np.array([0.0, -800.0, -900.0, -1000.0])
    one = Weighed(np.zeros((4, 5)), log_weights, np.ones(4))
    assert one.efficiency == pytest.approx(0.25)
    assert one.log_evidence == pytest.approx(-np.log(4))


@pytest.mark.oracle
def test_the_likelihood_is_that_of_bilby(observed):
    """Its waveforms are those of lalsimulation, its inner products its own."""
    pytest.importorskip("bilby")
    pytest.importorskip("lalsimulation")
    segment = observed.segment(1)
    independent = bilby_likelihood(PHYSICS, segment)
    parameters = some_parameters(observed.parameters[1])
    match, _ = matches(PHYSICS, segment, parameters)
    found = log_phase_average(parameters[:, SNR], match)
    wanted = [independent.log_likelihood_ratio(row) for row in parameters]
    np.testing.assert_allclose(found, wanted, atol=0.1)
