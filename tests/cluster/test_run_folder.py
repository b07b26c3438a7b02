"""What a run has written is known again, and nothing else is taken for it."""

import json
from io import BytesIO

import pytest
from astropy.table import QTable, Table

from astro_dl.cluster.question import as_parquet
from astro_dl.cluster.run_folder import JOURNAL, MANIFEST, RunFolder
from astro_dl.core.errors import UsageError
from tests.cluster.catalogues import read_parts

ABOUT = {"bundles": ["abc"], "files": {"number": 3}}


def rows(first, n=2):
    return as_parquet(QTable({"id": list(range(first, first + n))}))


@pytest.fixture
def run(tmp_path):
    """Return a run of which parts 0 and 2 are done, and a file could not be used."""
    found = RunFolder(tmp_path / "parts", ABOUT)
    found.add(2, rows(4), 2, {})
    found.add(0, rows(0), 2, {"bad.fits": "it is damaged"})
    return found


def test_a_run_goes_on_with_what_is_missing(run):
    again = RunFolder(run.folder, ABOUT)
    assert sorted(again.done) == [0, 2]
    assert again.unreadable == {"bad.fits": "it is damaged"}
    again.add(1, rows(2), 2, {})
    assert again.finish(b"") == {
        "folder": str(run.folder), "rows": 6, "parts": 3, "unreadable": 1
    }  # fmt: skip
    assert read_parts(run.folder)["id"].tolist() == list(range(6))
    assert json.loads((run.folder / MANIFEST).read_text())["result"]["rows"] == 6


def test_a_note_that_was_cut_short_is_none(run):
    journal = run.folder / JOURNAL
    journal.write_text(journal.read_text()[:-20])
    again = RunFolder(run.folder, ABOUT)
    assert sorted(again.done) == [2]
    again.add(0, rows(0), 2, {})
    assert sorted(RunFolder(run.folder, ABOUT).done) == [0, 2]


def test_a_part_that_is_damaged_or_gone_is_made_again(run):
    run.path(0).write_bytes(run.path(0).read_bytes()[:-1])
    run.path(2).unlink()
    assert RunFolder(run.folder, ABOUT).done == {}


def test_readers_of_folders_see_the_parts_alone(run):
    from pyarrow import dataset

    assert dataset.dataset(run.folder).count_rows() == 4
    assert len(Table.read(BytesIO(run.path(0).read_bytes()), format="parquet")) == 2


def test_parts_of_another_run_are_refused(run):
    with pytest.raises(UsageError, match="another run, with other files"):
        RunFolder(run.folder, {**ABOUT, "files": {"number": 4}})
    with pytest.raises(UsageError, match="with other prior"):
        RunFolder(run.folder, {**ABOUT, "prior": 1})
    (run.folder / MANIFEST).write_text("{")
    with pytest.raises(UsageError, match="damaged"):
        RunFolder(run.folder, ABOUT)


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UsageError, match="holds other files"):
        RunFolder(tmp_path, ABOUT)
