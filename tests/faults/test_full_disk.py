"""A disk that is really full, and a limit on the size of files: no file is half written."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from astro_dl.core.errors import UsageError
from tests.faults.test_faults import hidden
from tests.faults.writers import WRITERS

DISK_BYTES, BLOCK = 16 * 2**20, 4096
QUICK = ("table.csv", "table.fits", "table.hdf5", "table.parquet", "figure", "kept inputs")
SWEPT = [
    *QUICK,
    *(pytest.param(one, marks=pytest.mark.slow) for one in WRITERS if one not in QUICK),
]
REASONS = ("no space left", "file too large", "MB are free")


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder that is a disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk is not permitted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def filled(disk, left):
    """Fill a disk but for some bytes."""
    with (disk / "ballast").open("wb") as file:
        free = os.statvfs(disk)
        os.posix_fallocate(file.fileno(), 0, max(BLOCK, free.f_bavail * free.f_bsize - left))
    try:
        yield
    finally:
        (disk / "ballast").unlink()


@contextmanager
def small_files(size):
    """Let no file of this process grow beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def check_refusal(writer, folder, hindrance):
    """Check that a writer ends well or says in one line why not, and leaves all as it was."""
    try:
        with hindrance:
            writer.write(folder)
    except UsageError as error:
        said = str(error)
        assert "\n" not in said
        assert any(reason in said for reason in REASONS), said
    else:
        said = None
    writer.check(folder)
    assert hidden(folder) == []
    return said


@pytest.mark.parametrize("name", SWEPT)
def test_a_full_disk_loses_nothing(name, small_disk, monkeypatch, toy_task):
    writer, folder = WRITERS[name], small_disk / "mine"
    folder.mkdir()
    monkeypatch.setenv("ASTRO_DL_CACHE", str(folder / "cache"))
    writer.prepare(folder)
    said = [
        check_refusal(writer, folder, filled(small_disk, left * BLOCK)) for left in (0, 1, 2, 5, 12)
    ]
    assert said[0] is not None
    writer.write(folder)
    assert writer.done(folder)
    writer.check(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of resources")
@pytest.mark.parametrize("name", SWEPT)
def test_a_limit_on_the_size_of_files_loses_nothing(name, tmp_path, monkeypatch, toy_task):
    writer, before = WRITERS[name], tmp_path / "before"
    before.mkdir()
    monkeypatch.setenv("ASTRO_DL_CACHE", str(before / "cache"))
    writer.prepare(before)
    said = []
    for size in (0, 100, 1000):
        folder = tmp_path / f"{size}"
        shutil.copytree(before, folder)
        monkeypatch.setenv("ASTRO_DL_CACHE", str(folder / "cache"))
        said.append(check_refusal(writer, folder, small_files(size)))
    assert said[0] is not None
    writer.write(folder)
    assert writer.done(folder)
