"""Triplets as people look at them: science, template and difference with what was said of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.inference.protocol import Predictor
from astro_dl.science.real_bogus.files import Triplet, read_triplets, sized
from astro_dl.science.real_bogus.inputs import TRIPLET
from astro_dl.science.real_bogus.physics import RealBogusPhysics

LINES, PER_LINE = 8, 3
DOUBT = (0.2, 0.8)
FAINTEST, BRIGHTEST = 1.0, 99.5
LINE_INCHES, HEAD_INCHES = 1.4, 0.45


def draw_triplets(
    predictor: Predictor[RealBogusPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the triplets of a table of predictions, and how the probabilities are distributed.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to.
    table : astropy.table.Table
        What `astro_dl.science.real_bogus.predict.predict_stamps` gave.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``probabilities.png``; ``real.png`` and ``bogus.png``, the surest of each, and
        ``doubtful.png``, those of probability nearest to one half, where there are any between 0.2
        and 0.8.
    """
    from astro_dl.evaluation.figures.style import save_figure

    p = np.asarray(table["p_real"], float)
    names = np.asarray(table["id"]).astype(str)
    rising = np.argsort(np.where(np.isfinite(p), p, 2))[: int(np.isfinite(p).sum())]
    doubtful = np.flatnonzero((p > DOUBT[0]) & (p < DOUBT[1]))
    doubtful = doubtful[np.argsort(np.abs(p[doubtful] - 0.5))]
    most = LINES * PER_LINE
    shown = {
        "real": [k for k in rising[::-1] if p[k] >= 0.5][:most],
        "bogus": [k for k in rising if p[k] < 0.5][:most],
        "doubtful": list(doubtful[:most]),
    }
    wanted = {names[k] for rows in shown.values() for k in rows}
    triplets = {one.id: one for one in _triplets(paths, table) if one.id in wanted}
    figures = {"probabilities": _histogram(p[np.isfinite(p)])}
    size = predictor.physics.size_pixels
    for name, rows in shown.items():
        known = [k for k in rows if names[k] in triplets]
        if known:
            captions = [f"{names[k]}\np = {p[k]:.3f}" for k in known]
            figures[name] = mosaic([triplets[names[k]] for k in known], captions, size)
    return [save_figure(figure, Path(folder) / f"{name}.png") for name, figure in figures.items()]


def picture_triplets(
    predictor: Predictor[RealBogusPhysics], paths: Sequence[str | Path], table: Table
) -> Iterator[tuple[int, Any]]:
    """Yield for each row of a prediction its number, from 0, and its triplet."""
    rows = {str(name): row for row, name in enumerate(table["id"])}
    for one in _triplets(paths, table):
        if one.id in rows:
            yield rows[one.id], mosaic([one], [""], predictor.physics.size_pixels)


def mosaic(triplets: Sequence[Triplet], captions: Sequence[str], size: int) -> Any:
    """Return a figure of triplets, each with its caption above.

    Science and template are shown from their 1st to their 99.5th percentile, differences
    symmetrically about zero; pixels that are missing are hatched red.
    """
    from matplotlib.figure import Figure

    across = min(PER_LINE, len(triplets))
    lines = -(-len(triplets) // across)
    height = LINE_INCHES * lines + HEAD_INCHES
    figure = Figure(figsize=(3.6 * across, height), dpi=100)
    around = {"left": 0.02, "right": 0.98, "bottom": 0.05 / height, "top": 1 - HEAD_INCHES / height}
    outer = figure.add_gridspec(lines, across, wspace=0.06, hspace=0.22, **around)
    for number, (triplet, caption) in enumerate(zip(triplets, captions, strict=True)):
        inner = outer[number].subgridspec(1, len(TRIPLET), wspace=0.03)
        images = sized(triplet, size)
        for k, name in enumerate(TRIPLET):
            axis = figure.add_subplot(inner[k])
            _show(axis, images[..., k], symmetric=name == "difference")
            if number < across:
                axis.set_xlabel(name, fontsize=7, labelpad=2)
                axis.xaxis.set_label_position("top")
            if k == 1:
                axis.set_title(_shortened(caption), fontsize=7, pad=12 if number < across else 3)
    return figure


def _triplets(paths: Sequence[str | Path], table: Table) -> Iterator[Triplet]:
    """Return the triplets of files, read as for the table."""
    order = tuple(table.meta.get("order", TRIPLET))
    return read_triplets(paths, order, str(table.meta.get("path", "")))


def _show(axis: Any, image: np.ndarray, symmetric: bool) -> None:
    from matplotlib import colormaps

    known = image[np.isfinite(image)]
    low, high = np.percentile(known, (FAINTEST, BRIGHTEST)) if known.size else (0, 1)
    if symmetric:
        high = max(abs(low), abs(high))
        low = -high
    colours = colormaps["gray"].with_extremes(bad="tab:red")
    axis.imshow(image, origin="lower", cmap=colours, vmin=low, vmax=high, interpolation="nearest")
    axis.set_xticks([])
    axis.set_yticks([])


def _shortened(caption: str, longest: int = 34) -> str:
    first, _, rest = caption.partition("\n")
    return f"{first if len(first) <= longest else '…' + first[1 - longest :]}   {rest}"


def _histogram(p: np.ndarray) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.2), dpi=100, layout="constrained")
    axis = figure.subplots()
    axis.hist(p, bins=20, range=(0, 1), color="tab:blue", edgecolor="white")
    axis.set_yscale("symlog", linthresh=1)
    axis.set_xlabel("probability of a real source")
    axis.set_ylabel("detections")
    axis.set_title(f"{len(p)} detections, {np.mean(p >= 0.5):.0%} above one half", fontsize=9)
    return figure
