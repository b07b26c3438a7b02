"""Variable stars, folded with their periods: of a prediction, and labelled examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Inputs, inputs_by_name
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.irregular_series.long_table import iterate_series
from astro_dl.observations.irregular_series.reading import ReadingOptions
from astro_dl.science.variable_stars.curves import joined_bands
from astro_dl.science.variable_stars.features import FEATURES
from astro_dl.science.variable_stars.inputs import (
    ERROR,
    KNOWN,
    MAGNITUDE,
    PHASED_CHANNELS,
    TIME,
    phased,
)
from astro_dl.science.variable_stars.physics import VariablePhysics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN, COLUMNS = 12, 4
PERIODS = 2
"""As many are drawn: what repeats is seen to repeat, and minima of binaries differ."""


@dataclass(frozen=True)
class Fold:
    """Points of a light curve.

    Parameters
    ----------
    place : ndarray, (T,)
        Phase [periods], or time [d] where no period is known.
    value : ndarray, (T,)
        Magnitude.
    error : ndarray, (T,), or None
        Its standard error.
    periods : float
        How many periods the phases hold; infinity for times.
    """

    place: np.ndarray
    value: np.ndarray
    error: np.ndarray | None = None
    periods: float = 1


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
    from matplotlib.lines import Line2D

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
    figure, panels = new_figure(rows, COLUMNS, width=11, height=2.5 * rows + 0.3)
    for axes in panels.flat[len(chosen) :]:
        axes.set_axis_off()
    colours: dict[str, str] = {}
    for axes, star in zip(panels.flat, wanted, strict=False):
        row = chosen[star.id]
        points = star.measured()
        value = joined_bands(points)
        turns = (points.time - points.time[np.argmax(value)]) / period[row] % 1
        for band in np.unique(points.band):
            same = points.band == band
            colour = colours.setdefault(points.bands[band], COLOURS[len(colours) % len(COLOURS)])
            draw_fold(axes, Fold(turns[same], value[same], points.error[same]), colour)
        label = str(table["label"][row]) or "no answer"
        axes.set_title(f"{star.id}: {label}\nP = {period[row]:.6g} d", fontsize=8)
    for axes in panels.flat[max(0, len(chosen) - COLUMNS) : len(chosen)]:
        axes.set_xlabel("phase [periods]", fontsize=9)
    for axes in panels[:, 0]:
        axes.set_ylabel("mag − its median", fontsize=9)
    if set(colours) - {""}:
        told = [Line2D([], [], color=one, marker=".", linestyle="") for one in colours.values()]
        figure.legend(
            told, list(colours), title="bands", title_fontsize=8, fontsize=8,
            loc="outside upper center", ncols=8, frameon=False,
        )  # fmt: skip
    return [save_figure(figure, Path(folder) / "folded.png")]


def draw_examples(
    physics: VariablePhysics, x: Inputs, info: Table, captions: Sequence[str]
) -> "Figure | None":
    """Draw labelled stars over two periods, bright above.

    Parameters
    ----------
    physics : VariablePhysics
        Which inputs they are.
    x : ndarray or dict of ndarray
        Those of n stars.
    info : Table
        Of the same: the period that was found, and the true one where it is known.
    captions : sequence of str
        What stands above each.

    Returns
    -------
    Figure or None
        None where all inputs are features, which are no light curves.
    """
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.common import example_panels, label_outer

    arrays = inputs_by_name(x) if isinstance(x, dict) else {physics.inputs[0]: x}
    if set(arrays) == {"features"}:
        return None
    found, true = (_column(info, name, len(captions)) for name in ("found_period", "period"))
    features = arrays.get("features")
    titles = [
        "\n".join(filter(None, (_name(info, k), caption, _told(found[k], true[k], features, k))))
        for k, caption in enumerate(captions)
    ]
    figure, panels = example_panels(titles, 2.9)
    bins = "" if {"phased", "sequence"} & set(arrays) else f"\nmeans in {physics.bins} bins"
    label_outer(panels, "phase [periods]", f"(mag − its mean) / deviation{bins}")
    for k, axes in enumerate(panels):
        one = {name: array[k] for name, array in arrays.items()}
        fold = _fold(one, found[k] if np.isfinite(found[k]) else true[k], physics.cycles)
        draw_fold(axes, fold, COLOURS[0])
        if np.isinf(fold.periods):
            axes.set_xlabel("time [d]", fontsize=9)
        if not len(fold.place):
            axes.text(0.5, 0.5, "no period", transform=axes.transAxes, ha="center", va="center")
    return figure


def draw_fold(axes: "Axes", fold: Fold, colour: str) -> None:
    """Draw points of a light curve: folded ones over two periods, bright above."""
    from matplotlib.colors import to_rgb

    times = 1 if np.isinf(fold.periods) else -(-PERIODS // int(fold.periods))
    for number in range(times):
        place = fold.place + (number * fold.periods if number else 0)
        axes.errorbar(
            place, fold.value, fold.error, fmt=".", markersize=3, color=colour,
            elinewidth=0.5, ecolor=(*to_rgb(colour), 0.4),
        )  # fmt: skip
    if not axes.yaxis_inverted():
        axes.invert_yaxis()


def _fold(one: dict[str, np.ndarray], period: float, cycles: int) -> Fold:
    """Return what of the inputs of a star is drawn: points rather than bins."""
    if "phased" in one:
        return _in_order_of_phase(one["phased"], cycles)
    if "sequence" in one:
        points = one["sequence"]
        if np.isfinite(period):
            return _in_order_of_phase(phased(points, period, 1), 1)
        known = points[points[:, KNOWN] > 0]
        return Fold(known[:, TIME], known[:, MAGNITUDE], known[:, ERROR], np.inf)
    value, known = one["folded"].T
    phase = (np.arange(len(value)) + 0.5) / len(value) * cycles
    return Fold(phase[known > 0], value[known > 0], None, cycles)


def _in_order_of_phase(points: np.ndarray, cycles: int) -> Fold:
    """Return what `astro_dl.science.variable_stars.inputs.phased` made an array of."""
    step, value, error, _ = points[points[:, PHASED_CHANNELS.index("known")] > 0].T
    return Fold(np.cumsum(step) / max(len(step), 1) * cycles, value, error, cycles)


def _told(found: float, true: float, features: np.ndarray | None, row: int) -> str:
    """Return in words the period that was found, the true one, and how far the star varies."""
    told = [f"P = {found:.5g} d"] if np.isfinite(found) else []
    told += [f"true {'' if told else 'P = '}{true:.5g} d"] if np.isfinite(true) else []
    if features is not None:
        width = 10 ** float(features[row, FEATURES.index("log_range")])
        told += [f"range {width:.2g} mag"]
    return ", ".join(told)


def _name(info: Table, row: int) -> str:
    """Return what a star is called; simulated ones have numbers."""
    known = "star" in info.colnames and info["star"].dtype.kind in "US"
    return str(info["star"][row]) if known else ""


def _column(info: Table, name: str, n: int) -> np.ndarray:
    return np.asarray(info[name], float) if name in info.colnames else np.full(n, np.nan)
