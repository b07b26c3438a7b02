"""Figures of explanations: the input of an example, and below it or beside it one map a method."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astro_dl.core.examples import inputs_by_name
from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.common import SHOWN, column_names, series_positions
from astro_dl.evaluation.figures.style import new_figure
from astro_dl.explain.explanation import Explanation

MOST_BARS = 25
TITLES = {
    "smooth_grad": "SmoothGrad",
    "gradient_shap": "gradient SHAP",
    "kernel_shap": "kernel SHAP",
    "lime": "local surrogate",
    "grad_cam": "Grad-CAM",
}


def draw_explanation(explanations: Sequence[Explanation], example: int) -> Figure:
    """Return the figure of one example.

    Parameters
    ----------
    explanations : sequence of Explanation
        Of the same examples by several methods.
    example : int
        Which of them.

    Returns
    -------
    Figure
        A column for each input, and a row for the input and each method; of a single image a row.
        Maps are summed over channels, each divided by its greatest absolute value: red speaks for
        the answer, blue against it.
    """
    first = explanations[0]
    inputs = {name: one[example] for name, one in inputs_by_name(first.x).items()}
    rows, columns = 1 + len(explanations), len(inputs)
    image = max(one.ndim for one in inputs.values()) == 3
    if image and columns == 1:
        figure, axes = new_figure(1, rows, 3.0 * rows, 3.4)
        panels = axes.T
    else:
        height = max(_height(one) for one in inputs.values())
        width = max(4.2 * columns, 6.4)
        figure, panels = new_figure(rows, columns, width, height * rows + 0.5)
    for column, (name, values) in enumerate(inputs.items()):
        # Of several inputs, each that is a row of numbers has their names under its own.
        about = {
            **first.contract,
            "columns": first.contract.get(name, first.contract.get("columns")),
        }
        _draw_input(panels[0, column], values, about)
        if columns > 1:
            panels[0, column].set_title(name, fontsize=10)
        for row, one in enumerate(explanations, start=1):
            maps = inputs_by_name(one.values)
            key = name if name in maps else None
            _draw_map(
                panels[row, column], values, None if key is None else maps[key][example], about
            )
            label = TITLES.get(one.method, one.method.replace("_", " "))
            if image and columns == 1:
                panels[row, column].set_title(label, fontsize=10)
            elif column == 0:
                panels[row, column].set_ylabel(label, fontsize=9)
        if values.ndim == 2:
            for below in panels[1:, column]:
                below.sharex(panels[0, column])
            panels[-1, column].set_xlabel(_axis_name(len(values), about), fontsize=9)
    figure.suptitle(
        f"{first.ids[example]}: {first.answers[example]}, logit {first.logits[example]:.3g}\n"
        "(red speaks for it, blue against; each map over its greatest value)",
        fontsize=10,
    )
    return figure


def _height(values: np.ndarray) -> float:
    """Return how high a panel is [inch]: a bar needs room for its name."""
    if values.ndim == 1:
        return 0.5 + 0.13 * max(min(len(values), MOST_BARS), 12)
    return 2.0 if values.ndim == 2 else 3.2


def _axis_name(count: int, about: Any) -> str:
    return series_positions(count, about)[1]


def _draw_input(axes: Axes, values: np.ndarray, about: Any) -> None:
    if values.ndim == 1:
        _bars(axes, values, column_names(about), ("0.5", "0.5"))
        axes.set_ylabel("input", fontsize=9)
        return
    show, _, _ = SHOWN[values.ndim + 1]
    show(axes, values, about)
    if values.ndim == 3:
        axes.set_title(_image_title(values, about), fontsize=10)
    if values.ndim == 2:
        axes.set_ylabel("input", fontsize=9)


def _image_title(values: np.ndarray, about: Any) -> str:
    """Return what is shown of an image: three channels as colours, of others the first."""
    names = [str(name) for name in about.get("channels") or about.get("bands") or ()]
    if len(names) != values.shape[-1]:
        return "input"
    return f"input: {', '.join(names) if len(names) == 3 else names[0]}"


def _draw_map(axes: Axes, x: np.ndarray, values: np.ndarray | None, about: Any) -> None:
    """Show one map beside the input that it is of."""
    if values is None:
        axes.set_axis_off()
        return
    # A spectrogram's map has its frequencies before the channels that were summed.
    if values.ndim == x.ndim and x.ndim > 1:
        values = values.sum(axis=-1)
    if x.ndim == 1:
        names = column_names(about)
        # Of tables a column and its mark of a missing value are one.
        marked = bool(names) and len(values) == 2 * len(names)
        values = values[: len(names)] + values[len(names) :] if marked else values
        if 0 < len(names) < len(values):
            values = np.append(values[: len(names)], values[len(names) :].sum())
            names.append("marks")
    values = values / max(float(np.nanmax(np.abs(values))), 1e-30)
    if x.ndim == 1:
        _bars(axes, values, names, (COLOURS[1], COLOURS[0]))
        axes.set_xlim(-1.05, 1.05)
    elif x.ndim == 2 and values.ndim == 1:
        places = series_positions(len(x), about)[0]
        axes.fill_between(places, np.clip(values, 0, None), color=COLOURS[1], linewidth=0.4)
        axes.fill_between(places, np.clip(values, None, 0), color=COLOURS[0], linewidth=0.4)
        axes.set_ylim(-1.05 if values.min() < 0 else 0, 1.05)
    else:
        axes.imshow(
            values.T if x.ndim == 2 else values,
            cmap="RdBu_r",
            vmin=-1,
            vmax=1,
            origin="lower",
            aspect="auto" if x.ndim == 2 else "equal",
        )
        axes.grid(False)
        axes.set_xticks([])
        axes.set_yticks([])
        if x.ndim == 3:
            _outline(axes, x)


def _outline(axes: Axes, image: np.ndarray) -> None:
    """Draw the contours of what stands out in the input as it is shown, bright or dark."""
    light = image.mean(axis=-1) if image.shape[-1] == 3 else image[..., 0]
    contrast = np.abs(light - np.median(light))
    top = float(contrast.max())
    levels = np.unique(np.quantile(contrast, (0.9, 0.98)))
    levels = levels[(levels > 0) & (levels < top)]
    if top > 0:
        axes.contour(contrast, levels if len(levels) else [top / 2], colors="0.35", linewidths=0.6)


def _bars(axes: Axes, values: np.ndarray, names: Sequence[str], colours: tuple[str, str]) -> None:
    """Show numbers, the named if any are, in two colours by their sign; of many the largest."""
    values = values[: len(names)] if names else values
    names = names if len(names) == len(values) else [str(k) for k in range(len(values))]
    chosen = np.argsort(-np.abs(values), kind="stable")[:MOST_BARS]
    chosen = chosen if len(values) > MOST_BARS else np.arange(len(values))
    places = -np.arange(len(chosen))
    shown = [colours[0] if values[k] > 0 else colours[1] for k in chosen]
    axes.barh(places, values[chosen], color=shown, height=0.7)
    axes.set_yticks(places, [names[k] for k in chosen], fontsize=9 if len(chosen) < 13 else 6)
