"""Wavelengths and fluxes of any unit and spelling are converted, or refused by name."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.spectra.files import read_spectra

GRID = np.linspace(9000, 9500, 60)
FLUX = 3 + np.cos(GRID / 40)

SPELLINGS = [
    *(("Angstrom", 1), ("angstroms", 1), ("Angstroms", 1), ("ANGSTROM", 1), ("A", 1), ("AA", 1)),
    *(("0.1 nm", 1), ("nm", 0.1), ("nanometers", 0.1), ("um", 1e-4), ("micron", 1e-4)),
    *(("microns", 1e-4), ("Micrometer", 1e-4), ("m", 1e-10), ("mm", 1e-7)),
]


def write(path, wavelength, flux, wave_unit="", flux_unit=""):
    columns = [
        fits.Column("WAVE", "D", unit=wave_unit or None, array=wavelength),
        fits.Column("FLUX", "D", unit=flux_unit or None, array=flux),
    ]
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(path)
    return path


@pytest.mark.parametrize(("unit", "size"), SPELLINGS)
def test_wavelengths_in_any_spelling_are_the_same(tmp_path, unit, size):
    (one,) = read_spectra(write(tmp_path / "a.fits", GRID * size, FLUX, unit), "vacuum")
    np.testing.assert_allclose(one.wavelength, GRID)


@pytest.mark.parametrize(("unit", "size"), [("um", 1e-4), ("Angstrom", 1), ("nm", 0.1)])
def test_wavelengths_of_images_have_the_unit_that_they_say(tmp_path, unit, size):
    """Between 3 and 5, microns would pass for logarithms."""
    grid = np.linspace(31_000, 48_000, 60)
    primary = fits.PrimaryHDU(FLUX)
    step = (grid[1] - grid[0]) * size
    primary.header.update({"CRVAL1": grid[0] * size, "CDELT1": step, "CUNIT1": unit})
    primary.writeto(tmp_path / "a.fits")
    (one,) = read_spectra(tmp_path / "a.fits", "vacuum")
    np.testing.assert_allclose(one.wavelength, grid)


def test_microns_of_an_extension_are_no_logarithms(tmp_path):
    grid = np.linspace(3.1, 4.8, 60)
    extension = fits.ImageHDU(grid, name="WAVELENGTH")
    extension.header["BUNIT"] = "um"
    fits.HDUList([fits.PrimaryHDU(FLUX), extension]).writeto(tmp_path / "a.fits")
    (one,) = read_spectra(tmp_path / "a.fits", "vacuum")
    np.testing.assert_allclose(one.wavelength, 1e4 * grid)


@pytest.mark.parametrize(
    ("flux", "unit"),
    [
        (FLUX, "erg / (s cm2 Angstrom)"),
        (FLUX * GRID**2, "Jy"),
        (FLUX * GRID**2, "erg / (s cm2 Hz)"),
        (FLUX * GRID**2, "W m-2 Hz-1"),
        (FLUX * GRID**2, "mJy"),
        (-2.5 * np.log10(FLUX * GRID**2) + 30, "mag(AB)"),
        (-2.5 * np.log10(FLUX * GRID**2) + 30, "ABmag"),
    ],
)
def test_fluxes_become_those_per_wavelength(tmp_path, flux, unit):
    (one,) = read_spectra(write(tmp_path / "a.fits", GRID, flux, "Angstrom", unit), "vacuum")
    np.testing.assert_allclose(one.flux / np.median(one.flux), FLUX / np.median(FLUX), rtol=1e-6)


@pytest.mark.parametrize(
    ("wave_unit", "flux_unit", "message"),
    [
        ("kg", "", "wavelengths in kg, which is no unit of length"),
        ("furlong", "", "wavelengths in furlong"),
        ("Angstrom", "mag", "flux in mag; give flux, or AB magnitudes"),
        ("Angstrom", "dex", "flux in dex; give a linear unit"),
    ],
)
def test_other_units_are_refused_by_name(tmp_path, wave_unit, flux_unit, message):
    with pytest.raises(UsageError, match=rf"a\.fits: {message}"):
        read_spectra(write(tmp_path / "a.fits", GRID, FLUX, wave_unit, flux_unit))


@pytest.mark.parametrize("unit", ["Angstrom", "AA", "nm"])
def test_units_of_tables_of_text_are_read(tmp_path, unit):
    table = Table({"wavelength": GRID / (10 if unit == "nm" else 1), "flux": FLUX})
    table["wavelength"].unit = unit
    table.write(tmp_path / "a.ecsv")
    np.testing.assert_allclose(read_spectra(tmp_path / "a.ecsv", "vacuum")[0].wavelength, GRID)


@pytest.mark.parametrize(
    ("column", "unit", "factor"),
    [
        ("error", "erg / (s cm2 Angstrom)", 1e-17),
        ("variance", "erg2 / (s2 cm4 Angstrom2)", 1e-34),
        ("ivar", "s2 cm4 Angstrom2 / erg2", 1e34),
        ("error", "1e-17 erg / (s cm2 Angstrom)", 1.0),
        ("error", "", 1.0),
        ("error", "beans", 1.0),
    ],
)
def test_errors_in_another_unit_are_converted_to_that_of_the_flux(column, unit, factor, tmp_path):
    sigma = 0.25
    power = {"error": 1, "variance": 2, "ivar": -2}[column]
    n = 50
    table = Table({"wavelength": np.linspace(4000.0, 5000.0, n), "flux": np.ones(n)})
    table[column] = np.full(n, sigma**power * factor)
    table["flux"].unit = "1e-17 erg / (s cm2 Angstrom)"
    table[column].unit = u.Unit(unit, parse_strict="silent")
    table.write(tmp_path / "one.fits")
    (found,) = read_spectra(tmp_path / "one.fits")
    np.testing.assert_allclose(found.sigma, sigma)
