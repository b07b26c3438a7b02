"""Cubes of one's own: any files of them to classes, labels or values.

The physics is what is known of the files: where they are, what is learnt of them, and the recipe by
which they become inputs. `astro_dl.science.own_cubes.setup` writes it down.
"""

from collections.abc import Iterator, Sequence
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
from astro_dl.observations.images.features import image_features
from astro_dl.observations.images.stacks import columns_beside
from astro_dl.observations.labelled.examples import read_examples
from astro_dl.observations.labelled.labels import LabelledFiles
from astro_dl.observations.labelled.predict import predict_files
from astro_dl.observations.labelled.setup import SOURCE
from astro_dl.observations.labelled.sources import Kind
from astro_dl.science.own_cubes.files import CUBES as STACK
from astro_dl.science.own_cubes.files import SINGLE, read_cube_file
from astro_dl.science.own_cubes.recipe import CubeRecipe

CUBES = Kind("cubes", SINGLE, STACK.read, STACK.count, columns_beside)
PEERS = ("random_forest", "gradient_boosting", "logistic_regression", "knn")
MOST_PLANES = 64
AT_ONCE = 64


@dataclass(frozen=True)
class OwnCubes:
    """Everything that is known of cubes.

    Parameters
    ----------
    examples : LabelledFiles
        Where they are, and what is learnt.
    recipe : CubeRecipe
        How they become inputs.
    """

    examples: LabelledFiles = field(default_factory=LabelledFiles)
    recipe: CubeRecipe = field(default_factory=CubeRecipe)


def head(physics: OwnCubes) -> AnswerKind:
    """Return the classes, labels or values."""
    about = physics.examples
    return asked_answer(about.targets, about.classes, about.target_units, about.answer)


def input_spec(physics: OwnCubes) -> InputSpec:
    """Return the size of a cube, and the scale of its values."""
    return InputSpec(physics.recipe.shape, physics.recipe.contract())


def read_own_cubes(physics: OwnCubes, folder: Path) -> Examples:
    """Return all labelled cubes as inputs (n, depth, y, x, 1)."""
    about, recipe = physics.examples, physics.recipe
    made = recipe.inputs, recipe.shape, repr(recipe)
    return read_examples(about, CUBES, folder, *made)


def cube_features(physics: object, x: Inputs) -> np.ndarray:
    """Return features (n, k) float32 of cubes (n, depth, y, x, 1).

    Mean and highest value of each plane (of up to 64 together), and the features of three images:
    the mean and the highest value along the depth, and where on it the highest is.
    """
    cubes = x
    assert not isinstance(cubes, dict)
    parts = [cubes[start : start + AT_ONCE] for start in range(0, len(cubes), AT_ONCE)]
    return np.concatenate([_features(physics, np.asarray(part)[..., 0]) for part in parts])


def input_of_file(physics: OwnCubes, path: Path) -> np.ndarray:
    """Return the input of the one example in a file."""
    return physics.recipe.inputs(read_cube_file(path), str(path))


@divisible()
def predict_own_cubes(
    predictor: Predictor[OwnCubes],
    paths: Sequence[Any],
    *,
    hdu: int | str | None = None,
    path: str = "",
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Predict for cubes in files.

    Parameters
    ----------
    predictor : Predictor
        A model of this task.
    paths : sequence of path
        FITS or npy files of one cube each; HDF5, npz or Zarr files of many.
    hdu : int or str, optional
        Number or name of the extension, where a FITS file holds several arrays.
    path : str, optional
        Name of the array, where an HDF5, npz or Zarr file holds several.
    batch_size : int, optional
        Cubes given to the model at once.
    keep_flagged : bool, default False
        Answer for what is outside the training range, too, instead of leaving the answer out.

    Yields
    ------
    astropy.table.QTable
        Parts that follow each other: ``id``, the file's name (and the number of the cube in it),
        what the network says, and ``flags``.

    Raises
    ------
    UsageError
        If a file cannot be read, or its cubes are of another size.
    """
    make, kind = predictor.physics.recipe.inputs, CUBES
    member = path or ("" if hdu is None else str(hdu))
    yield from predict_files(predictor, kind, paths, make, member, batch_size, keep_flagged)


def _features(physics: object, cubes: np.ndarray) -> np.ndarray:
    n, depth = cubes.shape[:2]
    edges = np.linspace(0, depth, min(depth, MOST_PLANES) + 1).astype(int)[:-1]
    flat = cubes.reshape(n, depth, -1)
    mean = np.add.reduceat(flat.mean(axis=2), edges, axis=1)
    highest = np.maximum.reduceat(flat.max(axis=2), edges, axis=1)
    where = np.argmax(cubes, axis=1) / depth
    images = np.stack([cubes.mean(axis=1), cubes.max(axis=1), where], axis=-1)
    parts = [mean, highest, image_features(physics, images)]
    return np.concatenate(parts, axis=1).astype(np.float32)


task = Task(
    name="own_cubes",
    summary="What do cubes of one's own show?",
    physics=OwnCubes,
    head=head,
    input_spec=input_spec,
    simulate=unsimulated,
    group="group",
    classical=Classical(features=cube_features, peers=PEERS),
    datasets={SOURCE: Dataset("The files themselves, split by group", read_own_cubes)},
    files=Files(inputs=input_of_file, predict_blocks=predict_own_cubes),
)
