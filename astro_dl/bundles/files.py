"""The folder of a bundle as files: opened only if unchanged, and put in place all at once."""

import glob
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from astro_dl.core.errors import UsageError
from astro_dl.core.files import exchange, to_disk, writing
from astro_dl.core.lock import locked
from astro_dl.core.parts import part_folder

CARD = "card.json"
OURS = {CARD, "config.yaml", "weights.h5", "history.csv", "metrics.json", "README.md", "plots"}
MAX_TEXT_BYTES = 2**20
MAX_FILE_BYTES = 2**31


@contextmanager
def open_file(folder: Path, name: str, limit: int = MAX_FILE_BYTES) -> Iterator[BufferedReader]:
    """Open a file of a bundle for reading.

    Parameters
    ----------
    folder : Path
        The bundle.
    name : str
        The file's name in it; symbolic links inside the folder are not followed.
    limit : int, default 2 GiB
        Greatest size [bytes].

    Raises
    ------
    UsageError
        If it is missing, not a regular file, or too large.
    """
    path = folder / name
    try:
        if any((folder / part).is_symlink() for part in (name, *Path(name).parts[:-1])):
            raise UsageError(f"{path}: is a symbolic link")
        # A named pipe would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            # Of what was opened, not of what has that name by now.
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                raise UsageError(f"{path}: not a regular file of at most {limit} bytes")
            yield file
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'not readable'}") from None


def check_file(folder: Path, name: str, digest: str) -> None:
    """Raise `UsageError` unless a file is there, as `open_file` takes it, and has this sha256."""
    with open_file(folder, name) as file:
        _check_digest(folder / name, hashlib.file_digest(file, "sha256").hexdigest(), digest)


def read_file(
    folder: Path, name: str, digest: str | None = None, limit: int = MAX_FILE_BYTES
) -> bytes:
    """Return the bytes of a file, which are those that were checked.

    Parameters
    ----------
    folder, name, limit
        As of `open_file`.
    digest : str, optional
        The sha256 that they must have.
    """
    with open_file(folder, name, limit) as file:
        content = file.read(os.fstat(file.fileno()).st_size)
    if digest is not None:
        _check_digest(folder / name, hashlib.sha256(content).hexdigest(), digest)
    return content


def read_text_file(folder: Path, name: str, digest: str | None = None) -> str:
    """Return the UTF-8 text of a file of at most 1 MiB; otherwise as `read_file`."""
    try:
        return read_file(folder, name, digest, MAX_TEXT_BYTES).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{folder / name}: not UTF-8 text") from None


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
def new_folder(target: Path, ours: Collection[str] = OURS) -> Iterator[Path]:
    """Give an empty folder that takes the target's place, at one instant, on success.

    Files of the target other than ours are kept. One writer at a time: another waits. What writers
    that were killed have left beside the target is removed.

    Parameters
    ----------
    target : Path
        The folder to be.
    ours : collection of str, default those of a bundle
        Names of files and folders that the new one has in place of the old ones.
    """
    with locked(target, "writing"), writing(target):
        _put_back(target)
        with part_folder(target.parent) as part:
            temporary = part / target.name
            temporary.mkdir()
            yield temporary
            _swap(temporary, target, ours)


def link_or_copy(source: str | Path, destination: str | Path) -> None:
    """Give a file a second name; copy it where the file system has but one for each."""
    try:
        os.link(source, destination, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, destination, follow_symlinks=False)


def _check_digest(path: Path, found: str, wanted: str) -> None:
    if found != wanted:
        raise UsageError(f"{path}: sha256 differs from the card's; the file was changed")


def _put_back(target: Path) -> None:
    """Put a folder back that a writer, killed then, had only moved aside."""
    for old in target.parent.glob(f".{glob.escape(target.name)}-old-????????"):
        if {one.name for one in old.iterdir()} <= {target.name}:
            if not target.exists() and (old / target.name).is_dir():
                (old / target.name).rename(target)
            shutil.rmtree(old, ignore_errors=True)


def _swap(temporary: Path, target: Path, ours: Collection[str]) -> None:
    written = [path for name in ours for path in _all_of(temporary / name)]
    if target.exists():
        _keep_others(target, temporary, ours)
    for path in [*written, temporary]:
        to_disk(path)
    if not target.exists():
        temporary.rename(target)
    elif not exchange(temporary, target):
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
        target.rename(old / target.name)
        try:
            temporary.rename(target)
        except OSError:
            (old / target.name).rename(target)
            raise
        shutil.rmtree(old)
    to_disk(target.parent)


def _all_of(path: Path) -> list[Path]:
    """Return a file, or a folder and all that is in it; nothing for what is not there."""
    return [path, *path.rglob("*")] if path.exists() else []


def _keep_others(target: Path, temporary: Path, ours: Collection[str]) -> None:
    """Give the new folder what is not ours, so that at no time is it missing."""
    for entry in target.iterdir():
        if entry.name in ours:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(
                entry, temporary / entry.name, symlinks=True, copy_function=link_or_copy
            )
        else:
            link_or_copy(entry, temporary / entry.name)
