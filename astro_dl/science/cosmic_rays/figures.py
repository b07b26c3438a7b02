"""Exposures beside the hits that were found in them."""

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
from astro_dl.observations.images.background import Background
from astro_dl.science.cosmic_rays.exposures import Exposure, open_exposure
from astro_dl.science.cosmic_rays.physics import CosmicRayPhysics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_FILES = 12
WINDOW = 256
SHOWN_SIGMA = (-3.0, 30.0)
TICKS = (-2, 0, 2, 5, 10, 30)
MARK = "#D55E00"


def draw_masks(
    predictor: Predictor[CosmicRayPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the busiest part of each exposure, as it is and with the hits marked.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to; the first twelve are drawn.
    table : astropy.table.Table
        What `astro_dl.science.cosmic_rays.predict.predict_exposures` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``<name>_hits.png`` of each file.
    """
    from astro_dl.evaluation.figures.style import save_figure

    stems, drawn = file_stems([Path(one) for one in paths]), []
    for path, name, hits in islice(objects_by_file(paths, table), MOST_FILES):
        with may_fail(path), open_exposure(path, table.meta.get("hdu"), 1.0) as exposure:
            figure = _draw(exposure, name, hits)
            drawn.append(save_figure(figure, Path(folder) / f"{stems[path]}_hits.png"))
    return drawn


def _draw(exposure: Exposure, name: str, hits: Table) -> "Figure":
    from astro_dl.evaluation.figures.images import light_bar, window_about
    from astro_dl.evaluation.figures.style import new_figure

    x, y = (np.asarray(hits[axis], float) for axis in ("x", "y"))
    middle = np.median([y, x], axis=1) if len(hits) else np.array(exposure.shape) // 2
    (rows, columns), extent = window_about(middle, exposure.shape, WINDOW)
    level, noise = Background.measure(exposure.data).at(rows)
    shown = (exposure.electrons(rows) - level)[:, columns] / noise[:, columns]
    figure, axes = new_figure(1, 2, 10, 4.8, sharex=True, sharey=True)
    for panel in axes.flat:
        panel.grid(False)
        picture = panel.imshow(
            np.arcsinh(shown),
            cmap="gray",
            origin="lower",
            extent=extent,
            vmin=np.arcsinh(SHOWN_SIGMA[0]),
            vmax=np.arcsinh(SHOWN_SIGMA[1]),
            interpolation="nearest",
        )
        panel.set(xlabel="x [pixel]", ylabel="y [pixel]")
    size = 12 + 6 * np.sqrt(np.asarray(hits["pixels"], float))
    axes[0, 1].scatter(x, y, s=size, facecolors="none", edgecolors=MARK, linewidths=0.9)
    axes[0, 1].set(xlim=extent[:2], ylim=extent[2:])
    axes[0, 0].set_title(name, fontsize=10)
    axes[0, 1].set_title(f"{len(hits)} hits in the whole image", fontsize=10)
    light_bar(picture, axes.ravel(), TICKS, "light above the sky [σ]", 0.9)
    return figure
