"""Series of one's own: how they go on, and how sure that is.

The physics is where the files are and how they are cut; `astro_dl.science.own_forecasts.setup`
writes it down.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.task import Classical, Dataset, Files, InputSpec, Task, unsimulated
from astro_dl.observations.labelled.labels import fingerprint
from astro_dl.observations.labelled.sources import sources_below
from astro_dl.observations.light_curves.series import ENDINGS, read_series
from astro_dl.science.own_forecasts.baselines import forecast_baselines, forecast_features
from astro_dl.science.own_forecasts.figures import draw_forecasts
from astro_dl.science.own_forecasts.metrics import forecast_metrics
from astro_dl.science.own_forecasts.physics import OwnForecasts
from astro_dl.science.own_forecasts.predict import predict_forecasts
from astro_dl.science.own_forecasts.windows import Grid, cuts_with_truth, on_grid

SERIES, FUTURE = "series", "future"
PEERS = ("linear_regression", "random_forest")
SEGMENTS = 10


def head(physics: OwnForecasts) -> AnswerKind:
    """Return the steps to come, on the scale of their window."""
    return Regression(physics.windows.names, distribution=physics.answer)


def input_spec(physics: OwnForecasts) -> InputSpec:
    """Return the window, and what its channels mean."""
    return InputSpec(physics.windows.shape, physics.windows.contract())


def read_whole_series(physics: OwnForecasts, folder: Path) -> Examples:
    """Return the windows of all series; a series is one group."""
    return _examples(physics, ((name, 0.0, grid) for name, grid in _grids(physics, folder)), folder)


def read_pieces(physics: OwnForecasts, folder: Path) -> Examples:
    """Return the windows of at most ten pieces of every series, which are groups, in order."""

    def pieces() -> Iterator[tuple[str, float, Grid]]:
        least = physics.windows.window + physics.windows.horizon
        for name, grid in _grids(physics, folder):
            count = int(np.clip(len(grid.flux) // least, 1, SEGMENTS))
            for number, flux in enumerate(np.array_split(grid.flux, count)):
                yield f"{name}:{number}", number / count, Grid(grid.start, flux)

    return _examples(physics, pieces(), folder)


def _grids(physics: OwnForecasts, folder: Path) -> Iterator[tuple[str, Grid]]:
    sources = sources_below(folder / physics.files, ENDINGS, "light curves")
    if physics.sha256 and fingerprint(sources, Table()) != physics.sha256:
        raise UsageError(
            f"{folder / physics.files}: the files have changed since the training was set up; "
            "train anew, or bring them back"
        )
    for source in sources:
        yield source.name, on_grid(read_series(source.path), physics.windows.step_days)


def _examples(
    physics: OwnForecasts, parts: Iterator[tuple[str, float, Grid]], folder: Path
) -> Examples:
    x, y, rows = [], [], []
    for name, place, grid in parts:
        for one, truth in cuts_with_truth(physics.windows, grid):
            x.append(one.x)
            y.append(truth)
            rows.append((name, place))
    if not x:
        windows = physics.windows
        raise UsageError(
            f"{folder / physics.files}: no window of {windows.window} steps of "
            f"{windows.step_days:g} d, half of them observed, is followed by {windows.horizon} "
            "steps without gap; give shorter ones by --window and --horizon"
        )
    info = Table(rows=rows, names=["group", "place"])
    return Examples(np.stack(x), np.array(y, np.float32), info)


task = Task(
    name="own_forecasts",
    summary="How do light curves of one's own go on?",
    physics=OwnForecasts,
    head=head,
    input_spec=input_spec,
    simulate=unsimulated,
    group="group",
    classical=Classical(forecast_baselines, None, forecast_features, PEERS),
    datasets={
        SERIES: Dataset("Windows of series, split by series", read_whole_series),
        FUTURE: Dataset("Windows of few series, split in time", read_pieces, time="place"),
    },
    files=Files(predict_blocks=predict_forecasts, draw=draw_forecasts),
    extra_metrics=forecast_metrics,
)
