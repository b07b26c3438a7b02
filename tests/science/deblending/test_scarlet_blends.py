"""The shipped network on the blends with which scarlet is tested: one with truth, one real."""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.stats import mad_std
from astropy.table import Table
from scipy.optimize import least_squares

from astro_dl.inference.load import load_pretrained
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import star_stamps
from astro_dl.observations.images.degrading import full_width_at_half_maximum
from astro_dl.science.deblending.shares import windows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("ASTRO_DL_TEST_DATA" not in os.environ, reason="needs ASTRO_DL_TEST_DATA"),
]


def blend(name):
    path = Path(os.environ["ASTRO_DL_TEST_DATA"], "blends", f"scarlet_{name}.npz")
    if not path.is_file():
        pytest.skip(f"no {path}")
    with np.load(path) as arrays:
        return dict(arrays)


def written(folder, image, point_spread, places):
    hdus = [
        fits.PrimaryHDU(image.astype(np.float32)),
        fits.ImageHDU(point_spread.astype(np.float32), name="PSF"),
    ]
    fits.HDUList(hdus).writeto(folder / "blend.fits")
    Table(places).write(folder / "places.csv")
    return {
        "files_or_arrays": [folder / "blend.fits"],
        "positions": str(folder / "places.csv"),
        "images": str(folder),
        "progress": False,
    }


def point_spread_of(star):
    """Return the point-spread function of a star's image without noise, a Moffat profile.

    The file's own is a sixth as wide: that of the model, not of the images.
    """
    star = star / star.sum()
    row, column = np.unravel_index(star.argmax(), star.shape)
    stamp = star[row - 9 : row + 10, column - 9 : column + 10]

    def residual(parameters):
        fwhm, beta, x, y = parameters
        spread = moffat_images(fwhm, beta, 31)[0]
        return (star_stamps(*np.array([[x], [y], [1.0]]), spread, 19)[0] - stamp).ravel()

    start = ([3.0, 3.0, 0.2, 0.0], ([1.5, 1.3, -1, -1], [6.0, 20.0, 1, 1]))
    fit = least_squares(residual, start[0], bounds=start[1])
    return moffat_images(fit.x[0], fit.x[1], 31)[0]


def test_fluxes_of_the_simulated_blend_are_near_the_true_ones(tmp_path):
    found = blend("psf_matched_sim")
    band = list(found["filters"]).index("i")
    truth = found["catalog"]
    light = truth["intensity_i"].astype(float)
    spread = point_spread_of(light[list(truth["index"]).index(4)])
    places = {"x": truth["x"], "y": truth["y"]}
    given = written(tmp_path, found["images"][band], spread, places)
    table = load_pretrained("deblending_unet").predict(**given)
    size = max(light.shape[1:]) + 1
    middle = (size - 1) / 2
    fwhm = np.full(len(truth), full_width_at_half_maximum(spread))
    window = windows(truth["x"] - middle, truth["y"] - middle, fwhm, size)
    true = np.sum(window[:, : light.shape[1], : light.shape[2]] * light, axis=(1, 2))
    wrong = np.asarray(table["window_flux"]) / true - 1
    # The image is full of light, so that its median, which is taken for the sky, is too high.
    assert np.median(np.abs(wrong)) < 0.25
    assert np.abs(wrong).max() < 0.6


def test_the_light_of_the_real_blend_is_that_of_its_sources(tmp_path):
    found = blend("hsc_cosmos")
    band = list(found["filters"]).index("i")
    image = found["images"][band]
    sources = found["catalog"]
    given = written(tmp_path, image, found["psfs"][band], {"x": sources["x"], "y": sources["y"]})
    table = load_pretrained("deblending_unet").predict(**given)
    rest = fits.getdata(tmp_path / "blend_sources.fits")
    noise = mad_std(image)
    assert np.isfinite(table["flux"]).all()
    assert np.argmax(table["flux"]) == np.argmax(sources["flux"])
    assert (table["flux"] > 0).all()
    bright = image > 20 * noise
    assert np.abs(rest[bright]).sum() < 0.1 * image[bright].sum()
