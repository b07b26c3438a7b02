"""Figures for every kind of task: the training history, and the most wrong examples."""

from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import LEGEND_POINTS, legend_columns, new_figure

TITLES = {"learning_rate": "learning rate", "lr": "learning rate", "auc": "AUC"}
NO_QUANTITIES = ("stage", "epoch", "seconds")
MOST_BARS, MOST_ACROSS = 60, 4
MOST_SAMPLES = 4096


def draw_history(history: Mapping[str, Sequence[float]]) -> Figure | None:
    """Return the training history: one panel per quantity, training and validation together.

    Parameters
    ----------
    history : mapping of str to sequence of float
        Columns of ``history.csv``: ``epoch``, ``loss``, ``val_loss``, …. Where there is a column
        ``stage``, epochs are counted through all stages.

    Returns
    -------
    Figure or None
        None for a history without epochs.
    """
    columns = {name: np.asarray(values, float) for name, values in history.items()}
    columns = {name: values for name, values in columns.items() if np.isfinite(values).any()}
    quantities = [
        name for name in columns if not name.startswith("val_") and name not in NO_QUANTITIES
    ]
    if not quantities:
        return None
    count = len(quantities)
    across = min(count, 3)
    down = -(-count // across)
    figure, panels = new_figure(down, across, max(4.0 * across, 5.2), 3.3 * down)
    in_order = np.arange(1, 1 + len(columns[quantities[0]]))
    epochs = in_order if "stage" in columns else columns.get("epoch", in_order)
    for axes, name in zip(panels.flat, quantities, strict=False):
        title = TITLES.get(name, name.replace("_", " "))
        marker = "o" if len(epochs) < 40 else ""
        style = {"marker": marker, "markersize": 3, "linewidth": 1.3}
        axes.plot(epochs, columns[name], color=COLOURS[0], label="training", **style)
        validation = columns.get(f"val_{name}")
        if validation is not None:
            axes.plot(
                epochs, validation, color=COLOURS[1], linestyle="--", label="validation", **style
            )
            axes.legend(fontsize=9)
        drawn = columns[name][np.isfinite(columns[name])]
        if drawn.min() > 0 and drawn.max() > 20 * drawn.min():
            axes.set_yscale("log")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set(xlabel="epoch", ylabel=title)
    for axes in list(panels.flat)[count:]:
        axes.set_axis_off()
    return figure


def draw_wrong(
    x: np.ndarray,
    captions: Sequence[str],
    contract: Mapping[str, Any] | None = None,
    unordered: bool = False,
    own: Callable[[Sequence[str]], Figure | None] | None = None,
) -> Figure | None:
    """Return the most wrong examples side by side, as series, images or rows of a table.

    Parameters
    ----------
    x : ndarray, (k, …)
        Inputs: series (k, T, C), images (k, H, W, C), or rows (k, features).
    captions : sequence of str
        What each is and what it was taken for.
    contract : mapping, optional
        The input contract. Of series ``sample_rate_hz`` or ``wavelength_range_angstrom`` give the
        axis its unit, ``quantity`` names the other one, and ``channels``, ``detectors`` or
        ``bands`` the channels, of which as many are drawn as there are colours; of rows ``columns``
        or ``inputs`` name the first features, and others, marks, are not drawn; without names, rows
        of very many numbers are steps.
    unordered : bool, default False
        Whether the samples of series are a set, see `astro_dl.core.task.Task`.
    own : callable, optional
        ``(captions) -> Figure or None``: how the task draws these examples; where it returns None
        they are drawn by the shape of their inputs.

    Returns
    -------
    Figure or None
        None for inputs of another shape.
    """
    x, about = np.asarray(x), contract or {}
    if len(x) == 0:
        return None
    figure = own(captions) if own is not None else None
    if figure is not None or x.ndim not in SHOWN:
        return figure
    show, height, shared = SHOWN[x.ndim]
    unordered = unordered and x.ndim == 3
    show = _show_points if unordered else show
    figure, panels = example_panels(captions, height, sharex=shared, sharey=x.ndim == 2)
    for axes, example in zip(panels, x, strict=True):
        show(axes, example, about)
    if unordered:
        names = _channels(x, about)
        label_outer(panels, names[0], names[1])
    elif x.ndim == 3:
        quantity = "\n".join(wrap(str(about.get("quantity", "input")), 24))
        label_outer(panels, series_positions(x.shape[1], about)[1], quantity)
        names = _channels(x, about)
        if len(names) > 1:
            shown = names[: len(COLOURS)]
            rest = f" (first {len(shown)} of {len(names)})" if len(shown) < len(names) else ""
            ncols = min(legend_columns(shown, figure.get_figwidth(), LEGEND_POINTS), len(shown))
            figure.legend(
                panels[0].lines, shown, title=f"channels{rest}", title_fontsize=8,
                fontsize=8, loc="outside upper center", ncols=ncols, frameon=False,
            )  # fmt: skip
    return figure


def example_panels(
    captions: Sequence[str], height: float, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel for each example below its caption, up to four in a row.

    Parameters
    ----------
    captions : sequence of str
        One for each example, at least one.
    height : float
        Of a panel with its caption [inch].
    **options
        For `matplotlib.figure.Figure.subplots`.
    """
    across = min(len(captions), MOST_ACROSS)
    down = -(-len(captions) // across)
    figure, panels = new_figure(down, across, 3.1 * across, height * down + 0.3, **options)
    for axes, caption in zip(panels.flat, captions, strict=False):
        axes.set_title(caption, fontsize=8)
    for axes in panels.flat[len(captions) :]:
        axes.set_axis_off()
    return figure, list(panels.flat[: len(captions)])


def label_outer(panels: Sequence[Axes], x: str, y: str) -> None:
    """Name the axes of panels of `example_panels`: below the last of each column, left of rows."""
    for axes in panels[-MOST_ACROSS:]:
        # Where a row is not full, the panels above its end have none below.
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(x, fontsize=9)
    for axes in panels[::MOST_ACROSS]:
        axes.set_ylabel(y, fontsize=9)


def _show_image(axes: Axes, image: np.ndarray, contract: Mapping[str, Any]) -> None:
    """Show one channel in grey, three as colours, the last the reddest, stretched to 99.5%."""
    axes.grid(False)
    axes.set_xticks([])
    axes.set_yticks([])
    if image.shape[-1] != 3:
        image = image[..., :1]
    image = image[..., ::-1]
    low, high = np.quantile(image, (0.01, 0.995), axis=(0, 1))
    shown = np.clip((image - low) / np.maximum(high - low, 1e-12), 0, 1)
    axes.imshow(shown if image.shape[-1] == 3 else shown[..., 0], cmap="gray", origin="lower")


def _show_series(axes: Axes, series: np.ndarray, contract: Mapping[str, Any]) -> None:
    step = -(-len(series) // MOST_SAMPLES)
    places = series_positions(len(series), contract)[0][::step]
    for channel in range(min(series.shape[1], len(COLOURS))):
        colour = COLOURS[channel]
        axes.plot(places, series[::step, channel], color=colour, linewidth=0.4, alpha=0.85)


def _show_points(axes: Axes, points: np.ndarray, contract: Mapping[str, Any]) -> None:
    """Show the first two channels against each other, of rows that the last one marks."""
    there = points[points[:, -1] > 0]
    axes.plot(there[:, 0], there[:, 1], ".", color=COLOURS[0], markersize=3)


def _show_row(axes: Axes, row: np.ndarray, contract: Mapping[str, Any]) -> None:
    """Show the features as bars, from above; very many without names as steps."""
    if len(row) > MOST_BARS and not column_names(contract):
        axes.step(np.arange(len(row)), row, where="mid", color=COLOURS[0], linewidth=0.8)
        axes.set_xlabel("number of the input", fontsize=9)
        axes.tick_params(labelsize=8)
        return
    names = column_names(contract) or np.arange(len(row)).astype(str)
    places = -np.arange(len(names))
    axes.barh(places, row[: len(names)], color=COLOURS[0], height=0.7)
    axes.set_yticks(places, names, fontsize=6)
    axes.tick_params(axis="x", labelsize=8)


SHOWN: dict[int, tuple[Callable[..., None], float, bool]] = {
    2: (_show_row, 3.6, False),
    3: (_show_series, 2.3, True),
    4: (_show_image, 3.2, False),
}
"""By the rank of inputs: how one is shown, the height of its panel [inch], whether axes are one."""


def column_names(contract: Mapping[str, Any]) -> list[str]:
    """Return the names of the numbers of a row, as far as a contract has them."""
    wavelengths = [f"{one:g} µm" for one in contract.get("wavelengths_um") or ()]
    return list(contract.get("columns") or contract.get("inputs") or wavelengths)


def series_positions(count: int, contract: Mapping[str, Any]) -> tuple[np.ndarray, str]:
    """Return where the samples of a series are, and the name of that axis."""
    if "wavelength_range_angstrom" in contract:
        shortest, longest = contract["wavelength_range_angstrom"]
        return np.geomspace(shortest, longest, count), "wavelength [Å]"
    if "sample_rate_hz" in contract:
        return np.arange(count) / contract["sample_rate_hz"], "time [s]"
    return np.arange(count), "sample"


def _channels(x: np.ndarray, contract: Mapping[str, Any]) -> list[str]:
    given = (list(contract.get(key) or ()) for key in ("channels", "detectors", "bands"))
    numbered = [f"channel {k}" for k in range(x.shape[2])]
    return next((names for names in given if len(names) == x.shape[2]), numbered)
