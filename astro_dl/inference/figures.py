"""Figures of a table of predictions: how sure, of what, and with which values."""

from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.showing.colours import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PROBABILITY, DEVIATION = "p_", "_std"
MOST_CLASSES = 12
BINS = np.linspace(0, 1, 26)


def plot_predictions(table: Table, targets: tuple[str, ...]) -> "Figure":
    """Return a figure of a table of predictions.

    Parameters
    ----------
    table : astropy.table.Table
        What `astro_dl.inference.predictor.Predictor.predict` returned.
    targets : tuple of str
        Names of the answer: of values, each a panel of the values in rising order with their
        standard deviations; for classes the histogram of each probability.

    Raises
    ------
    UsageError
        If the table has no column of the answer, or no row with one.
    """
    from matplotlib.figure import Figure

    values = [name for name in targets if name in table.colnames and _is_number(table, name)]
    classes = [name for name in table.colnames if name.startswith(PROBABILITY)][:MOST_CLASSES]
    panels = values or ["probability"] * bool(classes)
    if not panels:
        raise UsageError(
            f"nothing to plot among the columns {', '.join(table.colnames)}; accepted: a table "
            "that predict returned"
        )
    figure = Figure(figsize=(6.4, 1.2 + 2.8 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    for axis, name in zip(axes, panels, strict=True):
        if name in values:
            _draw_values(axis, table, name)
        else:
            _draw_probabilities(axis, table, classes)
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_values(axes: "Axes", table: Table, name: str) -> None:
    value = _numbers(table, name)
    order = np.argsort(value)[: int(np.isfinite(value).sum())]
    place = np.arange(len(order))
    if f"{name}{DEVIATION}" in table.colnames:
        spread = _numbers(table, f"{name}{DEVIATION}")[order]
        low, high = value[order] - spread, value[order] + spread
        axes.fill_between(place, low, high, color=COLOURS[0], alpha=0.2, label="± one deviation")
        axes.legend(fontsize=9, frameon=False)
    axes.plot(place, value[order], ".", color=COLOURS[0])
    unit = table[name].unit
    axes.set_ylabel(f"{name} [{unit}]" if unit else name)
    axes.set_xlabel(f"{len(order):,} rows, in rising order")


def _draw_probabilities(axes: "Axes", table: Table, classes: list[str]) -> None:
    for number, name in enumerate(classes):
        value = _numbers(table, name)
        line = ("-", "--")[number // len(COLOURS) % 2]
        label = f"{name.removeprefix(PROBABILITY)} ({int((value >= 0.5).sum()):,} above 0.5)"
        axes.hist(
            value[np.isfinite(value)],
            BINS.tolist(),
            histtype="step",
            color=COLOURS[number % len(COLOURS)],
            linestyle=line,
            label=label,
        )
    axes.set_xlabel("calibrated probability")
    axes.set_ylabel("rows")
    axes.legend(fontsize=9, frameon=False)


def _is_number(table: Table, name: str) -> bool:
    return table[name].dtype.kind == "f" and table[name].ndim == 1


def _numbers(table: Table, name: str) -> np.ndarray:
    column = table[name]
    plain = getattr(column, "value", column)
    return np.ma.filled(np.ma.asarray(plain, np.float64), np.nan)
