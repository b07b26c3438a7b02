"""JSON as brokers and data frames write it becomes the table that it is."""

import json

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.read import iterate_table, read_table

ROWS = [
    {"id": 900719925474099301, "mjd": 58000.123456789, "band": "g", "mag": 17.5, "good": True},
    {"id": 2, "mjd": 58001.5, "band": "r", "mag": None, "good": False},
]


def written(folder, what, name="a.json"):
    path = folder / name
    path.write_text(what if isinstance(what, str) else json.dumps(what))
    return path


@pytest.mark.parametrize(
    "form", [ROWS, {name: [one[name] for one in ROWS] for name in ROWS[0]}], ids=["rows", "columns"]
)
def test_records_and_columns_are_one_table(tmp_path, form):
    table = read_table(written(tmp_path, form))
    assert table.colnames == ["id", "mjd", "band", "mag", "good"]
    assert table["id"].tolist() == [900719925474099301, 2]
    assert table["mjd"][0] == 58000.123456789
    assert table["band"].tolist() == ["g", "r"]
    assert table["mag"].mask.tolist() == [False, True]
    assert table["good"].tolist() == ["true", "false"]


def test_records_may_lack_what_others_have_and_hold_more_than_numbers(tmp_path):
    table = read_table(written(tmp_path, [{"a": 1, "stamp": [1, 2]}, {"b": 2.5}]))
    assert table.colnames == ["a", "b"]
    assert np.ma.getmaskarray(table["a"]).tolist() == [False, True]
    assert np.ma.getmaskarray(table["b"]).tolist() == [True, False]


def test_names_of_alerts_lose_the_part_of_the_alert(tmp_path):
    table = read_table(written(tmp_path, [{"i:magpsf": 18.0, "d:cdsxmatch": "Star"}]))
    assert table.colnames == ["magpsf", "cdsxmatch"]


def test_non_detections_are_limits(tmp_path):
    curve = {
        "detections": [{"mjd": 1.0, "fid": 1, "magpsf": 18.0}],
        "non_detections": [{"mjd": 0.0, "fid": 1, "diffmaglim": 20.0}],
    }
    table = read_table(written(tmp_path, curve))
    assert table["limit"].tolist() == ["false", "true"]
    assert table["mjd"].tolist() == [1.0, 0.0]


def test_a_mark_of_byte_order_is_no_part_of_it(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROWS).encode())
    assert read_table(path).colnames == list(ROWS[0])


def test_it_is_read_in_parts(tmp_path):
    path = written(tmp_path, [{"a": number} for number in range(7)])
    assert [len(part) for part in iterate_table(path, 3)] == [3, 3, 1]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("{", "a.json"),
        ("", "empty"),
        ("[]", "no rows"),
        ("3", "no list of records"),
        ("[1, 2]", "no list of records"),
        ('{"a": [1], "b": [1, 2]}', "columns of one length"),
        ('{"a": 1}', "columns of one length"),
        ('{"detections": 3}', "detections: no list"),
        ('[{"a": [1]}]', "without numbers or words"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, what, said):
    with pytest.raises(UsageError, match=said):
        read_table(written(tmp_path, what))


def test_non_detections_are_of_the_object_and_other_lists_are_told_of(tmp_path):
    curve = {
        "detections": [{"oid": "ZTF1", "mjd": 1.0}, {"oid": "ZTF1", "mjd": 2.0}],
        "non_detections": [{"mjd": 0.0}],
        "forced_photometry": [{"mjd": 3.0}],
    }
    with pytest.warns(UserWarning, match="forced_photometry are not read"):
        table = read_table(written(tmp_path, curve))
    assert table["oid"].tolist() == ["ZTF1"] * 3
