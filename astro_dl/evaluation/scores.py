"""Scores of the network and of the classical methods, computed in blocks and kept for later.

Scores of stored examples are cached under ``$ASTRO_DL_CACHE/scores``, so that several models share
the baselines of one test set. A cached file is believed only if computing the first examples anew
gives the same numbers.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, Inputs, input_length, take_inputs
from astro_dl.core.files import atomic_path
from astro_dl.core.reading.folders import cache_folder
from astro_dl.core.schema import plain
from astro_dl.core.task import Physics, Task
from astro_dl.data.parallel import parallel_map
from astro_dl.data.store import Store, content_key

Scores = dict[str, np.ndarray]
BLOCK, PROBE = 256, 8


def input_blocks(data: Store | Examples, n: int, size: int = BLOCK) -> Iterator[Inputs]:
    """Yield the inputs of the first n examples in blocks, one in memory at a time for a store."""
    for start in range(0, n, size):
        part = slice(start, min(start + size, n))
        yield data.inputs(part) if isinstance(data, Store) else take_inputs(data.x, part)


def baseline_scores(
    task: Task[Physics], physics: Physics, workers: int, blocks: Iterator[Inputs]
) -> Scores:
    """Return the ranking statistics of a task's classical methods, computed in parallel.

    Parameters
    ----------
    task : Task
        With ``baselines``.
    physics
        Instance of its physics dataclass.
    workers : int
        Worker processes.
    blocks : iterator of inputs
        The examples.

    Returns
    -------
    dict of str to ndarray
        One array over all examples for each method.
    """
    baselines = task.classical.baselines
    assert baselines is not None
    parts = list(parallel_map(partial(_one_block, baselines, physics), blocks, workers))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def cached_scores(
    what: str,
    key: Mapping[str, Any],
    data: Store | Examples,
    n: int,
    compute: Callable[[Iterator[Inputs]], Scores],
    progress: bool = True,
    probe: bool = True,
) -> Scores:
    """Return scores of the first n examples, from the cache if the data are a store.

    Parameters
    ----------
    what : str
        Named in the progress bar and in the file's name.
    key : mapping
        Plain values on which the scores depend besides the data.
    data : Store or Examples
        The examples.
    n : int
        How many.
    compute : callable
        From blocks of inputs to scores by method, each example independent of the others.
    progress : bool, default True
        Whether a progress bar is shown.
    probe : bool, default True
        Whether the first examples are computed anew before a cached file is believed; not where
        that would cost as much as all of them, as with methods that must be fitted.

    Raises
    ------
    UsageError
        If a method doesn't give one score per example.
    """
    path = _cache_path(what, key, data, n) if isinstance(data, Store) else None
    if path is not None:
        kept = _read(path)
        if kept is not None and not probe:
            return kept
        if kept is not None and _agree(kept, compute(input_blocks(data, min(n, PROBE)))):
            return kept
    with tqdm(total=n, desc=what, unit="ex", disable=not progress) as bar:
        scores = compute(_counted(input_blocks(data, n), bar))
    for name, values in scores.items():
        if len(values) != n:
            raise UsageError(f"{name}: {len(values)} scores for {n} examples; one each is needed")
    if path is not None:
        _write(path, scores)
    return scores


def _one_block(
    baselines: Callable[[Physics, Inputs], Scores], physics: Physics, inputs: Inputs
) -> Scores:
    return {name: np.asarray(values) for name, values in baselines(physics, inputs).items()}


def _counted(blocks: Iterator[Inputs], bar: tqdm) -> Iterator[Inputs]:
    for block in blocks:
        yield block
        bar.update(input_length(block))


def _cache_path(what: str, key: Mapping[str, Any], data: Store, n: int) -> Path:
    file = data.path.stat()
    identity = {
        "key": plain(key),
        "store": [str(data.path.resolve().name), file.st_size, file.st_mtime_ns],
        "meta": data.meta,
        "n": n,
    }
    return cache_folder() / "scores" / f"{what}-{content_key(identity)}.npz"


def _read(path: Path) -> Scores | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception:
        # A damaged cache is made anew, whichever way it is damaged.
        return None


def _write(path: Path, scores: Scores) -> None:
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **scores)  # type: ignore[arg-type]


def _agree(kept: Scores, anew: Scores) -> bool:
    """Whether a cache still holds what the present code computes; tolerant of float32 rounding."""
    return list(kept) == list(anew) and all(
        np.allclose(kept[name][: len(anew[name])], anew[name], rtol=1e-3, atol=1e-3)
        for name in anew
    )
