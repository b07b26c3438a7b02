"""Columns that are learnt: numbers that stand for none are refused, and values are not."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.columns import DOUBTFUL_SENTINELS
from astro_dl.observations.tables.targets import class_labels, target_values

RNG = np.random.default_rng(0)
KNOWN = {
    "redshift": RNG.uniform(0.05, 1.5, 300),
    "temperature": RNG.uniform(3500, 7500, 300),
    "log_age": RNG.normal(9.5, 0.4, 300),
}


@pytest.mark.parametrize("mark", DOUBTFUL_SENTINELS)
@pytest.mark.parametrize("share", [1, 100])
def test_every_sentinel_beyond_all_redshifts_is_refused(mark, share):
    values = np.r_[KNOWN["redshift"], np.full(share, mark)]
    with pytest.raises(UsageError, match=f"'z' is {mark:g}, .* in {share} of {300 + share} rows"):
        target_values(Table({"z": values}), "z", "", "known.csv")


@pytest.mark.parametrize("mark", [one for one in DOUBTFUL_SENTINELS if one < 0])
@pytest.mark.parametrize("name", list(KNOWN))
def test_a_negative_sentinel_among_positive_values_is_refused_however_wide_they_are(name, mark):
    with pytest.raises(UsageError, match="stands for no value"):
        target_values(Table({"y": np.r_[KNOWN[name], mark]}), "y", "", "known.csv")


def test_the_same_numbers_are_values_where_others_are_like_them():
    for values in (np.arange(-40.0, 40.0), np.arange(0.0, 12000.0)):
        found = target_values(Table({"y": values}), "y", "", "known.csv")
        np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("labels", [np.array([1, 2, -9]), np.array([1.0, -99.0]), ["a", "-9999"]])
def test_negative_sentinels_are_no_class(labels):
    with pytest.raises(UsageError, match="'k' is missing in 1 of"):
        class_labels(Table({"k": labels}), "k", "known.csv")
