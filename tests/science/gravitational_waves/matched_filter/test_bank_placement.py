import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.gravitational_waves.matched_filter.bank_placement import (
    TemplateSpace,
    draw_systems,
    effectualness,
    placed_bank,
    prior_bank,
    stratified_systems,
    unit_signals,
)
from astro_dl.science.gravitational_waves.matched_filter.statistic import (
    bayes_statistic,
    matched_filter_statistic,
)
from astro_dl.science.gravitational_waves.matched_filter.template_bank import LagGrid

HEAVY = TemplateSpace(mass_1_range=(25.0, 50.0), mass_2_range=(25.0, 50.0))
SPACE = TemplateSpace(grid=LagGrid(lag_rate=1024.0))


def test_systems_follow_the_prior():
    space = TemplateSpace((10.0, 50.0), (5.0, 20.0), spin_range=(-0.5, 0.3))
    systems = draw_systems(space, 4000, np.random.default_rng(1))
    assert np.all(systems[:, 0] >= systems[:, 1])
    assert systems[:, :2].sum(axis=1).mean() == pytest.approx(30 + 12.5, abs=0.7)
    assert systems[:, 2:].min() >= -0.5
    assert systems[:, 2:].max() <= 0.3
    assert systems[:, 2].std() == pytest.approx(0.8 / np.sqrt(12), rel=0.05)


def test_strata_represent_the_prior_and_dwell_on_light_systems():
    systems, weights = stratified_systems(SPACE, 400, np.random.default_rng(2))
    assert 350 < len(systems) <= 400
    assert weights.sum() == pytest.approx(1)
    total = systems[:, 0] + systems[:, 1]
    assert np.average(total, weights=weights) == pytest.approx(60, abs=1.5)
    light = total < 25
    assert np.mean(light) > 5 * weights[light].sum()
    assert weights[light].sum() == pytest.approx(25 / 3200, rel=0.3)


def test_signals_have_unit_norm_and_merge_in_time():
    systems = np.array([[50.0, 45.0, 0, 0], [35.0, 30.0, 0, 0]])
    time = np.array([0.62, 0.79])
    signals = unit_signals(SPACE, systems, time, np.array([0.0, 1.0]))
    assert signals.shape == (2, 2048, 1)
    assert signals.dtype == np.float32
    assert np.linalg.norm(signals, axis=1) == pytest.approx(1.0)
    assert np.argmax(np.abs(signals[..., 0]), axis=1) / 2048 == pytest.approx(time, abs=0.015)


def test_placed_bank_keeps_its_minimal_match():
    bank = placed_bank(HEAVY, 0.95, proposals=300)
    match = effectualness(HEAVY, bank, 120, np.random.default_rng(3))
    assert match.max() <= 1 + 1e-4
    assert np.quantile(match, 0.03) > 0.945
    assert match.mean() > 0.97
    coarser = placed_bank(HEAVY, 0.8, proposals=300)
    assert len(coarser) < len(bank) < 100
    assert effectualness(HEAVY, coarser, 120, np.random.default_rng(3)).min() < match.min()


def test_basis_holds_even_the_lightest_systems():
    bank = prior_bank(SPACE, 150)
    assert len(bank.basis) < 60
    for at in (0, 60):
        time = np.full(len(bank), bank.grid.times[at])
        phase = np.linspace(0, 6, len(bank))
        signals = unit_signals(SPACE, bank.systems, time, phase)
        recovered = np.einsum("tsd,ts->t", signals, bank.waveforms(at).conj())
        assert np.abs(recovered).min() > 0.997
        assert np.abs(recovered).max() < 1.003


def test_banks_are_deterministic_and_kept():
    assert prior_bank(SPACE, 150) is prior_bank(SPACE, 150)
    first, second = (
        stratified_systems(SPACE, 50, np.random.default_rng(4)),
        stratified_systems(SPACE, 50, np.random.default_rng(4)),
    )
    assert np.array_equal(first[0], second[0])


def test_score_rises_with_signal_strength_and_nears_the_measured_bound():
    rng, n = np.random.default_rng(5), 400
    bank = prior_bank(SPACE, 150)
    noise = rng.normal(size=(n, 2048, 1)).astype(np.float32)
    threshold = np.quantile(bayes_statistic(noise, bank), 0.9)
    signals = unit_signals(
        SPACE, draw_systems(SPACE, n, rng), rng.uniform(0.6, 0.8, n), rng.uniform(0, 6.3, n)
    )
    found = [
        np.mean(bayes_statistic(snr * signals + noise[::-1], bank) > threshold)
        for snr in (0.0, 4.0, 6.0)
    ]
    assert found == pytest.approx([0.1, 0.577, 0.97], abs=0.06)
    assert matched_filter_statistic(9 * signals[:50], bank).min() > 9 * 0.9


def test_minimal_match_outside_its_range_is_refused():
    with pytest.raises(UsageError, match=r"1\.5"):
        placed_bank(SPACE, 1.5)
