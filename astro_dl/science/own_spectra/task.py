"""Spectra of one's own: any files of them to classes or values.

The physics is what is known of the files: where they are, what is learnt of them, and the recipe by
which they become inputs. `astro_dl.science.own_spectra.setup` writes it down.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.answers.asked import asked_answer
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.reading.share import divisible
from astro_dl.core.task import Classical, Dataset, Files, InputSpec, Task, unsimulated
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.labelled.examples import read_examples
from astro_dl.observations.labelled.labels import LabelledFiles
from astro_dl.observations.labelled.predict import predict_files
from astro_dl.observations.labelled.setup import SOURCE
from astro_dl.observations.labelled.sources import Kind, Source
from astro_dl.observations.spectra.files import FITS_ENDINGS, read_spectra
from astro_dl.observations.spectra.recipe import SpectrumRecipe
from astro_dl.observations.spectra.spectrum import Spectrum
from astro_dl.observations.tables.read import FORMATS

PEERS = ("random_forest", "gradient_boosting", "logistic_regression", "knn")
ENDINGS = tuple(dict.fromkeys((*FITS_ENDINGS, *FORMATS)))
MOST_FEATURES = 256


def read_each_spectrum(
    sources: Iterable[Source], member: str = ""
) -> Iterator[tuple[Source, Spectrum]]:
    """Yield each file with its spectrum; refuse files of several."""
    for source in sources:
        spectra = read_spectra(source.path)
        if len(spectra) > 1:
            raise UsageError(f"{source.path}: {len(spectra)} spectra; give files of one each")
        yield source, spectra[0]


SPECTRA = Kind("spectra", ENDINGS, read_each_spectrum)


@dataclass(frozen=True)
class OwnSpectra:
    """Everything that is known of spectra.

    Parameters
    ----------
    examples : LabelledFiles
        Where they are, and what is learnt.
    recipe : SpectrumRecipe
        How they become inputs.
    """

    examples: LabelledFiles = field(default_factory=LabelledFiles)
    recipe: SpectrumRecipe = field(default_factory=SpectrumRecipe)


def head(physics: OwnSpectra) -> AnswerKind:
    """Return the classes or the values."""
    about = physics.examples
    return asked_answer(about.targets, about.classes, about.target_units, about.answer)


def input_spec(physics: OwnSpectra) -> InputSpec:
    """Return the grid, and what the channels mean."""
    return InputSpec(physics.recipe.shape, physics.recipe.contract())


def read_own_spectra(physics: OwnSpectra, folder: Path) -> Examples:
    """Return all labelled spectra as inputs (n, pixels, channels)."""
    recipe = physics.recipe
    return read_examples(
        physics.examples, SPECTRA, folder, recipe.inputs, recipe.shape, repr(recipe)
    )


def spectrum_features(physics: object, x: Inputs) -> np.ndarray:
    """Return both channels (n, k) in at most 256 means over neighbouring pixels each."""
    spectra = np.asarray(x)
    width = -(-spectra.shape[1] // MOST_FEATURES)
    whole = spectra[:, : spectra.shape[1] // width * width]
    means = whole.reshape(len(spectra), -1, width, spectra.shape[2]).mean(axis=2)
    return means.reshape(len(spectra), -1)


def input_of_file(physics: OwnSpectra, path: Path) -> np.ndarray:
    """Return the input of the one example in a file."""
    return physics.recipe.inputs(next(read_each_spectrum([Source(path, path.name)]))[1], str(path))


@divisible()
def predict_own_spectra(
    predictor: Predictor[OwnSpectra],
    paths: Sequence[Any],
    *,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Predict for spectra in files.

    Parameters
    ----------
    predictor : Predictor
        A model of this task.
    paths : sequence of path
        As `astro_dl.observations.spectra.files.read_spectra` takes them, one spectrum each.
    batch_size : int, optional
        Spectra given to the model at once.
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
    yield from predict_files(predictor, SPECTRA, paths, make, "", batch_size, keep_flagged)


task = Task(
    name="own_spectra",
    summary="What do spectra of one's own tell?",
    physics=OwnSpectra,
    head=head,
    input_spec=input_spec,
    simulate=unsimulated,
    group="group",
    classical=Classical(features=spectrum_features, peers=PEERS),
    datasets={SOURCE: Dataset("The files themselves, split by group", read_own_spectra)},
    files=Files(inputs=input_of_file, predict_blocks=predict_own_spectra),
)
