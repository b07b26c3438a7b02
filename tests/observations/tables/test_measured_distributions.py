"""Tables drawn from quantiles and correlations: both come back."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from astro_dl.observations.tables.measured_distributions import (
    KeywordTable,
    parse_numbers,
    simulate_keywords,
)
from astro_dl.science.pulsars.statistics import CANDIDATE_TABLES
from astro_dl.science.sun.simulation.sharp_statistics import (
    FLARE_TABLES,
    KEYWORDS,
    MOUNT_WILSON_TABLES,
)

TABLES = (*FLARE_TABLES, *MOUNT_WILSON_TABLES, *CANDIDATE_TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_stored_numbers_are_distributions(table):
    assert (np.diff(table.quantiles, axis=1) >= 0).all()
    assert len(table.correlations) == len(table.quantiles)
    np.testing.assert_array_equal(np.diag(table.correlations), 1)
    # Rounding may leave small negative eigenvalues, not large ones.
    assert np.linalg.eigvalsh(table.correlations).min() > -0.05


@pytest.mark.parametrize("number", range(len(TABLES)))
def test_quantiles_and_correlations_come_back(number):
    table = TABLES[number]
    values = simulate_keywords([table], np.zeros(20_000, int), np.random.default_rng(number))
    for column, quantiles in zip(values.T, table.quantiles, strict=True):
        below = (column[:, None] < quantiles).mean(axis=0)
        not_above = (column[:, None] <= quantiles).mean(axis=0)
        # Values that many share, such as none at all, span several levels.
        assert (below < table.levels + 0.015).all()
        assert (not_above > table.levels - 0.015).all()
    ranks = 2 * np.sin(np.pi / 6 * np.asarray(spearmanr(values).statistic))
    spread_out = np.ptp(table.quantiles[:, 1:4], axis=1) > 0
    pairs = np.outer(spread_out, spread_out)
    assert np.abs(ranks - table.correlations)[pairs].max() < 0.05


def test_each_row_is_of_its_class():
    levels = np.array([0.0, 1.0])
    tables = [KeywordTable(levels, np.array([[k, k + 0.5]]), np.eye(1)) for k in (0.0, 10.0)]
    classes = np.array([1, 0, 1, 1, 0])
    values = simulate_keywords(tables, classes, np.random.default_rng(0))[:, 0]
    np.testing.assert_array_equal(values > 5, classes == 1)


def test_triangles_become_symmetric_matrices():
    np.testing.assert_array_equal(parse_numbers("100\n-50 100"), [[1, -0.5], [-0.5, 1]])
    np.testing.assert_array_equal(parse_numbers("1 2\n3 4"), [[1, 2], [3, 4]])


def test_medians_of_complexity_and_flaring_rise():
    place = KEYWORDS.index("USFLUX")
    medians = [table.quantiles[place, 4] for table in MOUNT_WILSON_TABLES]
    assert medians == sorted(medians)
    # Other selections of alpha regions have 5.3e21 Mx.
    assert medians[0] == pytest.approx(5.3e21, rel=0.15)
    assert FLARE_TABLES[1].quantiles[place, 4] > 4 * FLARE_TABLES[0].quantiles[place, 4]
