"""Light curves of alerts: magnitudes of stars and of differences, filters by number."""

import json

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import tolerating
from astro_dl.observations.irregular_series.columns import LongColumns
from astro_dl.observations.irregular_series.long_table import iterate_series
from astro_dl.observations.irregular_series.magnitudes import Quantity

CURVE = {
    "detections": [
        {"mjd": 58000.2, "fid": 1, "magpsf": 19.0, "sigmapsf": 0.1, "isdiffpos": 1,
         "magpsf_corr": 17.0, "sigmapsf_corr": 0.02},
        {"mjd": 58001.2, "fid": 2, "magpsf": 18.0, "sigmapsf": 0.1, "isdiffpos": -1,
         "magpsf_corr": 17.5, "sigmapsf_corr": 0.03},
        {"mjd": 58002.2, "fid": 2, "magpsf": 18.5, "sigmapsf": 0.1, "isdiffpos": -1,
         "magpsf_corr": None, "sigmapsf_corr": None},
    ],
    "non_detections": [{"mjd": 57999.2, "fid": 1, "diffmaglim": 20.1}],
}  # fmt: skip


def series(folder, curve, **options):
    path = folder / "ZTF18abc.json"
    path.write_text(json.dumps(curve))
    return next(iterate_series([path], LongColumns(**{"names": {}, **options})))


def test_stars_have_the_magnitudes_of_all_their_light(tmp_path):
    star = series(tmp_path, CURVE)
    assert star.id == "ZTF18abc.json"
    known = star.detected & np.isfinite(star.value)
    np.testing.assert_allclose(star.value[known], [17.0, 17.5])
    np.testing.assert_allclose(star.error[known], [0.02, 0.03])
    assert [star.bands[one] for one in star.band[known]] == ["g", "r"]


def test_transients_have_the_fluxes_of_the_difference_with_their_sign(tmp_path):
    one = series(tmp_path, CURVE, wanted=Quantity.FLUX, wanted_zero_point=20.0)
    value = one.value[one.detected & np.isfinite(one.value)]
    np.testing.assert_allclose(value, [10**0.4, -(10**0.8), -(10**0.6)], rtol=1e-6)


def test_differences_are_not_taken_for_magnitudes_of_a_star(tmp_path):
    bare = [
        {key: one[key] for key in ("mjd", "fid", "magpsf", "sigmapsf", "isdiffpos")}
        for one in CURVE["detections"]
    ]
    with pytest.raises(UsageError, match=r"difference images, not of the star.*--columns"):
        series(tmp_path, bare)
    named = series(tmp_path, bare, names={"magnitude": "magpsf"})
    np.testing.assert_allclose(named.value, [19.0, 18.0, 18.5])


def test_numbers_that_gaps_have_made_decimal_are_the_same_codes(tmp_path):
    decimal = [
        {**one, "fid": float(one["fid"]), "isdiffpos": float(one["isdiffpos"])}
        for one in CURVE["detections"]
    ]
    asked = {"wanted": Quantity.FLUX, "wanted_zero_point": 20.0}
    whole, found = (
        series(tmp_path, CURVE["detections"], **asked),
        series(tmp_path, decimal, **asked),
    )
    assert (found.value < 0).tolist() == [False, True, True]
    np.testing.assert_array_equal(found.value, whole.value)
    assert found.bands == whole.bands == ("g", "r")


NEWER = {
    "magpsf": "mag", "sigmapsf": "e_mag", "magpsf_corr": "mag_corr",
    "sigmapsf_corr": "e_mag_corr",
}  # fmt: skip


def test_either_interface_of_alerce_gives_the_same_light_curves(tmp_path):
    renamed = {
        **CURVE,
        "detections": [
            {NEWER.get(key, key): one for key, one in row.items()} for row in CURVE["detections"]
        ],
    }
    for asked in ({}, {"wanted": Quantity.FLUX, "wanted_zero_point": 20.0}):
        older, newer = series(tmp_path, CURVE, **asked), series(tmp_path, renamed, **asked)
        np.testing.assert_array_equal(newer.value, older.value)
        np.testing.assert_array_equal(newer.error, older.error)


def test_errors_are_those_of_the_magnitudes_that_are_taken(tmp_path):
    named = series(tmp_path, CURVE["detections"], names={"magnitude": "magpsf"})
    np.testing.assert_allclose(named.error, 0.1)
    bare = [
        {key: one for key, one in row.items() if key != "sigmapsf_corr"}
        for row in CURVE["detections"][:2]
    ]
    assert "no_errors" in series(tmp_path, bare).flags


def test_a_column_of_values_that_is_named_goes_before_one_that_is_known(tmp_path):
    rows = [{"mjd": 58000.0 + day, "mag": 17.0, "other": 12.0} for day in range(3)]
    named = series(tmp_path, rows, names={"value": "other"}, quantity=Quantity.MAGNITUDE)
    np.testing.assert_allclose(named.value, 12.0)


def test_rows_without_a_system_beside_others_are_told(tmp_path):
    rows = [
        {"mjd": 58000.0 + day, "mag": 17.0, "magsys": "ab" if day else None} for day in range(3)
    ]
    with pytest.raises(UsageError, match="several systems: none told, ab"):
        series(tmp_path, rows)


def test_limits_may_be_marked_by_decimal_numbers(tmp_path):
    marks = [0.0, 1.0, None]
    rows = [{"mjd": 58000.0 + day, "mag": 17.0, "limit": one} for day, one in enumerate(marks)]
    assert series(tmp_path, rows).detected.tolist() == [True, False, True]


def test_filters_of_light_curves_of_ztf_are_bands(tmp_path):
    rows = [
        {"hjd": 2458000.0 + day, "mag": 17.0, "magerr": 0.02, "filtercode": one}
        for day, one in enumerate(("zg", "zr", "zg"))
    ]
    found = series(tmp_path, rows)
    assert [found.bands[one] for one in found.band] == ["zg", "zr", "zg"]


def test_measurements_of_no_object_are_refused(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("id,mjd,mag\nstar,1,12\n,2,13\n")
    with pytest.raises(UsageError, match="'id' has no value in row 1"):
        next(iterate_series([path], LongColumns({})))


def test_of_a_file_that_goes_wrong_halfway_no_object_is_kept(tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("id,mjd,mag\nfine,1,12\nshared,1,13\n")
    bad.write_text("id,mjd,mag\nshared,1,14\nhalf,2,13\n,3,12\n")
    unreadable = {}
    with tolerating(unreadable):
        found = list(iterate_series([good, bad], LongColumns({}), rows=1))
    assert list(unreadable) == [str(bad)]
    assert [one.id for one in found] == ["fine", "shared"]
    assert found[1].value.tolist() == [13.0]
