"""Images read by a few keywords are those that astropy reads; the rest is left to it."""

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import open_fits
from astro_dl.core.reading.fits_images import ImageFile, cards_of, open_images

RNG = np.random.default_rng(0)
FORMS = {
    "float32": fits.ImageHDU(RNG.normal(size=(40, 30)).astype(">f4")),
    "float64": fits.ImageHDU(RNG.normal(size=(9, 300))),
    "uint16": fits.ImageHDU(RNG.integers(0, 60_000, (20, 20)).astype(np.uint16)),
    "cube": fits.ImageHDU(RNG.integers(-9, 9, (3, 25, 200)).astype(np.int32)),
    "scaled": fits.ImageHDU(RNG.integers(0, 200, (20, 20)).astype(np.uint8)),
}


def file_of(path, *hdus):
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path, output_verify="silentfix")
    return path


@pytest.mark.parametrize("form", FORMS)
def test_pixels_are_those_of_the_library(tmp_path, form):
    hdu = FORMS[form].copy()
    hdu.name = form
    path = file_of(tmp_path / "one.fits", hdu)
    if form == "scaled":
        for keyword, value in (("BSCALE", 0.5), ("BZERO", -3.0), ("BLANK", 7)):
            fits.setval(path, keyword, value=value, ext=1)
    with open_images(path) as opened, fits.open(path, memmap=False) as expected:
        assert isinstance(opened, ImageFile)
        assert opened.index_of(form) == opened.index_of(1) == 1
        ours, theirs = opened[1], expected[1]
        assert (ours.name, ours.shape, ours.is_image) == (theirs.name, theirs.shape, True)
        assert cards_of(ours) == cards_of(theirs)
        for columns in (slice(0, ours.shape[-1]), slice(3, 9)):
            index = (*[1] * (len(ours.shape) - 2), slice(2, 8), columns)
            found = ours.section[index]
            np.testing.assert_array_equal(found, theirs.section[index].astype(np.float64))
            assert found.dtype == np.float64
        assert np.isnan(ours.section[0:20, 0:20]).any() == (form == "scaled")


@pytest.mark.parametrize(("form", "mapped"), [("uint16", False), ("float32", True)])
def test_integers_of_detectors_are_read_where_maps_are_asked_for(tmp_path, form, mapped):
    path = file_of(tmp_path / "one.fits", FORMS[form].copy())
    with open_fits(path, memmap=True) as hdus:
        np.testing.assert_array_equal(hdus[1].data, FORMS[form].data)
        assert (hdus[1].data.base is not None) or not mapped


def test_cards_are_texts_without_quotes_and_comments(tmp_path):
    header = fits.Header()
    header["BAND"], header["BUNIT"], header["EXPTIME"] = "g", "nJy", 3
    header["FILTER1"] = ("sdss r ", "which")
    path = file_of(tmp_path / "one.fits", fits.ImageHDU(np.zeros((4, 4)), header))
    with open_images(path) as opened:
        get = opened[1].header.get
        assert [get("BAND"), get("FILTER1"), get("BUNIT"), get("EXPTIME")] == [
            "g",
            "sdss r",
            "nJy",
            "3",
        ]
        assert get("NONE", "x") == "x"
        assert opened[0].shape == ()


def test_what_is_no_plain_image_is_left_to_the_library(tmp_path):
    image = RNG.normal(size=(32, 32)).astype(np.float32)
    squeezed = fits.CompImageHDU(image, quantize_level=0, compression_type="GZIP_2")
    long = fits.ImageHDU(image, fits.Header({"TELESCOP": "a" * 100}))
    for k, hdu in enumerate((squeezed, long)):
        with open_images(file_of(tmp_path / f"{k}.fits", hdu)) as opened:
            assert isinstance(opened, fits.HDUList)
            np.testing.assert_allclose(opened[1].section[2:9, 3:8], image[2:9, 3:8])


def test_a_scale_that_is_no_number_is_told(tmp_path):
    path = file_of(tmp_path / "one.fits", fits.ImageHDU(np.zeros((4, 4))))
    fits.setval(path, "BSCALE", value="much", ext=1)
    told = r"one.fits: BSCALE is 'much'; a number is needed"
    with pytest.raises(UsageError, match=told), open_images(path) as opened:
        opened[1].section[0:2, 0:2]
