"""The stars of galaxies beside what they tell of the mass and the slope of the halo."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.reading.named_files import files_with_rows
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.protocol import Predictor
from astro_dl.science.mass_profile.inputs import prepare
from astro_dl.science.mass_profile.parameters import TARGETS, log_mass_unit
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.predict import observed
from astro_dl.science.mass_profile.reading import GalaxyOptions, Observed

MOST_GALAXIES = 4
DRAWS = 1500


def draw_galaxies(
    predictor: Predictor[MassProfilePhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw velocities over radii, and samples of slope and mass.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to; the first four with an answer are drawn.
    table : astropy.table.Table
        What `astro_dl.science.mass_profile.predict.predict_masses` returned.
    folder : str or Path
        Where the figure goes.

    Returns
    -------
    list of Path
        ``galaxies.png``; none where no row has an answer, or answers are no flows.
    """
    from astro_dl.core.showing.colours import COLOURS
    from astro_dl.evaluation.figures.style import new_figure, save_figure
    from astro_dl.evaluation.figures.velocities import draw_velocities

    options = GalaxyOptions(**table.meta.get("reading", {}))
    shown: list[tuple[str, Observed]] = []
    for path, row in files_with_rows(paths, table):
        if np.isfinite(float(row["gamma"])) and len(shown) < MOST_GALAXIES:
            read = observed(path, options, predictor.physics, table.meta.get("seed", 0))
            shown.append((str(row["id"]), read))
    ready = prepare(predictor.physics, [one.stars for _, one in shown])
    posterior = predictor.answers(ready.x).distribution if shown else None
    if not isinstance(posterior, Posterior):
        return []
    draws = posterior.sample(np.random.default_rng(0), DRAWS)
    slope, mass = (draws[:, list(TARGETS).index(name)] for name in ("gamma", "log_mass"))
    mass = mass + log_mass_unit(
        ready.dispersion_kms, np.array([one.half_light_pc for _, one in shown])
    ).reshape(-1, 1)
    figure, axes = new_figure(len(shown), 2, 9, 3.1 * len(shown))
    for row, panels in enumerate(np.atleast_2d(axes)):
        name, one = shown[row]
        radii, stars = one.stars.radii * one.half_light_pc, one.stars
        measured = (stars.velocities, stars.errors, ready.mean_kms[row], ready.intrinsic_kms[row])
        draw_velocities(panels[0], radii, *measured, "pc")
        half_light = {"color": COLOURS[2], "linestyle": "--", "linewidth": 1}
        panels[0].axvline(one.half_light_pc, label="half-light radius", **half_light)
        panels[0].legend(fontsize=7)
        panels[0].set_title(name)
        panels[1].plot(slope[row], mass[row], ".", color=COLOURS[0], markersize=2)
        panels[1].set(
            xlabel="slope γ of the halo",
            ylabel=r"log₁₀ $M(<1.8\,R_\mathrm{h})$ [M☉]",
            xlim=predictor.physics.slopes,
            title=f"{ready.stars[row]} stars",
        )
    return [save_figure(figure, Path(folder) / "galaxies.png")]
