"""Pulse files to a table."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import QTable

from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import prediction_table
from toy_astro.files import read_pulses
from toy_astro.physics import PulsePhysics


def find_pulses(
    predictor: Predictor[PulsePhysics],
    paths: Sequence[str | Path],
    *,
    batch_size: int | None = None,
) -> QTable:
    """Return one row for every series of the files, in their order."""
    read = [read_pulses(Path(path)) for path in paths]
    names = [name for found, _ in read for name in found]
    x = np.concatenate([series for _, series in read])
    return prediction_table(predictor.head, names, predictor.answers(x, batch_size))
