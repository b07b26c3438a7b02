"""Images beside what was made of them."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.files import file_stems
from astro_dl.core.reading.named_files import files_with_rows
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.galaxies.fields import open_image
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics
from astro_dl.science.deconvolution.sharpen import sharpen

MOST_FILES = 12
WINDOW = 256
TICKS = (0, 1, 3, 10, 30, 100, 300, 1000)
SHOWN_RESIDUAL = 4.0


def draw_sharpened(
    predictor: Predictor[DeconvolutionPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the brightest part of each image: as it is, sharpened, and what the answer leaves.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to; the first twelve that have an answer are drawn.
    table : astropy.table.Table
        What `astro_dl.science.deconvolution.predict.predict_images` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``<name>_sharp.png`` of each file.
    """
    from astro_dl.evaluation.figures.images import light_bar, window_about
    from astro_dl.evaluation.figures.style import new_figure, save_figure

    answered = table[np.isfinite(table["residual_rms"])]
    stems, drawn = file_stems([Path(one) for one in paths]), []
    for path, row in islice(files_with_rows(paths, answered), MOST_FILES):
        name = str(row["id"])
        options = {key: table.meta.get(key) for key in ("psf", "hdu", "sigma")}
        with open_image(path, predictor.physics, **options) as image:
            answer = sharpen(predictor, image)
            every = slice(None)
            light = image.light(every)
            sharp = answer.light / image.noise(every)
        brightest = divmod(int(np.nanargmax(sharp)), sharp.shape[1])
        window, extent = window_about(brightest, sharp.shape, WINDOW)
        figure, ((left, middle, right),) = new_figure(1, 3, 12.6, 4.2, sharex=True, sharey=True)
        top = float(np.arcsinh(np.nanmax(sharp[window])))
        style = {"origin": "lower", "extent": extent, "interpolation": "nearest"}
        for panel, shown, title in (
            (left, light, name),
            (middle, sharp, f"sharpened to {predictor.physics.target_fwhm_pixels:g} pixels (FWHM)"),
        ):
            picture = panel.imshow(
                np.arcsinh(shown[window]), cmap="gray", vmin=np.arcsinh(-2), vmax=top, **style
            )
            panel.set_title(title, fontsize=10)
        light_bar(picture, (left, middle), TICKS, "light above the sky [σ]", 0.85)
        left_over = right.imshow(
            answer.residual[window],
            cmap="RdBu_r",
            vmin=-SHOWN_RESIDUAL,
            vmax=SHOWN_RESIDUAL,
            **style,
        )
        right.set_title("image less the answer, blurred again", fontsize=10)
        figure.colorbar(left_over, ax=right, shrink=0.85).set_label("residual [σ]")
        for panel in (left, middle, right):
            panel.grid(False)
            panel.set(xlabel="x [pixel]")
        left.set(ylabel="y [pixel]")
        drawn.append(save_figure(figure, Path(folder) / f"{stems[path]}_sharp.png"))
    return drawn
