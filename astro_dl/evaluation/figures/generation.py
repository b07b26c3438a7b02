"""Figures of images that networks draw."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from astro_dl.evaluation.figures.images import light_bar
from astro_dl.evaluation.figures.style import new_figure
from astro_dl.evaluation.predictions import Outcome

EXAMPLES = 8
SCALE_PIXELS = 10
TICKS = (0, 1, 3, 10, 30, 100, 300, 1000)


def draw_generated(outcome: Outcome) -> Figure:
    """Return the first images of a test set, and below each what every method draws in its place.

    Parameters
    ----------
    outcome : Outcome
        Of an answer of kind generation.
    """
    rows = {"test set": outcome.y, **outcome.scores}
    count = min(EXAMPLES, len(outcome.y))
    figure, panels = new_figure(
        len(rows), count, 1.25 * count + 1.5, 1.3 * len(rows) + 0.3, sharex=True, sharey=True
    )
    top = np.arcsinh(np.quantile(outcome.y[:count].max(axis=(1, 2)), 0.8))
    for line, (name, images) in zip(panels, rows.items(), strict=True):
        for axes, image in zip(line, images, strict=False):
            picture = axes.imshow(
                np.arcsinh(image), cmap="gray", origin="lower", vmin=np.arcsinh(-2), vmax=top
            )
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
        line[0].set_ylabel(name.replace(" of ", "\nof "), fontsize=8)
    _scale_bar(panels[0, 0], outcome.y.shape[1])
    light_bar(picture, panels.ravel(), TICKS, "light [σ]", 0.8)
    return figure


def _scale_bar(axes: Axes, size: int) -> None:
    """Draw how long ten pixels are."""
    low = 0.08 * size
    axes.plot([low, low + SCALE_PIXELS], [low, low], color="white", linewidth=2)
    axes.text(low, 1.6 * low, f"{SCALE_PIXELS} pixels", color="white", fontsize=6)
