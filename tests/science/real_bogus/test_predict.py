"""Triplets of stamps in files: what is read, what is flagged, and what is refused."""

import os
from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table, vstack

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import tolerating
from astro_dl.science.real_bogus.figures import draw_triplets, picture_triplets
from astro_dl.science.real_bogus.files import read_triplets
from astro_dl.science.real_bogus.inputs import network_input
from astro_dl.science.real_bogus.predict import is_dipole, predict_stamps, stamps_of_file
from tests.science.real_bogus.stand_in import StandIn, triplet, write_alerts, write_fits

DATA = os.environ.get("ASTRO_DL_TEST_DATA")


def answered(*paths, **options):
    return vstack(list(predict_stamps(StandIn(), paths, **options)))


def written(folder, kind):
    """Write two triplets, a bright and a faint one, in one kind of file."""
    stack = np.stack([triplet(60), triplet(10, seed=1)])
    path = folder / f"two.{kind}"
    if kind == "npz":
        np.savez(path, stamps=stack, candid=np.arange(2))
    elif kind == "npy":
        np.save(path, stack)
    elif kind == "h5":
        with h5py.File(path, "w") as file:
            for k, name in enumerate(("sci", "ref", "diff")):
                file[f"cutouts/{name}"] = stack[..., k]
    elif kind == "fits":
        names = ("SCIENCE", "TEMPLATE", "DIFFERENCE")
        Table({name: stack[..., k] for k, name in enumerate(names)}).write(path)
    else:
        pytest.importorskip("fastavro")
        write_alerts(path, stack)
    return path


@pytest.mark.parametrize("kind", ["npz", "npy", "h5", "fits", "avro"])
def test_files_of_many_give_a_row_for_each(tmp_path, kind):
    table = answered(written(tmp_path, kind))
    assert len(table) == len(set(table["id"])) == 2
    assert table["logit"][0] > table["logit"][1]
    assert set(table["flags"]) == {""}


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 21, 21, 3)),
        np.zeros((2, 0, 21, 3)),
        np.zeros(()),
        np.zeros(5),
        np.zeros((21, 21)),
        np.zeros((2, 21, 21, 2)),
        np.zeros((2, 2, 21, 21, 3)),
        np.zeros((2, 21, 21, 3), complex),
        np.full((2, 21, 21, 3), "a"),
        np.array([{}, None], object),
        np.zeros(4, [("science", float)]),
    ],
    ids=lambda one: f"{one.dtype.kind}{one.shape}",
)
@pytest.mark.parametrize("write", [np.save, np.savez], ids=["npy", "npz"])
def test_arrays_without_stamps_are_refused_by_the_name_of_the_file(tmp_path, array, write):
    path = tmp_path / f"bare.{'npy' if write is np.save else 'npz'}"
    write(path, array)
    with pytest.raises(UsageError, match=path.name):
        answered(path)


def test_a_file_without_an_alert_is_refused_by_its_name(tmp_path):
    pytest.importorskip("fastavro")
    with pytest.raises(UsageError, match=r"none\.avro: holds no alert"):
        answered(write_alerts(tmp_path / "none.avro", []))


@pytest.mark.parametrize("words", [("t", "f"), (True, False), (b"1", b"0")])
def test_differences_that_ztf_turned_round_are_turned_back(tmp_path, words):
    up, down = triplet(60), triplet(60)
    path = tmp_path / "a.npz"
    np.savez(path, stamps=np.stack([up, down]), isdiffpos=np.array(words))
    logit = answered(path)["logit"]
    assert logit[0] > 5
    assert logit[1] < -5
    alerts = write_alerts(tmp_path / "a.avro", [up, down], ["t", "f"])
    np.testing.assert_array_equal(answered(alerts)["logit"], logit)
    table = {
        "STAMPS": np.stack([up, down]),
        "ISDIFFPOS": [one in ("t", True, b"1") for one in words],
    }
    Table(table).write(tmp_path / "a.fits")
    np.testing.assert_array_equal(answered(tmp_path / "a.fits")["logit"], logit)


def test_fits_extensions_are_told_by_name_in_any_order(tmp_path):
    images = triplet(60)
    path = write_fits(tmp_path / "a.fits", images[..., ::-1], ("DIFF", "REF", "SCI"))
    table = answered(path)
    assert table["logit"][0] > 5
    assert table["flags"][0] == ""


def test_the_order_is_assumed_where_no_name_tells(tmp_path):
    images = triplet(60)
    plain = write_fits(tmp_path / "a.fits", images, ("", "", ""))
    cube = tmp_path / "b.fits"
    fits.PrimaryHDU(np.moveaxis(images, 2, 0)).writeto(cube)
    table = answered(plain, cube)
    assert list(table["flags"]) == ["order_assumed"] * 2
    assert table["logit"][0] == table["logit"][1]


def test_the_order_of_a_stack_can_be_told(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, triplet(60)[None][..., [2, 0, 1]])
    table = answered(path, order=("difference", "science", "template"))
    assert table["logit"][0] > 5
    with pytest.raises(UsageError, match="order is science, science"):
        answered(path, order=("science", "science", "template"))


def test_sky_and_unit_do_not_change_the_input(tmp_path):
    physics, images = StandIn().physics, triplet(60).astype(float)
    for name in ("arcsinh", "l2"):
        own = type(physics)(size_pixels=21, normalisation=name)
        one, other = (network_input(own, x[None]) for x in (images, 0.013 * images + 9))
        np.testing.assert_allclose(one, other, atol=2e-3)


def test_larger_stamps_are_cropped_about_the_middle(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, triplet(60, size=63)[None])
    assert answered(path)["logit"][0] > 5


