import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.band_images import band_in, find_band_images, read_window
from tests.science.lenses.stand_in import (
    coordinates,
    cutout,
    write_bands,
    write_cube,
    write_extensions,
)

PLANES = cutout()


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("imageSDSS_G-100003", "g"),
        ("imageEUC_VIS-100003", "VIS"),
        ("HSC-I", "i"),
        ("F814W", "F814W"),
        ("DES Y", "y"),
        ("cutout_12", None),
        ("g_minus_r", None),
        ("", None),
    ],
)
def test_bands_are_read_from_words(text, band):
    assert band_in(text) == band


def test_extensions_are_named_and_noise_maps_left_out(tmp_path):
    extra = [("SCI_g_VAR", PLANES[0]), ("MASK", PLANES[0]), ("PSF_r", PLANES[0])]
    found = find_band_images(write_extensions(tmp_path / "a.fits", PLANES, extra=extra))
    assert [image.band for image in found] == ["g", "r", "i"]
    assert [image.hdu for image in found] == [1, 2, 3]
    assert found[0].pixel_scale_arcsec == pytest.approx(0.2)


def test_planes_in_magnitudes_are_refused(tmp_path):
    fits.writeto(tmp_path / "g.fits", PLANES[0], fits.Header({"BUNIT": "mag/arcsec**2"}))
    with pytest.raises(UsageError, match=r"g\.fits: flux in mag/arcsec"):
        find_band_images(tmp_path / "g.fits")


@pytest.mark.parametrize(
    "keywords",
    [{"BANDS": "i,r,g"}, {"BANDS": "irg"}, {"BAND1": "i", "BAND2": "r", "BAND3": "g"}],
)
def test_planes_of_a_cube_are_named_by_keywords(tmp_path, keywords):
    found = find_band_images(write_cube(tmp_path / "a.fits", PLANES, keywords))
    assert [image.band for image in found] == ["i", "r", "g"]
    whole = slice(0, 40)
    np.testing.assert_allclose(read_window(found[1], whole, whole), PLANES[1], rtol=1e-6)


def test_a_filter_keyword_outranks_the_name_of_the_file(tmp_path):
    path = tmp_path / "image_g.fits"
    header = fits.Header({"FILTER": "r DECam SDSS c0002"})
    fits.PrimaryHDU(PLANES[0], header).writeto(path)
    assert find_band_images(path)[0].band == "r"


def test_a_folder_tells_the_band_last(tmp_path):
    (tmp_path / "z").mkdir()
    path = tmp_path / "z" / "cutout_12.fits"
    fits.PrimaryHDU(PLANES[0]).writeto(path)
    assert find_band_images(path)[0].band == "z"


def test_compressed_images_are_read(tmp_path):
    path = tmp_path / "image_g.fits.fz"
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(PLANES[0])]).writeto(path)
    (image,) = find_band_images(path)
    window = read_window(image, slice(5, 15), slice(0, 10))
    np.testing.assert_allclose(window, PLANES[0, 5:15, :10], atol=0.5)


def test_windows_beyond_the_image_are_nan(tmp_path):
    (path,) = write_bands(tmp_path, PLANES[:1], "g")
    (image,) = find_band_images(path)
    window = read_window(image, slice(-2, 3), slice(38, 45))
    np.testing.assert_array_equal(window[2:, :2], PLANES[0, :3, 38:])
    assert np.isnan(window).sum() == 35 - 6
    assert np.isnan(read_window(image, slice(100, 103), slice(0, 5))).all()


def test_a_wrong_extension_is_refused_with_those_that_exist(tmp_path):
    path = write_extensions(tmp_path / "a.fits", PLANES)
    with pytest.raises(UsageError, match=r"no extension 'SCI'.*SCI_G"):
        find_band_images(path, hdu="SCI")
    with pytest.raises(UsageError, match="no extension 9"):
        find_band_images(path, hdu=9)
    with pytest.raises(UsageError, match="no image in extension 0"):
        find_band_images(path, hdu=0)


def test_tables_are_no_images(tmp_path):
    path = tmp_path / "table.fits"
    fits.BinTableHDU.from_columns([fits.Column("x", "D", array=[1.0])]).writeto(path)
    with pytest.raises(UsageError, match="holds no image"):
        find_band_images(path)


