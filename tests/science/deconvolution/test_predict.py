"""Images of files become sharper ones, whatever their size."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

import astro_dl
from astro_dl.core.errors import UsageError
from astro_dl.explain.explanation import explain
from astro_dl.explain.files import examples_of_files
from astro_dl.models.unet import reach
from astro_dl.observations.galaxies.fields import open_image
from astro_dl.observations.images import tiles
from astro_dl.science.deconvolution.inputs import tikhonov_kernels, with_deconvolutions
from astro_dl.science.deconvolution.sharpen import sharpen
from tests.science.deconvolution.stand_in import SIDE, STARS, field, point_spread, write

FILTERS = (8, 16)
FLUX, NOISE, SKY = 4000.0, 2.0, 100.0


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    """Return a network that was hardly trained: it is the deconvolution it begins with."""
    config = {
        "task": "deconvolution",
        "model": "deconvolution_unet",
        "hyperparameters": {"filters": list(FILTERS)},
        "physics": {"size_pixels": 48, "border_pixels": 8},
        "data": {"n_train": 8, "n_validation": 8, "n_test": 8, "workers": 1},
        "training": {"epochs": 1, "learning_rate": 1e-12, "batch_size": 8},
    }
    out = tmp_path_factory.mktemp("deconvolution") / "run"
    return astro_dl.load_pretrained(astro_dl.train(config, out=out, progress=False).folder)


@pytest.fixture
def bold(predictor):
    """Give the same with weights that differ from pixel to pixel."""
    model = predictor.model
    before = [one.get_weights() for one in map(model.get_layer, ("weights", "detail"))]
    rng = np.random.default_rng(0)
    for name in ("weights", "detail"):
        layer = model.get_layer(name)
        layer.set_weights([0.3 * rng.standard_normal(one.shape) for one in layer.get_weights()])
    yield predictor
    for name, values in zip(("weights", "detail"), before, strict=True):
        model.get_layer(name).set_weights(values)


def test_an_untrained_network_is_the_deconvolution_in_the_middle(predictor, tmp_path):
    path = write(tmp_path / "one.fits", field())
    with open_image(path, predictor.physics) as image:
        found = sharpen(predictor, image).light / image.noise(slice(None))
        kernels = tikhonov_kernels(predictor.physics, image.point_spread[None])
        expected = with_deconvolutions(image.light(slice(None))[None], kernels)[0, ..., 2]
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_tiles_leave_no_seam(bold, tmp_path, monkeypatch):
    path = write(tmp_path / "one.fits", field())
    with open_image(path, bold.physics) as image:
        whole = sharpen(bold, image).light
        margin = reach(FILTERS, 2, 3)
        monkeypatch.setattr(tiles, "LARGEST", 2 * margin + 16)
        found = sharpen(bold, image).light
    plain = np.std(whole)
    np.testing.assert_allclose(found, whole, atol=1e-4 * plain)


def test_the_brightest_pixel_of_a_window_is_explained(predictor, tmp_path):
    path = write(tmp_path / "one.fits", field())
    x, ids = examples_of_files(predictor, [path], count=2)
    assert x["image"].shape[:3] == (2, 48, 48)
    assert x["point_spread"].shape[0] == 2
    assert len(set(ids)) == 2
    light = predictor.score(x)[..., 0]
    found = explain(predictor, x, "saliency", ids=ids)
    for k, answer in enumerate(found.answers):
        row, column = np.unravel_index(light[k].argmax(), light[k].shape)
        assert answer == f"light at row {row}, column {column}"
        assert np.abs(found.values["image"][k, row, column]).max() > 0


def test_stars_become_sharper_and_keep_their_light(predictor, tmp_path):
    path = write(tmp_path / "one.fits", field())
    table = predictor.predict([path], images=str(tmp_path / "sharp"), progress=False)
    (row,) = table
    assert row["flags"] == ""
    assert row["noise"] == pytest.approx(NOISE, rel=0.1)
    assert row["seeing_fwhm"].value == pytest.approx(4.1, abs=0.2)
    assert row["residual_rms"] == pytest.approx(1, abs=0.1)
    with fits.open(tmp_path / "sharp" / "one_sharp.fits") as hdus:
        sharp, residual, target = (one.data for one in hdus)
        names = [one.name for one in hdus]
    assert names == ["PRIMARY", "RESIDUAL", "PSF"]
    assert sharp.shape == residual.shape == SIDE
    for x, y in STARS:
        aperture = (slice(y - 9, y + 10), slice(x - 9, x + 10))
        before = (field() - SKY)[aperture]
        assert sharp[aperture].sum() == pytest.approx(FLUX, rel=0.06)
        assert sharp[aperture].max() > 2 * before.max()
        assert sharp[aperture].max() < 1.1 * FLUX * target.max()
    assert sharp.dtype.kind == "f"


def test_coordinates_are_those_of_the_file(predictor, tmp_path):
    path = write(tmp_path / "one.fits", field(), BUNIT="adu", BSCALE=1.0)
    predictor.predict([path], images=str(tmp_path), progress=False)
    before, after = (fits.getheader(tmp_path / f"one{end}.fits") for end in ("", "_sharp"))
    places = np.array([[10, 20], [90, 70]])
    ours, theirs = (WCS(one).all_pix2world(places, 0) for one in (after, before))
    np.testing.assert_allclose(ours, theirs)
    assert after["BUNIT"] == "adu"
    assert "sharpened" in str(after["HISTORY"])


def test_unknown_pixels_stay_unknown_and_spoil_nothing(predictor, tmp_path):
    image, mask = field(), np.zeros(SIDE)
    image[10:14] = np.nan
    mask[:, 70] = 1
    image[:, 70] = 60_000
    path = write(tmp_path / "one.fits", image, mask=mask)
    table = predictor.predict([path], images=str(tmp_path), progress=False)
    assert table["flags"][0] == "masked"
    assert table["masked_fraction"][0] == pytest.approx((4 * 130 + 86) / (90 * 130))
    sharp = fits.getdata(tmp_path / "one_sharp.fits")
    assert np.isnan(sharp[10:14]).all()
    assert np.isnan(sharp[:, 70]).all()
    known = np.isfinite(sharp)
    assert known.mean() == pytest.approx(1 - table["masked_fraction"][0])
    assert np.abs(sharp[known & (np.arange(130) > 110)]).max() < 30 * NOISE


def test_correlated_noise_is_flagged(predictor, tmp_path):
    from scipy.ndimage import uniform_filter

    path = write(tmp_path / "one.fits", uniform_filter(field(noise=4.0, flux=0.0), 2))
    assert "noise_correlated" in predictor.predict([path], progress=False)["flags"][0]


def test_a_wrong_point_spread_function_does_not_explain_the_image(predictor, tmp_path):
    path = write(tmp_path / "one.fits", field(flux=40_000.0), point_spread(5.5))
    assert "image_not_explained" in predictor.predict([path], progress=False)["flags"][0]


def test_point_spread_functions_outside_the_training_are_withheld(predictor, tmp_path):
    path = write(tmp_path / "one.fits", field(fwhm=1.8), point_spread(1.8))
    table = predictor.predict([path], images=str(tmp_path), progress=False)
    assert table["flags"][0] == "psf_outside_training_range"
    assert np.isnan(table["light_sum"][0])
    assert not (tmp_path / "one_sharp.fits").exists()
    kept = predictor.predict([path], images=str(tmp_path), keep_flagged=True, progress=False)
    assert np.isfinite(kept["light_sum"][0])
    assert (tmp_path / "one_sharp.fits").exists()


def test_a_point_spread_function_of_its_own_file_is_taken(predictor, tmp_path):
    alone = write(tmp_path / "alone.fits", field(), np.zeros(0))
    fits.writeto(tmp_path / "psf.fits", point_spread())
    both = write(tmp_path / "both.fits", field())
    one = predictor.predict([alone], psf=str(tmp_path / "psf.fits"), progress=False)
    other = predictor.predict([both], progress=False)
    assert one["light_sum"][0] == pytest.approx(other["light_sum"][0], rel=1e-4)


def test_a_bad_file_among_good_ones_is_a_row(predictor, tmp_path):
    good, bad = write(tmp_path / "good.fits", field()), tmp_path / "bad.fits"
    bad.write_bytes(good.read_bytes()[:3000])
    table = predictor.predict([good, bad], progress=False)
    assert table["flags"][0] == ""
    assert table["flags"][1].startswith("unreadable")


@pytest.mark.parametrize(
    ("image", "spread", "options", "reason"),
    [
        (field(), np.zeros(0), {}, "no point-spread function"),
        (field(), point_spread()[:30, :30], {}, "odd size"),
        (field(), -point_spread(), {}, "positive sum"),
        (field()[:20], point_spread(), {}, "at least 32 pixels"),
        (field()[None], point_spread(), {}, "two axes"),
        (np.full(SIDE, 3.0), point_spread(), {}, "noise"),
        (np.full(SIDE, np.nan), point_spread(), {}, "100% of the pixels are not known"),
        (field(), point_spread(), {"sigma": 0.0}, "sigma is 0"),
        (field(), point_spread(), {"hdu": "SCI"}, "no image in extension 'SCI'"),
    ],
)
def test_what_cannot_be_used_is_refused(predictor, tmp_path, image, spread, options, reason):
    path = write(tmp_path / "one.fits", image, spread)
    with pytest.raises(UsageError, match=reason):
        predictor.predict([path], images=str(tmp_path / "sharp"), progress=False, **options)
    assert not (tmp_path / "sharp").exists()


def test_figures_are_drawn(predictor, tmp_path):
    path = write(tmp_path / "one.fits", field())
    table = predictor.predict([path], progress=False)
    (figure,) = predictor.draw([path], table, tmp_path / "figures")
    assert figure.stat().st_size > 20_000
