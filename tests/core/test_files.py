"""Files of real sets are found, or what is missing is named; files made of others have names."""

from pathlib import Path

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names, find_in, stem_of


def test_a_missing_part_of_a_set_is_named_with_what_to_give(tmp_path):
    (tmp_path / "stars").mkdir()
    (tmp_path / "stars" / "miles.h5").touch()
    assert find_in(tmp_path, "stars/miles.h5") == tmp_path / "stars" / "miles.h5"
    with pytest.raises(UsageError, match=r"no file .*fits; give the folder that holds stars/"):
        find_in(tmp_path, "stars/miles.fits")
    with pytest.raises(UsageError, match=r"no folder .*lenses; give the folder that holds lenses"):
        find_in(tmp_path, "lenses")


def test_files_of_one_name_in_two_folders_have_stems_of_their_own():
    names = distinct_names([Path("/a/night/x.fits.gz"), Path("/b/night/x.fits.gz")])
    assert sorted(map(stem_of, names.values())) == ["a_night_x", "b_night_x"]
    assert stem_of("field.1.fits") == "field.1"
    assert stem_of("/x.fits") == "x"
