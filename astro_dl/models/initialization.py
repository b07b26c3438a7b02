"""Whether builders compute costly initial weights, or leave them to be read from a bundle."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_to_be_read: ContextVar[bool] = ContextVar("_to_be_read", default=False)


@contextmanager
def weights_to_be_read() -> Iterator[None]:
    """Declare that models built in this context get all their weights afterwards."""
    token = _to_be_read.set(True)
    try:
        yield
    finally:
        _to_be_read.reset(token)


def weights_are_to_be_read() -> bool:
    """Return whether a builder can leave out initial weights that take time to compute."""
    return _to_be_read.get()
