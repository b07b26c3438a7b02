"""Stamps in FITS files become what networks are given, or one line that says why not."""

import numpy as np
import pytest
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamp_files import Options, mirrored_where_missing, read_stamp
from astro_dl.observations.galaxies.stamps import galaxy_stamps
from astro_dl.observations.images.sersic import SersicLight
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics

PHYSICS = GalaxyStructurePhysics()
PSF = moffat_images(3.0, 3.5, 41)[0]


def galaxy(size=64, sigma=2.0, seed=0, radius=4.0, psf=PSF, flux=8000.0):
    """Return a stamp of a galaxy with noise."""
    light = SersicLight(np.array([radius]), np.array([1.0]), 0.2, 0.1)
    image = galaxy_stamps(light, np.array([flux]), psf, size)[0]
    return image + sigma * np.random.default_rng(seed).standard_normal(image.shape)


def write(path, image, header=None, **planes):
    hdus = [fits.PrimaryHDU(np.asarray(image, np.float32), fits.Header(header or {}))]
    hdus += [fits.ImageHDU(np.asarray(one, np.float32), name=name) for name, one in planes.items()]
    fits.HDUList(hdus).writeto(path)
    return path


def test_a_stamp_comes_in_units_of_its_noise_about_the_galaxy(tmp_path):
    image = np.roll(galaxy(), (3, -2), (0, 1))
    weight = np.full(image.shape, 0.25)
    path = write(tmp_path / "a.fits", image, {"MAGZERO": 25.5}, PSF=PSF, WEIGHT=weight)
    stamp = read_stamp(path, PHYSICS, Options())
    assert stamp.sigma == pytest.approx(2.0)
    assert stamp.zero_point == 25.5
    assert stamp.flags == ()
    row, column = np.unravel_index(np.argmax(stamp.image), stamp.image.shape)
    assert {row, column} <= {22, 23, 24, 25}
    assert np.allclose(stamp.image, np.roll(image, (-3, 2), (0, 1))[8:56, 8:56] / 2.0, atol=1e-4)
    assert stamp.point_spread.shape == (31, 31)
    assert stamp.point_spread.sum() == pytest.approx(1)


def test_the_noise_is_measured_at_the_border_where_nothing_tells_it(tmp_path):
    path = write(tmp_path / "a.fits", galaxy(), PSF=PSF)
    stamp = read_stamp(path, PHYSICS, Options())
    assert stamp.sigma == pytest.approx(2.0, rel=0.1)
    assert "noise_from_border" in stamp.flags


def test_masked_pixels_are_taken_from_the_other_side(tmp_path):
    image, mask = galaxy(), np.zeros((64, 64))
    mask[10:20, 40:50] = 1
    image[12:18, 42:48] = 1e6
    path = write(tmp_path / "a.fits", image, PSF=PSF, MASK=mask)
    stamp = read_stamp(path, PHYSICS, Options(sigma=2.0))
    assert stamp.image.max() < 1000
    assert stamp.masked_fraction == pytest.approx(100 / 48**2)
    assert "masked" in stamp.flags


def test_missing_pixels_on_both_sides_are_sky():
    image = np.arange(16.0).reshape(4, 4)
    image[0, 0] = image[3, 3] = image[1, 1] = np.nan
    filled = mirrored_where_missing(image)
    assert filled[0, 0] == filled[3, 3] == 0
    assert filled[1, 1] == image[2, 2]


def test_a_galaxy_without_a_middle_gets_no_answer(tmp_path):
    image = galaxy()
    image[28:36, 28:36] = np.nan
    path = write(tmp_path / "a.fits", image, PSF=PSF)
    stamp = read_stamp(path, PHYSICS, Options())
    assert "too_few_pixels" in stamp.flags
    assert np.isnan(stamp.image).all()


def test_wider_pixels_keep_flux_and_make_the_galaxy_smaller(tmp_path):
    wide = moffat_images(6.0, 3.5, 61)[0]
    path = write(tmp_path / "a.fits", galaxy(150, 0.1, radius=12.0, psf=wide), PSF=wide)
    stamp = read_stamp(path, PHYSICS, Options(rebin=3.0))
    assert stamp.image.sum() * stamp.sigma == pytest.approx(8000, rel=0.1)
    assert stamp.pixels == 3.0
    light = SersicLight(np.array([4.0]), np.array([1.0]), 0.2, 0.1)
    alike = galaxy_stamps(light, np.array([8000.0]), stamp.point_spread, 48)[0] / stamp.sigma
    assert np.corrcoef(alike.ravel(), stamp.image.ravel())[0, 1] > 0.97


def test_beyond_a_small_stamp_there_is_sky(tmp_path):
    stamp = read_stamp(write(tmp_path / "a.fits", galaxy(35), PSF=PSF), PHYSICS, Options())
    assert "small_stamp" in stamp.flags
    assert np.all(stamp.image[0] == 0)
    assert stamp.masked_fraction == 0
    tiny = read_stamp(write(tmp_path / "b.fits", galaxy(20), PSF=PSF), PHYSICS, Options())
    assert "too_few_pixels" in tiny.flags


@pytest.mark.parametrize(
    ("planes", "said"),
    [
        ({}, "no point-spread function"),
        ({"PSF": PSF[:-1, :-1]}, "square array of odd size"),
        ({"PSF": np.full((31, 31), np.nan)}, "finite"),
        ({"PSF": PSF, "WEIGHT": np.ones((10, 10))}, "must have the same pixels"),
        ({"PSF": PSF, "WEIGHT": np.zeros((64, 64))}, "no pixel has a weight"),
        ({"PSF": PSF, "MASK": np.ones((64, 64))}, "no pixel of the image"),
    ],
)
def test_planes_that_cannot_be_used_are_named(tmp_path, planes, said):
    with pytest.raises(UsageError, match=said):
        read_stamp(write(tmp_path / "a.fits", galaxy(), **planes), PHYSICS, Options())


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((64, 64)), "no pixel of the image"),
        (np.full((64, 64), np.nan), "no pixel of the image"),
        (np.ones((64, 64)), "no noise can be measured"),
        (np.ones((3, 64, 64)), "3 axes"),
        (np.ones((8, 8)), "pixels; accepted"),
    ],
)
def test_images_that_cannot_be_used_are_named(tmp_path, image, said):
    with pytest.raises(UsageError, match=said):
        read_stamp(write(tmp_path / "a.fits", image, PSF=PSF), PHYSICS, Options())


def test_damaged_files_and_options_are_one_line(tmp_path):
    path = write(tmp_path / "a.fits", galaxy(), PSF=PSF)
    cut = tmp_path / "cut.fits"
    cut.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(UsageError, match=r"cut\.fits"):
        read_stamp(cut, PHYSICS, Options())
    with pytest.raises(UsageError, match=r"rebin is 0\.5; accepted: 1 and above"):
        Options(rebin=0.5)
    with pytest.raises(UsageError, match="sigma is 0; accepted: above 0"):
        Options(sigma=0.0)
    with pytest.raises(UsageError, match="no image in extension"):
        read_stamp(path, PHYSICS, Options(hdu="SCI"))
