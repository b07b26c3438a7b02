"""The stars of a prediction, folded with their periods."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.inference.protocol import Predictor
from astro_dl.observations.irregular_series.long_table import iterate_series
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.science.variable_stars.curves import joined_bands
from astro_dl.science.variable_stars.physics import VariablePhysics

SHOWN, COLUMNS = 12, 4


def draw_stars(
    predictor: Predictor[VariablePhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the first twelve stars of a prediction that have a period, folded, on one page.

    Parameters
    ----------
    predictor : Predictor
        The network.
    paths : sequence of path
        The long tables.
    table : astropy.table.Table
        What `astro_dl.science.variable_stars.predict.predict_stars` returned.
    folder : str or Path
        Where the figure goes.

    Returns
    -------
    list of Path
        ``folded.png``; none if no star has a period.
    """
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.style import new_figure, save_figure

    period = np.asarray(getattr(table["period"], "value", table["period"]), float)
    chosen = {str(table["id"][row]): row for row in np.flatnonzero(np.isfinite(period))[:SHOWN]}
    if not chosen:
        return []
    options = ReadingOptions(**table.meta.get("reading", {}))
    stars = iterate_series(paths, options.columns_of_table(), options.which)
    wanted = islice((star for star in stars if star.id in chosen), len(chosen))
    rows = -(-len(chosen) // COLUMNS)
    figure, panels = new_figure(rows, COLUMNS, width=11, height=2.5 * rows)
    for axes in panels.flat[len(chosen) :]:
        axes.set_axis_off()
    for axes, star in zip(panels.flat, wanted, strict=False):
        row = chosen[star.id]
        points = star.measured()
        value = joined_bands(points)
        turns = (points.time - points.time[np.argmax(value)]) / period[row] % 1
        for start in (0, 1):
            for band in np.unique(points.band):
                same = points.band == band
                axes.plot(
                    turns[same] + start,
                    value[same],
                    ".",
                    markersize=2.5,
                    color=COLOURS[int(band) % len(COLOURS)],
                )
        axes.invert_yaxis()
        label = str(table["label"][row]) or "no answer"
        axes.set_title(f"{star.id}: {label}\nP = {period[row]:.6g} d", fontsize=8)
    for axes in panels[-1]:
        axes.set_xlabel("phase")
    for axes in panels[:, 0]:
        axes.set_ylabel("Δ mag")
    return [save_figure(figure, Path(folder) / "folded.png")]
