"""Real photometry with redshifts: read as the simulation gives it."""

import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.science.photo_z.inputs import split_inputs
from astro_dl.science.photo_z.physics import PhotoZPhysics

TASK = get_task("photo_z")
SETS = {
    "sdss50k": ({"survey": "sdss", "magnitude_range": (13.0, 19.5)}, 33_000),
    "stripe82_des": ({"survey": "des", "magnitude_range": (14.0, 20.5)}, 26_760),
    "boss_dr10": ({"survey": "sdss", "errors": True, "magnitude_range": (17.0, 22.0)}, 18_300),
    "dc2_lsst": ({"survey": "lsst", "errors": True}, 10_225),
}
FOLDER = Path(os.environ.get("ASTRO_DL_TEST_DATA", ""))
needs_data = pytest.mark.skipif(
    "ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA"
)


@needs_data
@pytest.mark.parametrize("name", SETS)
def test_real_galaxies_are_where_simulated_ones_are(name):
    values, least = SETS[name]
    physics = PhotoZPhysics(**values)
    real = TASK.datasets[name].read(physics, FOLDER)
    made = TASK.simulate(physics, 2000, np.random.default_rng(0))
    assert len(real) >= least
    assert real.x.shape[1] == made.x.shape[1]
    assert (real.x.dtype, real.y.dtype) == (made.x.dtype, made.y.dtype)
    assert np.isfinite(real.x).all()
    assert real.y.min() >= 0
    for column in ("object_id", "redshift", "magnitude"):
        assert len(real.info[column]) == len(real)
    ours, theirs = (split_inputs(one.x)[1] for one in (made, real))
    low, high = np.quantile(ours, (0.02, 0.98), axis=0)
    middle = np.median(theirs, axis=0)
    assert ((low < middle) & (middle < high)).all()


def sdss_file(folder, rows):
    (folder / "photo_z").mkdir()
    kinds = [*((band, "f8") for band in "ugriz"), ("spec_class", "S6"), ("redshift", "f8")]
    np.save(folder / "photo_z" / "sdss50k.npy", np.array(rows, kinds))


def test_quasars_and_redshifts_out_of_range_are_left_out(tmp_path):
    good = (19.0, 18.0, 17.5, 17.2, 17.0)
    sdss_file(tmp_path, [(*good, b"GALAXY", z) for z in (0.1, 0.2, -0.001, 2.0)])
    rows = np.load(tmp_path / "photo_z" / "sdss50k.npy")
    rows["spec_class"][1] = b"QSO"
    np.save(tmp_path / "photo_z" / "sdss50k.npy", rows)
    physics = PhotoZPhysics(survey="sdss", redshift_range=(0.0, 0.5))
    examples = TASK.datasets["sdss50k"].read(physics, tmp_path)
    np.testing.assert_allclose(examples.y, [[0.1]])


def test_unknown_redshifts_are_left_out(tmp_path):
    good = (19.0, 18.0, 17.5, 17.2, 17.0)
    sdss_file(tmp_path, [(*good, b"GALAXY", z) for z in (np.nan, 0.2, np.inf, -np.inf)])
    examples = TASK.datasets["sdss50k"].read(PhotoZPhysics(survey="sdss"), tmp_path)
    np.testing.assert_allclose(examples.y, [[0.2]])


def test_a_selection_without_galaxies_is_refused(tmp_path):
    sdss_file(tmp_path, [(19.0, 18.0, 17.5, 17.2, 17.0, b"GALAXY", z) for z in (0.1, np.nan)])
    physics = PhotoZPhysics(survey="sdss", redshift_range=(0.5, 1.0))
    with pytest.raises(UsageError, match=r"has no redshift from 0.5 to 1; set redshift_range"):
        TASK.datasets["sdss50k"].read(physics, tmp_path)


def test_a_band_without_any_measurement_is_one_not_observed(tmp_path):
    sdss_file(tmp_path, [(np.nan, 18.0, 17.5, 17.2, 17.0, b"GALAXY", 0.1)] * 3)
    x = TASK.datasets["sdss50k"].read(PhotoZPhysics(survey="sdss"), tmp_path).x
    assert np.isfinite(x).all()
    np.testing.assert_array_equal(split_inputs(x)[4], [[1, 0, 0, 0, 0]] * 3)


def test_the_same_photometry_is_one_group(tmp_path):
    one, other = (19.0, 18.0, 17.5, 17.2, 17.0), (19.1, 18.0, 17.5, 17.2, 17.0)
    sdss_file(tmp_path, [(*row, b"GALAXY", z) for row, z in ((one, 0.1), (other, 0.2), (one, 0.1))])
    groups = TASK.datasets["sdss50k"].read(PhotoZPhysics(survey="sdss"), tmp_path).info["object_id"]
    assert groups[0] == groups[2] != groups[1]


def test_99_is_no_detection_in_dc2(tmp_path):
    folder = tmp_path / "photo_z" / "dc2_lsst"
    folder.mkdir(parents=True)
    with h5py.File(folder / "test_dc2_training_9816.hdf5", "w") as file:
        for band in "ugrizy":
            file[f"photometry/mag_{band}_lsst"] = [99.0 if band == "u" else 24.0, 23.0]
            file[f"photometry/mag_err_{band}_lsst"] = [26.0 if band == "u" else 0.1, 0.05]
        file["photometry/redshift"] = [0.5, 0.7]
    examples = TASK.datasets["dc2_lsst"].read(PhotoZPhysics(errors=True), tmp_path)
    _, _, logs, unseen, unknown = split_inputs(examples.x)
    assert unseen[:, 0].tolist() == [1, 0]
    assert not unknown.any()
    assert logs[0, 0] == 0


@pytest.mark.parametrize("name", SETS)
def test_missing_files_and_other_surveys_are_named(name, tmp_path):
    physics = PhotoZPhysics(**SETS[name][0])
    with pytest.raises(UsageError, match=r"no (file|folder) .*give the folder that holds photo_z/"):
        TASK.datasets[name].read(physics, tmp_path)
    other = PhotoZPhysics(survey="des" if physics.survey != "des" else "lsst")
    with pytest.raises(UsageError, match=r"is photometry of .*physics.survey is"):
        TASK.datasets[name].read(other, tmp_path)


def test_errors_that_a_set_lacks_are_refused(tmp_path):
    sdss_file(tmp_path, [(19.0, 18.0, 17.5, 17.2, 17.0, b"GALAXY", 0.1)])
    with pytest.raises(UsageError, match="no column 'u_err'"):
        TASK.datasets["sdss50k"].read(PhotoZPhysics(survey="sdss", errors=True), tmp_path)
