"""Predictors: loaded bundles that turn arrays or real files into tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import QTable, Table

from astro_dl import registry
from astro_dl.answers import Answers, single_answers
from astro_dl.batching import applied, rebatched
from astro_dl.bundle import Bundle, load_bundle, load_weights
from astro_dl.cards import card_head, card_input_spec, package_versions
from astro_dl.config import build_physics
from astro_dl.data.examples import Inputs, input_length, take_inputs
from astro_dl.errors import UsageError
from astro_dl.inputs import (
    as_inputs,
    check_finite,
    check_scale,
    finite_rows,
    rows_outside_training_range,
)
from astro_dl.prediction_table import prediction_table
from astro_dl.schema import plain
from astro_dl.symmetries import averaged, used_symmetries
from astro_dl.tasks.base import Head, InputSpec, Task

if TYPE_CHECKING:
    import keras

__all__ = ["Predictor", "load_pretrained"]

BATCH_SIZE = 256
ROWS_AT_ONCE = 4096
READABLE_OBJECTS = (("time", "flux"), ("data", "meta"))


@dataclass(frozen=True)
class Predictor:
    """A trained model with all that is needed to use it.

    Parameters
    ----------
    bundle : Bundle
        Where it comes from.
    task : Task or None
        Its task; None if the bundle names none or it is not registered here.
    physics : object
        The task's physics that it was trained with; None without a task.
    input_spec : InputSpec
        What it takes.
    head : Head
        What it gives.
    model : keras.Model
        From inputs to logits.
    """

    bundle: Bundle
    task: Task | None
    physics: Any
    input_spec: InputSpec
    head: Head
    model: "keras.Model"

    @property
    def calibration(self) -> Mapping[str, Any]:
        """The card's calibration, fitted on validation data."""
        return self.bundle.card["calibration"]

    def check_inputs(self, x: Any) -> Inputs:
        """Return inputs as arrays if the model may be trusted with them.

        Parameters
        ----------
        x : array_like or dict of array_like
            Inputs (n, *shape), preprocessed as the card's input contract says.

        Raises
        ------
        UsageError
            If names, shape or type are not the model's, a value is not finite, or the numbers are
            of another order than those of the training.
        """
        arrays = as_inputs(x, self.input_spec)
        check_finite(arrays)
        check_scale(arrays, self.bundle.card["input_statistics"])
        return arrays

    def score(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the logits, in memory bounded by the batch and not by the number of examples.

        Parameters
        ----------
        x : array_like, dict of array_like, or iterator of these
            Inputs (n, *shape), or blocks of them of any lengths. Shapes are checked; numbers are
            not, see `check_inputs`.
        batch_size : int, default 256
            Examples given to the model at once; all batches are filled up to this size, so that the
            model is compiled once.

        Returns
        -------
        ndarray of float32
            (n,) for binary heads, else (n, outputs); averaged over the task's symmetries where the
            bundle's ``evaluation.average_symmetries`` says so.

        Raises
        ------
        UsageError
            If a shape or type is not the model's, or there is no example.
        """
        size = batch_size or BATCH_SIZE
        if size < 1:
            raise UsageError(f"batch_size is {size}; accepted: 1 and above")
        blocks = x if isinstance(x, Iterator) else [x]
        batches = rebatched((as_inputs(block, self.input_spec) for block in blocks), size)
        average = self.bundle.config.evaluation.average_symmetries
        score = averaged(
            lambda batch: self._score_batch(batch, size), used_symmetries(self.task, average)
        )
        parts = [score(batch) for batch in batches]
        if not parts:
            raise UsageError("inputs hold no example")
        logits = np.concatenate(parts)
        return logits[:, 0] if self.head.kind == "binary" else logits

    def answers(
        self, x: Any, batch_size: int | None = None, usable: np.ndarray | None = None
    ) -> Answers:
        """Return calibrated answers, with distributions where the head gives them.

        Parameters
        ----------
        x : array_like or dict of array_like
            Inputs (n, *shape), as `score` takes them.
        batch_size : int, default 256
            Examples given to the model at once.
        usable : ndarray of bool, (n,), optional
            The answers for other examples are NaN.
        """
        logits = self.score(x, batch_size)
        if usable is not None:
            logits[~usable] = np.nan
        return single_answers(self.head, logits, self.calibration)

    def embed(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the vectors before the head: features, or the codes of an autoencoder.

        Parameters
        ----------
        x, batch_size
            As of `score`.

        Returns
        -------
        ndarray of float32, (n, width)
            Outputs of the layer ``"embedding"``.
        """
        import keras

        encoder = keras.Model(self.model.input, self.model.get_layer("embedding").output)
        size = batch_size or BATCH_SIZE
        blocks = x if isinstance(x, Iterator) else [x]
        batches = rebatched((as_inputs(block, self.input_spec) for block in blocks), size)
        return np.concatenate([applied(encoder, batch, size) for batch in batches])

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities (n,) or (n, classes); for regression the values."""
        return single_answers(self.head, logits, self.calibration).values

    def predict(self, files_or_arrays: Any, **options: Any) -> QTable:
        """Return a table of predictions.

        Parameters
        ----------
        files_or_arrays : path, sequence of paths, array_like or dict of array_like
            Real files that the task can read, or objects of other packages that it knows by their
            attributes (light curves with ``time`` and ``flux``, maps with ``data`` and ``meta``);
            or inputs (n, *shape) preprocessed as the card's input contract says.
        **options
            For files those of the task (`astro_dl.task_info` lists them); for arrays ``ids``, the
            column ``id`` (n,), and ``batch_size``.

        Returns
        -------
        astropy.table.QTable
            One row per example in the order of the input, or what the task makes of files. The
            header has the model's name, the bundle's sha256 and versions. Examples with values that
            are not finite are flagged ``non_finite_input`` and get NaN; those with values beyond
            the training's extremes are flagged ``outside_training_range``.

        Raises
        ------
        UsageError
            If the inputs, files or options are not acceptable.
        """
        paths = _paths(files_or_arrays)
        table = (
            self._predict_arrays(files_or_arrays, **_array_options(options))
            if paths is None
            else self._predict_files(paths, options)
        )
        table.meta.update(self._header())
        return table

    def predict_blocks(self, files: Any, **options: Any) -> Iterator[QTable]:
        """Yield the table of `predict` on files in parts, for files larger than memory.

        Parameters
        ----------
        files : path or sequence of paths
            Files that the task can read.
        **options
            Those of the task.

        Yields
        ------
        astropy.table.QTable
            Parts that follow each other, with equal columns; one table where the task knows no
            parts.

        Raises
        ------
        UsageError
            If the files or options are not acceptable.
        """
        paths = _paths(files)
        if paths is None or self.task is None or self.task.predict_blocks is None:
            yield self.predict(files, **options)
            return
        self._check_files(paths)
        for table in self.task.predict_blocks(self, paths, **options):
            table.meta.update(self._header())
            yield table

    def draw(self, paths: Sequence[str | Path], table: Table, folder: str | Path) -> list[Path]:
        """Draw the figures of a prediction on files.

        Parameters
        ----------
        paths : sequence of path
            The files that were predicted on.
        table : astropy.table.Table
            What `predict` returned.
        folder : str or Path
            Where the figures go; made if need be.

        Returns
        -------
        list of Path
            The figures; none if the task draws none.
        """
        if self.task is None or self.task.draw_prediction is None:
            return []
        Path(folder).mkdir(parents=True, exist_ok=True)
        files = [Path(path) if isinstance(path, str) else path for path in paths]
        return list(self.task.draw_prediction(self, files, table, Path(folder)))

    def _score_batch(self, batch: Inputs, size: int) -> np.ndarray:
        return applied(self.model, batch, size)

    def _predict_files(self, paths: Sequence[Any], options: Mapping[str, Any]) -> QTable:
        if self.task is None or self.task.predict_files is None:
            name = self.bundle.card["task"] or "none"
            raise UsageError(f"task {name!r} reads no files; give arrays of preprocessed inputs")
        self._check_files(paths)
        return QTable(self.task.predict_files(self, paths, **options), copy=False)

    def _check_files(self, paths: Sequence[Any]) -> None:
        for path in paths:
            if isinstance(path, Path) and not path.is_file():
                raise UsageError(f"{path}: no such file")

    def _predict_arrays(
        self, x: Any, ids: Sequence[Any] | np.ndarray | None = None, batch_size: int | None = None
    ) -> QTable:
        arrays = as_inputs(x, self.input_spec)
        n = input_length(arrays)
        if ids is not None and len(ids) != n:
            raise UsageError(f"{len(ids)} ids for {n} examples; one each is needed")
        statistics = self.bundle.card["input_statistics"]
        check_scale(arrays, statistics)
        blocks = [
            take_inputs(arrays, slice(start, start + ROWS_AT_ONCE))
            for start in range(0, n, ROWS_AT_ONCE)
        ]
        ids = np.arange(n) if ids is None else ids
        finite = np.concatenate([finite_rows(block) for block in blocks])
        if not finite.any():
            check_finite(arrays)
        outside = np.concatenate([rows_outside_training_range(b, statistics) for b in blocks])
        answers = self.answers(arrays, batch_size, finite)
        flags = {"non_finite_input": ~finite, "outside_training_range": outside & finite}
        return prediction_table(self.head, ids, answers, flags)

    def _header(self) -> dict[str, Any]:
        card = self.bundle.card
        return {
            "model": card["name"],
            "task": card["task"] or "",
            "bundle_sha256": self.bundle.sha256,
            "versions": package_versions(),
        }


def load_pretrained(name_or_folder: str | Path) -> Predictor:
    """Return the predictor of a bundle.

    Parameters
    ----------
    name_or_folder : str or Path
        Name of a shipped bundle, or the folder of one's own, such as a run's.

    Raises
    ------
    UsageError
        If there is no such bundle, it is damaged or was changed, or its model or task is not what
        is registered here.
    """
    from astro_dl.backend import use_jit
    from astro_dl.models.build import logits_model

    bundle = load_bundle(name_or_folder)
    input_spec, head = card_input_spec(bundle.card), card_head(bundle.card)
    task = physics = None
    name = bundle.config.task
    if name in registry.all_tasks():
        task = registry.get_task(name)
        physics = build_physics(name, bundle.config.physics)
        _check_task(bundle, task, physics, input_spec, head)
    model = logits_model(load_weights(bundle))
    model.jit_compile = use_jit("auto", registry.model_entry(bundle.config.model).jit_compile)
    return Predictor(bundle, task, physics, input_spec, head, model)


def _check_task(
    bundle: Bundle, task: Task, physics: Any, input_spec: InputSpec, head: Head
) -> None:
    """Refuse a bundle whose task now means other inputs or outputs than when it was trained."""
    from astro_dl.models.build import model_head

    now = task.input_spec(physics)
    contract = plain(now.contract)
    if (
        now.shape != input_spec.shape
        or model_head(bundle.config.model, task, physics) != head
        or any(contract.get(key) != value for key, value in input_spec.contract.items())
    ):
        raise UsageError(
            f"{bundle.folder}: task {task.name!r} takes or gives something else than when this "
            "bundle was trained; train it again, or use the version of astro_dl that made it"
        )


def _paths(given: Any) -> list[Any] | None:
    """Return paths, and objects that tasks read like files; None if these are neither."""
    several = given if isinstance(given, list | tuple) and given else [given]
    if not all(isinstance(one, str | Path) or _is_readable_object(one) for one in several):
        return None
    return [Path(one) if isinstance(one, str) else one for one in several]


def _is_readable_object(given: Any) -> bool:
    return any(all(hasattr(given, name) for name in names) for names in READABLE_OBJECTS)


def _array_options(options: Mapping[str, Any]) -> dict[str, Any]:
    for name in options:
        if name not in ("ids", "batch_size"):
            raise UsageError(f"unknown option {name!r} for arrays; accepted: ids, batch_size")
    return dict(options)
