"""`generate`: as many new examples as are asked for, of what is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.bundles.bundle import load_bundle
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.registry import get_task
from astro_dl.core.schema import read_keywords
from astro_dl.core.task import Generation

if TYPE_CHECKING:
    from astro_dl.inference.predictor import Predictor

MOST = 100_000
"""Examples at once, which are held in memory."""


def generate(
    model: "str | Path | Predictor[Any]",
    n: int = 64,
    *,
    seed: int = 0,
    out: str | Path | None = None,
    **conditions: Any,
) -> Examples:
    """Return new examples, drawn from what a network has learnt.

    Parameters
    ----------
    model : str, Path or Predictor
        Name of a shipped bundle, a folder, or what was loaded from it.
    n : int, default 64
        How many.
    seed : int, default 0
        Determines everything: the same seed, number and conditions give the same examples.
    out : str or Path, optional
        File that they are written to, with the seed.
    **conditions
        What is asked for, as the task has it: of galaxies those of
        `astro_dl.science.galaxy_generation.draw.draw_galaxies`, as ``magnitude=22``.

    Returns
    -------
    Examples
        In the form that the task's simulator gives, ``info`` with what was asked.

    Raises
    ------
    UsageError
        If the network draws no examples, a condition is unknown or was not learnt, or the file
        cannot be written.

    Examples
    --------
    >>> galaxies = astro_dl.generate("galaxy_vae", 16, magnitude=22)  # doctest: +SKIP
    """
    from astro_dl.inference.load import load_pretrained
    from astro_dl.inference.predictor import Predictor

    if not 1 <= n <= MOST or seed < 0:
        raise UsageError(
            f"n is {n} and seed {seed}; accepted: 1 to {MOST:,} examples, and seeds of 0 and above"
        )
    predictor = model if isinstance(model, Predictor) else load_pretrained(model)
    generation = _generation(predictor.bundle.card.name, predictor.bundle.config.task)
    asked = read_keywords(generation.draw, conditions)
    examples = generation.draw(predictor, n, np.random.default_rng(seed), **asked)
    if out is not None:
        generation.write(predictor, examples, Path(out), {"seed": seed})
    return examples


def drawing_function(model: str) -> Callable[..., Any]:
    """Return what draws examples from a bundle, whose keyword parameters may be asked for.

    Raises
    ------
    UsageError
        If there is no such bundle, or it draws none.
    """
    bundle = load_bundle(model)
    return _generation(bundle.card.name, bundle.config.task).draw


def _generation(name: str, task: str | None) -> Generation[Any]:
    found = get_task(task).generation if task else None
    if found is None:
        raise UsageError(
            f"{name} draws no new examples; accepted: a bundle of a task that does, as "
            "galaxy_generation"
        )
    return found
