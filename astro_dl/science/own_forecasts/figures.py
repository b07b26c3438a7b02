"""Series and how they go on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.core.files import file_stems
from astro_dl.core.reading.named_files import objects_by_file
from astro_dl.inference.protocol import Predictor
from astro_dl.science.own_forecasts.physics import OwnForecasts
from astro_dl.science.own_forecasts.predict import end_of_series


def draw_forecasts(
    predictor: Predictor[OwnForecasts], paths: Sequence[Any], table: QTable, folder: Path
) -> list[Path]:
    """Draw the window at the end of each series and the steps to come, within one σ.

    Parameters
    ----------
    predictor : Predictor
        That made the table.
    paths : sequence of path
        The files.
    table : QTable
        Of `astro_dl.science.own_forecasts.predict.predict_forecasts`.
    folder : Path
        Where the figures go.

    Returns
    -------
    list of Path
        One PNG for each file.
    """
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.style import BAND, new_figure, save_figure

    stems, drawn = file_stems([Path(one) for one in paths]), []
    for path, name, rows in objects_by_file(paths, table):
        rows = rows[: predictor.physics.windows.horizon]
        if not len(rows):
            continue
        grid, seen = end_of_series(predictor.physics, path)
        steps = np.arange(seen.first, len(grid.flux))
        time = grid.start + steps * predictor.physics.windows.step_days
        figure, ((axes,),) = new_figure(width=7.2, height=3.4)
        axes.plot(time, grid.flux[steps], ".", color="0.3", markersize=4, label="seen")
        ahead, flux = rows["time"].to_value("d"), np.asarray(rows["flux"], float)
        axes.plot(ahead, flux, color=COLOURS[0], label="told")
        if "flux_std" in rows.colnames:
            spread = np.asarray(rows["flux_std"], float)
            low, high = flux - spread, flux + spread
            axes.fill_between(ahead, low, high, color=COLOURS[0], alpha=BAND, label="± 1 σ")
        axes.set(xlabel="time [d]", ylabel="flux / median", title=name)
        axes.legend(fontsize=9)
        drawn.append(save_figure(figure, Path(folder) / f"{stems[path]}_forecast.png"))
    return drawn
