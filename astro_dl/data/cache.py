"""The stored sets of a config, made when first asked for and found again by their content."""

import dataclasses
from pathlib import Path
from typing import Any

from astro_dl.core.config import Config
from astro_dl.core.errors import UsageError
from astro_dl.core.lock import locked
from astro_dl.core.reading.folders import cache_folder
from astro_dl.core.registry import build_physics, get_task
from astro_dl.core.schema import plain
from astro_dl.core.task import Physics, Task
from astro_dl.data.simulate import BLOCK_SIZE, STREAMS, iterate_blocks
from astro_dl.data.store import Store, content_key, open_store, store_examples


def cached_store(
    task: Task[Physics],
    physics: Physics,
    n: int,
    seed: int,
    split: str,
    block_size: int = BLOCK_SIZE,
    workers: int = 1,
    progress: bool = True,
) -> Path:
    """Return the stored examples of a task, simulating them if they are not in the cache.

    Parameters
    ----------
    task : Task
        The task.
    physics
        Instance of its physics dataclass.
    n : int
        Number of examples.
    seed : int
        Seed; the examples depend on it, on `split` and `block_size` alone.
    split : {"train", "validation", "test", "calibration"}
        Which random stream to use.
    block_size, workers : int
        Examples simulated at once, and worker processes.
    progress : bool, default True
        Whether a progress bar is shown while simulating.

    Returns
    -------
    Path
        An HDF5 file under ``$ASTRO_DL_CACHE``; a damaged one is remade.
    """
    meta = {
        "task": task.name,
        "version": task.version,
        "physics": plain(physics),
        "n": n,
        "seed": seed,
        "stream": STREAMS[split],
        "block_size": block_size,
    }
    path = cache_folder() / "stores" / f"{task.name}-{split}-{content_key(meta)}.h5"
    if _usable(path):
        return path
    with locked(path, "simulation"):
        # Another process may have made it meanwhile.
        if not _usable(path):
            blocks = iterate_blocks(
                task.simulate, physics, n, seed, STREAMS[split], block_size, workers
            )
            store_examples(path, blocks, n, meta, progress, f"simulating {split}")
    return path


def cached_split(config: Config, split: str, progress: bool = True) -> Store:
    """Return the stored set of a config: its physics, number, seed and block size.

    Parameters
    ----------
    config : Config
        The config; the test set has its ``data.test_signal_fraction``.
    split : {"train", "validation", "test"}
        Which set.
    progress : bool, default True
        Whether a progress bar is shown while simulating.
    """
    data = config.data
    path = cached_store(
        get_task(config.task),
        split_physics(config, split),
        getattr(data, f"n_{split}"),
        config.seed,
        split,
        data.block_size,
        data.workers,
        progress,
    )
    return open_store(path)


def split_physics(config: Config, split: str) -> Any:
    """Return the physics of a set; the test set may have another fraction of positives."""
    task = get_task(config.task)
    physics = build_physics(config.task, config.physics)
    fraction = config.data.test_signal_fraction
    if split != "test" or fraction is None:
        return physics
    if task.signal_fraction is None:
        raise UsageError(
            f"data.test_signal_fraction: task {task.name!r} has no fraction of positives; "
            "leave it out"
        )
    return dataclasses.replace(physics, **{task.signal_fraction: fraction})


def _usable(path: Path) -> bool:
    try:
        open_store(path)
    except UsageError:
        return False
    return True
