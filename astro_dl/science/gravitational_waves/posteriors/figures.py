"""The weighed posteriors of binaries, parameter by parameter and pair by pair."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.files import object_stems
from astro_dl.inference.protocol import Predictor
from astro_dl.science.gravitational_waves.posteriors.parameters import PRIOR, SYMBOLS, UNITS
from astro_dl.science.gravitational_waves.posteriors.physics import BinaryParametersPhysics


def draw_binaries(
    predictor: Predictor[BinaryParametersPhysics],
    paths: Sequence[str | Path],
    table: Table,
    folder: str | Path,
) -> list[Path]:
    """Draw the samples of each binary.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to.
    table : astropy.table.Table
        What `astro_dl.science.gravitational_waves.posteriors.predict.predict_binaries` returned.
    folder : str or Path
        Where the figures go.

    Returns
    -------
    list of Path
        ``<id>_posterior.png`` of each row with an answer; none where the table has no samples.
    """
    from astro_dl.evaluation.figures.posteriors import draw_posterior
    from astro_dl.evaluation.figures.style import save_figure

    made: list[Path] = []
    if "chirp_mass_samples" not in table.colnames:
        return made
    unknown, symbols = np.full(len(PRIOR), np.nan), [SYMBOLS[name] for name in PRIOR]
    for row, stem in zip(table, object_stems(table["id"]), strict=True):
        columns = [row[f"{name}_samples"] for name in PRIOR]
        draws = np.array([getattr(one, "value", one) for one in columns])
        if np.isfinite(draws).all():
            figure = draw_posterior(draws, unknown, symbols, tuple(UNITS.values()))
            made.append(save_figure(figure, Path(folder) / f"{stem}_posterior.png"))
    return made
