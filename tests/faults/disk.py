"""A disk that fails: from the n-th change of a folder on the process is dead, or the disk full.

What changes names or makes files is replaced in this process: opening for writing, making folders,
links, renaming, removing, and waiting for the disk. A dead process changes nothing more, not by
what it would do to clean up either. A file that was being opened is left half written.
"""

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import h5py

from astro_dl.bundles import files as bundle_files
from astro_dl.core import files

NAMES = ("replace", "rename", "link", "mkdir", "fsync", "unlink", "rmdir", "remove")
FREEING = ("unlink", "rmdir", "remove")
MAKING = os.O_CREAT


class Killed(BaseException):
    """Stands for a process that ends without warning."""


@dataclass
class Disk:
    """Counts changes below a folder and fails from one of them on.

    Parameters
    ----------
    folder : Path
        Changes elsewhere are let through.
    fails_at : int
        Number of the first change that fails; a large one counts only.
    full : bool
        Whether the disk is full then, so that only removing goes on; else the process is dead.
    """

    folder: Path
    fails_at: int
    full: bool = False
    changes: list[str] = field(default_factory=list)

    def change(self, name: str, path: Any = None) -> None:
        """Count a change, or fail."""
        if isinstance(path, str | os.PathLike) and not self.holds(path):
            return
        freeing = name in FREEING
        if self.full and freeing:
            return
        self.changes.append(name)
        if len(self.changes) > self.fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if self.full else Killed

    def holds(self, path: str | os.PathLike) -> bool:
        """Whether a path is below the folder; a name alone is relative to some open folder."""
        text = os.fspath(path)
        return not os.path.isabs(text) or text.startswith(str(self.folder))


@contextmanager
def failing(disk: Disk) -> Iterator[None]:
    """Let a disk fail in this block."""
    with (
        mock.patch.multiple(os, **{name: _counted(disk, name) for name in NAMES}),
        mock.patch.object(os, "open", _os_open(disk, os.open)),
        mock.patch.object(builtins, "open", _open(disk, builtins.open)),
        mock.patch.object(io, "open", _open(disk, io.open)),
        mock.patch.object(h5py.File, "__init__", _hdf5(disk, h5py.File.__init__)),
        mock.patch.object(bundle_files, "exchange", _exchange(disk, files.exchange)),
    ):
        yield


def _counted(disk: Disk, name: str) -> Callable:
    inner = getattr(os, name)

    def call(*arguments: Any, **options: Any) -> Any:
        disk.change(name, arguments[-1] if name in ("replace", "rename", "link") else arguments[0])
        return inner(*arguments, **options)

    return call


def _os_open(disk: Disk, inner: Callable) -> Callable:
    def call(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        if flags & MAKING:
            disk.change("open", path)
        return inner(path, flags, *arguments, **options)

    return call


def _open(disk: Disk, inner: Callable) -> Callable:
    def call(path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if not set(mode) & set("wax+") or not isinstance(path, str | os.PathLike):
            return inner(path, mode, *arguments, **options)
        if disk.holds(path):
            try:
                disk.change("open", path)
            except BaseException:
                if "+" not in mode and len(disk.changes) == disk.fails_at + 1:
                    with inner(path, "wb") as file:
                        file.write(b"half of it")
                raise
        return inner(path, mode, *arguments, **options)

    return call


def _hdf5(disk: Disk, inner: Callable) -> Callable:
    def call(file: h5py.File, path: Any, mode: str = "r", *arguments: Any, **options: Any) -> None:
        if mode != "r" and isinstance(path, str | os.PathLike):
            disk.change("hdf5", path)
        inner(file, path, mode, *arguments, **options)

    return call


def _exchange(disk: Disk, inner: Callable) -> Callable:
    def call(one: Path, other: Path) -> bool:
        disk.change("exchange", other)
        return inner(one, other)

    return call
