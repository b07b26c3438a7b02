"""What a worker does with a piece of work: one at a time, in the folder of whoever asked."""

from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_ALONE = Lock()


@contextmanager
def working_in(folder: str) -> Iterator[None]:
    """Work alone in this process, where relative paths mean what they mean in a folder.

    Networks and warnings are not for several threads. Where there is no such folder, relative paths
    name nothing.
    """
    with _ALONE, chdir(folder) if Path(folder).is_dir() else nullcontext():
        yield


def applied_in(folder: str, function: Callable[[Item], Result], item: Item) -> Result:
    """Return ``function(item)``, worked out in a folder."""
    with working_in(folder):
        return function(item)
