"""Files that appear only when complete and stay when the power goes; their names and content."""

import ctypes
import hashlib
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from astro_dl.core.errors import UsageError

AT_FDCWD, RENAME_EXCHANGE = -100, 2


def find_in(folder: str | Path, name: str) -> Path:
    """Return the path of a file or folder of a real set.

    Parameters
    ----------
    folder : str or Path
        Where the real sets lie.
    name : str
        Relative to it, as ``"pulsars/htru2.csv"``.

    Raises
    ------
    UsageError
        If there is none.
    """
    path = Path(folder, name)
    if not path.exists():
        what = "file" if path.suffix else "folder"
        raise UsageError(f"no {what} {path}; give the folder that holds {name}")
    return path


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path in the same folder, moved to `path` on success, removed on failure.

    Parameters
    ----------
    path : str or Path
        Where the finished file shall be; its folder exists.
    """
    path = Path(path)
    # Not mkstemp, whose files nobody else may read.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
    try:
        yield temporary
        to_disk(temporary)
        temporary.replace(path)
        to_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk and not only in memory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if path.is_dir():
            # Some file systems cannot.
            with suppress(OSError):
                os.fsync(descriptor)
        else:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def exchange(one: Path, other: Path) -> bool:
    """Let two files or folders swap names at one instant; return False where that is not known.

    Only Linux has a call for it (``renameat2``), and not for every file system.
    """
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    names = (os.fsencode(one.absolute()), os.fsencode(other.absolute()))
    return rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0


def file_sha256(path: str | Path) -> str:
    """Return the sha256 of a file, as hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def distinct_names(paths: Sequence[Path]) -> dict[Path, str]:
    """Return a name for each path: its file's, after as many folders as tell it from the others.

    Parameters
    ----------
    paths : sequence of Path
        Files; one that is given twice has one name.
    """
    parts = {path: path.resolve().parts for path in paths}
    names = {}
    for path, own in parts.items():
        others = {other for other in parts.values() if other != own}
        length = next(
            n for n in range(1, len(own) + 1) if all(own[-n:] != other[-n:] for other in others)
        )
        names[path] = Path(*own[-length:]).as_posix()
    return names
