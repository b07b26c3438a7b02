"""Scales of columns, marks of missing values, hiding."""

import numpy as np
import pytest

from astro_dl.observations.tables.inputs import Column, hide_values, standardise, table_features

COLUMNS = (
    Column("a", "mag", 2.0, 4.0),
    Column("b", "Mx", 1.0, 2.0, "log10", 10.0),
    Column("c", "", 0.0, 1.0, "arcsinh", 5.0),
)


def test_each_scale_is_what_its_formula_says():
    x = standardise(COLUMNS, {"a": [6.0], "b": [1e5], "c": [5.0]})
    np.testing.assert_allclose(x, [[1, 2, np.arcsinh(1), 0, 0, 0]], rtol=1e-6)
    assert x.dtype == np.float32
    formulas = [column.formula() for column in COLUMNS]
    assert formulas[1] == "(log10(max(b [Mx], 10)) - 1) / 2"
    assert formulas[2] == "(arcsinh(c / 5) - 0) / 1"


def test_logarithms_have_a_floor():
    x = standardise(COLUMNS, {"a": [2.0], "b": [-1.0], "c": [0.0]})
    np.testing.assert_array_equal(x[0, :3], 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_missing_values_are_marked_for_networks_and_peers(value):
    x = standardise(COLUMNS, {"a": [value], "b": [10.0], "c": [value]})
    np.testing.assert_array_equal(x, [[0, 0, 0, 1, 0, 1]])
    np.testing.assert_array_equal(table_features(None, x), x)


def test_hidden_values_are_marked_and_known_ones_kept():
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(4000, 8)), np.zeros((4000, 8))], axis=1)
    x[:, 8] = 1
    hidden = hide_values(x.astype(np.float32), np.random.default_rng(1))
    values, missing = np.split(hidden, 2, axis=1)
    assert (values[missing == 1] == 0).all()
    np.testing.assert_array_equal(values[missing == 0], x[:, :8].astype(np.float32)[missing == 0])
    assert (missing[:, 0] == 1).all()
    assert missing[:, 1:].mean() == pytest.approx(0.3 * 0.15, abs=0.01)
