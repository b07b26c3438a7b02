import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import chi2, kstest, ncx2

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.matched_filter.statistic import (
    bayes_statistic,
    log_likelihood_ratio,
    matched_filter_statistic,
    snr_series,
)
from astro_dl.science.gravitational_waves.matched_filter.template_bank import LagGrid, make_bank
from tests.science.gravitational_waves.matched_filter.detection_theory import (
    matched_filter_efficiency,
    matched_filter_threshold,
)

SEGMENT, RATE, SAMPLES = 2.0, 512.0, 512


def grid(detectors=1, first=0.6, last=0.7):
    delays = (0.0, *(0.02 for _ in range(detectors - 1)))
    return LagGrid(sample_rate=RATE, merger_time=(first, last), delays=delays)


def chirps(scale):
    """Spectra with the phase of an inspiral, cut by the window."""
    f = np.maximum(np.arange(round(SEGMENT * RATE / 2) + 1) / SEGMENT, 10.0)
    phase = 2 * np.pi * np.reshape(scale, (-1, 1)) * 6.0 * (f / 25.0) ** (-5 / 3)
    return (f > 15.0) * f ** (-7 / 6) * np.exp(-1j * phase) * np.exp(-((f / 150.0) ** 4))


def bank(n=1, detectors=1, **times):
    return make_bank(chirps(np.linspace(1, 1.6, n)), SEGMENT, grid(detectors, **times), loss=1e-6)


def noise(n, seed, detectors=1):
    return np.random.default_rng(seed).normal(size=(n, SAMPLES, detectors)).astype(np.float32)


def signals(templates, lag, snr, phase):
    """Windows (T, samples, 1) with each template of the bank at one lag."""
    turned = np.real(np.exp(1j * phase) * templates.waveforms(lag))
    return (snr * turned / np.linalg.norm(turned, axis=1, keepdims=True))[..., None].astype("f4")


def auc(negative, positive):
    return np.mean(positive[:, None] > negative[None, :])


def test_series_is_the_inner_product_with_the_waveforms():
    templates = bank(5)
    x = noise(2, 1)
    series = snr_series(x, templates)
    for lag in (0, 17, len(templates.grid.times) - 1):
        direct = x[..., 0] @ templates.waveforms(lag).conj().T
        assert np.abs(series[:, 0, :, lag]) == pytest.approx(np.abs(direct), abs=5e-3)


def test_half_rate_lags_lose_nothing():
    spectra = chirps(np.linspace(1, 1.6, 3))
    fine = LagGrid(sample_rate=RATE, merger_time=(0.6, 0.6 + 64 / RATE))
    times = (fine.times[0] - 1 / RATE, fine.times[-1])
    coarse = LagGrid(sample_rate=RATE, merger_time=times, lag_rate=RATE / 2)
    assert coarse.times == pytest.approx(fine.times[::2])
    x = noise(2, 2)
    every = snr_series(x, make_bank(spectra, SEGMENT, fine, loss=1e-7))
    second = snr_series(x, make_bank(spectra, SEGMENT, coarse, loss=1e-7))
    assert np.abs(second) == pytest.approx(np.abs(every[..., ::2]), abs=2e-2)


def test_noise_is_chi_square_of_two_degrees_of_freedom():
    power = np.square(np.abs(snr_series(noise(1500, 3), bank())[:, 0, 0, [0, 25, 50]]))
    for column in power.T:
        assert kstest(column, chi2(2).cdf).pvalue > 0.01


def test_signal_is_non_central_chi_square():
    templates, snr, lag = bank(), 4.0, 20
    x = noise(1500, 4) + signals(templates, lag, snr, phase=1.0)
    power = np.square(np.abs(snr_series(x, templates)[:, 0, 0, lag]))
    assert kstest(power, ncx2(2, snr**2).cdf).pvalue > 0.01


def test_known_template_reaches_the_closed_form_efficiency():
    templates = bank(first=0.65, last=0.65)
    assert len(templates.grid.times) == 1
    snr, alpha, n = 3.0, 0.05, 3000
    threshold = matched_filter_threshold(alpha)
    x = noise(n, 5)
    assert np.mean(matched_filter_statistic(x, templates) > threshold) == pytest.approx(
        alpha, abs=0.013
    )
    x += signals(templates, 0, snr, phase=0.4)
    found = np.mean(matched_filter_statistic(x, templates) > threshold)
    assert found == pytest.approx(matched_filter_efficiency(snr, alpha), abs=0.03)


def test_snr_of_a_noise_free_signal_is_recovered_at_any_time_and_phase():
    templates = bank(6)
    for lag, phase in [(0, 0.0), (25, 1.0), (50, 2.5)]:
        found = matched_filter_statistic(signals(templates, lag, 7.0, phase), templates)
        assert found == pytest.approx(7.0, rel=5e-3)


def test_series_is_linear():
    templates = bank(2)
    a, b = noise(1, 6), noise(1, 7)
    together = snr_series(2 * a - 3 * b, templates)
    separate = 2 * snr_series(a, templates) - 3 * snr_series(b, templates)
    assert together == pytest.approx(separate, abs=1e-4)


def test_shift_in_time_moves_the_peak():
    templates = bank(1)
    for lag in (3, 30, 47):
        series = np.abs(snr_series(signals(templates, lag, 5.0, 0.3), templates))
        assert np.argmax(series[0, 0, 0]) == pytest.approx(lag, abs=1)


def test_statistics_are_independent_of_the_other_examples():
    templates = bank(4)
    x = noise(5, 8)
    for statistic in (matched_filter_statistic, bayes_statistic):
        whole = statistic(x, templates)
        assert np.array_equal(statistic(x[3:4], templates), whole[3:4])
        assert np.array_equal(statistic(x[::-1], templates), whole[::-1])


