"""A posterior of several parameters: each alone, and each pair."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from matplotlib.figure import Figure

from astro_dl.core.showing.colours import COLOURS
from astro_dl.evaluation.figures.style import new_figure
from astro_dl.evaluation.figures.symbols import with_unit

MOST_PARAMETERS = 6
BINS = 30


def draw_posterior(
    draws: np.ndarray, truth: np.ndarray, names: Sequence[str], units: Sequence[str] = ()
) -> Figure:
    """Return the draws of one posterior, pair by pair, with the truth.

    Parameters
    ----------
    draws : ndarray, (k, m)
        Of k parameters, of which the first six are drawn.
    truth : ndarray, (k,)
        Where they really are.
    names, units : sequence of str
        Of the parameters: symbols, as matplotlib reads them, and astropy's units.
    """
    # In single precision there are no thirty bins between draws that are nearly the same.
    draws = np.asarray(draws, np.float64)
    count = min(len(names), MOST_PARAMETERS)
    side = max(2.1 * count, 4.2)
    figure, panels = new_figure(count, count, side, side)
    labels = [with_unit(*one) for one in zip_longest(names[:count], units[:count], fillvalue="")]
    for row in range(count):
        for column in range(count):
            axes = panels[row, column]
            if column > row:
                axes.set_axis_off()
                continue
            if column == row:
                axes.hist(draws[row], BINS, density=True, histtype="step", color=COLOURS[0])
                axes.axvline(truth[row], color=COLOURS[1])
                axes.set_yticks([])
            else:
                axes.plot(draws[column], draws[row], ".", color=COLOURS[0], markersize=2, alpha=0.5)
                axes.plot(truth[column], truth[row], "+", color=COLOURS[1], markersize=10)
            if row == count - 1:
                axes.set_xlabel(labels[column], fontsize=8)
            if column == 0 and row > 0:
                axes.set_ylabel(labels[row], fontsize=8)
            axes.tick_params(labelsize=6)
    return figure
