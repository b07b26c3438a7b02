"""Whenever a writer is killed or the disk fills, all files are whole and none is lost."""

import shutil

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path
from astro_dl.core.parts import PART
from tests.faults.disk import Disk, Killed, failing
from tests.faults.writers import QUICK, WRITERS

MANY = 10**9
SOME, EVERY = 8, MANY
SWEPT = [
    *((name, SOME) for name in QUICK),
    *(pytest.param(name, EVERY, marks=pytest.mark.slow) for name in WRITERS),
]


@pytest.fixture
def start(request, tmp_path, monkeypatch, toy_task):
    """Return a writer and what gives a folder in the state before it writes."""
    writer = WRITERS[request.param]
    before = tmp_path / "before"
    before.mkdir()
    monkeypatch.setenv("ASTRO_DL_CACHE", str(before / "cache"))
    writer.prepare(before)

    def fresh(number):
        folder = tmp_path / f"{number}"
        shutil.copytree(before, folder)
        monkeypatch.setenv("ASTRO_DL_CACHE", str(folder / "cache"))
        return folder

    return writer, fresh


def count(writer, folder):
    """Return how many changes a writer makes when nothing fails."""
    disk = Disk(folder, MANY)
    with failing(disk):
        writer.write(folder)
    assert writer.done(folder)
    return len(disk.changes)


def some_of(changes, most):
    """Return numbers of changes, spread evenly, the first and the last among them."""
    return sorted(set(np.linspace(0, changes - 1, min(most, changes)).astype(int).tolist()))


def refusal(writer, folder):
    """Return why a writer refuses, None where it ends well in spite of all."""
    try:
        writer.write(folder)
    except UsageError as error:
        return str(error)
    return None


def hidden(folder):
    """Return what writers leave that were killed."""
    return sorted(
        path.name
        for path in folder.rglob(".*")
        if path.name.endswith((".part", ".lock")) or path.name.startswith(".run-")
    )


def left_after_next_writers(folder):
    """Return what is still there of killed writers once others have written into all folders."""
    for one in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        if one.exists() and not PART.fullmatch(one.name):
            with atomic_path(one / "another") as temporary:
                temporary.touch()
            (one / "another").unlink()
    # A lock file that is left locks nothing.
    return [name for name in hidden(folder) if not name.endswith(".lock")]


@pytest.mark.parametrize(("start", "most"), SWEPT, indirect=["start"])
def test_a_kill_at_any_change_leaves_all_files_whole(start, most, record_property):
    writer, fresh = start
    changes = count(writer, fresh("whole"))
    assert changes > 3
    swept = some_of(changes, most)
    record_property("kills", f"{len(swept)} of {changes} changes")
    for number in swept:
        folder = fresh(number)
        with pytest.raises(Killed), failing(Disk(folder, number)):
            writer.write(folder)
        writer.check(folder)
        writer.write(folder)
        assert writer.done(folder)
        writer.check(folder)
        assert left_after_next_writers(folder) == [], number
        shutil.rmtree(folder)


@pytest.mark.parametrize(("start", "most"), SWEPT, indirect=["start"])
def test_a_disk_that_fills_at_any_change_loses_nothing(start, most, record_property):
    writer, fresh = start
    disk = Disk(folder := fresh("whole"), MANY, full=True)
    with failing(disk):
        writer.write(folder)
    assert len(disk.changes) > 1
    swept = some_of(len(disk.changes), most)
    record_property("full disks", f"{len(swept)} of {len(disk.changes)} changes")
    for number in swept:
        folder = fresh(number)
        with failing(Disk(folder, number, full=True)):
            said = refusal(writer, folder)
        assert said is None or "no space left" in said
        writer.check(folder)
        assert hidden(folder) == [], number
        writer.write(folder)
        assert writer.done(folder)
        shutil.rmtree(folder)
