import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable, Table

from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.reading import fits_images
from astro_dl.observations.galaxies.band_files import find_candidates, read_cutout
from astro_dl.observations.images.band_images import OpenImages
from astro_dl.science.lenses.figures import colour_image, draw_mosaics, picture_cutouts
from astro_dl.science.lenses.predict import predict_cutouts
from tests.science.lenses.stand_in import (
    Physics,
    StandIn,
    cutout,
    write_bands,
    write_cube,
    write_extensions,
)

BLUE, RED = cutout(0.5, seed=1), cutout(2.0, seed=2)


def predict(paths, **options):
    return predict_cutouts(StandIn(), paths, progress=False, **options)


def test_every_form_of_file_gives_the_same_answer(tmp_path):
    for folder in ("bands", "folders"):
        (tmp_path / folder).mkdir()
    split = []
    for number, band in enumerate("gri", start=1):
        (tmp_path / "folders" / f"Band{number}").mkdir()
        split += write_bands(
            tmp_path / "folders" / f"Band{number}",
            BLUE[number - 1 : number],
            band,
            "SDSS_{}-3.fits",
        )
    forms = [
        [write_extensions(tmp_path / "a.fits", BLUE)],
        [write_extensions(tmp_path / "b.fits", BLUE[::-1], "irg")],
        [write_cube(tmp_path / "c.fits", BLUE[::-1], {"BANDS": "i,r,g"})],
        write_bands(tmp_path / "bands", BLUE)[::-1],
        split,
    ]
    tables = [predict(paths) for paths in forms]
    assert [len(table) for table in tables] == [1] * 5
    assert all(table["flags"][0] == "" for table in tables)
    np.testing.assert_allclose([t["logit"][0] for t in tables], tables[0]["logit"][0], rtol=1e-5)
    assert tables[3]["id"][0] == "galaxy_*_7.fits"
    assert tables[0]["ra"][0].value == pytest.approx(150.0)
    assert tables[0]["dec"][0].value == pytest.approx(2.0)


def test_the_best_comes_first(tmp_path):
    paths = [
        write_extensions(tmp_path / "red.fits", RED),
        write_extensions(tmp_path / "blue.fits", BLUE),
    ]
    table = predict(paths)
    assert list(table["id"]) == ["blue.fits", "red.fits"]
    assert list(table["label"]) == ["lens", "non_lens"]
    assert table["p_lens"][0] > 0.9 > 0.1 > table["p_lens"][1]
    assert table.colnames[:3] == ["id", "ra", "dec"]
    assert table.colnames[-1] == "flags"


def test_files_per_band_of_several_objects_are_sorted_out(tmp_path):
    blue = write_bands(tmp_path, BLUE, name="obj_001_{}.fits")
    red = write_bands(tmp_path, RED, name="obj_002_{}.fits")
    table = predict([*red, *blue])
    assert list(table["id"]) == ["obj_001_*.fits", "obj_002_*.fits"]


def test_an_order_of_bands_that_nothing_tells_is_flagged(tmp_path):
    path = write_cube(tmp_path / "a.fits", BLUE)
    assert predict([path])["flags"][0] == "band_order_assumed"
    named = predict([path], bands=("i", "r", "g"))
    assert named["flags"][0] == ""
    assert named["logit"][0] < 0 < predict([path])["logit"][0]


def test_bands_that_do_not_fit_are_refused(tmp_path):
    two = write_cube(tmp_path / "two.fits", BLUE[:2])
    with pytest.raises(UsageError, match="2 images of which 2 do not say their band"):
        predict([two])
    with pytest.raises(UsageError, match="lacks band i, it has g, r"):
        predict(write_bands(tmp_path, BLUE[:2], "gr"))
    twice = write_extensions(tmp_path / "twice.fits", BLUE, "ggr")
    with pytest.raises(UsageError, match="several images of band g"):
        predict([twice])


