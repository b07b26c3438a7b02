"""What stands for a missing value in each format, and is never taken for a number."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import MaskedColumn, Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.columns import read_columns
from astro_dl.observations.tables.read import read_table


@pytest.mark.parametrize("scale", [{}, {"bscale": 0.5}, {"bscale": 0.25, "bzero": 100.0}])
def test_nulls_of_fits_are_those_of_the_stored_integers(tmp_path, scale):
    stored = np.array([4, -32768, 12], np.int16)
    path = tmp_path / "a.fits"
    fits.BinTableHDU.from_columns([fits.Column("flux", "I", array=stored)]).writeto(path)
    with fits.open(path, "update") as file:
        file[1].header["TNULL1"] = -32768
        for key, card in (("bscale", "TSCAL1"), ("bzero", "TZERO1")):
            if key in scale:
                file[1].header[card] = scale[key]
    values = read_columns(read_table(path), ("flux",))["flux"]
    expected = scale.get("bzero", 0) + scale.get("bscale", 1) * np.array([4, np.nan, 12])
    np.testing.assert_allclose(values, expected)


@pytest.mark.parametrize("value", [99.0, -99.0, 999.0, -999.0, -9999.0, np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("unit", [None, "um", "nm"])
def test_sentinels_are_missing_in_any_unit(value, unit):
    table = Table({"size": [3.0, value, 5.0]})
    table["size"].unit = unit
    found = read_columns(table, ("size",), units={"size": "um"})["size"]
    assert np.isnan(found).tolist() == [False, True, False]
    assert found[0] == pytest.approx(3e-3 if unit == "nm" else 3.0)


@pytest.mark.parametrize("ending", ["fits", "parquet", "vot", "ecsv", "csv"])
def test_nulls_among_integers_are_missing_and_the_others_stay_whole(tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    numbers = MaskedColumn([2**53 + 1, 7, 0], mask=[False, True, False])
    table = Table({"k": [1.5, 2.5, 3.5], "n": numbers})
    path = tmp_path / f"a.{ending}"
    form = {"vot": "votable", "ecsv": "ascii.ecsv", "csv": "ascii.csv"}.get(ending, ending)
    table.write(path, format=form)
    read = read_table(path)
    assert int(read["n"][0]) == 2**53 + 1
    assert np.isnan(read_columns(read, ("n",))["n"]).tolist() == [False, True, False]


@pytest.mark.parametrize("word", ["", "null", "NULL", "NaN", "n/a", "--", "None", "<NA>", r"\N"])
def test_words_for_nothing_are_missing_in_text(tmp_path, word):
    path = tmp_path / "a.csv"
    path.write_text(f"k,mag\n1,18.5\n{word},{word}\n3,19.25\n")
    table = read_table(path)
    assert table["k"].dtype.kind == "i"
    for name, last in (("k", 3), ("mag", 19.25)):
        np.testing.assert_array_equal(read_columns(table, (name,))[name][1:], [np.nan, last])


@pytest.mark.parametrize("text", ["12h", "1.2.3", "faint", "१२"])
def test_text_among_numbers_is_named_with_row_and_remedy(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(f"mag\n18.5\n{text}\n", "utf-8")
    with pytest.raises(UsageError, match=f"a.csv: column 'mag'.*'{text}' in row 1.*leave the cell"):
        read_columns(read_table(path), ("mag",), where=path)
