"""Spectra of IRAF: the first band with the error that the header names, and its wavelengths."""

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.observations.spectra.files import read_spectra
from astro_dl.observations.spectra.wavelengths import air_to_vacuum
from tests.observations.spectra.spectrum_files import write_iraf

N = 600
PIXEL = np.arange(1, N + 1)
FLUX = 10 + np.sin(PIXEL / 30)


def bands(count=4, apertures=1):
    """Return flux, raw flux, background, and errors that differ by pixel."""
    parts = np.stack([FLUX, 3 * FLUX, 0 * FLUX + 7, 0.1 + PIXEL / N])[:count]
    return np.repeat(parts[:, None], apertures, axis=1) * np.arange(1, apertures + 1)[:, None]


def read(path, **options):
    return read_spectra(path, medium="vacuum", **options)


def test_the_first_band_is_the_flux_and_the_one_called_sigma_its_error(tmp_path):
    (found,) = read(write_iraf(tmp_path / "a.fits", bands()))
    assert found.id == "a.fits"
    assert found.flux == pytest.approx(FLUX, rel=1e-6)
    assert found.sigma == pytest.approx(0.1 + PIXEL / N, rel=1e-6)
    assert found.wavelength == pytest.approx(4000 + 2 * (PIXEL - 1))


@pytest.mark.parametrize(
    ("count", "cards"),
    [(3, {}), (4, {"BANDID4": "continuum"}), (2, {"BANDID1": "", "BANDID2": ""})],
)
def test_without_a_band_of_sigma_errors_are_not_known(tmp_path, count, cards):
    (found,) = read(write_iraf(tmp_path / "a.fits", bands(count), **cards))
    assert found.flux == pytest.approx(FLUX, rel=1e-6)
    assert np.isnan(found.sigma).all()


def test_errors_that_were_not_computed_take_no_pixel_away(tmp_path):
    data = bands()
    data[3] = 0
    (found,) = read(write_iraf(tmp_path / "a.fits", data))
    assert np.isfinite(found.flux).all()
    assert np.isnan(found.sigma).all()


def test_pixels_whose_error_is_not_above_zero_are_bad(tmp_path):
    data = bands()
    data[3, 0, 7:9] = 0, -1
    (found,) = read(write_iraf(tmp_path / "a.fits", data))
    assert np.flatnonzero(np.isnan(found.flux)).tolist() == [7, 8]


def chebyshev(x):
    return 5000 + 900 * x + 20 * np.cos(2 * np.arccos(x))


def legendre(x):
    return 5000 + 900 * x + 20 * (3 * x**2 - 1) / 2


X = (PIXEL - (1 + N) / 2) / ((N - 1) / 2)
SERIES = f"1 {N} 5000. 900. 20."


@pytest.mark.parametrize(
    ("spec", "wavelength"),
    [
        (f"1 1 0 4100. 1.5 {N} 0. 1 2", 4100 + 1.5 * (PIXEL - 1)),
        (f"1 1 0 4100. 1.5 {N} 0.25 1 2", (4100 + 1.5 * (PIXEL - 1)) / 1.25),
        (f"1 1 1 3.6 2e-4 {N} 0. 1 2", 10 ** (3.6 + 2e-4 * (PIXEL - 1))),
        (f"1 1 2 4100. 3. {N} 0. 1 2 1. 0. 1 3 {SERIES}", chebyshev(X)),
        (f"1 1 2 4100. 3. {N} 0. 1 2 1. 4. 2 3 {SERIES}", legendre(X) + 4),
        (
            f"1 1 2 4100. 3. {N} 0. 1 2 0.25 0. 1 3 {SERIES} 0.75 0. 2 3 {SERIES}",
            0.25 * chebyshev(X) + 0.75 * legendre(X),
        ),
    ],
)
def test_wavelengths_of_texts_are_those_of_their_formulae(tmp_path, spec, wavelength):
    path = write_iraf(tmp_path / "a.fits", bands(), [spec])
    (found,) = read(path)
    assert found.wavelength == pytest.approx(wavelength, rel=1e-9)
    (in_air,) = read_spectra(path)
    assert in_air.wavelength == pytest.approx(air_to_vacuum(wavelength), rel=1e-9)
    assert "air_assumed" in in_air.flags


def test_each_aperture_is_a_spectrum_with_wavelengths_of_its_own(tmp_path):
    specs = [f"1 1 0 4100. 1.5 {N} 0. 1 2", f"2 2 0 6200. 2.5 {N - 100} 0. 3 4"]
    first, second = read(write_iraf(tmp_path / "a.fits", bands(apertures=2), specs))
    assert (first.id, second.id) == ("a.fits:0", "a.fits:1")
    assert first.wavelength[0] == 4100
    assert second.wavelength == pytest.approx(6200 + 2.5 * (PIXEL[:-100] - 1))
    assert second.flux == pytest.approx(2 * FLUX[:-100], rel=1e-6)
    assert second.sigma == pytest.approx(2 * (0.1 + PIXEL[:-100] / N), rel=1e-6)


def test_a_part_of_a_spectrum_keeps_the_wavelengths_of_its_pixels(tmp_path):
    whole = f"1 1 0 4100. 1.5 {N} 0. 1 2"
    path = write_iraf(tmp_path / "a.fits", bands()[..., 100:400], [whole], LTV1=-100.0)
    (found,) = read(path)
    assert found.wavelength == pytest.approx(4100 + 1.5 * (PIXEL[100:400] - 1))


@pytest.mark.parametrize(
    ("specs", "cards", "told"),
    [
        ([f"1 1 2 4100. 3. {N} 0. 1 2 1. 0. 3 3 {SERIES}"], {}, "of kind 2; accepted: linear"),
        ([f"1 1 -1 1. 1. {N} 0. 1 2"], {}, "of kind -1; accepted: linear"),
        (["1 1 0 4100."], {}, "spec1 of WAT2 has no wavelengths"),
        ([f"1 1 0 4100. 1.5 {N} -1. 1 2"], {}, "spec1 of WAT2"),
        ([f"1 1 2 4100. 3. {N} 0. 1 2 1. 0. 1 4 {SERIES}"], {}, "spec1 of WAT2"),
        ([f"1 1 0 4100. 1.5 {N} 0. 1 2", "2 2 0 4e9 1 1e999 0 1 2"], {}, "spec2 of WAT2"),
        ([f"1 1 0 4100. 1.5 {N} 0. 1 2"], {"LTM1_1": 0.0}, "LTM1_1 is 0"),
    ],
)
def test_other_wavelengths_are_refused_in_one_line(tmp_path, specs, cards, told):
    path = write_iraf(tmp_path / "a.fits", bands(apertures=len(specs)), specs, **cards)
    with pytest.raises(UsageError, match=told):
        read(path)


@pytest.mark.parametrize("shape", [(40, 3, N), (4, 3, N)])
def test_a_cube_of_the_sky_is_no_array_of_bands(tmp_path, shape):
    cube = fits.PrimaryHDU(np.ones(shape, np.float32))
    cube.header.update({"CTYPE1": "LINEAR", "CRVAL1": 4000.0, "CD1_1": 2.0})
    cube.writeto(tmp_path / "a.fits")
    with pytest.raises(UsageError, match="no spectrum"):
        read(tmp_path / "a.fits")
