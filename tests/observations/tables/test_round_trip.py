"""Ids of every type come out of files as they went in, or are refused before anything is there."""

import importlib.util

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.read import read_table
from astro_dl.observations.tables.write import write_table
from astro_dl.observations.tables.write_parts import write_parts

LAST = 2**64 - 1
PARTLY = [False, True, False, False]
IDS = {
    "unsigned": np.array([0, 1, 2**63, LAST], np.uint64),
    "signed": np.array([-(2**63), 0, 1, 2**63 - 1]),
    "bytes without sign": np.arange(4, dtype=np.uint8),
    "bytes with sign": np.arange(-2, 2, dtype=np.int8),
    "truth values": np.array([True, False, True, True]),
    "text": np.array(["007", "1e5", "nan", "# 1"]),
    "hashes": np.array(["#1", "a,#", "#2 b", "c"]),
    "letters": np.array(["\u03b1 Cen", "\u65e5", "e", "\u00e9"]),
    "lines": np.array(["a\nb", "c", "d", "e"]),
    "objects": np.array(["p", "qq", "r", "s"], object),
    "missing": MaskedColumn([1, 2, 3, 4], mask=PARTLY),
    "missing unsigned": MaskedColumn(np.array([1, 2, 3, 4], np.uint16), mask=PARTLY),
    "missing truth values": MaskedColumn([True, True, False, True], mask=PARTLY),
    "missing and last": MaskedColumn(np.array([1, 2, 3, LAST], np.uint64), mask=PARTLY),
}
REFUSED = {
    "letters": "ASCII",
    "lines": "printable",
    "missing truth values": "truth",
    "missing and last": "would stand",
}


def written(how, table, path):
    if how == "whole":
        write_table(table, path)
    else:
        write_parts([table[:2], table[2:]], path)


@pytest.mark.parametrize("how", ["whole", "in parts"])
@pytest.mark.parametrize("ending", [".ecsv", ".fits", ".hdf5", ".parquet"])
@pytest.mark.parametrize("kind", IDS)
def test_ids_come_out_as_they_went_in(tmp_path, kind, ending, how):
    if ending == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("pyarrow is not installed")
    table, path = Table({"id": IDS[kind], "x": np.arange(4.0)}), tmp_path / f"t{ending}"
    if ending == ".fits" and kind in REFUSED:
        with pytest.raises(UsageError, match=REFUSED[kind]):
            written(how, table, path)
        assert list(tmp_path.iterdir()) == []
        return
    written(how, table, path)
    back = read_table(path)
    assert back.colnames == ["id", "x"]
    lost = np.ma.getmaskarray(back["id"])
    np.testing.assert_array_equal(lost, np.ma.getmaskarray(table["id"]))
    assert np.asarray(back["id"])[~lost].tolist() == np.asarray(table["id"])[~lost].tolist()


@pytest.mark.parametrize("ending", [".fits", ".hdf5", ".parquet"])
def test_numbers_missing_in_a_later_part_are_missing(tmp_path, ending):
    first = Table({"id": np.arange(3, dtype=np.int16)})
    later = Table({"id": MaskedColumn([7, 8], mask=[True, False], dtype=np.int32)})
    write_parts([first, later], path := tmp_path / f"t{ending}")
    assert read_table(path)["id"].tolist() == [0, 1, 2, None, 8]


def test_objects_that_are_no_text_are_refused(tmp_path):
    table = Table({"id": np.array([{"a": 1}, [2]], object)})
    with pytest.raises(UsageError, match=r"column 'id' holds objects.*write \.ecsv"):
        write_table(table, tmp_path / "t.hdf5")
    assert list(tmp_path.iterdir()) == []
