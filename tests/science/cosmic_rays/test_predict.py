"""Exposures in FITS files become catalogues of hits and masks."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits

import astro_dl
from astro_dl.core.errors import UsageError
from astro_dl.science.cosmic_rays import figures

SIDE = (150, 210)


@pytest.fixture(scope="module")
def predictor():
    return astro_dl.load_pretrained("cosmic_ray_unet")


def sky(seed=0):
    """Return an empty exposure with two tracks that nobody could miss [electrons]."""
    image = np.random.default_rng(seed).normal(100, 10, SIDE)
    image[40, 60:80] += 3000
    image[100:112, 150] += 3000
    return image


def write(path, image, extension=False, **header):
    cards = fits.Header(header)
    data = image.astype(np.float32)
    hdus = (
        [fits.PrimaryHDU(header=cards), fits.ImageHDU(data, name="SCI")]
        if extension
        else [fits.PrimaryHDU(data, cards)]
    )
    fits.HDUList(hdus).writeto(path)
    return path


def _of_tracks(table):
    return {
        (
            bool(np.hypot(row["x"].value - 70, row["y"].value - 40) < 12),
            bool(np.hypot(row["x"].value - 150, row["y"].value - 106) < 8),
        )
        for row in table
        if row["pixels"] > 8
    }


def test_hits_are_found_with_their_place_and_charge(predictor, tmp_path):
    path = write(tmp_path / "one.fits", sky(), BUNIT="electron")
    table = predictor.predict([path], progress=False)
    assert table.colnames == ["id", "x", "y", "pixels", "charge", "p_hit", "flags"]
    long = table[table["pixels"] > 8]
    assert len(long) == 2
    assert _of_tracks(table) == {(True, False), (False, True)}
    assert long["charge"].unit == u.electron
    np.testing.assert_allclose(sorted(long["charge"].value), [36_000, 60_000], rtol=0.08)


@pytest.mark.parametrize(
    ("header", "gain", "factor"),
    [({"BUNIT": "adu", "GAIN": 2.5}, None, 2.5), ({"EGAIN": 0.5}, None, 0.5), ({}, 4.0, 4.0)],
)
def test_gains_are_read_or_given(predictor, tmp_path, header, gain, factor):
    path = write(tmp_path / "one.fits", sky() / factor, extension=True, **header)
    table = predictor.predict([path], gain=gain, progress=False)
    same = predictor.predict([write(tmp_path / "same.fits", sky(), BUNIT="e-")], progress=False)
    assert len(table) == len(same)
    np.testing.assert_allclose(table["charge"].value, same["charge"].value, rtol=1e-3)


def test_masks_are_written_beside_the_catalogue(predictor, tmp_path):
    path = write(tmp_path / "one.fits", sky(), BUNIT="electron")
    table = predictor.predict([path], masks=str(tmp_path / "masks"), progress=False)
    with fits.open(tmp_path / "masks" / "one_hits.fits") as hdus:
        mask, probability = hdus["MASK"].data, hdus["PROBABILITY"].data
    assert mask.shape == SIDE
    assert mask.sum() == table["pixels"].sum()
    assert mask[40, 62:78].all()
    assert probability[mask == 1].min() >= 0.5 - 1 / 250
    assert probability.max() <= 1


def test_frames_larger_than_a_tile_are_read_in_bands(predictor, tmp_path):
    image = np.random.default_rng(0).normal(100, 10, (700, 1100))
    image[650, 1000:1020] += 3000
    image[330, 40:60] += 3000
    path = write(tmp_path / "large.fits", image, BUNIT="electron")
    table = predictor.predict([path], progress=False)
    long = table[table["pixels"] > 8]
    assert sorted(long["y"].value.tolist()) == [330, 650]


def test_unknown_pixels_are_no_hits(predictor, tmp_path):
    image = sky()
    image[60:70, 60:70] = np.nan
    table = predictor.predict(
        [write(tmp_path / "one.fits", image, BUNIT="electron")], progress=False
    )
    assert np.isfinite(table["charge"].value).all()
    inside = (abs(table["x"].value - 65) < 4) & (abs(table["y"].value - 65) < 4)
    assert not inside.any()


def test_unusual_noise_and_edges_are_flagged(predictor, tmp_path):
    image = sky() * 20
    image[0, 100:110] += 60_000
    table = predictor.predict(
        [write(tmp_path / "one.fits", image, BUNIT="electron")], progress=False
    )
    assert all("noise_outside_training_range" in words for words in table["flags"])
    assert any("edge" in words for words in table["flags"])


def test_a_bad_file_among_good_ones_is_a_row(predictor, tmp_path):
    good = write(tmp_path / "good.fits", sky(), BUNIT="electron")
    bad = tmp_path / "bad.fits"
    bad.write_bytes(good.read_bytes()[:3000])
    table = predictor.predict([good, bad], progress=False)
    assert table["id"][-1] == "bad.fits"
    assert table["flags"][-1].startswith("unreadable")
    assert _of_tracks(table[:-1]) == {(True, False), (False, True)}


@pytest.mark.parametrize(
    ("image", "header", "options", "reason"),
    [
        (sky(), {}, {}, "gain is not known"),
        (sky(), {"BUNIT": "nJy"}, {}, "its unit is 'nJy'"),
        (sky(), {"BUNIT": "electron"}, {"threshold": 1.5}, "threshold"),
        (sky(), {"BUNIT": "electron"}, {"gain": -1.0}, "gain is -1"),
        (sky(), {"BUNIT": "electron"}, {"hdu": "SCI2"}, "no image in extension"),
        (sky()[:8], {"BUNIT": "electron"}, {}, "at least 16 pixels"),
        (np.zeros((2, 64, 64)), {"BUNIT": "electron"}, {}, "two axes"),
        (np.ones((64, 64)), {"BUNIT": "electron"}, {}, "noise"),
    ],
)
def test_what_cannot_be_used_is_refused(predictor, tmp_path, image, header, options, reason):
    path = write(tmp_path / "one.fits", image, **header)
    with pytest.raises(UsageError, match=reason):
        predictor.predict([path], progress=False, **options)


def test_figures_are_drawn(predictor, tmp_path):
    path = write(tmp_path / "one.fits", sky(), BUNIT="electron")
    table = predictor.predict([path], progress=False)
    (figure,) = predictor.draw([path], table, tmp_path / "figures")
    assert figure.stat().st_size > 20_000


def test_each_file_has_a_figure_of_its_own_hits(predictor, tmp_path, monkeypatch):
    empty = np.random.default_rng(1).normal(100, 10, SIDE)
    paths = []
    for night, image in (("first", sky()), ("second", empty)):
        (tmp_path / night).mkdir()
        paths.append(write(tmp_path / night / "sci.fits", image, BUNIT="electron"))
    (tmp_path / "bad.fits").write_text("nothing")
    paths.append(tmp_path / "bad.fits")
    table = predictor.predict(paths, on_error="flag", progress=False)
    shown, draw = {}, figures._draw

    def note(exposure, name, hits):
        shown[name] = len(hits)
        return draw(exposure, name, hits)

    monkeypatch.setattr(figures, "_draw", note)
    drawn = predictor.draw(paths, table, tmp_path / "figures")
    assert [one.name for one in drawn] == ["first_sci_hits.png", "second_sci_hits.png"]
    counted = {name: int((table["id"] == name).sum()) for name in shown}
    assert shown == counted
    assert shown["first/sci.fits"] > shown["second/sci.fits"]


def test_the_extension_that_was_searched_is_drawn(predictor, tmp_path):
    two = fits.HDUList([fits.PrimaryHDU(np.zeros((4, 4), np.float32)), fits.ImageHDU(sky())])
    two.writeto(tmp_path / "two.fits")
    table = predictor.predict([tmp_path / "two.fits"], hdu=1, gain=1.0, progress=False)
    assert len(predictor.draw([tmp_path / "two.fits"], table, tmp_path)) == 1
