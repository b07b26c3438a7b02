"""Images beside what their sources have of them; errors of fluxes beside the least possible."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.core.files import file_stems
from astro_dl.core.reading.named_files import objects_by_file
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.galaxies.fields import open_image
from astro_dl.science.deblending.deblend import deblend, light_of
from astro_dl.science.deblending.metrics import MEDIAN_OF_ABSOLUTE_NORMAL
from astro_dl.science.deblending.physics import DeblendingPhysics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_FILES = 12
WINDOW = 128
"""Pixels along either side of the part that is drawn."""

TICKS = (0, 1, 3, 10, 30, 100, 300, 1000)
SHOWN_REST = 5.0


def draw_models(
    predictor: Predictor[DeblendingPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the part of each image about its most blended source: as it is, models, and the rest.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to; the first twelve that have an answer are drawn.
    table : astropy.table.Table
        What `astro_dl.science.deblending.predict.predict_sources` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``<name>_sources.png`` of each file.
    """
    from astro_dl.evaluation.figures.images import light_bar, window_about
    from astro_dl.evaluation.figures.style import new_figure, save_figure

    answered = table[np.isfinite(np.asarray(table["flux"], float))]
    drawn: list[Path] = []
    stems = file_stems([Path(one) for one in paths])
    for path, name, rows in objects_by_file(paths, answered):
        if not len(rows):
            continue
        if len(drawn) == MOST_FILES:
            break
        xy = np.stack([np.asarray(rows[axis], float) for axis in ("x", "y")], axis=1)
        options = {key: table.meta.get(key) for key in ("psf", "hdu", "sigma")}
        with open_image(path, predictor.physics, **options) as image:
            light = light_of(image)
            claimed = deblend(predictor, image, light, xy).claimed
        blended = np.nan_to_num(np.asarray(rows["blendedness"], float))
        place = xy[int(np.argmax(blended))][::-1]
        window, extent = window_about(place, light.shape, WINDOW)
        figure, ((left, middle, right),) = new_figure(1, 3, 12.6, 4.2, sharex=True, sharey=True)
        top = float(np.arcsinh(np.nanmax(light[window])))
        style = {"origin": "lower", "extent": extent, "interpolation": "nearest"}
        for panel, shown, title in (
            (left, light, name),
            (middle, light * claimed, "light of the sources"),
        ):
            picture = panel.imshow(
                np.arcsinh(shown[window]), cmap="gray", vmin=np.arcsinh(-2), vmax=top, **style
            )
            panel.set_title(title, fontsize=10)
        left.plot(*xy.T, "+", color="tab:red", markersize=5)
        light_bar(picture, (left, middle), TICKS, "light above the sky [σ]", 0.85)
        picture = right.imshow(
            (light * (1 - claimed))[window],
            cmap="RdBu_r",
            vmin=-SHOWN_REST,
            vmax=SHOWN_REST,
            **style,
        )
        right.set_title("what no source has", fontsize=10)
        figure.colorbar(picture, ax=right, shrink=0.85).set_label("rest [σ]")
        for panel in (left, middle, right):
            panel.grid(False)
            panel.set(xlabel="x [pixel]", xlim=extent[:2], ylim=extent[2:])
        left.set(ylabel="y [pixel]")
        drawn.append(save_figure(figure, Path(folder) / f"{stems[path]}_sources.png"))
    return drawn


def draw_flux_errors(metrics: Mapping[str, Any]) -> "Figure":
    """Return errors of fluxes against blendedness, and the Cramér–Rao bound, of several methods.

    Parameters
    ----------
    metrics : mapping
        By method, as of `astro_dl.science.deblending.metrics.flux_metrics`.
    """
    from astro_dl.evaluation.figures.style import new_figure

    figure, ((panel,),) = new_figure(1, 1, 6.4, 4.4)
    for number, (name, one) in enumerate(metrics.items()):
        bins = one["by blendedness"]
        errors = bins["flux_error"]
        middles = np.array([(part["from"] + part["to"]) / 2 for part in errors])
        values, low, high = (
            np.array([part[key] for part in errors], float) for key in ("value", "low", "high")
        )
        if number == 0:
            bound = MEDIAN_OF_ABSOLUTE_NORMAL * np.array(bins["bound"])
            panel.plot(middles, bound, "k--", label="Cramér–Rao bound, shapes known")
        panel.errorbar(
            middles + 0.006 * number,
            values,
            (values - low, high - values),
            fmt="o-",
            capsize=2,
            label=name,
        )
    panel.set(
        xlabel="blendedness",
        ylabel="median relative error of the flux",
        yscale="log",
        xlim=(0, 1),
    )
    panel.legend(fontsize=8)
    return figure
