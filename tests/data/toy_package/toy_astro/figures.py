"""The likeliest pulses of a prediction, drawn."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.inference.protocol import Predictor
from toy_astro.files import read_pulses
from toy_astro.physics import PulsePhysics

SHOWN = 3


def draw_pulses(
    predictor: Predictor[PulsePhysics], paths: Sequence[str | Path], table: Table, folder: Path
) -> list[Path]:
    """Draw the series that are most likely to hold a pulse; return the path of the figure."""
    from astro_dl.evaluation.figures.style import new_figure, save_figure, tidy

    series = np.concatenate([read_pulses(Path(path))[1] for path in paths])
    best = np.argsort(-np.asarray(table["logit"]))[:SHOWN]
    figure, panels = new_figure(rows=len(best), height=1.6 * len(best))
    for axes, row in zip(panels[:, 0], best, strict=True):
        axes.plot(series[row, :, 0], color="black")
        axes.set_title(f"{table['id'][row]}: p = {table['p_pulse'][row]:.2f}", fontsize=9)
        tidy(axes)
    return [save_figure(figure, folder / "pulses.png")]
