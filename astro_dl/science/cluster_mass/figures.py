"""The galaxies of clusters beside what they tell of the mass."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import Row, Table

from astro_dl.core.reading.named_files import files_with_rows
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor
from astro_dl.science.cluster_mass.inputs import FARTHEST_KMS, Galaxies, prepare
from astro_dl.science.cluster_mass.physics import ClusterMassPhysics
from astro_dl.science.cluster_mass.predict import observed
from astro_dl.science.cluster_mass.reading import ClusterOptions

MOST_CLUSTERS = 4
STEPS = 400


def draw_clusters(
    predictor: Predictor[ClusterMassPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw velocities over radii, and the posterior of the mass.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to; the first four with an answer are drawn.
    table : astropy.table.Table
        What `astro_dl.science.cluster_mass.predict.predict_clusters` returned.
    folder : str or Path
        Where the figure goes.

    Returns
    -------
    list of Path
        ``clusters.png``; none where no row has an answer, or answers are no flows.
    """
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.style import new_figure, save_figure
    from astro_dl.evaluation.figures.velocities import draw_velocities

    options = ClusterOptions(**table.meta.get("reading", {}))
    rows: list[Row] = []
    shown: list[Galaxies] = []
    for path, row in files_with_rows(paths, table):
        if np.isfinite(float(row["log_mass"].value)) and len(rows) < MOST_CLUSTERS:
            rows.append(row)
            read = observed(path, options, predictor.physics, table.meta.get("seed", 0))
            shown.append(read.galaxies)
    ready = prepare(predictor.physics, shown)
    posterior = predictor.answers(ready.x).distribution if shown else None
    if not isinstance(posterior, Posterior):
        return []
    grid = np.linspace(*predictor.physics.log_masses, STEPS)
    density = np.exp([posterior.log_pdf(np.full((len(shown), 1), mass)) for mass in grid])
    figure, axes = new_figure(len(shown), 2, 9, 3.1 * len(shown))
    for number, (row, panels) in enumerate(zip(rows, np.atleast_2d(axes), strict=True)):
        one, centre = shown[number], ready.centre_kms[number]
        measured = (one.radii, one.velocities, one.errors, centre, ready.intrinsic_kms[number])
        draw_velocities(panels[0], *measured, "Mpc")
        panels[0].set(ylim=(-FARTHEST_KMS, FARTHEST_KMS), title=str(row["id"]))
        panels[1].plot(grid, density[:, number], color=COLOURS[0], label="posterior")
        other = float(row["log_mass_munari"].value)
        panels[1].axvline(other, color=COLOURS[2], linestyle="--", label="Munari et al. (2013)")
        panels[1].set(
            xlabel="log₁₀ M200c [M☉]",
            ylabel="density [1/dex]",
            ylim=(0, None),
            title=f"{ready.galaxies[number]} galaxies",
        )
        panels[1].legend(fontsize=7)
    return [save_figure(figure, Path(folder) / "clusters.png")]
