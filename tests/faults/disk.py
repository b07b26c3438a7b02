"""A disk that is watched: what is on it before each change, or full from the n-th change on.

What changes names or makes files is replaced in this process: opening for writing, making folders,
links, renaming, removing, and waiting for the disk. What is there before a change is what a process
leaves that is killed then, which changes nothing more, not by what it would do to clean up either.
A file that was being opened is left half written.
"""

import builtins
import errno
import io
import os
import shutil
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
OPEN = os.open
"""The function itself, of which nobody is told."""
HALF = b"half of it"

State = tuple[tuple[str, bytes | None], ...]
"""Names below a folder and what is in them, nothing in folders."""


@dataclass
class Disk:
    """Counts changes below a folder.

    Parameters
    ----------
    folder : Path
        Changes elsewhere are let through.
    """

    folder: Path
    changes: list[str] = field(default_factory=list, init=False)

    def change(self, name: str, path: Any = None, opened: bool = False) -> None:
        """Count a change before it is made, which may be that a file is opened anew."""
        if not isinstance(path, str | os.PathLike) or self.holds(path):
            self.changes.append(name)
            self.before(path if opened else None)

    def before(self, opened: Any) -> None:
        """Do what is to be done before a change; what is opened anew is told."""

    def holds(self, path: str | os.PathLike) -> bool:
        """Whether a path is below the folder; a name alone is relative to some open folder."""
        text = os.fspath(path)
        return not os.path.isabs(text) or Path(text).is_relative_to(self.folder)


@dataclass
class FullDisk(Disk):
    """Is full from a change on, so that only removing goes on.

    Parameters
    ----------
    full_at : int
        Number of the first change that fails, removing not counted; a large one counts only.
    """

    full_at: int

    def change(self, name: str, path: Any = None, opened: bool = False) -> None:
        if name not in FREEING:
            super().change(name, path, opened)

    def before(self, opened: Any) -> None:
        failed = len(self.changes) - self.full_at
        if failed == 1 and opened is not None:
            _write_half(opened)
        if failed > 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@dataclass
class KilledAtAnyChange(Disk):
    """Keeps what a kill before any of the changes leaves; what several leave, once.

    Parameters
    ----------
    kept : Path
        Folder, not below the other, in which each state is kept as a folder.
    """

    kept: Path
    states: dict[State, Path] = field(default_factory=dict, init=False)

    def before(self, opened: Any) -> None:
        state, half = dict(state_of(self.folder)), None
        if opened is not None:
            half = Path(opened).relative_to(self.folder)
            state[f"{half}"] = HALF
        if (found := tuple(sorted(state.items()))) not in self.states:
            self.states[found] = self.kept / f"{len(self.changes)}"
            shutil.copytree(self.folder, self.states[found], symlinks=True)
            if half is not None:
                _write_half(self.states[found] / half)


def state_of(folder: Path) -> State:
    """Return all that is below a folder."""
    return tuple(
        (f"{path.relative_to(folder)}", path.read_bytes() if path.is_file() else None)
        for path in sorted(folder.rglob("*"))
    )


def _write_half(path: Any) -> None:
    descriptor = OPEN(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(descriptor, HALF)
    os.close(descriptor)


@contextmanager
def watched(disk: Disk) -> Iterator[None]:
    """Tell a disk of all changes in this block."""
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
        if set(mode) & set("wax+") and isinstance(path, str | os.PathLike):
            disk.change("open", path, opened="+" not in mode)
        return inner(path, mode, *arguments, **options)

    return call


def _hdf5(disk: Disk, inner: Callable) -> Callable:
    def call(file: h5py.File, path: Any, mode: str = "r", *arguments: Any, **options: Any) -> None:
        if mode != "r" and isinstance(path, str | os.PathLike):
            disk.change("hdf5", path, opened=mode not in ("a", "r+"))
        inner(file, path, mode, *arguments, **options)

    return call


def _exchange(disk: Disk, inner: Callable) -> Callable:
    def call(one: Path, other: Path) -> bool:
        disk.change("exchange", other)
        return inner(one, other)

    return call
