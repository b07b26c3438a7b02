import numpy as np
import pytest
from scipy.stats import ncx2

from astro_dl.core.errors import UsageError
from tests.science.gravitational_waves.matched_filter.detection_theory import (
    effective_trials,
    known_signal_efficiency,
    known_signal_snr,
    matched_filter_efficiency,
    matched_filter_false_alarm_probability,
    matched_filter_snr,
    matched_filter_threshold,
)

ALPHAS = np.array([1e-1, 1e-2, 1e-4])


def test_zero_signal_is_found_at_the_false_alarm_probability():
    assert known_signal_efficiency(0, ALPHAS) == pytest.approx(ALPHAS)
    for trials, detectors in [(1, 1), (50, 1), (50, 2)]:
        efficiency = matched_filter_efficiency(0, ALPHAS, trials, detectors)
        assert efficiency == pytest.approx(ALPHAS, rel=1e-9)


def test_unknown_phase_has_the_rayleigh_threshold():
    assert matched_filter_threshold(ALPHAS) == pytest.approx(np.sqrt(-2 * np.log(ALPHAS)))


def test_unknown_phase_is_marcum_q():
    threshold = np.sqrt(-2 * np.log(1e-3))
    expected = ncx2.sf(threshold**2, 2, 25.0)
    assert matched_filter_efficiency(5, 1e-3) == pytest.approx(expected, rel=1e-12)


def test_known_signal_reproduced_by_monte_carlo():
    rng = np.random.default_rng(1)
    snr, n = 2.5, 200_000
    threshold = np.quantile(rng.normal(size=n), 0.9)
    found = np.mean(rng.normal(size=n) + snr > threshold)
    assert found == pytest.approx(known_signal_efficiency(snr, 0.1), abs=0.004)


def test_bank_reproduced_by_monte_carlo():
    rng = np.random.default_rng(2)
    snr, trials, n = 4.0, 30, 40_000
    noise = np.abs(rng.normal(size=(n, trials)) + 1j * rng.normal(size=(n, trials)))
    signal = np.abs(rng.normal(size=(n, trials)) + 1j * rng.normal(size=(n, trials)))
    signal[:, 0] = np.abs(rng.normal(size=n) + snr + 1j * rng.normal(size=n))
    threshold = matched_filter_threshold(0.05, trials)
    assert np.mean(noise.max(axis=1) > threshold) == pytest.approx(0.05, abs=0.004)
    expected = matched_filter_efficiency(snr, 0.05, trials)
    assert np.mean(signal.max(axis=1) > threshold) == pytest.approx(expected, abs=0.008)


def test_threshold_inverts_false_alarm_probability():
    threshold = matched_filter_threshold(ALPHAS, trials=123.0, detectors=2)
    back = matched_filter_false_alarm_probability(threshold, trials=123.0, detectors=2)
    assert back == pytest.approx(ALPHAS, rel=1e-9)
    assert matched_filter_false_alarm_probability(0.0, trials=3) == 1.0


def test_snr_inverts_efficiency():
    snr = np.array([2.0, 5.0, 9.0])
    known = known_signal_snr(known_signal_efficiency(snr, 1e-3), 1e-3)
    assert known == pytest.approx(snr, rel=1e-6)
    found = matched_filter_efficiency(snr, 1e-3, trials=40)
    assert matched_filter_snr(found, 1e-3, trials=40) == pytest.approx(snr, rel=1e-6)
    assert matched_filter_snr(1e-4, 1e-3) == pytest.approx(0, abs=1e-9)


def test_ignorance_costs_efficiency():
    known = known_signal_efficiency(5, ALPHAS)
    phase = matched_filter_efficiency(5, ALPHAS)
    bank = matched_filter_efficiency(5, ALPHAS, trials=100)
    network = matched_filter_efficiency(5, ALPHAS, trials=100, detectors=2)
    assert np.all(known > phase)
    assert np.all(phase > bank)
    assert np.all(bank > network)


def test_effective_trials_of_independent_trials():
    rng = np.random.default_rng(3)
    noise = np.sqrt(rng.chisquare(2, (50_000, 20)).max(axis=1))
    assert effective_trials(noise, 0.01) == pytest.approx(20, rel=0.12)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: known_signal_efficiency(5, 0.0), "0.0"),
        (lambda: known_signal_snr(1.2, 0.1), "1.2"),
        (lambda: matched_filter_efficiency(-1.0, 0.1), "-1.0"),
        (lambda: matched_filter_threshold(0.1, trials=0.5), "0.5"),
        (lambda: effective_trials(np.ones(100), 0.01), "100"),
    ],
)
def test_bad_input_is_refused_by_value(call, named):
    with pytest.raises(UsageError, match=named):
        call()
