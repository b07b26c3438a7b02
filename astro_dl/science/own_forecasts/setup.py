"""From series of one's own to a config."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.changes import changed, dotted
from astro_dl.core.config import Config, load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import model_entry
from astro_dl.core.schema import plain
from astro_dl.core.source.signatures import builder_defaults
from astro_dl.observations.labelled.labels import fingerprint
from astro_dl.observations.labelled.setup import TRAINING, batch_size
from astro_dl.observations.labelled.sources import sources_below
from astro_dl.observations.light_curves.series import ENDINGS, read_series
from astro_dl.science.own_forecasts.physics import OwnForecasts
from astro_dl.science.own_forecasts.task import FUTURE, SERIES
from astro_dl.science.own_forecasts.windows import Windows, cuts_with_truth, on_grid

FEW = 10
DATA = {"validation_fraction": 0.15, "test_fraction": 0.2}


def own_forecasts_config(
    model: str, files: str | Path, window: int = 128, horizon: int = 16, **overrides: Any
) -> Config:
    """Return the config with which a model learns how series go on.

    Parameters
    ----------
    model : str
        A registered model for series, such as ``"forecaster"``, or a classical one.
    files : str or Path
        Folder of light curves.
    window, horizon : int
        Steps that are seen, and that are told. A step is the median distance of two points.
    **overrides
        Values of the config by dotted keys.

    Returns
    -------
    Config
        Ten series or more are split by series; fewer are cut into pieces and split in time.

    Raises
    ------
    UsageError
        If there are no such files, or no window in them.
    """
    if window < 4 or horizon < 1:
        raise UsageError(
            f"--window {window} --horizon {horizon} is not accepted; accepted: 4 and above, 1 and "
            "above"
        )
    folder = Path(files).resolve()
    sources = sources_below(folder, ENDINGS, "light curves")
    series = [read_series(source.path) for source in sources]
    step = float(np.median([np.median(np.diff(one.time)) for one in series]))
    entry = model_entry(model)
    physics = OwnForecasts(
        folder.name,
        fingerprint(sources, Table()),
        Windows(window, horizon, float(f"{step:.6g}")),
        "gaussian" if entry.fit is None else "point",
    )
    count = sum(
        len(cuts_with_truth(physics.windows, on_grid(one, physics.windows.step_days)))
        for one in series
    )
    has_gaps = entry.fit is None and "mask_channel" in builder_defaults(entry.builder)
    config = load_config(
        {
            "task": "own_forecasts",
            "model": model,
            "hyperparameters": {"mask_channel": 1} if has_gaps else {},
            "data": {
                **DATA,
                "source": SERIES if len(series) >= FEW else FUTURE,
                "folder": str(folder.parent),
            },
            "training": {**TRAINING, "batch_size": batch_size(count)},
        },
        **overrides,
    )
    return replace(config, physics=changed(plain(physics), dotted(config.physics)))
