"""Images in FITS files become catalogues of stars and galaxies, and maps."""

import tracemalloc

import numpy as np
import pytest
from astropy.io import fits

import astro_dl
from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.science.source_segmentation.files import open_field
from astro_dl.science.source_segmentation.predict import segment
from astro_dl.science.source_segmentation.seeing import seeing_of

SIDE = (220, 300)
STARS = ((40, 60, 4000.0), (60, 200, 9000.0), (150, 80, 2500.0), (170, 240, 6000.0))
STARS += ((110, 140, 3000.0), (190, 30, 5000.0))
FWHM = 3.5
COORDINATES = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.0, "CRVAL2": 2.0}
COORDINATES |= {"CDELT1": -1e-4, "CDELT2": 1e-4, "CRPIX1": 61.0, "CRPIX2": 41.0}


@pytest.fixture(scope="module")
def predictor():
    return astro_dl.load_pretrained("segmentation_unet")


def sky(seed=0, side=SIDE):
    """Return an image with six stars, row, column and flux, on a sky of 100 with a noise of 3."""
    image = np.random.default_rng(seed).normal(100, 3, side)
    spread = moffat_images(FWHM, 3.5, 25)[0]
    for row, column, flux in STARS:
        image[row - 12 : row + 13, column - 12 : column + 13] += flux * spread
    return image


def write(path, image=None, weights=None, **header):
    image = sky() if image is None else image
    hdus = [fits.PrimaryHDU(image.astype(np.float32), fits.Header(header))]
    if weights is not None:
        hdus.append(fits.ImageHDU(weights.astype(np.float32), name="WHT"))
    fits.HDUList(hdus).writeto(path)
    return path


def nearest(table, row, column):
    distance = np.hypot(table["y"].value - row, table["x"].value - column)
    return table[int(np.argmin(distance))], float(distance.min())


def test_stars_are_found_with_their_place_flux_and_kind(predictor, tmp_path):
    table = predictor.predict([write(tmp_path / "one.fits", **COORDINATES)], progress=False)
    for row, column, flux in STARS:
        star, distance = nearest(table, row, column)
        assert distance < 0.3
        assert star["label"] == "star"
        assert star["flux"] == pytest.approx(flux, rel=0.15)
        assert star["flux_err"] == pytest.approx(3 * np.sqrt(star["pixels"] * 3), rel=0.5)
        total = star["p_star"] + star["p_spheroid"] + star["p_disc"]
        assert total == pytest.approx(1, abs=1e-3)
    first, _ = nearest(table, 40, 60)
    assert first["ra"].value == pytest.approx(150.0, abs=2e-4)
    assert first["dec"].value == pytest.approx(2.0, abs=2e-4)
    assert len(table) <= len(STARS) + 3


def test_seeing_is_measured(tmp_path):
    with open_field(write(tmp_path / "one.fits")) as field:
        assert seeing_of(field) == pytest.approx(FWHM, rel=0.04)


def test_maps_are_written_beside_the_catalogue(predictor, tmp_path):
    path = write(tmp_path / "one.fits", **COORDINATES)
    table = predictor.predict([path], maps=str(tmp_path / "maps"), progress=False)
    with fits.open(tmp_path / "maps" / "one_segments.fits") as hdus:
        classes, probability, segments = (
            hdus[name].data for name in ("CLASS", "PROBABILITY", "SEGMENTS")
        )
        assert hdus["SEGMENTS"].header["CRVAL1"] == 150.0
        assert hdus["CLASS"].header["CLASS1"] == "star"
    assert segments.shape == SIDE
    assert np.bincount(segments.ravel())[1:].tolist() == table["pixels"].tolist()
    assert ((classes > 0) == (segments > 0)).all()
    np.testing.assert_allclose(probability.sum(axis=0), 1, atol=0.01)
    assert classes[40, 60] == 1


def test_tiles_leave_no_seam(predictor, tmp_path, monkeypatch):
    with open_field(write(tmp_path / "one.fits")) as field:
        whole = segment(predictor, field, fwhm=FWHM)
        monkeypatch.setattr("astro_dl.observations.images.tiles.LARGEST", 128)
        tiled = segment(predictor, field, fwhm=FWHM)
    apart = np.abs(whole.probability.astype(int) - tiled.probability)
    assert apart.max() <= 1
    assert (whole.segments != tiled.segments).mean() < 1e-4


