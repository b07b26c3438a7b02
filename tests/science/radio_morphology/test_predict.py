"""Radio maps in files: what is read, what is flagged, and what is refused."""

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table, vstack
from PIL import Image

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import tolerating
from astro_dl.science.radio_morphology.figures import draw_maps
from astro_dl.science.radio_morphology.files import read_maps
from astro_dl.science.radio_morphology.predict import map_of_file, predict_maps
from tests.science.radio_morphology.stand_in import PHYSICS, SIZE, StandIn, radio_map, write_fits


def answered(*paths, **options):
    return vstack(list(predict_maps(StandIn(), paths, **options)))


def test_a_fits_file_with_beam_gives_class_ratio_size_and_flux(tmp_path):
    double = write_fits(tmp_path / "a.fits", radio_map(16.0))
    single = write_fits(tmp_path / "b.fits", radio_map(0.0))
    table = answered(double, single)
    assert list(table["label"]) == ["FRII", "FRI"]
    assert table["flags"][0] == ""
    assert table["flags"][1] == "unresolved"
    assert table["fr_ratio"][0] > 0.5
    np.testing.assert_allclose(table["flux"].to_value("mJy"), 40.0, rtol=0.05)
    assert table["size"].unit == "arcsec"
    assert table["components"][0] == 2


def test_files_of_one_name_in_two_folders_have_names_of_their_own(tmp_path):
    paths = []
    for night in ("n1", "n2"):
        (tmp_path / night).mkdir()
        paths.append(write_fits(tmp_path / night / "a.fits", radio_map()))
    assert [one.id for one in read_maps(paths)] == ["n1/a.fits", "n2/a.fits"]


def test_what_a_file_does_not_tell_is_flagged(tmp_path):
    image = radio_map()
    files = {
        "no_beam": write_fits(tmp_path / "a.fits", image, beam_arcsec=None),
        "no_unit": write_fits(tmp_path / "b.fits", image, BUNIT=None),
        "no_scale": write_fits(tmp_path / "c.fits", image, CTYPE1=None, CTYPE2=None),
    }
    table = answered(*files.values())
    assert list(table["flags"]) == ["beam_assumed", "no_flux_scale", "pixel_scale_assumed"]
    assert np.isnan(table["flux"][:2].value).all()
    assert np.isfinite(table["flux"][2].value)
    assert (table["label"] == "FRII").all()


def test_the_beam_that_aips_leaves_in_the_history_is_read(tmp_path):
    text = "AIPS   CLEAN BMAJ=  1.5000E-03 BMIN=  1.5000E-03 BPA=   0.00"
    path = write_fits(tmp_path / "a.fits", radio_map(), beam_arcsec=None, HISTORY=text)
    (one,) = read_maps([path])
    assert one.beam_arcsec == pytest.approx((5.4, 5.4))
    assert one.flags == ()


def test_pictures_and_arrays_are_read_and_flagged(tmp_path):
    image = radio_map()
    grey = np.uint8(255 * np.where(image > 0.45, image, 0) / image.max())
    Image.fromarray(grey).save(tmp_path / "a.png")
    Image.fromarray(np.stack([grey] * 3, axis=2)).save(tmp_path / "b.png")
    np.savez(tmp_path / "c.npz", maps=np.stack([image, image]))
    np.save(tmp_path / "d.npy", image)
    with h5py.File(tmp_path / "e.h5", "w") as file:
        file["maps"], file["other"] = image[None], image[None]
    Table({"id": ["x", "y"], "maps": np.stack([image, image])}).write(tmp_path / "f.fits")
    paths = [tmp_path / name for name in ("a.png", "b.png", "c.npz", "d.npy", "f.fits")]
    table = answered(*paths)
    assert len(table) == 7
    assert set(table["flags"]) == {"beam_assumed,pixel_scale_assumed,no_flux_scale"}
    assert (table["label"] == "FRII").all()
    assert np.isnan(table["flux"].value).all()
    assert len(answered(tmp_path / "e.h5", path="maps")) == 1


def test_other_pixels_and_sharper_beams_are_brought_to_the_networks(tmp_path):
    own = answered(write_fits(tmp_path / "a.fits", radio_map()))
    sharp = write_fits(
        tmp_path / "b.fits",
        radio_map(beam_arcsec=3.6, scale=1.2, size=96, noise=0.02),
        beam_arcsec=3.6,
        scale=1.2,
    )
    table = answered(sharp)
    assert table["flags"][0] == "smoothed,resampled"
    for name in ("fr_ratio", "flux"):
        values = [float(getattr(one[name][0], "value", one[name][0])) for one in (table, own)]
        assert values[0] == pytest.approx(values[1], rel=0.12)


