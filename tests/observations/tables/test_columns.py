"""Columns of catalogues: formats, names, units, and what stands for a missing value."""

import numpy as np
import pytest
from astropy import units as u
from astropy.table import MaskedColumn, Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.columns import (
    class_numbers,
    column_numbers,
    missing_as_nan,
    parse_column_names,
    read_columns,
)
from astro_dl.observations.tables.read import read_table

NAMES = ("u", "g")


def catalogue():
    table = Table({"u": [19.5, 18.0, 99.0, np.inf], "g": [18.5, 17.0, 16.0, -99.0]})
    table["u"].unit = "mag"
    return table


@pytest.mark.parametrize("ending", ["csv", "ecsv", "fits", "vot", "hdf5"])
def test_every_format_gives_the_same_numbers(tmp_path, ending):
    path = tmp_path / f"table.{ending}"
    kind = {"csv": "ascii.csv", "ecsv": "ascii.ecsv", "vot": "votable"}.get(ending, ending)
    options = {"path": "table"} if ending == "hdf5" else {}
    catalogue().write(path, format=kind, **options)
    values = read_columns(read_table(path), NAMES)
    np.testing.assert_allclose(values["u"], [19.5, 18.0, np.nan, np.nan])
    np.testing.assert_allclose(values["g"], [18.5, 17.0, 16.0, np.nan])


def test_masked_values_are_missing():
    table = Table({"u": MaskedColumn([1.0, 2.0], mask=[False, True]), "g": [1, 2]})
    np.testing.assert_array_equal(read_columns(table, NAMES)["u"], [1, np.nan])


def test_sentinels_can_be_others():
    np.testing.assert_array_equal(missing_as_nan(np.array([99.0, -1.0]), (-1.0,)), [99, np.nan])


def test_columns_are_mapped_and_found_whatever_their_case():
    table = Table({"psfMag_U": [1.0], "G ": [2.0]})
    values = read_columns(table, NAMES, parse_column_names("u=psfmag_u"))
    assert (values["u"], values["g"]) == (1.0, 2.0)


def test_units_are_converted():
    table = catalogue()
    table["u"].unit = "nm"
    values = read_columns(table, ("u",), units={"u": "um"})
    np.testing.assert_allclose(values["u"][:2], [0.0195, 0.018])


@pytest.mark.parametrize("wanted", ["", "dex"])
def test_abundances_stand_as_they_are(wanted):
    table = Table({"fe_h": [-0.5, 0.1]})
    table["fe_h"].unit = u.dex
    values = read_columns(table, ("fe_h",), units={"fe_h": wanted})
    np.testing.assert_allclose(values["fe_h"], [-0.5, 0.1])


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"names": ("u", "gg")}, {}, "no column 'gg'; did you mean 'g'.*--columns gg=COLUMN"),
        ({"mapping": {"v": "g"}}, {}, "'v' is no input"),
        ({"units": {"u": "um"}}, {}, "is in mag, which is no um"),
        ({"units": {"u": "um"}}, {"u": [1.0, 2.0] * u.dex}, "is in dex, which is no um"),
        ({}, {"u": ["a", "b"]}, "'u' does not hold numbers"),
        ({}, {"u": [[1.0, 2.0], [3.0, 4.0]]}, "several numbers in a row"),
        ({}, {"G": [1.0, 2.0], "g ": [1.0, 2.0], "u": [1.0, 2.0]}, "several columns are called"),
    ],
)
def test_unusable_columns_are_named(change, options, message):
    table = Table(options) if options else catalogue()
    if options and "g" not in options and "G" not in options:
        table["g"] = [1.0, 2.0]
    with pytest.raises(UsageError, match=message):
        read_columns(table, change.pop("names", NAMES), **change)


@pytest.mark.parametrize("text", ["u", "u=", "=a", "u=a,u=b"])
def test_a_mapping_of_another_form_is_refused(text):
    with pytest.raises(UsageError, match="columns"):
        parse_column_names(text)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.doc", "u\n1\n", "names no table"),
        ("a.csv", "u,g\n", "no rows"),
        ("a.fits", "no fits", "cannot be read"),
    ],
)
def test_unusable_files_are_named(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UsageError, match=message):
        read_table(path)
    with pytest.raises(UsageError, match="no such file"):
        read_table(tmp_path / "other.csv")


def test_labels_become_numbers_and_unknown_ones_are_named():
    known = {"STAR": 0, "QSO": 1, "AGN": 1}
    numbers = class_numbers(np.array(["AGN", "STAR"]), known, "sky.csv")
    assert numbers.tolist() == [1, 0]
    assert numbers.dtype == np.int32
    with pytest.raises(UsageError, match=r"sky.csv: class 'GALAXY'; known: STAR, QSO, AGN"):
        class_numbers(["QSO", "GALAXY"], known, "sky.csv")


def test_complex_numbers_are_refused():
    with pytest.raises(UsageError, match="'a' holds complex numbers"):
        column_numbers(Table({"a": [1 + 2j]}), "a", "here")
