"""Guarantees of bundles, from examples that nothing else was made of."""

from pathlib import Path

import numpy as np

from astro_dl.bundles.bundle import Bundle, load_bundle, update_bundle
from astro_dl.bundles.guarantees import FEWEST_EXAMPLES
from astro_dl.core.config import Config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.registry import get_task
from astro_dl.core.schema import plain
from astro_dl.data.cache import cached_store, split_physics
from astro_dl.data.real import is_real, real_split, split_title
from astro_dl.data.store import open_store
from astro_dl.inference.load import load_pretrained
from astro_dl.inference.promises import make_guarantees
from astro_dl.models.build import model_head

FEWEST_BLOCKS = 64
"""Simulators may draw a survey or a night for a whole block: few blocks are few examples."""


def add_guarantees(folder: str | Path, n: int, progress: bool = True) -> Bundle:
    """Put guarantees on the card of a bundle; its weights stay as they are.

    Parameters
    ----------
    folder : str or Path
        A bundle whose answers have sets or intervals.
    n : int
        Examples to hold out: simulated ones, of a random stream that neither trains, validates nor
        tests; of a bundle trained on a real set at most so many of its test split, on which nothing
        but metrics rests.
    progress : bool, default True
        Whether the simulation shows a progress bar.

    Raises
    ------
    UsageError
        If the kind of answer promises nothing, the real set is not at hand, or its test split has
        fewer than four examples.
    """
    config = load_bundle(folder).config
    examples = held_out_examples(config, n, progress)
    promised = make_guarantees(load_pretrained(folder), examples, source(config, len(examples)))
    return update_bundle(folder, card_parts={"guarantees": plain(promised)})


def check_promised(config: Config) -> None:
    """Raise `UsageError`, before any training, if the answers promise nothing, or of too little."""
    task, physics = get_task(config.task), split_physics(config, "train")
    head = model_head(config.model, task, physics, config.hyperparameters)
    if head.conformal() is None:
        raise UsageError(
            f"data.n_guarantee: {head.kind} answers have neither sets nor intervals; accepted: 0"
        )
    n = config.data.n_guarantee
    if is_real(config):
        n = min(n, len(real_split(config, "test")))
    if n < FEWEST_EXAMPLES:
        raise UsageError(
            f"data.n_guarantee: {n} examples to hold out; accepted: {FEWEST_EXAMPLES} at least, "
            "or 0 for no guarantee"
        )


def source(config: Config, n: int) -> str:
    """Return how a card names n held-out examples."""
    if is_real(config):
        return f"{n:,} examples of the {split_title(config, 'test')}"
    return f"{n:,} simulated examples, seed {config.seed}, of a stream of their own"


def held_out_examples(config: Config, n: int, progress: bool = True) -> Examples:
    """Return at most n examples that guarantees are made from, as the training has them."""
    if is_real(config):
        examples = real_split(config, "test")
        order = np.random.default_rng(config.seed).permutation(len(examples))
        return examples.take(np.sort(order[:n]))
    path = cached_store(
        get_task(config.task),
        split_physics(config, "train"),
        n,
        config.seed,
        "calibration",
        small_blocks(config, n),
        config.data.workers,
        progress,
    )
    return open_store(path).read()


def small_blocks(config: Config, n: int) -> int:
    """Return the size of blocks of which n examples have `FEWEST_BLOCKS` at least."""
    return max(1, min(config.data.block_size, n // FEWEST_BLOCKS))
