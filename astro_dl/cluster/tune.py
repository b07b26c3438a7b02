"""`tune` by all workers of a scheduler at once, which share the trials through the storage."""

from functools import partial
from pathlib import Path
from typing import Any

from astro_dl.cluster.scheduler import connected
from astro_dl.cluster.tasks import in_order
from astro_dl.cluster.worker import working_in
from astro_dl.core.quiet import import_keras_quietly
from astro_dl.tuning import tune
from astro_dl.tuning.result import Tuning


def tune_on(scheduler: str, config: str | Path, out: str | Path, **settings: Any) -> Tuning:
    """Find the settings that are best on the validation set, by all workers together.

    What is found does not depend on how many they are, see `astro_dl.tuning.tune`. A trial of a
    worker that is lost is taken over by another.

    Parameters
    ----------
    scheduler : str
        As of `astro_dl.cluster.scheduler.connected`. All workers see `out`, and the storage, by the
        same path.
    config, out, **settings
        As of `astro_dl.tuning.tune`.

    Raises
    ------
    UsageError
        As of `tune` and `connected`.
    """
    quiet = {**settings, "progress": False}
    with connected(scheduler) as client:
        workers = len(client.nthreads())
        work = partial(_work, str(Path.cwd()), config, out, quiet)
        for _ in in_order(client, work, range(workers)):
            pass
    # All trials are in the storage.
    return tune(config, out, **settings)


def _work(
    folder: str, config: str | Path, out: str | Path, settings: dict[str, Any], _: int
) -> None:
    """Take part in a tuning, until all of its trials have come to an end."""
    import_keras_quietly()
    with working_in(folder):
        tune(config, out, **settings)
