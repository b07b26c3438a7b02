"""Predictions and residuals against the truth, with every outlier where it is."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import new_figure
from astro_dl.evaluation.figures.symbols import with_unit, written_unit
from astro_dl.metrics.regression import nmad

MOST_POINTS = 2000
COUNT = FuncFormatter(lambda value, _: f"{value:,.0f}")
MOST_IN_A_ROW = 4
BEYOND_TRUTH = 0.5
"""Predictions so far beyond the range of the truth, in its widths, stand at the edge."""
REACH = 8.0
"""Of the panel of residuals, in NMAD."""
REDSHIFT = "redshift"
"""The target whose residuals are Δz / (1 + z), as everywhere that redshifts are scored."""


def draw_residuals(
    predicted: np.ndarray,
    y: np.ndarray,
    names: Sequence[str],
    units: Sequence[str] = (),
    symbols: Sequence[str] = (),
) -> Figure:
    """Return prediction and residual against the truth, two panels above each other per target.

    Points beyond a panel are triangles at its edge, and their number is told. Residuals of
    redshifts are over 1 + z.

    Parameters
    ----------
    predicted, y : ndarray, (n, targets)
        Predictions and truths.
    names, units : sequence of str
        Of the targets.
    symbols : sequence of str, optional
        How they are written; by their names if there are none.
    """
    targets = len(names)
    rows = -(-targets // MOST_IN_A_ROW)
    columns = -(-targets // rows)
    figure, panels = new_figure(
        2 * rows, columns, max(4.2 * columns, 5.2), 6.4 * rows, height_ratios=(3, 2) * rows
    )
    for axes in panels[-2:, targets - columns * (rows - 1) :].flat:
        axes.remove()
    for k, name in enumerate(names):
        row, column = divmod(k, columns)
        upper, lower = panels[2 * row : 2 * row + 2, column]
        written = symbols[k] if symbols else name
        unit = units[k] if units else ""
        _draw_target(upper, lower, y[:, k], predicted[:, k], written, unit, name == REDSHIFT)
    return figure


def _draw_target(
    upper: Axes,
    lower: Axes,
    true: np.ndarray,
    values: np.ndarray,
    symbol: str,
    unit: str,
    redshifts: bool,
) -> None:
    residual = (values - true) / (1 + true) if redshifts else values - true
    spread = nmad(residual)
    line = (true.min(), true.max())
    more = BEYOND_TRUTH * max(line[1] - line[0], 1e-12)
    low, high = max(values.min(), line[0] - more), min(values.max(), line[1] + more)
    beyond = _draw_within(upper, true, values, min(low, line[0]), max(high, line[1]))
    upper.plot(line, line, color=COLOURS[1], linewidth=1, label="prediction = truth")
    reach = max(REACH * spread, 1e-12)
    far = _draw_within(lower, true, residual, -reach, reach)
    centres, low, middle, high = _running(true, residual)
    lower.plot(centres, middle, color=COLOURS[1], linewidth=1.4, label="median")
    lower.plot(centres, low, color=COLOURS[1], linestyle="--", linewidth=1.1, label="16, 84%")
    lower.plot(centres, high, color=COLOURS[1], linestyle="--", linewidth=1.1)
    lower.axhline(0, color="0.3", linewidth=0.8)
    lower.sharex(upper)
    upper.set_title(
        f"{len(true):,} examples, NMAD {spread:.3g} {written_unit(unit)}".rstrip()
        + f"\n{far:,} beyond ±{REACH:g} NMAD, {beyond:,} beyond the upper panel",
        fontsize=9,
    )
    upper.set_ylabel(f"predicted {with_unit(symbol, unit)}")
    lower.set_ylabel(
        "(predicted − true) / (1 + true)" if redshifts else with_unit("predicted − true", unit)
    )
    lower.set_xlabel(f"true {with_unit(symbol, unit)}")
    upper.legend(fontsize=8, loc="upper left")
    lower.legend(fontsize=8, loc="upper left", ncols=2)


def _draw_within(axes: Axes, x: np.ndarray, y: np.ndarray, low: float, high: float) -> int:
    """Draw points or, of many, their density; return how many lie beyond, at an edge."""
    above, below = y > high, y < low
    inside = ~(above | below)
    if len(x) < MOST_POINTS:
        axes.plot(x[inside], y[inside], ".", color=COLOURS[0], markersize=3, alpha=0.6)
    else:
        extent = (x.min(), x.max() + 1e-9 * np.ptp(x), low, high)
        cells = axes.hexbin(
            *(x[inside], y[inside]),
            gridsize=(60, 30),
            bins="log",
            cmap="Blues",
            mincnt=1,
            linewidths=0.1,
            extent=extent,
        )
        ticks = LogLocator(subs=(1, 2, 5))
        bar = axes.figure.colorbar(
            cells, ax=axes, label="examples", pad=0.01, ticks=ticks, format=COUNT
        )
        bar.minorticks_off()
    for rows, edge, marker in ((above, high, "^"), (below, low, "v")):
        edges = np.full(rows.sum(), edge)
        axes.plot(x[rows], edges, marker, color=COLOURS[3], markersize=4)
    room = 0.02 * (high - low)
    axes.set_ylim(low - room, high + room)
    return int(above.sum() + below.sum())


def _running(x: np.ndarray, values: np.ndarray, bins: int = 16) -> tuple[np.ndarray, ...]:
    """Return centres and the 16, 50 and 84% quantiles in bins of equal number."""
    parts = np.array_split(np.argsort(x, kind="stable"), min(bins, max(len(x) // 10, 1)))
    centres = np.array([np.median(x[part]) for part in parts])
    low, middle, high = np.array([np.quantile(values[p], (0.16, 0.5, 0.84)) for p in parts]).T
    return centres, low, middle, high
