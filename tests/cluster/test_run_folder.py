"""What a run has written is known again, and nothing else is taken for it."""

import json

import pytest
from astropy.table import QTable, Table

from astro_dl.cluster.division import Part
from astro_dl.cluster.question import Network, Question, answer
from astro_dl.cluster.run_folder import JOURNAL, MANIFEST, Noted, RunFolder
from astro_dl.core.errors import UsageError
from astro_dl.core.files import file_sha256
from astro_dl.core.reading.share import Share
from tests.cluster.catalogues import read_parts

ABOUT = {"bundles": ["abc"], "files": {"number": 3}}


def add(run, part, first, n=2, **unreadable):
    draft = run.folder / f".{part}"
    QTable({"id": list(range(first, first + n))}).write(draft, format="parquet")
    run.add(Noted(part, n, file_sha256(draft), unreadable), draft)


@pytest.fixture
def run(tmp_path):
    """Return a run of which parts 0 and 2 are done, and a file could not be used."""
    found = RunFolder(tmp_path / "parts", ABOUT)
    add(found, 2, 4)
    add(found, 0, 0, **{"bad.fits": "it is damaged"})
    return found


def test_a_run_goes_on_with_what_is_missing(run):
    again = RunFolder(run.folder, ABOUT)
    assert sorted(again.done) == [0, 2]
    assert again.unreadable == {"bad.fits": "it is damaged"}
    add(again, 1, 2)
    assert again.finish(None) == {
        "folder": str(run.folder), "rows": 6, "parts": 3, "unreadable": 1
    }  # fmt: skip
    assert read_parts(run.folder)["id"].tolist() == list(range(6))
    assert json.loads((run.folder / MANIFEST).read_text())["result"]["rows"] == 6


def test_a_note_that_was_cut_short_is_none(run):
    journal = run.folder / JOURNAL
    journal.write_text(journal.read_text()[:-20])
    again = RunFolder(run.folder, ABOUT)
    assert sorted(again.done) == [2]
    add(again, 0, 0)
    assert sorted(RunFolder(run.folder, ABOUT).done) == [0, 2]


def test_a_part_that_is_damaged_or_gone_is_made_again(run):
    run.path(0).write_bytes(run.path(0).read_bytes()[:-1])
    run.path(2).unlink()
    assert RunFolder(run.folder, ABOUT).done == {}


def test_readers_of_folders_see_the_parts_alone(run):
    from pyarrow import dataset

    assert dataset.dataset(run.folder).count_rows() == 4
    assert len(Table.read(run.path(0))) == 2
    assert not list(run.folder.glob(".[0-9]"))


def test_a_draft_that_is_not_there_is_not_noted(run):
    with pytest.raises(UsageError, match="cannot be written: no such file"):
        run.add(Noted(1, 2, "", {}), run.folder / ".nothing")
    assert sorted(RunFolder(run.folder, ABOUT).done) == [0, 2]


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


def test_a_worker_that_does_not_see_a_folder_says_which(tmp_path):
    file = tmp_path / "t.parquet"
    file.touch()
    for drafts, path in ((tmp_path / "out" / "drafts", file), (tmp_path, tmp_path / "no.parquet")):
        answered = answer(Question(Network(()), drafts=str(drafts)), Part(0, (path,), Share()))
        missing = drafts.parent if path is file else path
        assert answered.noted is None
        assert answered.refused.startswith(f"{missing}: a worker does not see this; all need")