def test_a_one_band_network_takes_another_broad_red_band_with_a_flag(tmp_path):
    predictor = StandIn(Physics(bands=("VIS",)))
    paths = write_bands(tmp_path, BLUE[:1], ["F814W"])
    table = predict_cutouts(predictor, paths, progress=False)
    assert table["flags"][0] == "band_F814W_for_VIS"
    with pytest.raises(UsageError, match="lacks band VIS"):
        predict_cutouts(predictor, write_bands(tmp_path, BLUE[:1], "u"), progress=False)


def test_scale_from_the_wcs_is_matched(tmp_path):
    """The same sky on pixels half, and 1/1.3 times, as wide; and on wider ones."""
    fine = cutout(0.5, size=88, seed=3)
    same = predict([write_cube(tmp_path / "a.fits", fine, {"BANDS": "gri"}, scale=0.1)])
    assert same["flags"][0] == ""
    odd = predict([write_cube(tmp_path / "b.fits", fine, {"BANDS": "gri"}, scale=0.2 / 1.3)])
    assert odd["flags"][0] == "resampled"
    near = predict([write_cube(tmp_path / "c.fits", BLUE, {"BANDS": "gri"}, scale=0.202)])
    assert near["flags"][0] == ""
    coarse = write_cube(tmp_path / "d.fits", BLUE, {"BANDS": "gri"}, scale=0.5)
    with pytest.raises(UsageError, match=r"d.fits: pixels are 2.50 times as wide"):
        predict([coarse])


@pytest.mark.parametrize(("scale", "same"), [(0.05, 0.1), (0.1, 0.1), (0.15, 0.15), (0.263, 0.15)])
def test_noise_keeps_its_depth_whatever_the_pixels(tmp_path, scale, same):
    """Sky noise of one depth, on pixels of any width, is the same noise to the network."""
    sky = 3.0 * scale / 0.2 * np.random.default_rng(5).normal(size=(3, 200, 200))
    path = write_cube(tmp_path / "a.fits", sky.astype(np.float32), {"BANDS": "gri"}, scale=scale)
    (candidate,) = find_candidates([path], ("g", "r", "i"))
    np.testing.assert_allclose(read_cutout(candidate, 40, 0.2).sigma, 3.0, rtol=same)


def test_without_coordinates_the_scale_is_assumed_or_given(tmp_path):
    path = write_cube(tmp_path / "a.fits", BLUE, {"BANDS": "gri"}, scale=None)
    assumed = predict([path])
    assert assumed["flags"][0] == "pixel_scale_assumed"
    assert np.isnan(assumed["ra"][0])
    assert predict([path], pixel_scale_arcsec=0.2)["flags"][0] == ""


def test_cutouts_of_other_shapes_are_flagged(tmp_path):
    wide = write_cube(tmp_path / "wide.fits", BLUE[:, 2:38], {"BANDS": "gri"})
    small = write_cube(tmp_path / "small.fits", BLUE[:, 5:-5, 5:-5], {"BANDS": "gri"})
    tiny = write_cube(tmp_path / "tiny.fits", BLUE[:, 15:-15, 15:-15], {"BANDS": "gri"})
    table = predict([wide, small, tiny])
    flags = dict(zip(table["id"], table["flags"], strict=True))
    assert flags["wide.fits"] == "non_square"
    assert flags["small.fits"] == "padded"
    assert flags["tiny.fits"] == "padded,too_few_pixels"
    assert table["id"][-1] == "tiny.fits"
    assert np.isnan(table["logit"][-1])
    assert table["label"][-1] == ""


