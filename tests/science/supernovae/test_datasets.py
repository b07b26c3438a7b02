"""Challenges and surveys, read as the simulation gives its own."""

import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.science.supernovae.physics import SupernovaPhysics

TASK = get_task("supernova")
FOLDER = Path(os.environ.get("ASTRO_DL_TEST_DATA", ""))
needs_data = pytest.mark.skipif(
    "ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA"
)
CLASSES = {
    "plasticc": [3260, 549, 1854],
    "pan_starrs": [916],
    "open_catalog": [189, 17, 109],
}


@needs_data
@pytest.mark.parametrize("name", CLASSES)
def test_sets_have_the_form_of_simulated_ones(name):
    survey = "lsst" if name == "plasticc" else "des"
    examples = TASK.datasets[name].read(SupernovaPhysics(survey=survey), FOLDER)
    assert np.bincount(examples.y).tolist() == CLASSES[name]
    assert examples.x.shape[1:] == (50, 3 * len(SupernovaPhysics(survey=survey).bands) + 3)
    assert np.isfinite(examples.x).all()
    assert (np.asarray(examples.info["snr"]) >= 5).all()


@pytest.mark.slow
@needs_data
def test_spcc_is_divided_as_its_parts_say():
    physics = SupernovaPhysics()
    told = TASK.datasets["spcc_spectroscopic"].read(physics, FOLDER)
    sets = np.asarray(told.info["set"])
    assert (sets == "train").sum() == 1103
    assert np.bincount(told.y).tolist() == [4231, 2279, 10822]
    left_out = TASK.datasets["spcc_templates"].read(physics, FOLDER)
    template, sets = (np.asarray(left_out.info[name]) for name in ("template", "set"))
    known = {*template[(sets == "train") & (template > 0)]}
    new = {*template[(sets == "test") & (template > 0)]}
    assert len(new) == 15
    assert not known & new


@pytest.mark.parametrize("name", TASK.datasets)
def test_missing_files_and_other_surveys_are_named(name, tmp_path):
    survey = "lsst" if name == "plasticc" else "des"
    other = "des" if name == "plasticc" else "lsst"
    with pytest.raises(UsageError, match=r"no file .*give the folder that holds transients/"):
        TASK.datasets[name].read(SupernovaPhysics(survey=survey), tmp_path)
    with pytest.raises(UsageError, match=rf"physics.survey is '{other}'"):
        TASK.datasets[name].read(SupernovaPhysics(survey=other), tmp_path)