def test_bayes_statistic_is_the_averaged_likelihood_ratio():
    templates, prior = bank(4), (3.0, 6.0)
    weighted = templates.take(np.arange(4))
    weighted.weights[:] = [1.0, 2.0, 3.0, 4.0]
    x = noise(1, 9) + signals(templates, 20, 5.0, 0.1)[:1]
    ratio = np.exp(log_likelihood_ratio(np.abs(snr_series(x, weighted)[0, 0]), prior))
    expected = np.log(np.average(ratio.mean(axis=1), weights=[1, 2, 3, 4]))
    assert bayes_statistic(x, weighted, prior)[0] == pytest.approx(expected, abs=0.02)


def test_likelihood_ratio_has_mean_one_in_noise():
    z = np.linspace(0, 12, 2001)
    for detectors in (1, 2, 3):
        density = 2 * z * chi2(2 * detectors).pdf(z**2)
        ratio = np.exp(log_likelihood_ratio(z, (0.5, 4.0), detectors))
        assert trapezoid(density * ratio, z) == pytest.approx(1, abs=1e-4)


def test_fixed_snr_gives_the_bessel_function():
    expected = np.log(np.i0(4.0 * 3.0)) - 8.0
    assert log_likelihood_ratio(3.0, (4.0, 4.0)) == pytest.approx(expected)


def test_bayes_statistic_ranks_at_least_as_well_as_the_maximum():
    templates, n = bank(30), 800
    rng = np.random.default_rng(12)
    lags, which = rng.integers(51, size=n), rng.integers(30, size=n)
    x = noise(n, 13)
    for lag in np.unique(lags):
        chosen = np.flatnonzero(lags == lag)
        x[chosen] += signals(templates, lag, 4.0, rng.uniform(0, 6))[which[chosen]]
    quiet = noise(n, 14)
    by_bayes = auc(*(bayes_statistic(each, templates, (4, 4)) for each in (quiet, x)))
    by_maximum = auc(*(matched_filter_statistic(each, templates) for each in (quiet, x)))
    assert by_maximum > 0.8
    assert by_bayes > by_maximum - 0.002


def test_zero_signal_gives_chance():
    templates = bank(5)
    scores = bayes_statistic(noise(1000, 15), templates)
    assert auc(scores[:500], scores[500:]) == pytest.approx(0.5, abs=0.06)


def test_loud_windows_keep_their_order():
    templates = bank(2)
    loud = np.concatenate([signals(templates, 10, snr, 0.0)[:1] for snr in (20, 90, 150, 900)])
    scores = bayes_statistic(loud, templates)
    assert np.all(np.isfinite(scores))
    assert np.all(np.diff(scores) > 100)


def test_detectors_add_in_quadrature_within_the_light_travel_time():
    single, double = bank(3), bank(3, detectors=2)
    pad = double.grid.reach[1]
    assert pad == 11
    one = signals(single, 20, 6.0, 0.2)[:1]
    for delay, expected in [(0, 10.0), (9, 10.0), (-9, 10.0)]:
        other = signals(single, 20 + delay, 8.0, 1.7)[:1]
        found = matched_filter_statistic(np.concatenate([one, other], axis=-1), double)
        assert found == pytest.approx(expected, rel=5e-3)
    far = signals(single, 20 + 28, 8.0, 1.7)[:1]
    beyond = matched_filter_statistic(np.concatenate([one, far], axis=-1), double)
    assert beyond[0] < 9.7


def test_bayes_statistic_averages_over_the_delay_of_the_second_detector():
    double, prior = bank(3, detectors=2), (3.0, 6.0)
    x = 1.5 * noise(1, 18, detectors=2)
    first, second = np.square(np.abs(snr_series(x, double)[0]))
    reach, lags = double.grid.reach[1], double.grid.lags
    powers = [
        first[:, reach : reach + lags] + second[:, shift : shift + lags]
        for shift in range(2 * reach + 1)
    ]
    ratios = np.exp(log_likelihood_ratio(np.sqrt(powers), prior, detectors=2))
    assert bayes_statistic(x, double, prior)[0] == pytest.approx(np.log(ratios.mean()), abs=0.02)


def test_third_detector_adds_its_power():
    single, triple = bank(2), bank(2, detectors=3)
    parts = [signals(single, 20 + late, snr, 0.5)[:1] for late, snr in [(0, 4), (5, 5), (-6, 6)]]
    x = np.concatenate(parts, axis=-1)
    assert matched_filter_statistic(x, triple) == pytest.approx(np.sqrt(77), rel=5e-3)
    scores = [bayes_statistic(x * scale, triple, (4, 10))[0] for scale in (0, 0.5, 1)]
    assert scores[0] < scores[1] < scores[2]


def test_second_detector_helps():
    double, n = bank(3, detectors=2), 300
    x = noise(n, 16, detectors=2)
    quiet = bayes_statistic(noise(n, 17, detectors=2), double, (4, 6))
    one = x.copy()
    one[..., :1] += signals(double, 30, 5.0, 0.2)[:1]
    both = one.copy()
    both[..., 1:] += signals(double, 33, 5.0, 2.2)[:1]
    assert auc(quiet, bayes_statistic(both, double, (4, 6))) > auc(
        quiet, bayes_statistic(one, double, (4, 6))
    )


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: matched_filter_statistic(noise(1, 0)[:, :-1], bank()), "511"),
        (lambda: bayes_statistic(noise(1, 0, detectors=2), bank()), "2"),
        (lambda: bayes_statistic(noise(1, 0), bank(), (9.0, 5.0)), r"\(9.0, 5.0\)"),
    ],
)
def test_bad_input_is_refused_by_value(call, named):
    with pytest.raises(UsageError, match=named):
        call()
