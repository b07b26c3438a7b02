"""Spectra of asteroids: resampling, parts of a spectrum, files."""

import numpy as np
import pytest
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task
from astro_dl.science.asteroids.simulate import CLASSES, FREQUENCIES, WAVELENGTHS, simulate_spectra
from astro_dl.science.asteroids.task import (
    classify_spectra,
    hide_wavelengths,
    resampled,
    spectrum_inputs,
)
from tests.observations.tables.stand_in import stand_in


def line(wavelength):
    return 0.8 + 0.2 * wavelength


def test_a_straight_line_stays_one_on_any_grid():
    for grid in (np.linspace(0.425, 2.475, 2051), np.arange(0.45, 2.46, 0.08)):
        found = resampled(grid, line(grid))
        known = np.isfinite(found)
        assert known.sum() >= 40
        np.testing.assert_allclose(found[known], line(WAVELENGTHS)[known], atol=0.006)


def test_gaps_and_ends_are_missing():
    grid = np.r_[np.arange(0.6, 1.0, 0.01), np.arange(1.5, 2.0, 0.01)]
    found = resampled(grid[::-1], line(grid)[::-1])
    inside = ((WAVELENGTHS > 0.59) & (WAVELENGTHS < 1.01)) | (
        (WAVELENGTHS > 1.49) & (WAVELENGTHS < 2.01)
    )
    np.testing.assert_array_equal(np.isfinite(found), inside)
    assert np.isnan(resampled(np.array([np.nan]), np.array([1.0]))).all()


def test_the_scale_of_reflectance_does_not_matter():
    spectra = simulate_spectra(np.arange(16), np.random.default_rng(0))
    np.testing.assert_allclose(spectrum_inputs(spectra), spectrum_inputs(0.05 * spectra), atol=1e-5)


def test_hidden_parts_look_like_parts_that_were_never_observed():
    spectra = simulate_spectra(np.full(500, 9), np.random.default_rng(0))
    hidden = hide_wavelengths(spectrum_inputs(spectra), np.random.default_rng(1))
    missing = hidden[:, 41:] > 0
    np.testing.assert_allclose(
        hidden, spectrum_inputs(np.where(missing, np.nan, spectra)), atol=1e-4
    )
    partial = missing.any(axis=1)
    assert partial.mean() == pytest.approx(0.3, abs=0.06)
    assert ((~missing).sum(axis=1) >= 5).all()


def test_classes_have_their_bands():
    means = simulate_spectra(np.arange(16), np.random.default_rng(0), noise=0.0)
    at = lambda name, um: means[CLASSES.index(name), np.argmin(abs(WAVELENGTHS - um))]  # noqa: E731
    assert FREQUENCIES.sum() == pytest.approx(1)
    assert at("V", 0.9) < 0.8 * at("V", 0.7)
    assert at("S", 0.95) < at("S", 0.7)
    assert at("D", 2.4) > 1.4 * at("D", 0.5)
    assert at("B", 2.4) < at("B", 0.5)


def write(folder, **changes):
    nanometres = np.arange(430.0, 2500.0, 5.0)
    values = {"wavelength": nanometres, "reflectance": line(nanometres / 1000)} | changes
    Table(values).write(folder / "spectrum.csv", format="ascii.csv", overwrite=True)
    return folder / "spectrum.csv"


def test_files_are_classed_one_row_each(tmp_path):
    path = write(tmp_path)
    table = classify_spectra(stand_in("asteroid_taxonomy"), [path], wavelength_unit="nm")
    assert table["id"].tolist() == ["spectrum.csv"]
    assert table["flags"].tolist() == [""]
    values = spectrum_inputs(line(WAVELENGTHS)[None])[0, :16]
    expected = np.exp(values) / np.exp(values).sum()
    np.testing.assert_allclose([table[f"p_{name}"][0] for name in CLASSES], expected, rtol=0.02)