def test_masked_pixels_and_constant_images_are_flagged(tmp_path):
    holed, blank, constant = BLUE.copy(), np.full_like(BLUE, np.nan), np.full_like(BLUE, 3.0)
    holed[1, 4:12, 4:12] = np.nan
    table = predict(
        [
            write_cube(tmp_path / f"{name}.fits", planes, {"BANDS": "gri"})
            for name, planes in (("holed", holed), ("blank", blank), ("constant", constant))
        ]
    )
    rows = {name: table[table["id"] == f"{name}.fits"] for name in ("holed", "blank", "constant")}
    assert rows["holed"]["flags"][0] == "masked_pixels"
    assert rows["holed"]["masked_fraction"][0] == pytest.approx(64 / 32**2 / 3)
    assert np.isfinite(rows["holed"]["logit"][0])
    assert rows["blank"]["flags"][0] == "masked_pixels,too_few_pixels"
    assert rows["constant"]["flags"][0] == "no_noise"
    assert np.isnan(rows["constant"]["logit"][0])


def test_survey_images_are_refused_as_cutouts(tmp_path):
    big = write_cube(tmp_path / "big.fits", np.zeros((3, 400, 400), np.float32), {"BANDS": "gri"})
    with pytest.raises(UsageError, match="name the positions to look at by the option catalogue"):
        predict([big])


@pytest.fixture
def survey(tmp_path):
    """Three bands of a field with a blue and a red galaxy, and a catalogue of five rows."""
    size, (blue, red) = 300, ((80, 200), (220, 60))
    planes = np.random.default_rng(0).normal(size=(3, size, size)).astype(np.float32)
    for (x, y), source in ((blue, BLUE), (red, RED)):
        planes[:, y - 20 : y + 20, x - 20 : x + 20] = source
    paths = write_bands(tmp_path, planes, name="field_{}.fits")
    wcs = fits.getheader(paths[0])
    offsets = [(blue[0], blue[1]), (red[0], red[1]), (5, 150), (-500, 0), (np.nan, 0)]
    scale = 0.2 / 3600
    ra = [150 - (x - 149.5) * scale / np.cos(np.radians(2.0)) for x, _ in offsets]
    dec = [2 + (y - 149.5) * scale for _, y in offsets]
    assert wcs["CRPIX1"] == 150.5
    names = ["blue", "red", "edge", "outside", "unknown"]
    Table({"Name": names, "RA": ra, "Dec": dec}).write(tmp_path / "positions.csv")
    return paths, tmp_path / "positions.csv"


def test_positions_of_a_catalogue_are_cut_out_of_survey_images(survey):
    paths, catalogue = survey
    table = predict(paths, catalogue=str(catalogue))
    flags = dict(zip(table["id"], table["flags"], strict=True))
    assert table["id"][0] == "blue"
    assert flags == {
        "blue": "",
        "red": "",
        "edge": "padded",
        "outside": "outside_images",
        "unknown": "outside_images",
    }
    direct = table["logit"][table["id"] == "red"][0]
    np.testing.assert_allclose(direct, predict_red(), atol=0.3)


def predict_red():
    from astro_dl.observations.images.cutouts import centre_crop
    from astro_dl.science.lenses.inputs import network_input

    x = network_input(Physics(), centre_crop(np.moveaxis(RED, 0, -1), 32)[None])
    return StandIn().predict(x, ["red"])["logit"][0]


def test_a_catalogue_needs_images_with_coordinates(tmp_path, survey):
    path = write_cube(tmp_path / "a.fits", BLUE, {"BANDS": "gri"}, scale=None)
    with pytest.raises(UsageError, match=r"a.fits has no celestial coordinates"):
        predict([path], catalogue=str(survey[1]))


def test_parameters_keep_the_order_of_the_files(tmp_path):
    predictor = StandIn(head=Regression(("theta_E", "e1"), ("arcsec", ""), "gaussian"))
    paths = [
        write_extensions(tmp_path / "red.fits", RED),
        write_extensions(tmp_path / "blue.fits", BLUE),
    ]
    table = predict_cutouts(predictor, paths, progress=False)
    assert list(table["id"]) == ["red.fits", "blue.fits"]
    assert {"theta_E", "theta_E_std", "e1", "e1_std"} <= set(table.colnames)
    assert str(table["theta_E"].unit) == "arcsec"
    assert [path.name for path in draw_mosaics(predictor, paths, table, tmp_path)] == [
        "cutouts.png"
    ]


