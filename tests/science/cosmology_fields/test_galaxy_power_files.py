"""From spectra of galaxies in files to posteriors."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.data.simulate import simulate
from astro_dl.inference.input_checks import input_statistics
from astro_dl.inference.load import load_pretrained
from astro_dl.science.cosmology_fields.galaxy_power.inputs import network_input
from astro_dl.science.cosmology_fields.galaxy_power.predict import input_of_file
from astro_dl.science.cosmology_fields.galaxy_power.reading import power_columns
from astro_dl.science.cosmology_fields.galaxy_power.shells import wave_numbers
from tests.untrained import untrained_bundle

POWER = np.array([900, 800, 750, 700, 720])[:, None] * wave_numbers() ** -1.2 + 25


def bundle(folder, **physics):
    values = {
        "task": "cosmology_spectra",
        "model": "cosmology_spectra_npe",
        "physics": {"bins": 4, "hidden": 2, **physics},
        "hyperparameters": {"units": [8]},
    }
    known = simulate("cosmology_spectra", 500, 0, **values["physics"])
    parts = {"input_statistics": input_statistics(known.x)}
    return load_pretrained(untrained_bundle(folder, values, parts).folder)


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    return bundle(tmp_path_factory.mktemp("spectra") / "bare")


def table(power=POWER, k=None):
    found = Table({"k": wave_numbers() if k is None else k})
    for z, one in zip(("2.00", "1.48", "1.05", "0.54", "0.00"), power, strict=False):
        found[f"power_z{z}"] = one
    return found


def write(path, found):
    found.write(path, overwrite=True)
    return path


def test_a_table_of_five_redshifts_gets_a_posterior(predictor, tmp_path):
    paths = [write(tmp_path / f"{k}.ecsv", table((1 + 0.1 * k) * POWER)) for k in range(2)]
    found = predictor.predict(paths, samples=50, progress=False)
    assert found["id"].tolist() == ["0.ecsv", "1.ecsv"]
    assert found["flags"].tolist() == ["", ""]
    x = network_input(np.stack([POWER, 1.1 * POWER]))
    posterior = predictor.answers(x).distribution
    np.testing.assert_allclose(found["omega_m"], posterior.median[:, 0], rtol=1e-4)
    assert found["sigma_8_samples"].shape == (2, 50)
    assert ((found["sigma_8_samples"] >= 0.6) & (found["sigma_8_samples"] <= 1.0)).all()
    np.testing.assert_array_equal(input_of_file(predictor.physics, paths[0]), x[0])


def test_one_column_of_all_redshifts_and_other_names_are_the_same(predictor, tmp_path):
    plain = predictor.predict(write(tmp_path / "a.ecsv", table()), progress=False)
    together = Table({"K": wave_numbers(), "pk": POWER.T})
    path = write(tmp_path / "b.fits", together)
    found = predictor.predict(path, columns="power=pk", progress=False)
    np.testing.assert_allclose(found["omega_m"], plain["omega_m"], rtol=1e-5)
    renamed = table()
    renamed.rename_column("power_z0.00", "today")
    path = write(tmp_path / "c.csv", renamed)
    found = predictor.predict(path, columns="power_z0.00=today", progress=False)
    np.testing.assert_allclose(found["omega_m"], plain["omega_m"], rtol=1e-5)
    # A table in memory goes the same way as a file.
    found = predictor.predict(Table({"k": wave_numbers(), "power": POWER.T}), progress=False)
    np.testing.assert_allclose(found["omega_m"], plain["omega_m"], rtol=1e-5)


def test_masked_power_of_one_column_is_missing(predictor, tmp_path):
    masked = np.ma.masked_greater(POWER.T, 800)
    path = write(tmp_path / "a.ecsv", Table({"k": wave_numbers(), "power": masked}))
    with pytest.raises(UsageError, match=f"{masked.mask.sum()} of 395 values of power are missing"):
        predictor.predict(path, progress=False)


def test_a_network_of_today_takes_one_column(tmp_path):
    today = bundle(tmp_path / "today", given="today")
    assert power_columns(today.physics) == ["power_z0.00"]
    one = Table({"k": wave_numbers(), "power": POWER[-1]})
    found = today.predict(write(tmp_path / "a.ecsv", one), progress=False)
    expected = today.answers(network_input(POWER[None, -1:])).values
    np.testing.assert_allclose(found["omega_m"], expected[:, 0], rtol=1e-4)
    both = write(tmp_path / "b.ecsv", Table({"k": wave_numbers(), "power": POWER.T}))
    with pytest.raises(UsageError, match="power at 5 redshifts; accepted: 1"):
        today.predict(both, progress=False)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (table(k=wave_numbers() * 0.6711), "79 wave numbers, from 0.2389 to 13.41 h/Mpc"),
        (table()[:40], "40 wave numbers"),
        (table(k=np.full(79, np.nan)), "none finite"),
        (table(POWER[:4]), "no column 'power_z0.00'"),
        (Table({"k": wave_numbers(), "power": POWER[:3].T}), "power at 3 redshifts; accepted: 5"),
        (table(POWER - 60), "values of power are missing or not above zero"),
        (table(np.where(POWER > 800, np.nan, POWER)), "missing or not above zero"),
        (Table({"power": POWER.T}), "no column 'k'"),
        (Table({"k": wave_numbers(), "power": np.full((79, 5), "faint")}), "not hold numbers"),
    ],
)
def test_other_spectra_are_refused_with_what_is_taken(predictor, tmp_path, found, said):
    path = write(tmp_path / "other.ecsv", found)
    with pytest.raises(UsageError, match=said):
        predictor.predict(path, progress=False)


def test_wave_numbers_of_another_unit_are_refused_where_they_say_so(predictor, tmp_path):
    found = table()
    found["k"].unit = "kpc"
    with pytest.raises(UsageError, match="kpc"):
        predictor.predict(write(tmp_path / "other.ecsv", found), progress=False)


def test_columns_that_are_none_are_named(predictor, tmp_path):
    path = write(tmp_path / "a.ecsv", table())
    with pytest.raises(UsageError, match=r"power_z0\.50.*power_z0\.54"):
        predictor.predict(path, columns="power_z0.50=power_z0.54", progress=False)
    with pytest.raises(UsageError, match="no column 'spectrum'"):
        predictor.predict(path, columns="power=spectrum", progress=False)


def test_columns_of_each_redshift_go_before_one_that_is_called_power(predictor, tmp_path):
    found = table()
    plain = predictor.predict(found, progress=False)
    found["power"] = 1.0
    path = write(tmp_path / "a.ecsv", found)
    np.testing.assert_array_equal(
        predictor.predict(path, progress=False)["omega_m"], plain["omega_m"]
    )
    with pytest.raises(UsageError, match=r"'power' and 'power_z0\.00' are named"):
        predictor.predict(path, columns="power=power,power_z0.00=k", progress=False)


def test_no_power_is_taken_for_a_mark_of_missing_values(predictor, tmp_path):
    power = np.array(POWER)
    power[0, 20] = 99.0
    found = predictor.predict(write(tmp_path / "a.ecsv", table(power)), progress=False)
    assert np.isfinite(found["omega_m"][0])


def test_spectra_beyond_the_training_are_flagged_and_not_answered(predictor, tmp_path):
    path = write(tmp_path / "bright.ecsv", table(500 * POWER))
    found = predictor.predict(path, progress=False)
    assert found["flags"].tolist() == ["outside_training_range"]
    assert np.isnan(found["omega_m"][0])
    kept = predictor.predict(path, keep_flagged=True, progress=False)
    assert np.isfinite(kept["omega_m"][0])