@pytest.mark.slow
def test_large_images_take_a_bounded_memory(predictor, tmp_path):
    path = write(tmp_path / "large.fits", np.tile(sky(side=(256, 256 + 64)), (8, 6)))
    pixels = 2048 * 1920
    tracemalloc.start()
    try:
        table = predictor.predict([path], progress=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(table) >= 48 * len(STARS)
    assert peak < 25 * pixels + 3e8


def test_unknown_pixels_are_no_sources_and_are_flagged(predictor, tmp_path):
    image, weights = sky(), np.full(SIDE, 1 / 9)
    image[100:104, 100:130] = np.nan
    weights[60, 200], image[60, 200] = 0, 1e6
    path = write(tmp_path / "one.fits", image, weights)
    table = predictor.predict([path], weights="WHT", progress=False)
    assert np.isfinite(table["flux"]).all()
    assert not any(98 < row["y"].value < 106 and 98 < row["x"].value < 132 for row in table)
    star, _ = nearest(table, 60, 200)
    assert "unknown_pixels" in star["flags"]
    assert star["flux"] < 12_000


def test_an_empty_sky_is_an_empty_table(predictor, tmp_path):
    image = np.random.default_rng(1).normal(0, 2, (100, 100))
    table = predictor.predict([write(tmp_path / "one.fits", image)], fwhm=3.0, progress=False)
    assert len(table) <= 1
    assert "flags" in table.colnames


def test_unusual_seeing_and_edges_are_flagged(predictor, tmp_path):
    image = sky()
    image[0:2, 100:103] += 300
    path = write(tmp_path / "one.fits", image)
    table = predictor.predict([path], fwhm=9.0, progress=False)
    assert all("seeing_outside_training_range" in words for words in table["flags"])
    assert "edge" in nearest(table, 0, 101)[0]["flags"]


def test_a_bad_file_among_good_ones_is_a_row(predictor, tmp_path):
    good = write(tmp_path / "good.fits")
    bad = tmp_path / "bad.fits"
    bad.write_bytes(good.read_bytes()[:3000])
    table = predictor.predict([good, bad], progress=False)
    assert table["id"][-1] == "bad.fits"
    assert table["flags"][-1].startswith("unreadable")


@pytest.mark.parametrize(
    ("image", "options", "reason"),
    [
        (sky(), {"threshold": 1.5}, "threshold is 1.5"),
        (sky(), {"gain": -1.0}, "gain is -1"),
        (sky(), {"fwhm": 50.0}, "fwhm is 50"),
        (sky(), {"hdu": "SCI2"}, "no image in extension"),
        (sky(), {"weights": "WHT"}, "no image in extension 'WHT'"),
        (sky()[:8], {}, "at least 16 pixels"),
        (np.zeros((2, 64, 64)), {}, "two axes"),
        (np.ones((64, 64)), {}, "noise"),
        (np.full((64, 64), np.nan), {}, "100% of the pixels are not known"),
        (np.random.default_rng(0).normal(size=(64, 64)), {}, "give fwhm="),
    ],
)
def test_what_cannot_be_used_is_refused(predictor, tmp_path, image, options, reason):
    path = write(tmp_path / "one.fits", image)
    with pytest.raises(UsageError, match=reason):
        predictor.predict([path], progress=False, **options)
    assert list(tmp_path.iterdir()) == [path]


def test_figures_are_drawn(predictor, tmp_path):
    path = write(tmp_path / "one.fits")
    table = predictor.predict([path], progress=False)
    (figure,) = predictor.draw([path], table, tmp_path / "figures")
    assert figure.stat().st_size > 20_000


@pytest.mark.parametrize("rows", [slice(0, 30), slice(190, None)])
def test_an_image_with_an_unknown_border_is_read(rows, tmp_path):
    image = sky()
    image[rows] = np.nan
    with open_field(write(tmp_path / "one.fits", image)) as field:
        assert np.isnan(field.pixels[:]).mean() == pytest.approx(30 / SIDE[0])


def test_most_of_an_image_must_be_known(tmp_path):
    image = sky()
    image[:, 20:] = np.nan
    with (
        pytest.raises(UsageError, match="93% of the pixels are not known"),
        open_field(write(tmp_path / "one.fits", image)),
    ):
        pass


@pytest.mark.parametrize("unit", [1e-20, 1.0, 1e17])
def test_weights_count_in_any_unit(unit, tmp_path):
    image = sky()
    path = tmp_path / "one.fits"
    weights = np.full(SIDE, 1 / (3 * unit) ** 2)
    weights[:5], weights[5:10] = 0, np.inf
    planes = [fits.PrimaryHDU(image * unit), fits.ImageHDU(weights, name="WHT")]
    fits.HDUList(planes).writeto(path)
    with open_field(path, weights="WHT") as field:
        light, noise = field.above_sky(slice(None))
    assert np.isnan(light[:10]).all()
    np.testing.assert_allclose(noise[10:], 3 * unit, rtol=1e-6)
