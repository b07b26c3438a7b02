"""Files that appear only when they are complete, what is in them, and what to call them."""

import hashlib
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from astro_dl.core.errors import UsageError


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
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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
