"""A Dask scheduler: one that runs already, by its address, or one of this machine alone."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from astro_dl import __version__
from astro_dl.core.errors import UsageError
from astro_dl.core.extras import import_extra

if TYPE_CHECKING:
    from distributed import Client

EXTRA = "cluster"
LOCAL = re.compile(r"local(?::([1-9]\d{0,4}))?")
ADDRESS = re.compile(r"(?:tcp|tls|ucx|ws|wss)://\S+")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LOCAL_SETTINGS = {
    # Workers may have processes of their own, which daemons may not.
    "distributed.worker.daemon": False,
    # Without Dask's limits of glibc, by which every array of 128 KiB is new memory of the kernel's.
    "distributed.nanny.pre-spawn-environ": dict.fromkeys(ONE_THREAD, "1"),
    # What a dashboard would show takes a tenth of a processor, and there is none.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    # Ten times less often than by default: what a worker holds are the rows of one part.
    "distributed.worker.memory.monitor-interval": "1s",
}
PATIENCE_S = 30.0
"""How long a scheduler, and the first of its workers, are waited for [s]."""


def read_scheduler(text: str) -> str:
    """Return what names a scheduler; Dask is not imported.

    Raises
    ------
    UsageError
        If it is neither an address nor ``local``.
    """
    if LOCAL.fullmatch(text) or ADDRESS.fullmatch(text):
        return text
    raise UsageError(
        f"scheduler: {text!r} is not accepted; accepted: an address, as tcp://host:8786, or "
        "local:N for N processes of this machine"
    )


@contextmanager
def connected(scheduler: str, patience_s: float = PATIENCE_S) -> Iterator["Client"]:
    """Give a client of a scheduler whose workers have this version of the package.

    Parameters
    ----------
    scheduler : str
        Its address; or ``local:N`` for N worker processes of this machine, which end with the
        work, ``local`` for as many as it has processors.
    patience_s : float, default 30
        How long the scheduler, and the first of its workers, are waited for [s].

    Raises
    ------
    UsageError
        If Dask is not installed, the scheduler cannot be reached, it has no worker, or a worker
        has another version of this package or none.
    """
    local = LOCAL.fullmatch(read_scheduler(scheduler))
    distributed = import_extra("distributed", EXTRA)
    if local:
        workers = int(local[1] or os.cpu_count() or 1)
        with _local_cluster(distributed, workers) as cluster, _client(distributed, cluster) as one:
            yield one
        return
    try:
        client = _client(distributed, scheduler, timeout=patience_s)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise UsageError(
            f"scheduler {scheduler}: cannot be reached within {patience_s:g} s ({reason}); "
            "'dask scheduler' starts one"
        ) from None
    with client:
        check_workers(client, patience_s)
        yield client


def check_workers(client: "Client", patience_s: float = PATIENCE_S) -> None:
    """Raise `UsageError` unless there are workers, all of them with this version of the package."""
    address = client.scheduler_info()["address"]
    try:
        client.wait_for_workers(1, timeout=patience_s)
    except TimeoutError:
        raise UsageError(
            f"scheduler {address}: has no worker after {patience_s:g} s; "
            f"'dask worker {address}' starts one"
        ) from None
    # By a function of the standard library, which workers without this package have, too.
    found: Any = client.run(resolve_name, "astro_dl:__version__", on_error="return")
    for worker, theirs in found.items():
        if theirs != __version__:
            has = f"astro_dl {theirs}" if isinstance(theirs, str) else f"no astro_dl ({theirs})"
            raise UsageError(
                f"worker {worker}: has {has}; {__version__} is needed, as here: start workers in "
                "the same environment"
            )


def _client(distributed: Any, where: Any, **options: Any) -> "Client":
    return distributed.Client(where, set_as_default=False, **options)


@contextmanager
def _local_cluster(distributed: Any, workers: int) -> Iterator[Any]:
    dask = import_extra("dask", EXTRA)
    with (
        dask.config.set(LOCAL_SETTINGS),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster
