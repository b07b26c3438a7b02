import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.spectra.files import read_spectra
from tests.observations.spectra.spectrum_files import (
    LINE,
    air_grid,
    spectrum,
    write_csv,
    write_image,
    write_sdss,
)


def line_centre(one):
    weight = np.where(np.abs(one.wavelength - LINE) < 30, 1 - one.flux / np.nanmax(one.flux), 0)
    return (weight * one.wavelength).sum() / weight.sum()


def test_native_sdss_spectra(tmp_path):
    loglam = np.arange(3.56, 3.99, 1e-4)
    ivar = np.full(len(loglam), 400.0)
    ivar[50] = 0
    (one,) = read_spectra(write_sdss(tmp_path / "spec-1-2-3.fits", loglam, ivar))
    assert one.id == "spec-1-2-3.fits"
    assert one.flags == ()
    np.testing.assert_allclose(one.wavelength, 10**loglam)
    assert np.flatnonzero(np.isnan(one.flux)).tolist() == [50]
    np.testing.assert_allclose(one.sigma[100:], 0.05)


def test_pixels_whose_error_is_not_above_zero_are_bad(tmp_path):
    wavelength = np.arange(4000.0, 9000.0, 2.0)
    error = np.full(len(wavelength), 0.1)
    error[10:15] = 0.0, -0.1, -1.0, -999.0, np.nan
    columns = write_csv(tmp_path / "a.csv", wavelength, spectrum(wavelength), error=error)
    image = fits.HDUList(
        [fits.PrimaryHDU(spectrum(wavelength)), fits.ImageHDU(error, name="ERROR")]
    )
    image[0].header.update({"CRVAL1": 4000.0, "CDELT1": 2.0, "CUNIT1": "Angstrom"})
    image.writeto(tmp_path / "a.fits")
    for path in (columns, tmp_path / "a.fits"):
        (one,) = read_spectra(path, "vacuum")
        assert np.flatnonzero(np.isnan(one.flux)).tolist() == [10, 11, 12, 13, 14]
        np.testing.assert_allclose(one.sigma[20:], 0.1)


@pytest.mark.parametrize(
    ("kind", "medium"),
    [(kind, medium) for kind in ("linear", "log10", "ln") for medium in ("air", "vacuum")]
    + [("linear", None), ("log10", None)],
)
def test_the_line_is_where_it_is_on_every_grid(tmp_path, kind, medium):
    (one,) = read_spectra(write_image(tmp_path / "a.fits", kind, medium=medium))
    assert line_centre(one) == pytest.approx(LINE, abs=0.05)
    assert one.flags == (() if medium else ("air_assumed",))
    (shifted,) = read_spectra(tmp_path / "a.fits", "air" if medium == "vacuum" else "vacuum")
    sign = 1 if medium == "vacuum" else -1
    assert line_centre(shifted) - LINE == pytest.approx(1.53 * sign, abs=0.1)


def test_many_fibres_are_rows_and_sky_is_left_out(tmp_path):
    variance = fits.ImageHDU(np.full((3, 5000), 0.04), name="VARIANCE")
    fibres = Table({"NAME": ["one", "blank", "two"], "TYPE": ["P", "S", "P"]})
    extensions = (variance, fits.BinTableHDU(fibres, name="FIBRES"))
    path = write_image(tmp_path / "f.fits", "linear", 3, "air", extensions)
    found = read_spectra(path)
    assert [one.id for one in found] == ["f.fits:one", "f.fits:two"]
    np.testing.assert_allclose(found[1].flux, 3 * found[0].flux)
    np.testing.assert_allclose(found[0].sigma, 0.2)


def test_wavelengths_of_an_extension_may_be_logarithms(tmp_path):
    loglam = np.linspace(3.57, 3.95, 5000)
    extension = fits.ImageHDU(np.tile(loglam, (2, 1)), name="WAVELENGTH")
    path = write_image(tmp_path / "w.fits", "linear", 2, None, (extension,), VACUUM=True)
    np.testing.assert_allclose(read_spectra(path)[1].wavelength, 10**loglam)


def test_tables_and_units(tmp_path):
    vacuum, air = air_grid()
    (one,) = read_spectra(write_csv(tmp_path / "a.csv", air[::-1], spectrum(vacuum)[::-1]))
    np.testing.assert_allclose(one.wavelength, vacuum)
    assert line_centre(one) == pytest.approx(LINE, abs=0.05)
    table = Table({"lambda": air / 10, "flux": spectrum(vacuum), "error": np.full(len(air), 0.1)})
    table["lambda"].unit = "nm"
    table.write(tmp_path / "a.ecsv", format="ascii.ecsv")
    (two,) = read_spectra(tmp_path / "a.ecsv", "air")
    np.testing.assert_allclose(two.wavelength, one.wavelength)
    np.testing.assert_allclose(two.sigma, 0.1)
    assert (one.flags, two.flags) == (("air_assumed",), ())


REFUSED = {
    "missing": (None, "no such file"),
    "unsorted": ({"wavelength": [4000.0, 5000, 4500] * 10}, "neither rise nor fall"),
    "micrometre": ({"wavelength": np.linspace(0.4, 0.7, 30)}, "is the unit right"),
    "short": ({"wavelength": np.arange(4000.0, 4005)}, "5 pixels; at least 16"),
    "nameless": ({"x": np.arange(4000.0, 4030)}, "no column of wavelengths among x, flux"),
    "fluxless": ({"wavelength": np.arange(4000.0, 4030), "flux": None}, "no column of fluxes"),
}


def test_wavelengths_in_units_of_something_else_are_refused(tmp_path):
    table = Table({"wavelength": np.arange(4000.0, 4030), "flux": np.ones(30)})
    table["wavelength"].unit = "Jy"
    table.write(tmp_path / "bad.ecsv", format="ascii.ecsv")
    with pytest.raises(UsageError, match="wavelengths in Jy, which is no unit of length"):
        read_spectra(tmp_path / "bad.ecsv")


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_is_no_spectrum_is_refused(tmp_path, case):
    columns, message = REFUSED[case]
    path = tmp_path / "bad.csv"
    if columns is not None:
        n = len(next(iter(columns.values())))
        values = {"flux": np.ones(n)} | columns
        known = {name: values[name] for name in [*columns, "flux"] if values[name] is not None}
        Table(known).write(path, format="ascii.csv")
    with pytest.raises(UsageError, match=message):
        read_spectra(path)


def test_files_of_other_kinds_are_refused(tmp_path):
    (tmp_path / "a.fits").write_text("no FITS")
    with pytest.raises(UsageError, match="cannot be read as FITS"):
        read_spectra(tmp_path / "a.fits")
    (tmp_path / "a.png").write_text("")
    with pytest.raises(UsageError, match=r"'\.png' names no spectrum"):
        read_spectra(tmp_path / "a.png")
    fits.PrimaryHDU(np.ones((4, 5, 6))).writeto(tmp_path / "cube.fits")
    with pytest.raises(UsageError, match="no spectrum: neither"):
        read_spectra(tmp_path / "cube.fits")
    fits.PrimaryHDU(np.ones(100)).writeto(tmp_path / "bare.fits")
    with pytest.raises(UsageError, match="neither CRVAL1"):
        read_spectra(tmp_path / "bare.fits")
    with pytest.raises(UsageError, match="unknown medium 'water'"):
        read_spectra(tmp_path / "bare.fits", "water")


@pytest.mark.skipif("ASTRO_DL_TEST_DATA" not in os.environ, reason="ASTRO_DL_TEST_DATA is not set")
def test_one_galaxy_in_air_and_in_vacuum_is_the_same():
    folder = Path(os.environ["ASTRO_DL_TEST_DATA"], "spectra", "marz")
    (air,) = read_spectra(folder / "emlLinearSkyAirNoHelio.fits")
    vacuum = read_spectra(folder / "emlLogVacuumHelioMultiple.fits")
    assert len(vacuum) == 3
    assert vacuum[0].id.endswith("D0221394-2854323")
    np.testing.assert_allclose(air.wavelength, vacuum[0].wavelength, atol=0.01)


@pytest.mark.parametrize("gap", [slice(0, 300), slice(2000, 2005), slice(4900, None)])
def test_flux_that_was_filled_with_zeros_is_missing(gap, tmp_path):
    path = write_image(tmp_path / "one.fits", "linear")
    with fits.open(path, mode="update") as hdus:
        hdus[0].data[gap] = 0
        hdus[0].data[1000:1004] = 0
    (one,) = read_spectra(path)
    expected = np.zeros(5000, bool)
    expected[gap] = True
    np.testing.assert_array_equal(np.isnan(one.flux), expected)


@pytest.mark.parametrize("shape", [(-1,), (1, 1, -1)])
def test_a_spectrum_of_a_further_extension_is_that_of_the_first(shape, tmp_path):
    path = write_image(tmp_path / "one.fits", "linear", medium="vacuum")
    (expected,) = read_spectra(path)
    with fits.open(path) as hdus:
        header = hdus[0].header
        del header["CTYPE1"]
        further = fits.ImageHDU(hdus[0].data.reshape(shape), header, name="SCI")
        primary = fits.PrimaryHDU(header=fits.Header({"AIRORVAC": "vacuum"}))
        fits.HDUList([primary, further]).writeto(tmp_path / "two.fits")
    (found,) = read_spectra(tmp_path / "two.fits")
    np.testing.assert_allclose(found.wavelength, expected.wavelength)
    np.testing.assert_array_equal(found.flux, expected.flux)
    assert found.flags == ()


def test_an_image_of_the_sky_in_an_extension_is_no_spectrum(tmp_path):
    sky = fits.ImageHDU(np.ones((50, 60)), fits.Header({"CTYPE1": "RA---TAN", "CRVAL1": 150.0}))
    fits.HDUList([fits.PrimaryHDU(), sky]).writeto(tmp_path / "sky.fits")
    with pytest.raises(UsageError, match="no spectrum"):
        read_spectra(tmp_path / "sky.fits")