def test_truncated_and_foreign_files_are_refused(tmp_path):
    text = tmp_path / "text.fits"
    text.write_text("no FITS at all")
    with pytest.raises(UsageError, match="cannot be read as FITS"):
        find_band_images(text)
    with pytest.raises(UsageError, match="no such file"):
        find_band_images(tmp_path / "absent.fits")
    (whole,) = write_bands(tmp_path, PLANES[:1], "g")
    whole.write_bytes(whole.read_bytes()[:4000])
    with pytest.raises(UsageError, match="cannot be read as FITS"):
        read_window(find_band_images(whole)[0], slice(0, 40), slice(0, 40))


def test_bands_must_be_as_many_as_planes(tmp_path):
    path = write_cube(tmp_path / "a.fits", PLANES)
    assert [one.band for one in find_band_images(path, bands=("r", "g", "i"))] == ["r", "g", "i"]
    with pytest.raises(UsageError, match="2 bands are named"):
        find_band_images(path, bands=("g", "r"))


def test_images_without_coordinates_have_no_scale(tmp_path):
    path = write_cube(tmp_path / "a.fits", PLANES, scale=None)
    assert find_band_images(path)[0].pixel_scale_arcsec is None
    broken = coordinates((40, 40))
    broken["CTYPE1"] = "RA---XYZ"
    fits.writeto(tmp_path / "b.fits", PLANES[0], broken)
    assert find_band_images(tmp_path / "b.fits")[0].pixel_scale_arcsec is None


SIP = {"A_ORDER": 2, "A_2_0": 1e-3, "B_ORDER": 2, "B_0_2": -2e-3}


@pytest.mark.filterwarnings("ignore::astropy.wcs.FITSFixedWarning")
@pytest.mark.parametrize(
    ("types", "more"),
    [
        (("RA---TAN", "DEC--TAN"), {"CROTA2": 30.0}),
        (("DEC--SIN", "RA---SIN"), {"LONPOLE": 180.0, "RADESYS": "FK5", "EQUINOX": 2000.0}),
        (("GLON-CAR", "GLAT-CAR"), {"WCSAXES": 3, "CTYPE3": "FREQ", "CUNIT3": "Hz"}),
        (("RA---TAN-SIP", "DEC--TAN-SIP"), SIP),
        (("RA---TPV", "DEC--TPV"), {"PV1_1": 1.1, "PV2_1": 0.9}),
        (("RA---TAN", "DEC--TAN"), {"PV1_1": 1.1, "PV1_5": 0.01, "PV2_1": 0.9, "PV2_5": 0.01}),
    ],
)
def test_coordinates_are_those_of_astropy(tmp_path, types, more):
    cards = {f"CTYPE{axis}": one for axis, one in enumerate(types, 1)}
    for axis, (value, width) in enumerate([(40.0, -1e-3), (20.0, 2e-3)], 1):
        cards |= {f"CRVAL{axis}": value, f"CRPIX{axis}": 5.0, f"CDELT{axis}": width}
    header = fits.Header(cards | more)
    fits.writeto(tmp_path / "g.fits", PLANES[0], header)
    (image,) = find_band_images(tmp_path / "g.fits")
    x, y = np.array([0.0, 12.0, 39.0]), np.array([30.0, 5.0, 0.0])
    found, expected = image.wcs, WCS(header, naxis=2).celestial
    sky = expected.pixel_to_world_values(x, y)
    np.testing.assert_allclose(found.pixel_to_world_values(x, y), sky, rtol=1e-12)
    np.testing.assert_allclose(found.world_to_pixel_values(*sky), (x, y), atol=1e-4)
    assert image.pixel_scale_arcsec == pytest.approx(3600 * np.sqrt(2e-6), rel=1e-6)


def test_headers_of_the_lens_challenge_are_understood():
    folder = os.environ.get("ASTRO_DL_TEST_DATA")
    if not folder:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no challenge files to read")
    bologna = Path(folder) / "lenses" / "bologna"
    (ground,) = find_band_images(
        bologna / "ground_based" / "lens" / "Band1" / "imageSDSS_R-100003.fits"
    )
    (space,) = find_band_images(bologna / "space_based" / "lens" / "imageEUC_VIS-100003.fits")
    assert (ground.band, space.band) == ("r", "VIS")
    assert ground.pixel_scale_arcsec == pytest.approx(0.2, rel=1e-4)
    assert space.pixel_scale_arcsec == pytest.approx(0.1, rel=1e-4)
