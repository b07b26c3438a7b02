"""One writer at a time: a lock file that vanishes with the process that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from astro_dl.core.errors import UsageError


@contextmanager
def locked(target: Path, use: str, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a file or folder.

    Parameters
    ----------
    target : Path
        What is to be written; the lock file lies beside it, hidden. Its folder exists.
    use : str
        What it is locked for, such as ``"training"``; one word, in the lock file's name. Locks of
        different uses are independent, and none can be taken twice, not by one process either.
    wait : bool, default True
        Whether to wait until another process is done.

    Raises
    ------
    UsageError
        If another process holds it and `wait` is off.
    """
    target = target.absolute()
    path = target.with_name(f".{target.name}.{use}.lock")
    descriptor = _take(path, wait)
    if descriptor is None:
        raise UsageError(
            f"{target} is in use by another {use}; wait until it has ended, or choose another place"
        )
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _take(path: Path, wait: bool) -> int | None:
    """Return the open, locked file; None if another process has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            # Whoever held it may have removed the file that was opened here.
            if os.path.exists(path) and os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