def test_the_input_of_a_file_is_what_is_classed(tmp_path):
    micrometres = np.arange(0.43, 2.5, 0.005)
    path = write(tmp_path, wavelength=micrometres, reflectance=line(micrometres))
    task = get_task("asteroid_taxonomy")
    x = task.files.inputs(task.physics(), path)
    np.testing.assert_allclose(x, spectrum_inputs(line(WAVELENGTHS)[None])[0], atol=0.03)


def test_parts_of_a_spectrum_are_flagged(tmp_path):
    visible = np.linspace(0.45, 0.92, 100)
    path = write(tmp_path, wavelength=visible, reflectance=line(visible))
    assert classify_spectra(stand_in("asteroid_taxonomy"), [path])["flags"][0] == (
        "missing_wavelengths"
    )


@pytest.mark.parametrize("scale", [1.0, 0.05, 60.0])
@pytest.mark.parametrize("mark", [-1.0, 0.0, -9.0, -99.0, 9999.0, -9999.0, np.nan])
def test_what_is_no_reflectance_is_left_out_and_flagged(tmp_path, mark, scale):
    micrometres = np.arange(0.43, 2.5, 0.005)
    clean = scale * line(micrometres)
    spoilt = np.where(np.arange(len(clean)) % 3 == 0, mark, clean)
    expected = resampled(micrometres[spoilt == clean], clean[spoilt == clean])
    np.testing.assert_allclose(resampled(micrometres, spoilt), expected)
    np.testing.assert_allclose(expected / scale, line(WAVELENGTHS), atol=0.006)
    path = write(tmp_path, wavelength=micrometres, reflectance=spoilt)
    assert classify_spectra(stand_in("asteroid_taxonomy"), [path])["flags"][0] == "bad_reflectances"


def test_99_is_no_reflectance_among_small_ones_and_one_among_percents(tmp_path):
    micrometres = np.arange(0.43, 2.5, 0.005)
    small, percents = line(micrometres), 80 * line(micrometres)
    small[100] = percents[100] = 99.0
    flags = [
        classify_spectra(
            stand_in("asteroid_taxonomy"),
            [write(tmp_path, wavelength=micrometres, reflectance=one)],
        )["flags"][0]
        for one in (small, percents)
    ]
    assert flags == ["bad_reflectances", ""]


def test_rows_beyond_the_wavelengths_are_not_missed(tmp_path):
    micrometres = np.arange(0.3, 2.7, 0.005)
    inside = (micrometres > 0.42) & (micrometres < 2.48)
    path = write(
        tmp_path, wavelength=micrometres, reflectance=np.where(inside, line(micrometres), -1.0)
    )
    assert classify_spectra(stand_in("asteroid_taxonomy"), [path])["flags"][0] == ""


def test_unusable_spectra_are_refused(tmp_path):
    predictor = stand_in("asteroid_taxonomy")
    with pytest.raises(UsageError, match="0 of the wavelengths"):
        classify_spectra(predictor, [write(tmp_path)])
    with pytest.raises(UsageError, match="no unit of length"):
        classify_spectra(predictor, [write(tmp_path)], wavelength_unit="mag")


def test_classes_of_spectra_unlike_all_of_the_training_are_withheld(tmp_path):
    nanometres = np.arange(430.0, 2500.0, 5.0)
    emission = 1 + 300 * np.exp(-0.5 * ((nanometres - 1200) / 40) ** 2)
    path = write(tmp_path, reflectance=emission)
    options = {"wavelength_unit": "nm"}
    withheld = classify_spectra(stand_in("asteroid_taxonomy"), [path], **options)
    kept = classify_spectra(stand_in("asteroid_taxonomy"), [path], keep_flagged=True, **options)
    assert "outside_training_range" in withheld["flags"][0]
    assert np.isnan(withheld["p_S"][0])
    assert withheld["label"][0] == ""
    assert np.isfinite(kept["p_S"][0])
