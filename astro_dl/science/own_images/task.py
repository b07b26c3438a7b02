"""Images of one's own: any files of them to classes or values.

The physics is what is known of the files: where they are, what is learnt of them, and the recipe by
which they become inputs. `astro_dl.science.own_images.setup` writes it down.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.answers.asked import asked_answer
from astro_dl.core.answer import AnswerKind
from astro_dl.core.examples import Examples
from astro_dl.core.reading.share import divisible
from astro_dl.core.task import (
    Augmentation,
    Classical,
    Dataset,
    Files,
    InputSpec,
    Task,
    unsimulated,
)
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.images.features import image_features
from astro_dl.observations.images.image_files import SINGLE, holds_many, read_image_file
from astro_dl.observations.images.orientations import orientations_of
from astro_dl.observations.images.recipe import ImageRecipe
from astro_dl.observations.images.stacks import IMAGES as STACK
from astro_dl.observations.images.stacks import columns_beside
from astro_dl.observations.labelled.examples import read_examples
from astro_dl.observations.labelled.labels import LabelledFiles
from astro_dl.observations.labelled.predict import predict_files
from astro_dl.observations.labelled.setup import SOURCE
from astro_dl.observations.labelled.sources import Kind

IMAGES = Kind("images", SINGLE, STACK.read, STACK.count, columns_beside, holds_many)
PEERS = ("random_forest", "gradient_boosting", "logistic_regression", "knn")


@dataclass(frozen=True)
class OwnImages:
    """Everything that is known of images.

    Parameters
    ----------
    examples : LabelledFiles
        Where they are, and what is learnt.
    recipe : ImageRecipe
        How they become inputs.
    """

    examples: LabelledFiles = field(default_factory=LabelledFiles)
    recipe: ImageRecipe = field(default_factory=ImageRecipe)


def head(physics: OwnImages) -> AnswerKind:
    """Return the classes or the values."""
    about = physics.examples
    return asked_answer(about.targets, about.classes, about.target_units, about.answer)


def input_spec(physics: OwnImages) -> InputSpec:
    """Return the size of an image, and the scales of its bands."""
    return InputSpec(physics.recipe.shape, physics.recipe.contract())


def orientations(physics: OwnImages) -> Augmentation:
    """Return turns and mirrors, as the sky knows no up and no down."""
    return orientations_of(physics.recipe.height, physics.recipe.width)


def read_own_images(physics: OwnImages, folder: Path) -> Examples:
    """Return all labelled images as inputs (n, y, x, bands)."""
    recipe = physics.recipe
    return read_examples(
        physics.examples, IMAGES, folder, recipe.inputs, recipe.shape, repr(recipe)
    )


def input_of_file(physics: OwnImages, path: Path) -> np.ndarray:
    """Return the input of the one example in a file."""
    return physics.recipe.inputs(read_image_file(path), str(path))


@divisible()
def predict_own_images(
    predictor: Predictor[OwnImages],
    paths: Sequence[Any],
    *,
    hdu: int | str | None = None,
    path: str = "",
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Predict for images in files.

    Parameters
    ----------
    predictor : Predictor
        A model of this task.
    paths : sequence of path
        FITS, PNG, JPEG or npy files of one image each; HDF5 or npz files of many, or FITS
        tables with images in a column.
    hdu : int or str, optional
        Number or name of the extension, where a FITS file holds several images.
    path : str, optional
        Name of the array or column, where a file of many holds several.
    batch_size : int, optional
        Images given to the model at once.
    keep_flagged : bool, default False
        Answer for what is outside the training range, too, instead of leaving the answer out.

    Yields
    ------
    astropy.table.QTable
        Parts that follow each other: ``id``, the file's name (and the number of the image in it),
        what the network says, and ``flags``.

    Raises
    ------
    UsageError
        If a file cannot be read, or its images are of another size or of other bands.
    """
    make = predictor.physics.recipe.inputs
    member = path or ("" if hdu is None else str(hdu))
    yield from predict_files(predictor, IMAGES, paths, make, member, batch_size, keep_flagged)


task = Task(
    name="own_images",
    summary="What do images of one's own show?",
    physics=OwnImages,
    head=head,
    input_spec=input_spec,
    simulate=unsimulated,
    group="group",
    classical=Classical(features=image_features, peers=PEERS),
    datasets={SOURCE: Dataset("The files themselves, split by group", read_own_images)},
    augmentation=orientations,
    files=Files(inputs=input_of_file, predict_blocks=predict_own_images),
)
