"""The folder of a bundle as files: opened only if unchanged, and put in place all at once."""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from astro_dl.core.errors import UsageError
from astro_dl.core.files import exchange, to_disk, writing
from astro_dl.core.lock import locked

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
def new_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target that takes its place, at one instant, on success.

    Files of the target that are not a bundle's are kept. One writer at a time: another waits. What
    writers that were killed have left beside the target is removed.
    """
    with locked(target, "writing"), writing(target):
        _sweep(target)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            yield temporary
            _swap(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def link_or_copy(source: str | Path, destination: str | Path) -> None:
    """Give a file a second name; copy it where the file system has but one for each."""
    try:
        os.link(source, destination, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, destination, follow_symlinks=False)


def _check_digest(path: Path, found: str, wanted: str) -> None:
    if found != wanted:
        raise UsageError(f"{path}: sha256 differs from the card's; the file was changed")


def _sweep(target: Path) -> None:
    """Remove what killed writers left; put back a bundle that one had only moved aside."""
    for folder, is_old in _leftovers(target):
        if is_old and not target.exists() and (folder / target.name).is_dir():
            (folder / target.name).rename(target)
        shutil.rmtree(folder, ignore_errors=True)


def _leftovers(target: Path) -> list[tuple[Path, bool]]:
    """Return the temporary folders of a target, and whether each is for what was there before."""
    name = re.escape(target.name)
    # A folder that is made anew while it is itself still a temporary one has two endings.
    pattern = re.compile(rf"\.+{name}(-(?P<old>old-)?[a-z0-9_]{{8}})+")
    found = [(one, pattern.fullmatch(one.name)) for one in target.parent.iterdir()]
    return [
        (one, match["old"] is not None)
        for one, match in found
        if match and one.is_dir() and _is_ours(one, target)
    ]


def _is_ours(folder: Path, target: Path) -> bool:
    """Whether a folder holds but parts of a bundle, and what the bundle's folder holds, too.

    Else it is one that happens to be called so.
    """
    return all(
        entry.name in OURS
        or entry.name.lstrip(".").startswith(target.name)
        or os.path.lexists(target / entry.name)
        for entry in folder.iterdir()
    )


def _swap(temporary: Path, target: Path) -> None:
    temporary.chmod(0o755)
    if target.exists():
        _keep_others(target, temporary)
    for path in [*temporary.rglob("*"), temporary]:
        if path.name in OURS or path.parent.name == "plots":
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


def _keep_others(target: Path, temporary: Path) -> None:
    """Give the new folder what is no bundle's, so that at no time is it missing."""
    for entry in target.iterdir():
        if entry.name in OURS:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(
                entry, temporary / entry.name, symlinks=True, copy_function=link_or_copy
            )
        else:
            link_or_copy(entry, temporary / entry.name)
