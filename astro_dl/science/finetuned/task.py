"""Files of one's own as the network of another task takes them, with labels of one's own.

The physics names the other task and its physics, from which files become inputs, and the labels.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable, Table

from astro_dl.answers.asked import asked_answer
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, Inputs
from astro_dl.core.registry import build_physics, get_task
from astro_dl.core.task import Augmentation, Dataset, Files, InputSpec, Task, unsimulated
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.labelled.examples import read_examples
from astro_dl.observations.labelled.labels import LabelledFiles
from astro_dl.observations.labelled.predict import predict_files
from astro_dl.observations.labelled.setup import SOURCE
from astro_dl.observations.labelled.sources import Kind, Source
from astro_dl.observations.tables.read import read_table

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
    def kind(self) -> Kind:
        """What examples of the other task are: rows of a table, or files of one each.

        Raises
        ------
        UsageError
            If it reads neither.
        """
        files = get_task(self.base).files
        if files.rows is not None:
            read = partial(_rows, partial(files.rows, self.settings))
            return Kind("rows", (), read, _count_rows, _columns)
        if files.inputs is not None:
            return Kind("files", ENDINGS, partial(_inputs, partial(files.inputs, self.settings)))
        raise UsageError(f"task {self.base!r} reads neither single files nor rows of a table")


def _inputs(
    read: Callable[[Path], Inputs], sources: Iterable[Source], member: str = ""
) -> Iterator[tuple[Source, Inputs]]:
    for source in sources:
        yield source, read(source.path)


def _rows(
    read: Callable[[Table, Path], np.ndarray], sources: Iterable[Source], member: str = ""
) -> Iterator[tuple[Source, Inputs]]:
    for path, some in groupby(sources, lambda source: source.path):
        x = read(read_table(path, member or None), path)
        for source in some:
            yield source, x[source.row]


def _count_rows(path: Path, member: str) -> int:
    return len(read_table(path, member or None))


def _columns(path: Path, n: int, member: str) -> Table:
    return read_table(path, member or None)


def _as_read(x: Inputs, where: str) -> Inputs:
    return x


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
    shape = input_spec(physics).shape
    return read_examples(physics.examples, physics.kind, folder, _as_read, shape, recipe)


def predict_like_base(
    predictor: Predictor[FineTuned],
    paths: Sequence[Any],
    *,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Predict for files of one example each, or the rows of tables; see `predict_files`."""
    kind = predictor.physics.kind
    yield from predict_files(predictor, kind, paths, _as_read, "", batch_size, keep_flagged)


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
