"""The one door through which files are read: what a library raises on a file is the file's fault.

Libraries raise whatever they like on a damaged file, from `KeyError` to `AssertionError`. Inside
`reading` all of it becomes one line that names the file. What our own code raises stays as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from astro_dl.core.errors import UsageError

OURS = "astro_dl"
LIBRARIES = (
    "astropy",
    "h5py",
    "fastavro",
    "pyarrow",
    "pandas",
    "gwpy",
    "framel",
    "lal",
    "numpy.lib",
    "numpy.rec",
    "numpy._core._exceptions",
    "bz2",
    "codecs",
    "csv",
    "_csv",
    "encodings",
    "PIL",
    "zarr",
    "numcodecs",
    "gzip",
    "json",
    "lzma",
    "xml",
    "yaml",
    "zipfile",
    "zlib",
)
"""Modules that read files, and those that define what they raise."""

OF_THE_FILE = (OSError, EOFError, UnicodeError)
LONGEST_REASON = 200


@contextmanager
def reading(path: str | Path, kind: str = "", part: str = "") -> Iterator[None]:
    """Turn what a library raises on a file into a `UsageError` of one line.

    Parameters
    ----------
    path : str or Path
        The file; `UsageError` raised inside gets its name where it lacks it.
    kind : str, optional
        What it is read as, such as ``"FITS"``.
    part : str, optional
        Where in the file, such as ``"HDU 1"``.

    Raises
    ------
    UsageError
        If the file is missing, or for anything that was raised inside a library that reads files.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        yield
    except UsageError as error:
        if path.name in str(error):
            raise
        raise UsageError(f"{path}: {error}") from error
    except Exception as error:
        if not _is_of_library(error):
            raise
        where = f"{path}, {part}" if part else str(path)
        read = f"cannot be read as {kind}" if kind else "cannot be read"
        raise UsageError(f"{where}: {read} ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())[:LONGEST_REASON]
    # A KeyError says a bare word.
    return (
        f"{type(error).__name__}: {text}" if isinstance(error, LookupError) else text or repr(error)
    )


def _is_of_library(error: Exception) -> bool:
    """Whether it was raised by a library that our code had called, or says that a file is bad."""
    called = list(_modules(error.__traceback__))
    ours = [place for place, name in enumerate(called) if _within(name, (OURS,))]
    below = called[ours[-1] + 1 :] if ours else called
    return (
        isinstance(error, OF_THE_FILE)
        or _within(type(error).__module__, LIBRARIES)
        or any(_within(name, LIBRARIES) for name in below)
    )


def _modules(traceback: TracebackType | None) -> Iterator[str]:
    """Yield the modules of a traceback's frames, outermost first."""
    while traceback is not None:
        yield traceback.tb_frame.f_globals.get("__name__", "")
        traceback = traceback.tb_next


def _within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in packages)