def test_mosaics_show_the_best_and_the_doubtful(tmp_path):
    colours = [0.5, 0.9, 0.95, 1.0, 1.05, 1.1, 2.0]
    paths = [
        write_cube(tmp_path / f"{k}.fits", cutout(colour, seed=k), {"BANDS": "gri"})
        for k, colour in enumerate(colours)
    ]
    table = predict(paths)
    figures = draw_mosaics(StandIn(), paths, table, tmp_path / "figures")
    assert [path.name for path in figures] == ["top.png", "doubtful.png"]
    assert all(path.stat().st_size > 5000 for path in figures)
    pictures = dict(picture_cutouts(StandIn(), paths, table[::-1]))
    drawn = [pictures[row].axes[0].images[0].get_array() for row in range(len(table))]
    redness = [np.mean(one[..., 0] - one[..., 2]) for one in drawn]
    reddest, bluest = np.argmax(redness), np.argmin(redness)
    assert list(table["id"][::-1][[bluest, reddest]]) == ["0.fits", "6.fits"]
    sure = table[(table["p_lens"] < 0.2) | (table["p_lens"] > 0.8)]
    sure.meta = table.meta
    assert [p.name for p in draw_mosaics(StandIn(), paths, sure, tmp_path / "sure")] == ["top.png"]


def test_colours_follow_the_bands():
    x = np.zeros((3, 4, 4, 3), np.float32)
    x[0, ..., 0], x[1, ..., 2] = 10, 10
    blue, red, sky = colour_image(x, 5.0)[:, 0, 0]
    assert blue[2] > 3 * blue[0]
    assert red[0] > 3 * red[2]
    assert np.ptp(sky) < 1e-6
    grey = colour_image(x[..., :1], 5.0)
    assert grey.shape == (3, 4, 4, 3)
    assert np.ptp(grey, axis=-1).max() == 0


def test_the_challenge_samples_are_read():
    folder = os.environ.get("ASTRO_DL_TEST_DATA")
    if not folder:
        pytest.skip("ASTRO_DL_TEST_DATA is not set: no challenge files to read")
    ground = Path(folder) / "lenses" / "bologna" / "ground_based"
    table = predict(sorted(ground.glob("*/*/*.fits")))
    assert len(table) == 4
    assert np.isfinite(table["logit"]).all()
    assert np.isnan(table["ra"]).all()
    space = sorted((Path(folder) / "lenses" / "bologna" / "space_based").glob("*/*.fits"))
    predictor = StandIn(Physics(bands=("VIS",), size_pixels=64), pixel_scale_arcsec=0.1)
    table = predict_cutouts(predictor, space, progress=False)
    assert len(table) == 7
    assert all(flags == "" for flags in table["flags"])


def test_the_header_says_how_the_table_was_made(tmp_path):
    path = write_cube(tmp_path / "a.fits", BLUE)
    table = predict([path], bands=("g", "r", "i"), pixel_scale_arcsec=0.2)
    assert table.meta == {"bands": ["g", "r", "i"], "pixel_scale_arcsec": 0.2}
    table.write(tmp_path / "table.ecsv")
    assert QTable.read(tmp_path / "table.ecsv").meta == table.meta


def test_files_of_one_name_in_several_folders_keep_ids_of_their_own(tmp_path):
    paths = []
    for folder in ("field_1", "field_2"):
        (tmp_path / folder).mkdir()
        paths.append(write_extensions(tmp_path / folder / "object.fits", BLUE))
    table = predict(paths)
    assert len(set(table["id"])) == 2
    assert all(folder in " ".join(table["id"]) for folder in ("field_1", "field_2"))


