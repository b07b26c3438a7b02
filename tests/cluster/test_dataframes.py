"""Frames of Dask get the predictions of their rows, whatever their partitions are."""

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

import astro_dl
from astro_dl.core.errors import UsageError
from tests.cluster.catalogues import magnitudes


@pytest.fixture(scope="module")
def galaxies():
    """Return a frame of galaxies, one of which has nothing known, and an index of their names."""
    frame = magnitudes(40).to_pandas()
    frame.insert(0, "ra", np.linspace(0, 40, 40))
    frame.loc[7, list("ugrizy")] = np.nan
    frame.index = pd.Index([f"galaxy {k:02d}" for k in range(40)], name="name")
    return frame


def test_partitions_change_nothing(galaxies):
    expected = astro_dl.load_pretrained("photoz_mdn").predict(galaxies).to_pandas()
    divided = dd.from_pandas(galaxies, npartitions=3)
    lazy = astro_dl.map_partitions(divided, "photoz_mdn", keep=["ra"])
    found = lazy.compute(scheduler="sync")
    assert list(lazy.columns) == list(found.columns) == ["ra", *expected.columns[1:]]
    assert (lazy.dtypes == found.dtypes).all()
    assert found.index.equals(galaxies.index)
    assert found["ra"].tolist() == galaxies["ra"].tolist()
    assert np.isfinite(found["redshift"]).sum() > 30
    np.testing.assert_allclose(found["redshift"], expected["redshift"], rtol=1e-5)
    assert found["flags"].tolist() == expected["flags"].tolist()
    assert "nothing_known" in found["flags"].iloc[7]


def test_empty_partitions_have_the_columns(galaxies):
    divided = dd.from_pandas(galaxies, npartitions=2)
    empty = divided[divided["ra"] > 1000]
    found = astro_dl.map_partitions(empty, "photoz_mdn", statistics="std").compute(scheduler="sync")
    assert len(found) == 0
    assert list(found.columns) == ["redshift", "redshift_std", "flags"]


@pytest.mark.parametrize(
    ("bundle", "options", "message"),
    [
        ("lens_cnn", {}, "is not one of rows of tables"),
        ("photoz_mdn", {"density_out": "z.hdf5"}, "density_out: is for files"),
        ("photoz_mdn", {"keep": ["dec"]}, "unknown column 'dec'"),
        ("photoz_mdn", {"columns": "u=nothing"}, "nothing"),
    ],
)
def test_what_cannot_be_done_is_told_at_once(galaxies, bundle, options, message):
    with pytest.raises(UsageError, match=message):
        astro_dl.map_partitions(dd.from_pandas(galaxies, npartitions=2), bundle, **options)


def test_other_things_are_refused(galaxies):
    with pytest.raises(UsageError, match="a dict has no partitions"):
        astro_dl.map_partitions({}, "photoz_mdn")
