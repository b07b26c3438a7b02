"""Work on what was read while the next is being read."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def overlapped(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield ``work(item)`` for every item, in order, while the next item is drawn.

    Items are drawn in the thread that calls, as libraries that read files keep state of their own
    thread, and worked on in another. Two items are held at once.

    Parameters
    ----------
    work : callable
        What takes long outside of Python, such as a network.
    items : iterable
        What takes long to draw.
    """
    with ThreadPoolExecutor(1) as pool:
        before: Future[Result] | None = None
        for item in items:
            if before is not None:
                yield before.result()
            before = pool.submit(copy_context().run, work, item)
        if before is not None:
            yield before.result()
