"""Files of real sets are found, or what is missing is named."""

import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.files import find_in


def test_a_missing_part_of_a_set_is_named_with_what_to_give(tmp_path):
    (tmp_path / "stars").mkdir()
    (tmp_path / "stars" / "miles.h5").touch()
    assert find_in(tmp_path, "stars/miles.h5") == tmp_path / "stars" / "miles.h5"
    with pytest.raises(UsageError, match=r"no file .*fits; give the folder that holds stars/"):
        find_in(tmp_path, "stars/miles.fits")
    with pytest.raises(UsageError, match=r"no folder .*lenses; give the folder that holds lenses"):
        find_in(tmp_path, "lenses")
