"""Maps beside what they tell of matter and its fluctuations."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.reading.named_files import files_with_rows
from astro_dl.distributions.posterior import Posterior
from astro_dl.distributions.priors import from_unit_box
from astro_dl.inference.protocol import Predictor
from astro_dl.science.cosmology_fields.inputs import network_input
from astro_dl.science.cosmology_fields.parameters import PRIOR
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.predict import read_maps

MOST_MAPS = 4
DRAWS = 1500


def draw_maps(
    predictor: Predictor[CosmologyFieldsPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw maps, and samples of Ω_c and σ₈ over those of the prior.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to; the first four are drawn.
    table : astropy.table.Table
        What `astro_dl.science.cosmology_fields.predict.predict_maps` returned.
    folder : str or Path
        Where the figure goes.

    Returns
    -------
    list of Path
        ``maps.png``; none where no row has an answer.
    """
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.style import new_figure, save_figure

    shown: list[tuple[str, np.ndarray]] = []
    for path, row in files_with_rows(paths, table):
        if np.isfinite(float(row["omega_c"])) and len(shown) < MOST_MAPS:
            shown.append((str(row["id"]), read_maps(path, predictor.physics)))
    if not shown:
        return []
    x = network_input(predictor.physics, np.stack([maps for _, maps in shown]))
    posterior = predictor.answers(x).distribution
    assert isinstance(posterior, Posterior)
    rng = np.random.default_rng(0)
    draws = posterior.sample(rng, DRAWS)
    prior = from_unit_box(tuple(PRIOR.values()), rng.random((DRAWS, len(PRIOR))))
    figure, axes = new_figure(len(shown), 3, 10, 3.1 * len(shown))
    extent = predictor.physics.size_pixels * predictor.physics.pixel_arcmin / 60
    for (name, maps), samples, panels in zip(shown, draws, np.atleast_2d(axes), strict=True):
        top = float(np.percentile(np.abs(maps), 99.5))
        for number, panel in enumerate(panels[:2]):
            picture = panel.imshow(
                maps[..., number],
                cmap="RdBu_r",
                origin="lower",
                vmin=-top,
                vmax=top,
                extent=(0, extent, 0, extent),
                interpolation="nearest",
            )
            panel.grid(False)
            panel.set(xlabel="x [deg]", ylabel="y [deg]")
            panel.set_title(f"{name}, {('nearer', 'farther')[number]} sources", fontsize=9)
            bar = figure.colorbar(picture, ax=panel, shrink=0.85)
            bar.set_label("convergence", fontsize=8)
        last = panels[2]
        last.plot(*prior[:, :2].T, ".", color="0.8", markersize=2, label="prior")
        last.plot(samples[0], samples[1], ".", color=COLOURS[0], markersize=2, label="posterior")
        last.set(xlabel="Ω_c", ylabel="σ₈")
        last.legend(markerscale=4, fontsize=8)
    return [save_figure(figure, Path(folder) / "maps.png")]
