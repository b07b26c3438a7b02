"""Files of one's own as the network of another task takes them, with labels of one's own.

The physics names the other task and its physics, from which files become inputs, and the labels.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable

from astro_dl.answers.asked import asked_answer
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.registry import build_physics, get_task
from astro_dl.core.task import Augmentation, Dataset, Files, InputSpec, Task, unsimulated
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.labelled.examples import read_examples
from astro_dl.observations.labelled.labels import LabelledFiles
from astro_dl.observations.labelled.predict import predict_files
from astro_dl.observations.labelled.setup import SOURCE
from astro_dl.observations.labelled.sources import Kind, Source

ENDINGS = (
    *(".fits", ".fit", ".fts", ".gz", ".png", ".jpg", ".jpeg", ".npy"),
    *(".csv", ".ecsv", ".txt", ".dat", ".vot", ".parquet", ".h5", ".hdf5"),
)


@dataclass(frozen=True)
class FineTuned:
    """Another task, and labels of one's own.

    Parameters
    ----------
    base : str
        Name of the task whose network is fine-tuned.
    base_physics : dict
        Its physics.
    examples : LabelledFiles
        Where the files are, and what is learnt.
    """

    base: str = "own_images"
    base_physics: dict[str, Any] = field(default_factory=dict)
    examples: LabelledFiles = field(default_factory=LabelledFiles)

    def __hash__(self) -> int:
        # What is read is remembered by the physics, and a mapping has no hash of its own.
        return hash(repr(self))

    @property
    def settings(self) -> Any:
        """The physics of the other task, as its functions take it."""
        return build_physics(self.base, self.base_physics)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of an input."""
        shape = input_spec(self).shape
        if isinstance(shape, dict):
            raise UsageError(f"task {self.base!r} has several inputs; one is needed")
        return shape

    def inputs(self, path: Path, where: str) -> np.ndarray:
        """Return the input of the one example in a file, as the other task reads it."""
        read = get_task(self.base).files.inputs
        if read is None:
            raise UsageError(f"task {self.base!r} reads no single files to fine-tune on")
        return read(self.settings, path)


def _paths(sources: Iterable[Source], member: str = "") -> Iterator[tuple[Source, Path]]:
    for source in sources:
        yield source, source.path


FILES = Kind("files", ENDINGS, _paths)


def head(physics: FineTuned) -> AnswerKind:
    """Return the classes or the values of the labels."""
    about = physics.examples
    return asked_answer(about.targets, about.classes, about.target_units, about.answer)


def input_spec(physics: FineTuned) -> InputSpec:
    """Return what the other task's network takes."""
    return get_task(physics.base).input_spec(physics.settings)


def changes(physics: FineTuned) -> Augmentation:
    """Return how the other task changes its inputs, where the truth is left as it is."""
    return replace(get_task(physics.base).changes(physics.settings), pairs=None)


def read_files(physics: FineTuned, folder: Path) -> Examples:
    """Return all labelled files as inputs."""
    recipe = f"{physics.base} {physics.base_physics}"
    return read_examples(physics.examples, FILES, folder, physics.inputs, physics.shape, recipe)


def predict_like_base(
    predictor: Predictor[FineTuned],
    paths: Sequence[Any],
    *,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Predict for files of one example each; see `predict_files`."""
    make = predictor.physics.inputs
    yield from predict_files(predictor, FILES, paths, make, "", batch_size, keep_flagged)


task = Task(
    name="finetuned",
    summary="What do files of one's own show, read as another task reads them?",
    physics=FineTuned,
    head=head,
    input_spec=input_spec,
    simulate=unsimulated,
    group="group",
    augmentation=changes,
    datasets={SOURCE: Dataset("The files themselves, split by group", read_files)},
    files=Files(predict_blocks=predict_like_base),
)