def test_too_wide_a_beam_has_no_answer_unless_it_is_asked_for(tmp_path):
    path = write_fits(tmp_path / "a.fits", radio_map(beam_arcsec=9.0), beam_arcsec=9.0)
    table = answered(path)
    assert table["flags"][0] == "beam_too_wide"
    assert np.isnan(table["p_FRI"][0])
    assert np.isfinite(answered(path, keep_flagged=True)["p_FRI"][0])


def test_missing_pixels_and_empty_maps_are_flagged(tmp_path):
    holes, half, empty = radio_map(), radio_map(), radio_map(flux_mjy=0.0, noise=0.0)
    holes[:4, :4] = np.nan
    holes[30, 5:9] = np.nan
    half[:32] = np.nan
    paths = [tmp_path / f"{name}.fits" for name in ("holes", "half", "empty")]
    for path, image in zip(paths, (holes, half, empty), strict=True):
        write_fits(path, image)
    table = answered(*paths)
    assert table["flags"][0] == "missing_pixels"
    assert {"missing_pixels", "too_few_pixels"} <= set(table["flags"][1].split(","))
    assert "no_source" in table["flags"][2]
    assert np.isnan(table["p_FRI"][1:]).all()
    assert np.isnan(table["fr_ratio"][2])
    assert np.isnan(table["flux"][2].value)


def test_small_maps_are_padded(tmp_path):
    table = answered(write_fits(tmp_path / "a.fits", radio_map(16.0, size=50)))
    assert table["flags"][0] == "padded"


def damaged(folder):
    fine = (write_fits(folder / "fine.fits", radio_map())).read_bytes()
    header = fits.Header({"BMAJ": 1.5e-3, "BMIN": -1.0})
    cube = np.zeros((3, SIZE, SIZE), np.float32)
    return {
        "cut.fits": fine[:3000],
        "none.fits": b"",
        "picture.png": b"\x89PNG no picture",
        "words.txt": b"a map",
        "cube.fits": fits.PrimaryHDU(cube),
        "beam.fits": fits.PrimaryHDU(cube[0], header),
        "text.fits": fits.PrimaryHDU(cube[0], fits.Header({"BMAJ": "wide"})),
        "table.fits": fits.PrimaryHDU(),
        "large.fits": fits.PrimaryHDU(np.zeros((SIZE * 11, 8), np.float32)),
    }


def test_bad_files_are_one_line_each(tmp_path):
    (tmp_path / "bad").mkdir()
    for name, content in damaged(tmp_path).items():
        path = tmp_path / "bad" / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.writeto(path)
        with pytest.raises(UsageError) as raised:
            answered(path)
        assert "\n" not in str(raised.value)
        assert name in str(raised.value)
    with pytest.raises(UsageError, match=r"none\.npz|No such file|missing"):
        answered(tmp_path / "none.npz")


def test_a_bad_file_among_good_ones_is_noted(tmp_path):
    good = write_fits(tmp_path / "a.fits", radio_map())
    (tmp_path / "b.fits").write_bytes(b"no map")
    noted = {}
    with tolerating(noted):
        table = answered(tmp_path / "b.fits", good)
    assert list(table["id"]) == ["a.fits"]
    assert list(noted) == [str(tmp_path / "b.fits")]


def test_one_map_of_a_file_is_an_input(tmp_path):
    x = map_of_file(PHYSICS, write_fits(tmp_path / "a.fits", radio_map()))
    assert x.shape == (SIZE, SIZE, 1)
    assert x.max() == 1
    empty = write_fits(tmp_path / "b.fits", radio_map(flux_mjy=0.0, noise=0.0))
    with pytest.raises(UsageError, match="no source"):
        map_of_file(PHYSICS, empty)


def test_figures_of_a_prediction(tmp_path):
    paths = [write_fits(tmp_path / f"{k}.fits", radio_map(4.0 * k)) for k in range(3)]
    drawn = draw_maps(StandIn(), paths, answered(*paths), tmp_path)
    assert [path.name for path in drawn] == ["maps.png", "fr_ratio.png"]
    assert all(path.stat().st_size > 5_000 for path in drawn)
