"""Figures of answers that are images."""

import numpy as np
from matplotlib.figure import Figure

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