def test_missing_sides_and_pixels_are_flagged_and_answered(tmp_path):
    side, hole = triplet(60), triplet(60)
    side[:, :3] = np.nan
    hole[2, 2, 0] = np.nan
    path = tmp_path / "a.npy"
    np.save(path, np.stack([side, hole]))
    table = answered(path)
    assert list(table["flags"]) == ["edge,missing_pixels", "missing_pixels"]
    assert np.isfinite(table["p_real"]).all()


def test_empty_and_constant_stamps_have_no_answer(tmp_path):
    empty, flat = triplet(60), triplet(60)
    empty[:, 5:] = np.nan
    flat[..., 1] = 150
    path = tmp_path / "a.npy"
    np.save(path, np.stack([empty, flat, triplet(60)]))
    table = answered(path)
    assert list(table["flags"]) == ["edge,missing_pixels,too_few_pixels", "no_noise", ""]
    assert list(np.isfinite(table["p_real"])) == [False, False, True]
    np.save(path, flat[None])
    assert np.isnan(answered(path)["p_real"][0])


def test_a_displaced_star_is_a_dipole_and_a_source_is_none():
    source = triplet(60)[None, ..., 2]
    moved = np.roll(source, 1, axis=2) - np.roll(source, -1, axis=2)
    assert is_dipole(moved, np.ones(1)).all()
    assert not is_dipole(source, np.ones(1)).any()
    assert not is_dipole(-source, np.ones(1)).any()


BROKEN = {
    "two images": lambda path: write_fits(path, triplet(), ("SCIENCE", "TEMPLATE", "NOISE")),
    "no image": lambda path: fits.HDUList([fits.PrimaryHDU()]).writeto(path),
    "cut short": lambda path: path.write_bytes(write_fits(path, triplet()).read_bytes()[:5000]),
    "text": lambda path: path.write_text("no stamps"),
    "two of three names": lambda path: write_fits(path, triplet(), ("SCIENCE", "DIFF", "")),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_bad_file_is_told_by_name_and_the_others_are_answered(tmp_path, kind):
    good, bad = write_fits(tmp_path / "good.fits", triplet(60)), tmp_path / "bad.fits"
    BROKEN[kind](bad)
    with pytest.raises(UsageError, match=r"bad\.fits"):
        answered(good, bad)
    unreadable = {}
    with tolerating(unreadable):
        table = answered(good, bad)
    assert list(table["id"]) == ["good.fits"]
    assert [Path(one).name for one in unreadable] == ["bad.fits"]


@pytest.mark.parametrize(
    ("name", "array", "said"),
    [
        ("a.npy", np.zeros((4, 21, 21)), "accepted"),
        ("a.npy", np.zeros((4, 21, 21, 2)), r"\(n, y, x, 3\)"),
        ("a.npy", np.zeros((4, 3, 3, 3)), "no stamp"),
        ("a.npy", np.full((1, 21, 21, 3), "x"), "no numbers"),
        ("a.csv", None, "ending"),
    ],
)
def test_arrays_of_another_shape_are_refused(tmp_path, name, array, said):
    path = tmp_path / name
    path.write_text("1,2")
    if array is not None:
        np.save(path, array)
    with pytest.raises(UsageError, match=said):
        list(read_triplets([path]))


@pytest.mark.parametrize("content", [b"", b"Obj\x01", b"Obj\x01" + bytes(200), b"x" * 400])
def test_damaged_alerts_are_refused_in_one_line(tmp_path, content):
    pytest.importorskip("fastavro")
    path = tmp_path / "a.avro"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"a\.avro"):
        answered(path)


def test_one_triplet_of_a_file_is_an_input(tmp_path):
    physics = StandIn().physics
    path = write_fits(tmp_path / "a.fits", triplet(60))
    assert stamps_of_file(physics, path).shape == (21, 21, 3)
    with pytest.raises(UsageError, match="2 triplets"):
        stamps_of_file(physics, written(tmp_path, "npy"))


def test_triplets_are_drawn_with_their_answers(tmp_path):
    path = written(tmp_path, "npz")
    table = answered(path)
    drawn = draw_triplets(StandIn(), [path], table, tmp_path)
    assert {one.name for one in drawn} >= {"probabilities.png", "real.png"}
    assert all(one.stat().st_size > 2000 for one in drawn)
    assert [row for row, _ in picture_triplets(StandIn(), [path], table)] == [0, 1]


@pytest.mark.skipif(not DATA, reason="ASTRO_DL_TEST_DATA names no folder of real data")
@pytest.mark.parametrize("name", ["ztf_alert_triplets_fink", "btsbot_39_triplets"])
def test_alerts_of_ztf_are_read_and_answered(name):
    path = Path(DATA, "stamps", f"{name}.npz")
    if not path.is_file():
        pytest.skip(f"no {path}")
    table = answered(path)
    assert len(table) == len(np.load(path)["stamps"])
    few = np.array(["too_few_pixels" in flags for flags in table["flags"]])
    np.testing.assert_array_equal(np.isnan(table["p_real"]), few)
    assert few.mean() < 0.1


def test_files_of_one_name_in_two_folders_have_rows_and_pictures_of_their_own(tmp_path):
    paths = []
    for night in ("n1", "n2"):
        (tmp_path / night).mkdir()
        paths.append(written(tmp_path / night, "npz"))
    table = answered(*paths)
    names = [f"{night}/two.npz:{k}" for night in ("n1", "n2") for k in range(2)]
    assert list(table["id"]) == names
    assert [row for row, _ in picture_triplets(StandIn(), paths, table)] == [0, 1, 2, 3]
