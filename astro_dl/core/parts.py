"""Hidden folders for what is not finished yet, which vanish even if their process is killed."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX, SUFFIX = ".astro_dl-", ".part"
PART = re.compile(rf"{re.escape(PREFIX)}[a-z0-9_]{{8}}{re.escape(SUFFIX)}")


@contextmanager
def part_folder(parent: Path) -> Iterator[Path]:
    """Give an empty folder, removed at the end with all that is left in it.

    What killed processes have left in `parent` is removed first. Whoever lives holds the lock of
    its folder, on file systems that have locks; on others nothing of others is removed.

    Parameters
    ----------
    parent : Path
        Where the folder is made: on the disk where its content shall be moved to.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    _sweep(parent)
    folder, descriptor = _locked_folder(parent)
    try:
        yield folder
    finally:
        try:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)


def _locked_folder(parent: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(SUFFIX, PREFIX, parent))
        # Another process may take it for a leftover, until it is locked.
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        if _is_locked(descriptor) is not False and folder.exists():
            return folder, descriptor
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool | None:
    """Lock an open folder; return False if another has it, None where there are no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _sweep(parent: Path) -> None:
    """Remove the folders of processes that live no more."""
    with suppress(OSError):
        for name in [one.name for one in os.scandir(parent) if PART.fullmatch(one.name)]:
            _remove_if_left(parent / name)


def _remove_if_left(folder: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if _is_locked(descriptor):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)
