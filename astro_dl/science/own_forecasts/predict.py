"""From files of series to tables of what comes next."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units
from astropy.table import QTable

from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.light_curves.series import read_series
from astro_dl.science.own_forecasts.physics import OwnForecasts
from astro_dl.science.own_forecasts.windows import Cut, Grid, last_cut, on_grid


def predict_forecasts(
    predictor: Predictor[OwnForecasts],
    paths: Sequence[Any],
    *,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Forecast series in files, each from the window at its end.

    Parameters
    ----------
    predictor : Predictor
        A model of this task.
    paths : sequence of path
        As `astro_dl.observations.light_curves.series.read_series` takes them.
    batch_size : int, optional
        Windows given to the model at once.
    keep_flagged : bool, default False
        Answer for what is outside the training range, too, instead of leaving the answer out.

    Yields
    ------
    astropy.table.QTable
        For each file a row for each step to come: ``id``, the file's name, ``step``, ``time`` [d],
        ``flux`` over the median of the series, ``flux_std`` where it is told, and ``flags``.

    Raises
    ------
    UsageError
        If a file cannot be read, or is shorter than a window.
    """
    files, empty = [Path(path) for path in paths], True
    names = distinct_names(files)
    for path in files:
        with may_fail(path):
            grid, seen = end_of_series(predictor.physics, path)
            told = predictor.predict(
                seen.x[None], ids=[names[path]], batch_size=batch_size, keep_flagged=keep_flagged
            )
            empty = False
            yield _by_step(predictor.physics, told, grid, seen)
    if empty:
        raise nothing_read()


def end_of_series(physics: OwnForecasts, path: Path) -> tuple[Grid, Cut]:
    """Return the series of a file on the grid, and the window at its end."""
    grid = on_grid(read_series(path), physics.windows.step_days)
    return grid, last_cut(physics.windows, grid, str(path))


def _by_step(physics: OwnForecasts, told: QTable, grid: Grid, seen: Cut) -> QTable:
    """Return a row for each step, in units of the series."""
    windows = physics.windows
    steps = np.arange(1, windows.horizon + 1)
    last = seen.first + windows.window - 1
    table = QTable(meta=told.meta)
    table["id"] = [str(told["id"][0])] * len(steps)
    table["step"] = steps
    table["time"] = (grid.start + (last + steps) * windows.step_days) * units.day
    values = np.array([told[name][0] for name in windows.names], np.float64)
    table["flux"] = (seen.mean + seen.deviation * values).astype(np.float32)
    if f"{windows.names[0]}_std" in told.colnames:
        spread = np.array([told[f"{name}_std"][0] for name in windows.names], np.float64)
        table["flux_std"] = (seen.deviation * spread).astype(np.float32)
    table["flags"] = [str(told["flags"][0])] * len(steps)
    return table
