"""Simulations, classical methods and folds by the workers of a scheduler."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from astro_dl.cluster.scheduler import connected
from astro_dl.cluster.tasks import in_order
from astro_dl.cluster.worker import applied_in
from astro_dl.data.parallel import mapping_by


@contextmanager
def mapped_by(scheduler: str | None) -> Iterator[None]:
    """Let the workers of a scheduler do what would be done by processes of this machine.

    That is all that goes through `astro_dl.data.parallel`'s `parallel_map` and `independent_map`:
    blocks of simulations, which depend on their seed alone, blocks of classical methods, and folds.
    Results are the same.

    Parameters
    ----------
    scheduler : str or None
        As of `astro_dl.cluster.scheduler.connected`; None changes nothing.
    """
    if scheduler is None:
        yield
        return
    with connected(scheduler) as client:
        folder = str(Path.cwd())

        def mapped(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
            return in_order(client, partial(applied_in, folder, function), items)

        with mapping_by(mapped):
            yield
