"""Files that appear only when complete and stay when the power goes; their names and content."""

import ctypes
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from astro_dl.core.errors import UsageError
from astro_dl.core.parts import part_folder
from astro_dl.core.reading.share import current_share

AT_FDCWD, RENAME_EXCHANGE = -100, 2
LONGEST_STEM = 120
STORES = (".zarr",)
"""Endings of folders that are read as one file."""


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


def is_input(path: str | Path) -> bool:
    """Whether there is a file of this name, or a folder that is read as one, as Zarr's are."""
    path = Path(path)
    return path.is_file() or (path.suffix.lower() in STORES and path.is_dir())


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path on the same disk, moved to `path` on success, removed on failure.

    Parameters
    ----------
    path : str or Path
        Where the finished file shall be; its folder is made.

    Raises
    ------
    UsageError
        If it is a folder, or the system refuses to write it: no room, no permission.
    """
    path = Path(path)
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give the name of a file")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part_folder(path.parent) as folder:
            # Not mkstemp, whose files nobody else may read.
            temporary = folder / path.name
            yield temporary
            to_disk(temporary)
            temporary.replace(path)
        to_disk(path.parent)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says against writing a file or folder into a `UsageError`.

    HDF5 and copies of folders tell the system's reason in a text, HDF5 on closing in another class
    of errors.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        told = re.search(r"errno (?:= )?(\d+)", str(error), re.IGNORECASE)
        number = getattr(error, "errno", None) or (int(told[1]) if told else None)
        if number is None:
            raise
        reason = os.strerror(number).lower()
        raise UsageError(f"{path}: cannot be written: {reason}") from error


def check_writable(path: Path) -> None:
    """Raise `UsageError` unless a file can be written here, before hours of work are lost."""
    with writing(path):
        if path.is_dir():
            raise UsageError(f"{path} is a folder; give the name of a file")
        with part_folder(path.parent):
            pass


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
        Files; one that is given twice has one name. Those of a share of a run are told from all
        files of the run.
    """
    share = current_share()
    if share is not None and share.names.keys() >= set(paths):
        return {path: share.names[path] for path in paths}
    parts = {path: path.resolve().parts for path in paths}
    different, waiting, names = set(parts.values()), list(parts), dict.fromkeys(parts, "")
    length = 0
    while waiting:
        length += 1
        times = Counter(one[-length:] for one in different)
        for path in waiting:
            names[path] = Path(*parts[path][-length:]).as_posix()
        waiting = [path for path in waiting if times[parts[path][-length:]] > 1]
    return names


def name_within(own: str, path: Path, names: Mapping[Path, str]) -> str:
    """Return what an object of a file is called among those of all files.

    Parameters
    ----------
    own : str
        What it is called in its file: by the name of the file, and a number where there are many;
        names that do not begin so stay as they are.
    path : Path
        The file.
    names : mapping of Path to str
        As `distinct_names` gives them.
    """
    return names[path] + own.removeprefix(path.name) if own.startswith(path.name) else own


def _stem_of(name: str) -> str:
    """Return a name with its folders joined to it, and without the ending of a format.

    Parameters
    ----------
    name : str
        As `distinct_names` gives it.
    """
    joined = "_".join(part for part in Path(name).parts if part != Path(name).anchor)
    return joined.removesuffix(".gz").removesuffix(".fz").rsplit(".", 1)[0]


def file_stems(paths: Sequence[Path]) -> dict[Path, str]:
    """Return what files that are made of each are called by, before an ending of their own.

    Parameters
    ----------
    paths : sequence of Path
        All files. Of those that `distinct_names` tells apart by what no stem keeps, as
        ``a/x.fits`` and ``a_x.fits``, later ones get a number. Those of a share of a run are told
        from all files of the run.
    """
    share = current_share()
    if share is not None and share.stems.keys() >= set(paths):
        return {path: share.stems[path] for path in paths}
    return stems_of(distinct_names(paths))


def stems_of(names: Mapping[Path, str]) -> dict[Path, str]:
    """Return the stems of files by their distinct names, as `file_stems` does."""
    return dict(zip(names, _unlike([_stem_of(one) for one in names.values()]), strict=True))


def object_stems(ids: Iterable[object]) -> list[str]:
    """Return what files that are made of objects are called by, in order, no two alike.

    Parameters
    ----------
    ids : iterable
        What the objects are called, all of them at once: what no name of a file has becomes ``_``,
        and where two would be the same, as of ``a/b`` and ``a_b``, a number tells them apart.
    """
    plain = ("".join(c if c.isalnum() or c in "-+." else "_" for c in str(one)) for one in ids)
    return _unlike([one[:LONGEST_STEM] or "_" for one in plain])


def _unlike(wanted: Sequence[str]) -> list[str]:
    """Return names with numbers after those that are there before: also for eyes without case."""
    reserved, given = {name.casefold() for name in wanted}, set[str]()
    names = []
    for name in wanted:
        found, number = name, 1
        while found.casefold() in given or (number > 1 and found.casefold() in reserved):
            number += 1
            found = f"{name}_{number}"
        given.add(found.casefold())
        names.append(found)
    return names
