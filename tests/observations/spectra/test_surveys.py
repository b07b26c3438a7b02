"""Spectra as surveys and observers write them: DESI, LAMOST, plain text."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.spectra.files import read_spectra

ARMS = {"B": (3600.0, 5800.0), "R": (5760.0, 7620.0), "Z": (7520.0, 9824.0)}


def continuum(wavelength, number=0):
    return 2.0 + number + np.sin(wavelength / 300)


def write_desi(path, kinds=("TGT", "SKY", "TGT"), **changes):
    """Write coadded spectra of three fibres in three arms that overlap."""
    hdus = [fits.PrimaryHDU()]
    for arm, (low, high) in ARMS.items():
        wavelength = np.arange(low, high, 2.0)
        flux = np.stack([continuum(wavelength, number) for number in range(3)])
        parts = {
            "WAVELENGTH": wavelength,
            "FLUX": flux,
            "IVAR": np.full(flux.shape, 25.0),
            "MASK": np.zeros(flux.shape, np.int32),
        }
        parts["MASK"][:, 50] = 4
        parts["IVAR"][:, 90] = 0
        hdus += [fits.ImageHDU(values, name=f"{arm}_{name}") for name, values in parts.items()]
    fibres = Table({"TARGETID": [2**53 + 1, 5, 6], "OBJTYPE": list(kinds)})
    hdus.append(fits.BinTableHDU(fibres, name="FIBERMAP"))
    fits.HDUList(hdus).writeto(path)
    return path


def test_arms_of_desi_are_joined_and_sky_is_left_out(tmp_path):
    found = read_spectra(write_desi(tmp_path / "coadd-main.fits"))
    assert [one.id for one in found] == [f"coadd-main.fits:{2**53 + 1}", "coadd-main.fits:6"]
    for one, number in zip(found, (0, 2), strict=True):
        assert (np.diff(one.wavelength) > 0).all()
        assert one.wavelength[[0, -1]] == pytest.approx([3600, 9822])
        known = np.isfinite(one.flux)
        assert (~known).sum() == 6
        np.testing.assert_allclose(one.flux[known], continuum(one.wavelength[known], number))
        np.testing.assert_allclose(one.sigma[known], 0.2)
        # DESI's wavelengths are of vacuum.
        assert one.flags == ()


def test_fibres_of_the_sky_alone_are_refused(tmp_path):
    path = write_desi(tmp_path / "coadd.fits", ("SKY", "SKY", "sky "))
    with pytest.raises(UsageError, match=r"coadd\.fits: all fibres are of the sky"):
        read_spectra(path)


@pytest.mark.parametrize("rows", [3, 5])
def test_rows_of_lamost_are_one_spectrum_with_its_errors(tmp_path, rows):
    loglam = 3.5682 + 1e-4 * np.arange(3900)
    wavelength = 10**loglam
    inverse = np.full(3900, 16.0)
    inverse[7] = 0
    masks = np.zeros((2, 3900))
    masks[0, 40] = 1
    data = np.stack([continuum(wavelength), inverse, wavelength, *masks])[:rows]
    primary = fits.PrimaryHDU(data.astype(np.float32))
    primary.header.update({"COEFF0": 3.5682, "COEFF1": 1e-4, "VACUUM": True})
    primary.writeto(tmp_path / "spec.fits")
    (one,) = read_spectra(tmp_path / "spec.fits")
    bad = [7] if rows == 3 else [7, 40]
    assert np.flatnonzero(np.isnan(one.flux)).tolist() == bad
    good = np.isfinite(one.flux)
    np.testing.assert_allclose(one.flux[good], continuum(wavelength[good]), rtol=1e-5)
    np.testing.assert_allclose(one.sigma[good], 0.25)


GRID = np.linspace(4000, 7000, 40)


def text(mark=" ", head="", columns=2, tail=""):
    values = np.stack([GRID, continuum(GRID), np.full(40, 0.5)])[:columns].T
    rows = [mark.join(f"{value:.6f}" for value in row) for row in values]
    return head + "\n".join(rows) + tail


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", text()),
        ("a.dat", text("   ")),
        ("a.txt", text(columns=3)),
        ("a.asc", text("\t", "# observed at dusk\n# two words\n")),
        ("a.dat", text(",", "wavelength,flux\n")),
        ("a.txt", text(" ", "# Wavelength Flux Error\n", 3)),
        ("a.txt", text(";", "\ufeff")),
        ("a.txt", text(" ", "% made by hand\r\n", tail="\n\n")),
    ],
)
def test_plain_text_is_wavelength_flux_and_error(tmp_path, name, content):
    (tmp_path / name).write_text(content, "utf-8")
    (one,) = read_spectra(tmp_path / name, "vacuum")
    np.testing.assert_allclose(one.wavelength, GRID, atol=1e-5)
    np.testing.assert_allclose(one.flux, continuum(GRID), atol=1e-5)
    three = len(content.strip().splitlines()[-1].split()) == 3
    assert np.isfinite(one.sigma).all() == three


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1 2 3 4\n" * 30, "4 columns without names"),
        ("4000\n4001\n", "1 columns"),
        ("4000 1\n4001 dim\n", "'dim' in row 2 is no number"),
        ("4000 1\n4001 1 1\n", "row 2 has 3 values, not 2"),
        ("# nothing\n", "the file holds no numbers"),
    ],
)
def test_other_text_is_refused_with_file_and_row(tmp_path, content, message):
    (tmp_path / "a.txt").write_text(content)
    with pytest.raises(UsageError, match=rf"a\.txt: {message}"):
        read_spectra(tmp_path / "a.txt")


@pytest.mark.parametrize("value", [np.nan, np.inf, -999.0, -9999.0, 1e34])
def test_marks_for_no_flux_are_no_flux(tmp_path, value):
    flux = continuum(GRID)
    flux[[3, 4]] = value
    Table({"wavelength": GRID, "flux": flux}).write(tmp_path / "a.fits")
    (one,) = read_spectra(tmp_path / "a.fits")
    assert np.flatnonzero(np.isnan(one.flux)).tolist() == [3, 4]


def test_negative_noise_is_flux(tmp_path):
    flux = 0.1 * np.random.default_rng(3).standard_normal(40)
    Table({"wavelength": GRID, "flux": flux}).write(tmp_path / "a.fits")
    np.testing.assert_array_equal(read_spectra(tmp_path / "a.fits")[0].flux, flux)
