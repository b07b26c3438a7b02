"""Functions applied by the workers of a scheduler, a bounded number of them ahead of the user."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from astro_dl.cluster.scheduler import EXTRA
from astro_dl.core.errors import UsageError
from astro_dl.core.extras import import_extra

if TYPE_CHECKING:
    from distributed import Client, Future

Item = TypeVar("Item")
Result = TypeVar("Result")
AHEAD = 3
"""Items under way for each thread of the workers."""

RETRIES = 2
"""How often what failed by chance, as a disk that did not answer, is tried again."""


def completed(
    client: "Client", function: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result]]:
    """Yield every item with ``function(item)``, in the order in which workers are done.

    What a worker that is gone has not delivered is done again by another.

    Parameters
    ----------
    client : distributed.Client
        Of the scheduler.
    function : callable
        Of one argument, found by its name on the workers.
    items : iterable
        Its arguments, drawn as workers come to them.

    Raises
    ------
    UsageError
        If an item kills every worker that it is given to, or the scheduler is gone.
    """
    distributed = import_extra("distributed", EXTRA)
    remaining, running = iter(items), dict[Any, tuple["Future", Item]]()
    submit = _submitter(client, function)
    waiting = distributed.as_completed(loop=client.loop)

    def go_on() -> None:
        for item in islice(remaining, max(0, _ahead(client) - len(running))):
            future = submit(item)
            running[future.key] = future, item
            waiting.add(future)

    try:
        go_on()
        for future in waiting:
            _, item = running.pop(future.key)
            yield item, _result(future)
            future.release()
            go_on()
    finally:
        for future, _ in running.values():
            future.cancel()


def in_order(
    client: "Client", function: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Result]:
    """Yield ``function(item)`` for every item, in order; as `completed`."""
    remaining, running = iter(items), deque["Future"]()
    submit = _submitter(client, function)
    try:
        running.extend(map(submit, islice(remaining, _ahead(client))))
        while running:
            future = running.popleft()
            result = _result(future)
            future.release()
            running.extend(map(submit, islice(remaining, _ahead(client) - len(running))))
            yield result
    finally:
        for future in running:
            future.cancel()


def _ahead(client: "Client") -> int:
    """Return how many items may be under way, for as many workers as there are now."""
    return AHEAD * max(1, sum(client.nthreads().values()))


def _submitter(client: "Client", function: Callable[[Any], Any]) -> Callable[[Any], "Future"]:
    run, numbers = uuid4().hex[:12], count()

    def submit(item: Any) -> "Future":
        key = f"astro_dl-{run}-{next(numbers)}"
        return client.submit(function, item, key=key, retries=RETRIES, pure=False)

    return submit


def _result(future: "Future") -> Any:
    from concurrent.futures import CancelledError

    distributed = import_extra("distributed", EXTRA)
    try:
        return future.result()
    except distributed.KilledWorker as error:
        raise UsageError(
            f"several workers died at the same work ({error.task}), probably for lack of memory; "
            "give them more, or make parts smaller"
        ) from None
    except (CancelledError, distributed.CancelledError):
        raise UsageError(
            "the scheduler is gone, or has dropped this work; what is finished is kept"
        ) from None
    except ModuleNotFoundError as error:
        raise UsageError(f"a worker has another environment than this process: {error}") from None
