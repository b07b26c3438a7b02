"""Figures of answers that are images, and what figures of the sky share."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from astro_dl.evaluation.figures.style import new_figure
from astro_dl.evaluation.predictions import Outcome
from astro_dl.metrics.images import inner

EXAMPLES = 4
STRETCH = 0.02
"""Of the brightest pixel: below it images are shown linearly, above by its logarithm."""


def draw_images(outcome: Outcome, border: int) -> Figure:
    """Return the first examples: the truth, what every method says, and its error below.

    Parameters
    ----------
    outcome : Outcome
        Of an answer of kind image.
    border : int
        Pixels along all sides that are not shown.
    """
    count, names = min(EXAMPLES, len(outcome.y)), list(outcome.scores)
    figure, panels = new_figure(
        2 * count, 1 + len(names), 2.1 * (1 + len(names)), 4.2 * count, sharex=True, sharey=True
    )
    for axes in panels.flat:
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
    truth = inner(np.asarray(outcome.y), border)[:count]
    for row, one in enumerate(truth):
        scale = max(STRETCH * float(np.abs(one).max()), 1e-12)
        limits = dict(zip(("vmin", "vmax"), np.arcsinh([-1, one.max() / scale]), strict=True))
        upper, lower = panels[2 * row], panels[2 * row + 1]
        upper[0].imshow(np.arcsinh(one / scale), cmap="gray", origin="lower", **limits)
        lower[0].set_axis_off()
        found = [inner(outcome.scores[name], border)[row] for name in names]
        widest = max(float(np.quantile(np.abs(image - one), 0.995)) for image in found)
        for column, image in enumerate(found, start=1):
            upper[column].imshow(np.arcsinh(image / scale), cmap="gray", origin="lower", **limits)
            picture = lower[column].imshow(
                image - one, cmap="RdBu_r", origin="lower", vmin=-widest, vmax=widest
            )
        unit = outcome.head.units[0] if outcome.head.units else ""
        bar = figure.colorbar(picture, ax=list(lower), shrink=0.8)
        bar.set_label(f"error {f'[{unit}]' if unit else ''}".rstrip(), fontsize=8)
    for axes, title in zip(panels[0], ["truth", *names], strict=True):
        axes.set_title(title, fontsize=8)
    return figure


def window_about(
    place: Iterable[float], shape: tuple[int, ...], side: int
) -> tuple[tuple[slice, slice], tuple[float, float, float, float]]:
    """Return the rows and columns about a place in an image, and where they are on its axes.

    Parameters
    ----------
    place : iterable of float
        Row and column [pixel].
    shape : tuple of int
        Of the image.
    side : int
        Of the window [pixel], which is moved or cut where the image ends.

    Returns
    -------
    window : tuple of slice
        Rows and columns.
    extent : tuple of float
        As ``imshow`` takes it.
    """
    starts = [
        int(np.clip(round(at) - side // 2, 0, max(0, length - side)))
        for at, length in zip(place, shape, strict=True)
    ]
    rows, columns = (
        slice(start, min(length, start + side)) for start, length in zip(starts, shape, strict=True)
    )
    extent = (columns.start - 0.5, columns.stop - 0.5, rows.start - 0.5, rows.stop - 0.5)
    return (rows, columns), extent


def light_bar(
    picture: AxesImage, axes: Iterable[Axes], ticks: Iterable[int], label: str, shrink: float
) -> Colorbar:
    """Return a colour bar of ``arcsinh`` of light in σ, marked by the light itself.

    Parameters
    ----------
    picture : AxesImage
        Of the inverse hyperbolic sine of the light.
    axes : iterable of Axes
        Beside which it stands.
    ticks : iterable of int
        Light [σ]; what the picture does not reach is left out.
    label : str
        What light it is.
    shrink : float
        Its length over that of the axes.
    """
    low, high = picture.get_clim()
    shown = [tick for tick in ticks if low <= np.arcsinh(tick) <= high]
    figure = picture.get_figure(root=True)
    assert figure is not None
    bar = figure.colorbar(picture, ax=list(axes), ticks=np.arcsinh(shown), shrink=shrink)
    bar.ax.set_yticklabels([str(tick) for tick in shown])
    bar.set_label(label)
    return bar
