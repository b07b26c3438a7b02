"""Photographs of galaxies with what voters are expected to say of them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.answers.votes import Votes
from astro_dl.core.reading.many_files import may_fail
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.labelled.predict import inputs_of_files
from astro_dl.science.galaxy_morphology.inputs import network_input
from astro_dl.science.galaxy_morphology.physics import MorphologyPhysics
from astro_dl.science.galaxy_morphology.predict import PHOTOGRAPHS

LINES = 6
BAR_ARCSEC = 5.0


def draw_galaxies(
    predictor: Predictor[MorphologyPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the first six galaxies beside the shares of votes on each question.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to.
    table : astropy.table.Table
        What `astro_dl.science.galaxy_morphology.predict.predict_galaxies` gave.
    folder : str or Path
        Where the figure goes.

    Returns
    -------
    list of Path
        ``votes.png``: shares with their 90% intervals, fainter where few are asked.
    """
    from astro_dl.evaluation.figures.style import save_figure

    rows = {str(name): row for row, name in enumerate(table["id"])}
    shown: list[tuple[int, np.ndarray]] = []
    make = partial(network_input, predictor.physics)
    for path in paths:
        with may_fail(path):
            for name, x in inputs_of_files(PHOTOGRAPHS, [path], make):
                if name in rows and len(shown) < LINES:
                    shown.append((rows[name], np.asarray(x)))
    figure = _drawn(predictor, shown, table)
    return [save_figure(figure, Path(folder) / "votes.png")]


def _drawn(
    predictor: Predictor[MorphologyPhysics], shown: Sequence[tuple[int, np.ndarray]], table: Table
) -> Any:
    from matplotlib.figure import Figure

    head = predictor.head
    votes = isinstance(head, Votes)
    lines = max(1, len(shown))
    figure = Figure(
        figsize=(9.0 if votes else 3.2, 2.3 * lines + 1.0), dpi=110, layout="constrained"
    )
    shape = {"width_ratios": (1, 3)} if votes else {}
    axes = figure.subplots(lines, 2 if votes else 1, squeeze=False, gridspec_kw=shape)
    for line, (row, image) in zip(axes, shown, strict=False):
        _photograph(line[0], image, predictor.physics.pixel_scale_arcsec)
        line[0].set_title(str(table["id"][row])[-28:], fontsize=7)
        if isinstance(head, Votes):
            _shares(line[1], head, table[row])
        else:
            line[0].set_xlabel(f"p(spiral) = {float(table['p_spiral'][row]):.2f}", fontsize=8)
    if votes and shown:
        last = axes[len(shown) - 1, 1]
        last.set_xticks(range(len(head.names)), head.names, rotation=60, ha="right", fontsize=7)
    return figure


def _photograph(axis: Any, image: np.ndarray, scale: float) -> None:
    axis.imshow(image, origin="lower", interpolation="nearest")
    size = len(image)
    end = 0.94 * size
    axis.plot([end - BAR_ARCSEC / scale, end], [0.06 * size] * 2, color="white", linewidth=1.5)
    axis.text(end - BAR_ARCSEC / scale / 2, 0.08 * size, f"{BAR_ARCSEC:g}″", color="white",
              ha="center", va="bottom", fontsize=6)  # fmt: skip
    axis.set_xlim(-0.5, size - 0.5)
    axis.set_ylim(-0.5, size - 0.5)
    axis.set_xticks([])
    axis.set_yticks([])


def _shares(axis: Any, head: Votes, row: Any) -> None:
    from astro_dl.core.showing.colours import COLOURS

    first = 0
    for number, one in enumerate(head.questions):
        # Of a galaxy without an answer nothing is known.
        seen = float(np.nan_to_num(row[f"reached_{one.name}"])) if one.after else 1.0
        for place, name in enumerate(one.answers, start=first):
            share, low, high = (float(row[f"f_{name}{end}"]) for end in ("", "_q05", "_q95"))
            colour = COLOURS[number % len(COLOURS)]
            axis.bar(place, share, color=colour, alpha=max(0.15, seen))
            axis.plot([place, place], [low, high], color="black", linewidth=0.8, alpha=seen)
        first += len(one.answers)
    axis.set_ylim(0, 1)
    axis.set_ylabel("share of votes", fontsize=8)
    axis.set_xticks(range(len(head.names)), [""] * len(head.names))
    axis.tick_params(labelsize=7)
