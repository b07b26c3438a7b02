"""One writer at a time: a lock file that vanishes with the process that holds it."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from astro_dl.core.errors import UsageError
from astro_dl.core.files import writing


@contextmanager
def locked(target: Path, use: str, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a file or folder.

    Parameters
    ----------
    target : Path
        What is to be written; the lock file lies beside it, hidden. Its folder is made.
    use : str
        What it is locked for, such as ``"training"``; one word, in the lock file's name. Locks of
        different uses are independent, and none can be taken twice, not by one process either.
    wait : bool, default True
        Whether to wait until another process is done.

    Raises
    ------
    UsageError
        If another process holds it and `wait` is off, telling which, or no file can be made there.
    """
    path = target.absolute().with_name(f".{target.absolute().name}.{use}.lock")
    with writing(target):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _take(path, wait)
    if descriptor is None:
        raise UsageError(
            f"{target} is in use by another {use}{_holder(path)}; wait until it has ended, or "
            "choose another place"
        )
    try:
        yield
    finally:
        try:
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _holder(path: Path) -> str:
    """Return who has a lock, for people."""
    try:
        return f" ({path.read_text(encoding='utf-8')[:100]})".replace(" ()", "")
    except (OSError, UnicodeDecodeError):
        # It has ended meanwhile.
        return ""


def _sign(descriptor: int) -> None:
    """Write into a lock file who has it; on a full disk it is but not told."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())


def _take(path: Path, wait: bool) -> int | None:
    """Return the open, locked file; None if another process has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            # Whoever held it may have removed the file that was opened here.
            if os.path.exists(path) and os.path.samestat(os.fstat(descriptor), os.stat(path)):
                _sign(descriptor)
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
