"""How figures look: colours that colour-blind readers tell apart, labelled axes, small files."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from astro_dl.core.files import atomic_path
from astro_dl.core.showing.colours import COLOURS

BOUND_COLOUR = "#000000"
STYLES = ("-", "--", "-.", (0, (1, 1.2)), (0, (5, 1, 1, 1)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")
BAND = 0.18
LEGEND_POINTS, LETTER_WIDTH, HANDLE_LETTERS = 9, 0.5, 5
"""Size of legends, width of a letter over it, and letters that a handle takes the room of."""

DPI = 120


def new_figure(
    rows: int = 1, columns: int = 1, width: float = 6.4, height: float = 4.6, **options: Any
) -> tuple[Figure, np.ndarray]:
    """Return a figure of its own, known to no global state, and its axes (rows, columns).

    Parameters
    ----------
    rows, columns : int
        Panels.
    width, height : float
        Size of the whole figure [inch].
    **options
        For `matplotlib.figure.Figure.subplots`.
    """
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    for axis in axes.flat:
        tidy(axis)
    return figure, axes


def tidy(axes: Axes) -> None:
    """Draw light grid lines below the data and no frame above and to the right."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=9)


def legend_above(axes: Axes) -> None:
    """Put the legend above the panel, where it hides nothing; in two columns where both fit."""
    labels = axes.get_legend_handles_labels()[1]
    figure = axes.get_figure(root=True)
    assert figure is not None
    width = axes.get_position().width * figure.get_figwidth()
    ncols = min(legend_columns(labels, width, LEGEND_POINTS), 2)
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1)}
    axes.legend(fontsize=LEGEND_POINTS, ncols=ncols, frameon=False, **place)


def legend_columns(labels: Sequence[str], width: float, points: float) -> int:
    """Return how many columns of a legend fit into a width [inch], of letters of a size [pt]."""
    longest = max((len(label) for label in labels), default=0)
    room = width / (points / 72 * LETTER_WIDTH)
    return max(int(room / (longest + HANDLE_LETTERS)), 1)


def method_style(position: int, is_bound: bool = False) -> dict:
    """Return colour, line style and marker of the method at this position."""
    if is_bound:
        return {"color": BOUND_COLOUR, "linestyle": "-", "marker": "x"}
    return {
        "color": COLOURS[position % len(COLOURS)],
        "linestyle": STYLES[position % len(STYLES)],
        "marker": MARKERS[position % len(MARKERS)],
    }


def save_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG of 256 colours, at once and without a date, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_bytes(figure_png(figure))
    return path


def figure_png(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PNG of 256 colours."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    png = BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(png, "png", optimize=True)
    return png.getvalue()
