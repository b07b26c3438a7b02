"""Tables in parts, read and written, are the tables as a whole."""

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.columns import read_columns
from astro_dl.observations.tables.read import iterate_table, read_table
from astro_dl.observations.tables.write_parts import write_parts

FORMATS = {"csv": "ascii.csv", "ecsv": "ascii.ecsv", "vot": "votable"}


def catalogue(n=57):
    rng = np.random.default_rng(0)
    table = Table({"u": rng.normal(20, 1, n), "n": rng.integers(0, 9, n)})
    table["u"].unit = "mag"
    table["g"] = MaskedColumn(rng.normal(19, 1, n), mask=rng.random(n) < 0.2)
    table["name"] = [f"star{'x' * (k // 20)}" for k in range(n)]
    return table


@pytest.mark.parametrize("ending", ["csv", "ecsv", "fits", "fits.gz", "vot", "parquet"])
def test_parts_follow_each_other(tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"table.{ending}"
    catalogue().write(path, format=FORMATS.get(ending, ending.partition(".")[0]))
    parts = list(iterate_table(path, rows=20))
    assert [len(part) for part in parts] == [20, 20, 17]
    names = ("u", "n", "g")
    whole = read_columns(read_table(path), names)
    for name in names:
        joined = np.concatenate([read_columns(part, names)[name] for part in parts])
        np.testing.assert_array_equal(joined, whole[name])
    assert [str(one).strip() for one in parts[2]["name"][:1]] == ["starxx"]
    if ending != "csv":
        assert parts[1]["u"].unit == "mag"


def test_large_csv_files_come_in_several_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("astro_dl.observations.tables.formats.text_files.CELLS_AT_ONCE", 40)
    path = tmp_path / "table.csv"
    catalogue().write(path, format="ascii.csv")
    parts = list(iterate_table(path))
    assert len(parts) > 3
    np.testing.assert_array_equal(np.concatenate([part["n"] for part in parts]), catalogue()["n"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.fits", b"no table", "cannot be read as FITS"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"u,g\n", "no rows"),
        ("a.csv", b"u,g\n1,2,3\n", "line 2 has 3 cells, but 2 columns have names: u, g"),
    ],
)
def test_unreadable_files_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=f"{name}: .*{message}"):
        list(iterate_table(tmp_path / name))


@pytest.mark.parametrize("ending", ["csv", "ecsv", "fits", "hdf5"])
def test_what_is_written_in_parts_is_read_as_one(tmp_path, ending):
    whole = catalogue()
    whole["g"] = whole["g"].filled(np.nan).astype(np.float32)
    whole.meta["model"] = "some network"
    path = tmp_path / f"table.{ending}"
    parts = [Table(whole[start : start + 20]) for start in range(0, 57, 20)]
    for part in parts:
        # Widths of texts differ from part to part, as in answers for CSV files.
        part["name"] = part["name"].tolist()
    first, n = write_parts(iter(parts), path)
    assert (len(first), n) == (20, 57)
    options = {"format": FORMATS.get(ending, ending)} | (
        {"path": "table"} if ending == "hdf5" else {}
    )
    found = Table.read(path, **options)
    assert [str(one).rstrip() for one in found["name"]] == [str(one) for one in whole["name"]]
    np.testing.assert_array_equal(found["n"], whole["n"])
    np.testing.assert_allclose(np.asarray(found["u"]), whole["u"])
    if ending != "csv":
        assert found["u"].unit == "mag"
    if ending == "fits":
        assert "some network" in found.meta["ASTRODL"]
    assert vstack(parts, metadata_conflicts="silent").colnames == found.colnames
