"""Gaia's columns to inputs: units, missing values, significance."""

import numpy as np
import pytest

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task, list_models
from astro_dl.models.build import resolve
from astro_dl.observations.tables.predict import predict_rows
from astro_dl.science.gaia.queries import GAIA_COLUMNS
from astro_dl.science.gaia.task import INPUT_COLUMNS, GaiaPhysics
from tests.observations.tables.stand_in import stand_in

SUN_AT_10_PC = {
    "phot_g_mean_mag": 4.67,
    "bp_rp": 0.82,
    "parallax": 100.0,
    "parallax_error": 0.02,
    "pmra": 300.0,
    "pmdec": 400.0,
    "ruwe": 1.0,
    "phot_bp_rp_excess_factor": 1.162004
    + 0.011464 * 0.82
    + 0.049255 * 0.82**2
    - 0.005879 * 0.82**3,
}
NAMES = [column.name for column in INPUT_COLUMNS]


def row(**changes):
    values = {**SUN_AT_10_PC, **changes}
    return GaiaPhysics().inputs({name: np.array([value]) for name, value in values.items()})[0]


def test_the_sun_at_ten_parsec_has_its_absolute_magnitude():
    values = row()[:5] * [column.width for column in INPUT_COLUMNS]
    values += [column.centre for column in INPUT_COLUMNS]
    found = dict(zip(NAMES, values, strict=True))
    assert found["absolute_magnitude"] == pytest.approx(4.67, abs=1e-5)
    # 0.5 arcsec a year: 4.67 + 5 log 0.5 + 5
    assert found["reduced_proper_motion"] == pytest.approx(8.165, abs=1e-3)
    assert found["excess"] == pytest.approx(0, abs=1e-6)
    assert found["ruwe"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"parallax": 0.09}, "absolute_magnitude"),
        ({"parallax": -3.0}, "absolute_magnitude"),
        ({"parallax": np.nan}, "absolute_magnitude"),
        *(({"parallax_error": one}, "absolute_magnitude") for one in (0.0, -0.02, -9, np.nan)),
        ({"pmra": np.nan}, "reduced_proper_motion"),
        ({"phot_bp_rp_excess_factor": np.nan}, "excess"),
    ],
)
def test_what_cannot_be_told_is_marked_missing(changes, lost):
    x = row(**changes)
    assert np.isfinite(x).all()
    assert [name for name, mark in zip(NAMES, x[5:], strict=True) if mark] == [lost]


def test_sources_without_motion_are_no_error():
    moving, still, slow = row(), row(pmra=0.0, pmdec=0.0), row(pmra=0.1, pmdec=0.0)
    assert np.isfinite(still).all()
    changed = np.flatnonzero(still != moving)
    assert [NAMES[index] for index in changed] == ["reduced_proper_motion"]
    assert (still <= slow).all()


def test_predictions_take_the_archives_columns_or_others_by_name(tmp_path):
    task = get_task("gaia_photometry")
    made = task.simulate(task.physics(missing_values=False), 40, np.random.default_rng(0))
    table = made.info[list(GAIA_COLUMNS)]
    table["parallax"] = (table["parallax"].quantity).to("arcsec")
    table.rename_column("bp_rp", "color")
    table.write(tmp_path / "stars.vot", format="votable")
    predictor = stand_in("gaia_photometry")
    (found,) = predict_rows(predictor, [tmp_path / "stars.vot"], columns="bp_rp=color")
    assert len(found) == 40
    with pytest.raises(UsageError, match="no column 'bp_rp'"):
        list(predict_rows(predictor, [tmp_path / "stars.vot"]))


def test_impossible_physics_is_refused():
    with pytest.raises(UsageError, match=r"5 of them, .* that sum to 1"):
        GaiaPhysics(class_fractions=(0.2, 0.2, 0.2, 0.2, 0.3))


@pytest.mark.parametrize("name", ["gaia_autoencoder", "gaia_vae"])
def test_its_models_have_configs(name):
    assert name in list_models(task="gaia_photometry")
    assert resolve(load_config(name)).model == name
