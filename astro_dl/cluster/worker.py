"""What a worker does with a piece of work: one at a time, in the folder of whoever asked."""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_ALONE = Lock()
_OF_DASK = random.Random()


@contextmanager
def working_in(folder: str) -> Iterator[None]:
    """Work alone in this process, where relative paths mean what they mean in a folder.

    Networks and warnings are not for several threads. Where there is no such folder, relative paths
    name nothing.
    """
    with _ALONE, chdir(folder) if Path(folder).is_dir() else nullcontext():
        _leave_random_alone()
        yield


def _leave_random_alone() -> None:
    """Give the threads of Dask random numbers of their own.

    Keras draws the seeds of layers from those of Python: were others drawn meanwhile, as where
    Dask guesses sizes, the same seed would not give the same weights.
    """
    for name, module in list(sys.modules.items()):
        of_dask = name.partition(".")[0] in ("dask", "distributed", "tornado")
        if of_dask and getattr(module, "random", None) is random:
            vars(module)["random"] = _OF_DASK


def applied_in(folder: str, function: Callable[[Item], Result], item: Item) -> Result:
    """Return ``function(item)``, worked out in a folder."""
    with working_in(folder):
        return function(item)
