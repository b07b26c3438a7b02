"""The folder of a bundle as files: opened only if unchanged, and put in place all at once."""

import hashlib
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path

CARD = "card.json"
OURS = {CARD, "config.yaml", "weights.h5", "history.csv", "metrics.json", "README.md", "plots"}
MAX_TEXT_BYTES = 2**20
MAX_FILE_BYTES = 2**31


@contextmanager
def open_file(
    folder: Path, name: str, digest: str | None = None, limit: int = MAX_FILE_BYTES
) -> Iterator[BinaryIO]:
    """Open a file of a bundle for reading.

    Parameters
    ----------
    folder : Path
        The bundle.
    name : str
        The file's name in it; symbolic links inside the folder are not followed.
    digest : str, optional
        The sha256 that the file must have.
    limit : int, default 2 GiB
        Greatest size [bytes].

    Raises
    ------
    UsageError
        If it is missing, not a regular file, too large, or of another sha256.
    """
    path = folder / name
    try:
        if any((folder / part).is_symlink() for part in (name, *Path(name).parts[:-1])):
            raise UsageError(f"{path}: is a symbolic link")
        # A named pipe would wait for a writer for ever.
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            raise UsageError(f"{path}: not a regular file of at most {limit} bytes")
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'not readable'}") from None
    with file:
        if digest is not None:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise UsageError(f"{path}: sha256 differs from the card's; the file was changed")
            file.seek(0)
        yield file


def read_text_file(folder: Path, name: str, digest: str | None = None) -> bytes:
    """Return the bytes of a file of at most 1 MiB; otherwise as `open_file`."""
    with open_file(folder, name, digest, MAX_TEXT_BYTES) as file:
        return file.read()


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_file(path: Path, content: str | bytes) -> None:
    """Write a file at once, replacing what was there."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def check_target(target: Path) -> None:
    """Refuse a place that holds anything but a bundle or hidden files, such as checkpoints."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError(f"{target} is not a folder; choose another place for the bundle")
    if not target.exists() or (target / CARD).is_file():
        return
    others = sorted(entry.name for entry in target.iterdir() if not entry.name.startswith("."))
    if others:
        raise UsageError(f"{target} holds {others[0]!r} and no bundle; choose another folder")


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target that takes its place on success.

    Files of the target that are not a bundle's are kept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield temporary
        _swap(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _swap(temporary: Path, target: Path) -> None:
    temporary.chmod(0o755)
    if not target.exists():
        temporary.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent)) / target.name
    target.rename(old)
    try:
        temporary.rename(target)
    except OSError:
        old.rename(target)
        raise
    for entry in old.iterdir():
        if entry.name not in OURS:
            entry.rename(target / entry.name)
    shutil.rmtree(old.parent)
