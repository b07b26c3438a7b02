"""One object a file: names, what was read, and the row of each."""

import pytest
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import NothingRead, tolerating
from astro_dl.core.reading.named_files import files_with_rows, objects_by_file, read_named


@pytest.fixture
def files(tmp_path):
    """Return three files, two of one name, of which the first cannot be read."""
    found = [tmp_path / name for name in ("a/star.txt", "b/star.txt", "b/other.txt")]
    for number, path in enumerate(found):
        path.parent.mkdir(exist_ok=True)
        path.write_text(str(number))
    return found


def number(path):
    found = int(path.read_text())
    if not found:
        raise UsageError(f"{path}: nothing in it")
    return found


def test_what_can_be_read_has_a_name_of_its_own(files):
    ids, found = read_named(files[1:], number)
    assert (ids, found) == (["star.txt", "other.txt"], [1, 2])
    unreadable = {}
    with tolerating(unreadable):
        ids, found = read_named(files, number)
    assert (ids, found) == (["b/star.txt", "other.txt"], [1, 2])
    assert list(unreadable) == [str(files[0])]


def test_the_first_bad_file_stops_all_unless_it_is_tolerated(files):
    with pytest.raises(UsageError, match=r"a/star\.txt: nothing in it"):
        read_named(files, number)
    with tolerating({}), pytest.raises(NothingRead, match="nothing in it"):
        read_named(files[:1], number)


def test_rows_go_with_the_files_that_they_are_of(files):
    table = Table({"id": ["other.txt", "b/star.txt"], "value": [2, 1]})
    pairs = [(path, row["value"]) for path, row in files_with_rows(files, table)]
    assert pairs == [(files[1], 1), (files[2], 2)]


def test_each_file_has_its_own_rows_of_a_table_of_many_objects(files):
    table = Table({"id": ["b/star.txt", "other.txt", "b/star.txt"], "x": [1, 2, 3]})
    found = [(path, name, list(rows["x"])) for path, name, rows in objects_by_file(files, table)]
    names = ["a/star.txt", "b/star.txt", "other.txt"]
    assert found == list(zip(files, names, [[], [1, 3], [2]], strict=True))
