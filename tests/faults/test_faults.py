"""Whenever a writer is killed or the disk fills, all files are whole and none is lost."""

import shutil

import keras
import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path
from astro_dl.core.parts import PART
from tests.faults.disk import FullDisk, KilledAtAnyChange, state_of, watched
from tests.faults.writers import QUICK, WRITERS

MANY = 10**9
SOME, EVERY = 8, MANY
SWEPT = [
    *((name, SOME) for name in QUICK),
    *(pytest.param(name, EVERY, marks=pytest.mark.slow) for name in WRITERS),
]


@pytest.fixture
def start(request, tmp_path, monkeypatch, toy_task):
    """Return a writer, and what gives a folder in the state before it writes or in another."""
    writer = WRITERS[request.param]
    before = tmp_path / "before"
    before.mkdir()

    def used(folder):
        monkeypatch.setenv("ASTRO_DL_CACHE", str(folder / "cache"))
        return folder

    writer.prepare(used(before))
    return writer, lambda name: used(shutil.copytree(before, tmp_path / f"{name}")), used


@pytest.fixture
def uncompiled():
    """Let TensorFlow compile nothing: of a few steps it takes most of the time."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow

    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


def some_of(all_of_them, most):
    """Return some of a list, spread evenly, the first and the last among them."""
    numbers = np.linspace(0, len(all_of_them) - 1, min(most, len(all_of_them))).astype(int)
    return [all_of_them[number] for number in sorted(set(numbers.tolist()))]


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


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize(("start", "most"), SWEPT, indirect=["start"])
def test_a_kill_at_any_change_leaves_all_files_whole(start, most, tmp_path, record_property):
    writer, fresh, used = start
    folder = fresh("whole")
    disk = KilledAtAnyChange(folder, tmp_path / "killed")
    with watched(disk):
        writer.write(folder)
    assert writer.done(folder)
    assert len(disk.states) > 3
    swept = some_of(list(disk.states.values()), most)
    record_property(
        "kills", f"{len(swept)} of {len(disk.states)} states before {len(disk.changes)} changes"
    )
    for folder in map(used, swept):
        writer.check(folder)
        writer.write(folder)
        assert writer.done(folder)
        writer.check(folder)
        assert left_after_next_writers(folder) == [], folder.name
        shutil.rmtree(folder)


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize(("start", "most"), SWEPT, indirect=["start"])
def test_a_disk_that_fills_at_any_change_loses_nothing(start, most, record_property):
    writer, fresh, _ = start
    disk = FullDisk(folder := fresh("whole"), MANY)
    with watched(disk):
        writer.write(folder)
    assert writer.done(folder)
    assert len(disk.changes) > 1
    swept = some_of(range(len(disk.changes)), most)
    record_property("full disks", f"{len(swept)} of {len(disk.changes)} changes")
    left = set()
    for number in swept:
        folder = fresh(number)
        with watched(FullDisk(folder, number)):
            said = refusal(writer, folder)
        assert said is None or "no space left" in said
        writer.check(folder)
        assert hidden(folder) == [], number
        # From the same files the next one writes the same.
        if (state := state_of(folder)) not in left:
            left.add(state)
            writer.write(folder)
            assert writer.done(folder)
        shutil.rmtree(folder)
