"""Predictions for stamps of files, whatever is asked of them."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.reading.named_files import read_named
from astro_dl.inference.arrays import predict_read
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import check_any_answer
from astro_dl.models.point_spread.inputs import IMAGE
from astro_dl.observations.galaxies.stamp_files import Options, Stamp, read_stamp

MakeInput = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]
"""From images and point-spread functions (n, size, size) to the network's input."""

WITHHELD = "psf_outside_training_range"


def predict_stamps_of(
    predictor: Predictor[Any],
    paths: Sequence[str | Path],
    options: Options,
    as_input: MakeInput,
    batch_size: int | None,
    keep_flagged: bool,
    progress: bool,
) -> tuple[QTable, list[Stamp]]:
    """Return what a network tells of stamps, and the stamps.

    Parameters
    ----------
    predictor : Predictor
        Whose physics says how stamps are read.
    paths : sequence of path
        One stamp each.
    options : Options
        Of the reader.
    as_input : callable
        From images to inputs.
    batch_size, keep_flagged
        As of `Predictor.predict` on arrays.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    table : astropy.table.QTable
        ``id``, the answers, and ``flags`` of the reader and of the network.
    stamps : list of Stamp

    Raises
    ------
    UsageError
        If no stamp can be used.
    """
    read = partial(read_stamp, physics=predictor.physics, options=options)
    ids, stamps = read_named(paths, read, "stamp", progress)
    x = _inputs(stamps, as_input)
    good = np.array([np.isfinite(one.image).all() for one in stamps])
    good &= keep_flagged | np.array([WITHHELD not in one.flags for one in stamps])
    check_any_answer(good, ids, [",".join(one.flags) for one in stamps])
    x[IMAGE][~good] = np.nan
    flags = [one.flags for one in stamps]
    return predict_read(predictor, x, ids, flags, batch_size, keep_flagged), stamps


def input_of_stamp(physics: Any, path: Path, as_input: MakeInput) -> Inputs:
    """Return the input of the one stamp in a file.

    Raises
    ------
    UsageError
        If it cannot be read, or has too few pixels.
    """
    stamp = read_stamp(path, physics, Options())
    if not np.isfinite(stamp.image).all():
        raise UsageError(f"{path}: {', '.join(stamp.flags)}")
    return {name: one[0] for name, one in _inputs([stamp], as_input).items()}


def _inputs(stamps: Sequence[Stamp], as_input: MakeInput) -> dict[str, np.ndarray]:
    images, spreads = (
        np.stack([getattr(one, name) for one in stamps]) for name in ("image", "point_spread")
    )
    return as_input(images, spreads)
