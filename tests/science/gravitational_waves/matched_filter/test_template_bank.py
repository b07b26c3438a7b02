import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.matched_filter.template_bank import (
    LagGrid,
    basis_rank,
    make_bank,
    reduced_basis,
    window_spectra,
)

SEGMENT = 2.0
GRID = LagGrid(sample_rate=1024.0, merger_time=(0.6, 0.7))


def bursts(centres, widths, rate=1024.0, segment=SEGMENT):
    """Gaussian spectra: bursts of known envelope around time 0."""
    f = np.arange(round(segment * rate / 2) + 1) / segment
    return np.exp(
        -((f - np.reshape(centres, (-1, 1))) ** 2) / (2 * np.reshape(widths, (-1, 1)) ** 2)
    )


def chirps(n, rate=1024.0, segment=SEGMENT):
    """Spectra with the phase of an inspiral: long before time 0, cut by the window."""
    f = np.maximum(np.arange(round(segment * rate / 2) + 1) / segment, 10.0)
    scale = np.linspace(1.0, 2.0, n)[:, None]
    phase = 2 * np.pi * scale * 25.0 * 0.25 * (f / 25.0) ** (-5 / 3)
    return (f > 15.0) * f ** (-7 / 6) * np.exp(-1j * phase) * np.exp(-((f / 300.0) ** 4))


def test_waveforms_have_unit_norm_in_the_window_at_every_time():
    bank = make_bank(chirps(12), SEGMENT, GRID, loss=1e-5)
    for lag in (0, 51, len(GRID.times) - 1):
        waveforms = bank.waveforms(lag)
        power = np.square(np.abs(waveforms)).sum(axis=1)
        assert power == pytest.approx(2.0, rel=1e-5)


def test_waveforms_are_the_spectra_cut_to_the_window():
    spectra = chirps(3)
    bank = make_bank(spectra, SEGMENT, GRID, loss=1e-9)
    f = np.arange(spectra.shape[1]) / SEGMENT
    for lag in (0, 70):
        shifted = spectra * np.exp(-2j * np.pi * f * GRID.times[lag])
        real = np.fft.irfft(shifted, axis=1)[:, : GRID.samples]
        direct = real / np.linalg.norm(real, axis=1, keepdims=True)
        made = bank.waveforms(lag).real
        overlap = (made * direct).sum(axis=1) / np.linalg.norm(made, axis=1)
        assert np.all(overlap > 1 - 2e-4)


def test_quadratures_have_equal_norm_and_are_orthogonal():
    waveforms = make_bank(chirps(4), SEGMENT, GRID, loss=1e-6).waveforms(30)
    circularity = np.abs(np.square(waveforms).sum(axis=1)) / 2
    assert np.all(circularity < 5e-3)


def test_inverse_norms_account_for_what_the_window_cuts_off():
    bank = make_bank(chirps(8), SEGMENT, GRID, loss=1e-6)
    norms = 1 / bank.inverse_norms
    assert np.all(norms <= 1 + 1e-5)
    assert np.all(norms[:, 0] < norms[:, 50])
    assert np.all(norms[:, 0] < 0.99)
    short = make_bank(bursts([80.0], [20.0]), SEGMENT, GRID)
    assert 1 / short.inverse_norms == pytest.approx(1.0, abs=1e-4)


def test_burst_peaks_at_its_merger_time():
    bank = make_bank(bursts([100.0], [30.0]), SEGMENT, GRID)
    for lag in (0, 40, 101):
        peak = np.argmax(np.abs(bank.waveforms(lag)[0]))
        assert peak / GRID.sample_rate == pytest.approx(GRID.times[lag], abs=0.6 / GRID.sample_rate)


def test_reduced_basis_keeps_its_promise():
    spectra = window_spectra(chirps(60), SEGMENT, GRID)
    for loss in (1e-2, 1e-4):
        basis = reduced_basis(spectra, loss)
        kept = np.linalg.norm(spectra @ basis.conj().T, axis=1)
        assert np.mean(1 - kept) <= loss * 1.05
        assert np.allclose(basis @ basis.conj().T, np.eye(len(basis)), atol=1e-4)


def test_basis_rank_counts_singular_values():
    values = np.sqrt([0.9, 0.06, 0.03, 0.01])
    assert basis_rank(values, 0.06) == 1
    assert basis_rank(values, 0.025) == 2
    assert basis_rank(values, 1e-6) == 4


def test_lag_times_cover_the_range_and_the_delays():
    grid = LagGrid(merger_time=(0.6, 0.8), delays=(0.0, 0.01), lag_rate=1024.0)
    assert grid.lags == 205
    assert grid.reach == (0, 11)
    assert len(grid.times) == 205 + 22
    inside = grid.times[11:-11]
    assert inside[0] - 0.6 == pytest.approx(0.8 - inside[-1])
    assert inside[0] > 0.6


def test_a_single_merger_time_is_that_time():
    grid = LagGrid(merger_time=(0.7, 0.7))
    assert grid.times == pytest.approx([0.7])


def test_taken_templates_are_those_of_the_bank():
    bank = make_bank(chirps(10), SEGMENT, GRID, np.arange(40.0).reshape(10, 4))
    part = bank.take(np.array([7, 2]))
    assert len(part) == 2
    assert np.array_equal(part.systems[:, 0], [28.0, 8.0])
    assert np.array_equal(part.waveforms(), bank.waveforms()[[7, 2]])


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: LagGrid(merger_time=(0.8, 0.6)), r"\(0.8, 0.6\)"),
        (lambda: LagGrid(merger_time=(0.8, 1.2)), "1.2"),
        (lambda: LagGrid(delays=(0.01,)), "0.01"),
        (lambda: LagGrid(lag_rate=500.0), "500"),
        (lambda: make_bank(chirps(2)[:, :-1], SEGMENT, GRID), "1024"),
        (lambda: make_bank(bursts([50], [9], segment=1.0), 1.0, GRID), "too short"),
        (lambda: make_bank(0 * chirps(2), SEGMENT, GRID), "no power"),
    ],
)
def test_bad_input_is_refused_by_value(call, named):
    with pytest.raises(UsageError, match=named):
        call()
