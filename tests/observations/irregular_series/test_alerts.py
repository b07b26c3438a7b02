"""Light curves of alerts: magnitudes of stars and of differences, filters by number."""

import json

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
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
