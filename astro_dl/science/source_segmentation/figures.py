"""Images beside the stars, spheroids and discs that were found in them."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from astro_dl.core.files import file_stems
from astro_dl.core.reading.many_files import may_fail
from astro_dl.core.reading.named_files import objects_by_file
from astro_dl.inference.predictor import Predictor
from astro_dl.science.source_segmentation.files import open_field
from astro_dl.science.source_segmentation.measure import Segmentation
from astro_dl.science.source_segmentation.physics import CLASSES, SourceSegmentationPhysics
from astro_dl.science.source_segmentation.predict import class_map, segment

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_FILES = 12
WINDOW = 512
SHOWN_SIGMA = (-3.0, 60.0)
TICKS = (-2, 0, 2, 5, 10, 30, 60)
COLOURS = {"star": "#F0E442", "spheroid": "#D55E00", "disc": "#0072B2"}


def draw_segments(
    predictor: Predictor[SourceSegmentationPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the busiest part of each image: as it is, and with its sources by class.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to; the first twelve are drawn.
    table : astropy.table.Table
        What `astro_dl.science.source_segmentation.predict.predict_fields` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``<name>_segments.png`` of each file.
    """
    from astro_dl.evaluation.figures.style import save_figure

    told = table.meta
    stems, drawn = file_stems([Path(one) for one in paths]), []
    for path, name, sources in islice(objects_by_file(paths, table), MOST_FILES):
        with may_fail(path), open_field(path, told.get("hdu"), told.get("weights")) as field:
            found = segment(predictor, field, told.get("threshold", 0.5), told.get("fwhm"))
            figure = _draw(found, name, sources)
            drawn.append(save_figure(figure, Path(folder) / f"{stems[path]}_segments.png"))
    return drawn


def _draw(found: Segmentation, name: str, sources: Table) -> "Figure":
    from matplotlib.colors import ListedColormap
    from matplotlib.lines import Line2D

    from astro_dl.evaluation.figures.images import light_bar, window_about
    from astro_dl.evaluation.figures.style import new_figure

    x, y = (np.asarray(sources[axis], float) for axis in ("x", "y"))
    shape = found.segments.shape
    middle = np.median([y, x], axis=1) if len(sources) else np.array(shape) // 2
    (rows, columns), extent = window_about(middle, shape, WINDOW)
    figure, axes = new_figure(1, 2, 11, 5.4, sharex=True, sharey=True)
    where = {"origin": "lower", "extent": extent, "interpolation": "nearest"}
    low, high = np.arcsinh(SHOWN_SIGMA)
    for panel in axes.flat:
        panel.grid(False)
        picture = panel.imshow(
            found.brightness[rows, columns].astype(np.float32),
            cmap="gray",
            vmin=low,
            vmax=high,
            **where,
        )
        panel.set(xlabel="x [pixel]", ylabel="y [pixel]")
    classes = class_map(found)[rows, columns].astype(float)
    classes[classes == 0] = np.nan
    colours = ListedColormap([COLOURS[one] for one in CLASSES[1:]])
    axes[0, 1].imshow(classes, cmap=colours, vmin=0.5, vmax=3.5, alpha=0.6, **where)
    marks = [
        Line2D([], [], marker="s", linestyle="", color=COLOURS[one], label=one)
        for one in CLASSES[1:]
    ]
    axes[0, 1].legend(handles=marks, loc="upper right", fontsize=8)
    axes[0, 0].set_title(f"{name}, stars of {found.fwhm:.1f} pixels", fontsize=10)
    axes[0, 1].set_title(f"{len(sources)} sources in the whole image", fontsize=10)
    light_bar(picture, axes.ravel(), TICKS, "light above the sky [σ]", 0.9)
    return figure
