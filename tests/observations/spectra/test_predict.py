import os
from pathlib import Path

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.science.redshifts.task import predict_galaxies
from astro_dl.science.stars.predict import predict_stars
from tests.observations.spectra.spectrum_files import (
    air_grid,
    spectrum,
    write_csv,
    write_image,
    write_sdss,
)
from tests.observations.spectra.stand_in import stand_in

MADE_UP = "not_a_star"
"""What the lines of these spectra are: those of no star."""

COLUMNS = ["id", "teff", "teff_std", "log_teff", "log_teff_std", "log_g", "log_g_std"]


def test_spectra_of_every_form_give_the_same_input(tmp_path):
    vacuum, air = air_grid()
    paths = [
        write_sdss(tmp_path / "spec-1.fits"),
        write_image(tmp_path / "air.fits", "linear", medium="air"),
        write_image(tmp_path / "ln.fits", "ln", medium="vacuum"),
        write_csv(tmp_path / "air.csv", air, 1e-16 * spectrum(vacuum)),
    ]
    predictor = stand_in("spectral_type")
    table = predict_stars(predictor, paths, keep_flagged=True)
    assert table["id"].tolist() == ["spec-1.fits", "air.fits", "ln.fits", "air.csv"]
    x = predictor.given[-1]
    inner = x[:, 100:-100]
    np.testing.assert_allclose(inner, np.broadcast_to(inner[:1], inner.shape), atol=0.12)
    flags = [set(text.split(",")) - {MADE_UP, ""} for text in table["flags"]]
    assert flags == [set(), set(), set(), {"air_assumed"}]
    assert table["snr"][0] == pytest.approx(20 * 1.9, rel=0.6)
    assert np.isnan(table["snr"][3])


def test_an_air_spectrum_taken_for_vacuum_is_shifted(tmp_path):
    path = write_image(tmp_path / "a.fits", "linear", medium="air")
    predictor = stand_in("spectral_type")
    given = []
    for medium in (None, "vacuum"):
        predict_stars(predictor, [path], medium=medium, keep_flagged=True)
        given.append(predictor.given[-1][0, :, 0])
    right, wrong = given
    assert np.abs(right - wrong).max() > 0.5


def test_parameters_come_with_a_temperature(tmp_path):
    path = write_sdss(tmp_path / "s.fits")
    table = predict_stars(stand_in("stellar_parameters"), [path], keep_flagged=True)
    assert table.colnames[: len(COLUMNS)] == COLUMNS
    assert str(table["teff"].unit) == "K"
    assert table["teff"].value[0] == pytest.approx(10 ** table["log_teff"].value[0], rel=1e-5)
    expected = np.log(10) * table["teff"].value * table["log_teff_std"].value
    np.testing.assert_allclose(table["teff_std"].value, expected, rtol=1e-5)


def test_parts_of_a_spectrum_and_noise_are_flagged(tmp_path):
    half = np.arange(np.log10(5000), 3.99, 1e-4)
    tiny = np.arange(np.log10(7000), 3.99, 1e-4)
    loglam = np.arange(3.56, 3.99, 1e-4)
    paths = [
        write_sdss(tmp_path / "half.fits", half),
        write_sdss(tmp_path / "tiny.fits", tiny),
        write_sdss(tmp_path / "noisy.fits", loglam, np.full(len(loglam), 0.1)),
        write_sdss(tmp_path / "dark.fits", loglam, flux=np.zeros(len(loglam))),
    ]
    table = predict_stars(stand_in("spectral_type"), paths)
    flags = [set(text.split(",")) - {MADE_UP} for text in table["flags"]]
    assert flags[0] == {"missing_wavelengths"}
    assert flags[1] == {"missing_wavelengths", "no_continuum"}
    assert flags[2] == {"low_snr"}
    assert flags[3] == {"low_snr", "no_continuum"}
    assert table["label"].tolist()[1] == ""
    assert table["missing_fraction"][0] == pytest.approx(0.41, abs=0.02)


def test_spectra_of_other_wavelengths_are_refused(tmp_path):
    path = write_csv(tmp_path / "ir.csv", np.arange(15_000.0, 16_000), np.ones(1000))
    with pytest.raises(UsageError, match="3800 to 7400 Å"):
        predict_stars(stand_in("spectral_type"), [path])


def test_spectra_without_any_flux_are_refused(tmp_path):
    wavelength = np.arange(3700.0, 7500.0)
    path = write_csv(tmp_path / "nan.csv", wavelength, np.full(len(wavelength), np.nan))
    with pytest.raises(UsageError, match="no spectrum has flux within 3800 to 7400 Å"):
        predict_stars(stand_in("spectral_type"), [path])


def test_galaxies_get_a_redshift_and_its_distribution(tmp_path):
    wavelength = np.arange(10_900.0, 20_100, 5)
    flux = 1 + np.exp(-0.5 * ((wavelength - 15_000) / 20) ** 2)
    path = write_csv(tmp_path / "g.csv", wavelength, flux, error=np.full(len(flux), 0.1))
    table = predict_galaxies(stand_in("galaxy_redshift"), [path], medium="vacuum")
    assert {"redshift", "redshift_std", "redshift_q16", "redshift_mode"} <= set(table.colnames)
    assert 1 < table["redshift"][0] < 1.8


@pytest.mark.skipif("ASTRO_DL_TEST_DATA" not in os.environ, reason="ASTRO_DL_TEST_DATA is not set")
def test_native_files_of_surveys_are_read():
    folder = Path(os.environ["ASTRO_DL_TEST_DATA"], "spectra")
    paths = [*sorted(folder.glob("sdss/*.fits")), *sorted(folder.glob("marz/*.fits"))]
    predictor = stand_in("spectral_type")
    table = predict_stars(predictor, paths)
    assert len(table) == 18
    star = table["id"] == "spec-4055-55359-0001.fits"
    assert table["flags"][star].tolist() == [""]
    assert table["snr"][star][0] > 20
    x = predictor.given[0]
    twins = ["emlLinear" in name or "D0221394" in name for name in table["id"]]
    np.testing.assert_allclose(*x[twins], atol=0.05)
