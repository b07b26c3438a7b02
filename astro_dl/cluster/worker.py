"""What a worker does with a piece of work: one at a time, in the folder of whoever asked."""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, nullcontext
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_ALONE = Lock()


def _another(name: str) -> ModuleType:
    """Return a module of the standard library once more, with a state of its own."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_RANDOM_OF_DASK = _another("random")


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
            vars(module)["random"] = _RANDOM_OF_DASK


def applied_in(folder: str, function: Callable[[Item], Result], item: Item) -> Result:
    """Return ``function(item)``, worked out in a folder."""
    with working_in(folder):
        return function(item)