def test_cutouts_that_nothing_can_be_told_from_cost_the_others_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("astro_dl.science.lenses.predict.CUTOUTS_AT_ONCE", 2)
    dark = [write_extensions(tmp_path / f"{k}.fits", BLUE * np.nan) for k in range(2)]
    table = predict([*dark, write_extensions(tmp_path / "blue.fits", BLUE)])
    assert table["id"].tolist() == ["blue.fits", "0.fits", "1.fits"]
    assert np.isfinite(table["p_lens"]).tolist() == [True, False, False]
    assert all("too_few_pixels" in words for words in table["flags"][1:])
    with pytest.raises(UsageError, match=r"nothing can be predicted from 0\.fits"):
        predict(dark)


@pytest.mark.parametrize("scale", [0, 0.0, -0.2, np.inf, np.nan])
def test_a_scale_of_nothing_is_refused_and_not_taken_for_none(tmp_path, scale):
    path = write_extensions(tmp_path / "a.fits", BLUE)
    with pytest.raises(UsageError, match=r"pixel_scale_arcsec is .*above 0"):
        predict([path], pixel_scale_arcsec=scale)


def test_the_first_extension_is_an_extension(tmp_path):
    path = write_extensions(tmp_path / "a.fits", BLUE)
    with pytest.raises(UsageError, match="no image in extension 0"):
        predict([path], hdu=0)


def test_files_in_the_order_of_the_shell_are_of_the_bands_that_they_say(tmp_path):
    """In the order of names, bands g, r, i come as g, i, r."""
    paths = write_bands(tmp_path, BLUE)
    expected = predict(paths)["logit"][0]
    assert predict(sorted(paths))["logit"][0] == pytest.approx(expected)
    renamed = []
    for band, plane in zip("gri", BLUE, strict=True):
        renamed.append(tmp_path / f"x{ord(band)}.fits")
        hdu = fits.PrimaryHDU(plane)
        hdu.header["FILTER"] = band
        hdu.writeto(renamed[-1])
    with pytest.raises(UsageError, match="lacks band"):
        predict(sorted(renamed))


@pytest.mark.parametrize("survey", [False, True])
def test_each_file_is_opened_once(tmp_path, monkeypatch, survey):
    paths = [write_extensions(tmp_path / f"{one}.fits", BLUE) for one in range(5)]
    opened = []
    plain = fits_images.sound_fits

    def counted(path):
        opened.append(path)
        return plain(path)

    options = {}
    if survey:
        Table({"id": range(3), "ra": [150.0] * 3, "dec": [2.0] * 3}).write(tmp_path / "a.csv")
        options = {"catalogue": str(tmp_path / "a.csv")}
    monkeypatch.setattr(fits_images, "sound_fits", counted)
    assert len(predict(paths, **options)) == (3 if survey else 5)
    assert sorted(opened) == sorted(paths)


def test_more_files_than_are_kept_open_are_read(tmp_path):
    (path,) = [write_extensions(tmp_path / "a.fits", BLUE)]
    names = [path, *(tmp_path / f"{one}.fits" for one in range(4))]
    for name in names[1:]:
        os.link(path, name)
    with OpenImages(most=2) as opener:
        found = list(find_candidates(names, ("g", "r", "i"), opener=opener))
        cutouts = [read_cutout(one, 40, 0.2, opener=opener).image for one in found]
    assert all(np.array_equal(one, cutouts[0]) for one in cutouts)


def test_files_of_one_name_in_folders_of_bands_are_told_apart(tmp_path):
    paths = []
    for folder in "gr":
        (tmp_path / folder).mkdir()
        paths.append(write_extensions(tmp_path / folder / "a.fits", BLUE))
    assert sorted(predict(paths)["id"]) == sorted(map(str, paths))


def test_a_shear_that_only_repeats_the_prior_is_flagged(tmp_path):
    path = write_extensions(tmp_path / "a.fits", BLUE)
    names = ("theta_E", "gamma1", "gamma2")
    head = Regression(names, ("arcsec", "", ""), distribution="gaussian")
    # the stand-in's spread is 0.1, above that of any shear before
    table = predict_cutouts(StandIn(head=head), [path], progress=False)
    assert table["flags"][0] == "shear_of_prior"
