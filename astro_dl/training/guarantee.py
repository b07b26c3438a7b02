"""Guarantees of simulated bundles, from examples that nothing else was made of."""

from pathlib import Path

from astro_dl.bundles.bundle import Bundle, load_bundle, update_bundle
from astro_dl.core.config import Config
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.registry import get_task
from astro_dl.core.schema import plain
from astro_dl.data.cache import cached_store, split_physics
from astro_dl.data.real import is_real
from astro_dl.data.store import open_store
from astro_dl.inference.load import load_pretrained
from astro_dl.inference.promises import make_guarantees


def add_guarantees(folder: str | Path, n: int, progress: bool = True) -> Bundle:
    """Put guarantees on the card of a bundle; its weights stay as they are.

    Parameters
    ----------
    folder : str or Path
        A bundle that was trained on simulations.
    n : int
        Examples to simulate, of a random stream that neither trains, validates nor tests.
    progress : bool, default True
        Whether the simulation shows a progress bar.

    Raises
    ------
    UsageError
        If it was trained on a real set, or its answers have neither sets nor intervals.
    """
    config = load_bundle(folder).config
    check_simulated(config, f"{folder}")
    source = f"{n:,} simulated examples, seed {config.seed}, of a stream of their own"
    held_out = held_out_examples(config, n, progress)
    promised = make_guarantees(load_pretrained(folder), held_out, source)
    return update_bundle(folder, card_parts={"guarantees": plain(promised)})


def check_simulated(config: Config, where: str) -> None:
    """Raise `UsageError` of a place if a config is of a real set, for which nothing is promised."""
    if is_real(config):
        raise UsageError(
            f"{where}: trained on the real set {config.data.source}; simulated examples promise "
            "nothing of it"
        )


def held_out_examples(config: Config, n: int, progress: bool = True) -> Examples:
    """Return n examples of the stream that guarantees are made from, as the training has them."""
    path = cached_store(
        get_task(config.task),
        split_physics(config, "train"),
        n,
        config.seed,
        "calibration",
        config.data.block_size,
        config.data.workers,
        progress,
    )
    return open_store(path).read()
