"""Files of real sets are found, or what is missing is named; files made of others have names."""

from pathlib import Path

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names, file_stems, find_in, name_within, object_stems


def test_a_missing_part_of_a_set_is_named_with_what_to_give(tmp_path):
    (tmp_path / "stars").mkdir()
    (tmp_path / "stars" / "miles.h5").touch()
    assert find_in(tmp_path, "stars/miles.h5") == tmp_path / "stars" / "miles.h5"
    with pytest.raises(UsageError, match=r"no file .*fits; give the folder that holds stars/"):
        find_in(tmp_path, "stars/miles.fits")
    with pytest.raises(UsageError, match=r"no folder .*lenses; give the folder that holds lenses"):
        find_in(tmp_path, "lenses")


def test_files_of_one_name_in_two_folders_have_stems_of_their_own():
    stems = file_stems([Path("/a/night/x.fits.gz"), Path("/b/night/x.fits.gz")])
    assert sorted(stems.values()) == ["a_night_x", "b_night_x"]
    assert [*file_stems([Path("field.1.fits")]).values()] == ["field.1"]
    assert [*file_stems([Path("/x.fits")]).values()] == ["x"]


@pytest.mark.parametrize(
    ("paths", "stems"),
    [
        (["x.fits", "x.fits.gz", "X.fit"], ["x", "x_2", "X_3"]),
        (["a/x.fits", "b/x.fits", "a_x.fits"], ["a_x", "b_x", "a_x_2"]),
        (["x.fits", "x.fit", "x_2.fits"], ["x", "x_3", "x_2"]),
        (["x.fits", "x.fits"], ["x"]),
    ],
)
def test_what_is_made_of_one_file_never_replaces_that_of_another(paths, stems):
    assert [*file_stems([Path("/data", one) for one in paths]).values()] == stems


def test_objects_of_files_of_one_name_are_told_apart_by_their_folders():
    paths = [Path("/a/x.npz"), Path("/b/x.npz")]
    names = distinct_names(paths)
    assert [name_within("x.npz:3", path, names) for path in paths] == ["a/x.npz:3", "b/x.npz:3"]
    assert name_within("ZTF18:12", paths[0], names) == "ZTF18:12"


@pytest.mark.parametrize(
    ("ids", "stems"),
    [
        (["a/b", "a_b"], ["a_b", "a_b_2"]),
        (["SN 1", "sn 1", "SN_1"], ["SN_1", "sn_1_2", "SN_1_3"]),
        (["a", "a_2", "a"], ["a", "a_2", "a_3"]),
        (["TIC 1.01", 7, ""], ["TIC_1.01", "7", "_"]),
        (["x" * 200, "x" * 201], ["x" * 120, "x" * 120 + "_2"]),
    ],
)
def test_no_two_objects_share_the_name_of_a_figure(ids, stems):
    assert object_stems(ids) == stems
