"""Light curves of one's own: any files of them to classes or values.

The physics is what is known of the files: where they are, what is learnt of them, and the recipe by
which they become inputs. `astro_dl.science.own_light_curves.setup` writes it down.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.answers.asked import asked_answer
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.reading.share import divisible
from astro_dl.core.task import Classical, Dataset, Files, InputSpec, Task, unsimulated
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.labelled.examples import read_examples
from astro_dl.observations.labelled.labels import LabelledFiles
from astro_dl.observations.labelled.predict import predict_files
from astro_dl.observations.labelled.setup import SOURCE
from astro_dl.observations.labelled.sources import Kind, Source
from astro_dl.observations.light_curves.recipe import SeriesRecipe
from astro_dl.observations.light_curves.series import ENDINGS, Series, read_series

PEERS = ("random_forest", "gradient_boosting", "logistic_regression", "knn")


def read_each_series(
    sources: Iterable[Source], member: str = ""
) -> Iterator[tuple[Source, Series]]:
    """Yield each file with its light curve."""
    for source in sources:
        yield source, read_series(source.path)


LIGHT_CURVES = Kind("light curves", ENDINGS, read_each_series)


@dataclass(frozen=True)
class OwnLightCurves:
    """Everything that is known of light curves.

    Parameters
    ----------
    examples : LabelledFiles
        Where they are, and what is learnt.
    recipe : SeriesRecipe
        How they become inputs.
    """

    examples: LabelledFiles = field(default_factory=LabelledFiles)
    recipe: SeriesRecipe = field(default_factory=SeriesRecipe)


def head(physics: OwnLightCurves) -> AnswerKind:
    """Return the classes or the values."""
    about = physics.examples
    return asked_answer(about.targets, about.classes, about.target_units, about.answer)


def input_spec(physics: OwnLightCurves) -> InputSpec:
    """Return the grid, and what the channels mean."""
    return InputSpec(physics.recipe.shape, physics.recipe.contract())


def read_own_light_curves(physics: OwnLightCurves, folder: Path) -> Examples:
    """Return all labelled light curves as inputs (n, bins, channels)."""
    recipe = physics.recipe
    return read_examples(
        physics.examples, LIGHT_CURVES, folder, recipe.inputs, recipe.shape, repr(recipe), keep=True
    )


def series_features(physics: object, x: Inputs) -> np.ndarray:
    """Return the binned light curve (n, k) in order of phase and of brightness, and constants."""
    series = np.asarray(x)
    curve = series[..., 0]
    harmonics = np.abs(np.fft.rfft(curve, axis=1))[:, 1:9]
    return np.concatenate([curve, np.sort(curve, axis=1), harmonics, series[:, 0, 2:]], axis=1)


def input_of_file(physics: OwnLightCurves, path: Path) -> np.ndarray:
    """Return the input of the one example in a file."""
    return physics.recipe.inputs(read_series(path), str(path))


@divisible()
def predict_own_light_curves(
    predictor: Predictor[OwnLightCurves],
    paths: Sequence[Any],
    *,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Predict for light curves in files.

    Parameters
    ----------
    predictor : Predictor
        A model of this task.
    paths : sequence of path
        As `astro_dl.observations.light_curves.series.read_series` takes them.
    batch_size : int, optional
        Light curves given to the model at once.
    keep_flagged : bool, default False
        Answer for what is outside the training range, too, instead of leaving the answer out.

    Yields
    ------
    astropy.table.QTable
        Parts that follow each other: ``id``, the file's name, what the network says, and ``flags``.

    Raises
    ------
    UsageError
        If a file cannot be read, or does not reach into the grid.
    """
    make = predictor.physics.recipe.inputs
    yield from predict_files(predictor, LIGHT_CURVES, paths, make, "", batch_size, keep_flagged)


task = Task(
    name="own_light_curves",
    summary="What do light curves of one's own tell?",
    physics=OwnLightCurves,
    head=head,
    input_spec=input_spec,
    simulate=unsimulated,
    group="group",
    classical=Classical(features=series_features, peers=PEERS),
    datasets={SOURCE: Dataset("The files themselves, split by group", read_own_light_curves)},
    files=Files(inputs=input_of_file, predict_blocks=predict_own_light_curves),
)
