"""Tables survive every format, and are written whole or not at all."""

import importlib.util
import json

import numpy as np
import pytest
from astropy import units
from astropy.table import MaskedColumn, QTable, Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.read import read_table
from astro_dl.observations.tables.write import printed_rows, table_format, write_table

HEADER = {"model": "gw_cnn", "bundle_sha256": "a" * 64, "versions": {"keras": "3.15"}}


@pytest.fixture
def table():
    table = QTable({"id": ["a", "bé"], "label": ["noise", ""], "logit": np.float32([1.5, np.nan])})
    table["distance"] = [1.0, 2.0] * units.Mpc
    table["flags"] = ["", "non_finite_input,outside_training_range"]
    table.meta.update(HEADER)
    return table


@pytest.mark.parametrize("ending", [".ecsv", ".csv", ".fits", ".hdf5", ".h5", ".parquet", ".ECSV"])
def test_formats_keep_rows_and_columns(tmp_path, table, ending):
    if ending == ".fits":
        table["id"] = ["a", "b"]
    if ending == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("pyarrow is not installed")
    path = write_table(table, tmp_path / f"t{ending}")
    formats = {".ecsv": "ascii.ecsv", ".csv": "ascii.csv", ".fits": "fits"}
    if ending == ".parquet":
        back = read_table(path)
    else:
        back = Table.read(path, format=formats.get(ending.lower(), "hdf5"))
    assert back.colnames == table.colnames
    assert [str(name) for name in back["id"]] == list(table["id"])
    assert back["logit"][0] == np.float32(1.5)
    assert not np.isfinite(np.ma.filled(back["logit"].astype(float), np.nan)[1])
    assert list(np.ma.filled(back["flags"], "")) == list(table["flags"])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", [".ecsv", ".hdf5"])
def test_header_and_units_come_back(tmp_path, table, ending):
    back = QTable.read(write_table(table, tmp_path / f"t{ending}"))
    assert back["distance"].unit == units.Mpc
    assert {key: back.meta[key] for key in HEADER} == HEADER


def test_fits_keeps_the_header_as_json_and_units(tmp_path, table):
    table["id"] = ["a", "b"]
    back = Table.read(write_table(table, tmp_path / "t.fits"))
    assert json.loads(back.meta["ASTRODL"]) == HEADER
    assert back["distance"].unit == units.Mpc


def test_letters_that_fits_cannot_hold_are_refused(tmp_path, table):
    with pytest.raises(UsageError, match=r"column 'id' has 'bé'; write \.ecsv"):
        write_table(table, tmp_path / "t.fits")
    table["id"] = ["a", "b"]
    table["p_étoile"] = [0.1, 0.9]
    with pytest.raises(UsageError, match="the name of a column has 'p_étoile'"):
        write_table(table, tmp_path / "t.fits")
    assert not list(tmp_path.iterdir())


def test_unknown_ending_lists_the_accepted_ones(tmp_path, table):
    with pytest.raises(UsageError, match=r"'.xlsx' names no format; accepted: .ecsv, .csv, .fits"):
        write_table(table, tmp_path / "t.xlsx")
    with pytest.raises(UsageError, match="names no format"):
        table_format("predictions")


def test_missing_pyarrow_is_named(tmp_path, table, monkeypatch):
    monkeypatch.setattr("astro_dl.observations.tables.write.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="needs pyarrow"):
        write_table(table, tmp_path / "t.parquet")


def test_missing_folder_is_named(tmp_path, table):
    with pytest.raises(UsageError, match="does not exist"):
        write_table(table, tmp_path / "no" / "t.ecsv")


def test_failed_writing_keeps_the_old_file(tmp_path, table):
    path = write_table(table["label", "logit"], tmp_path / "t.fits")
    before = path.read_bytes()
    bad = Table({"x": [object()]})
    with pytest.raises((TypeError, ValueError, AttributeError, KeyError)):
        write_table(bad, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["t.fits"]


def test_printed_numbers_are_short():
    table = QTable({"gps": [1126259462.42], "p": [0.123456789], "snr": [7.0] * units.m, "n": [3]})
    lines = printed_rows(table)
    assert lines[-1].split() == ["1126259462.4200", "0.123457", "7", "3"]
    assert table["p"][0] == 0.123456789
    assert table.pformat()[-1].split()[1] == "0.123456789"


@pytest.mark.filterwarnings("error")
def test_what_is_masked_is_printed_as_such():
    column = MaskedColumn([1.5, 2.5], name="epoch", mask=[True, False])
    masked = Table([column, [np.nan, 1e5]])
    assert [line.split() for line in printed_rows(masked)[2:]] == [
        ["--", "nan"],
        ["2.5", "100000.0000"],
    ]
