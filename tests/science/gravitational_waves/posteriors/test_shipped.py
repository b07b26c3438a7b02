"""The shipped network is worth its samples, on simulated events and on GW150914."""

import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.data.real import FOLDER_VARIABLE
from astro_dl.inference.load import load_pretrained
from astro_dl.science.gravitational_waves.posteriors.comparison import compare

GW150914 = 1126259462.42


@pytest.fixture(scope="module")
def predictor():
    return load_pretrained("gw_flow")


def test_samples_are_worth_more_than_a_quarter(predictor):
    found = compare(predictor, 24, 300, seed=5)
    assert np.median(found.efficiency) > 0.25
    assert np.median(found.joint) < np.median(found.efficiency)
    # of draws that are worth some, exact posteriors hold the truth; the network's are wider
    worth = found.efficiency > 0.05
    assert np.mean(np.abs(2 * found.exact[worth] - 1) < 0.98) > 0.9
    assert 0.9 < np.exp(np.median(np.log(found.width[:, 0]))) < 1.6


@pytest.mark.skipif(FOLDER_VARIABLE not in os.environ, reason="needs real strain")
def test_gw150914_is_told_as_it_was_published(predictor):
    folder = Path(os.environ[FOLDER_VARIABLE]) / "gravitational_waves" / "strain"
    files = sorted(folder.glob("*1126259446-32.hdf5"))
    options = {"time": GW150914, "draws": 2000, "progress": False}
    table = predictor.predict(files, **options)
    both = predictor.predict(files, together=True, **options)
    assert table["detector"].tolist() == ["H1", "L1"]
    assert table["flags"].tolist() == both["flags"].tolist() == ["", ""]
    for one in (table, both):
        low, high = (one[f"chirp_mass_weighed{end}"].value for end in ("_q05", "_q95"))
        # 30 to 31 M☉ in the detector's frame (Abbott et al. 2016, arXiv:1602.03840)
        assert ((low < 30.5) & (high > 30.5)).all()
    widths = [
        float((one["chirp_mass_weighed_q95"] - one["chirp_mass_weighed_q05"])[0].value)
        for one in (table, both)
    ]
    assert widths[1] < widths[0]
