"""Predictors: loaded bundles that turn arrays or real files into tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic

import numpy as np
from astropy.table import QTable, Table, vstack

from astro_dl.bundles.bundle import Bundle
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.showing.display import html_of, text_of
from astro_dl.core.task import InputSpec, Physics, Task
from astro_dl.inference.arrays import predict_arrays
from astro_dl.inference.batching import applied, filled_size, rebatched
from astro_dl.inference.display import predictor_facts
from astro_dl.inference.files import OnError, draw_files, predict_files
from astro_dl.inference.header import finished
from astro_dl.inference.input_checks import (
    array_options,
    as_inputs,
    check_finite,
    check_scale,
    given_paths,
)
from astro_dl.inference.predictions import Answers
from astro_dl.inference.promises import Promise, as_asked
from astro_dl.inference.runtime import KerasRuntime, Runtime
from astro_dl.inference.test_time_augmentation import averaged_logits, used_symmetries
from astro_dl.inference.uncertainty import PASSES, Uncertainty, several_models

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

BATCH_SIZE = 256


@dataclass(frozen=True)
class Predictor(Generic[Physics]):
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
    head : AnswerKind
        What it gives.
    runtime : Runtime
        What gives logits for inputs.
    members : tuple of Predictor
        Those whose answers are combined, if it does not answer alone; see `with_uncertainty`.
    uncertainty : {"head", "mc_dropout", "ensemble"}
        How it tells its uncertainty.
    embeds : bool
        Whether answers have embeddings, see `embed`.
    promise : Promise or None
        What is told besides the answers.
    """

    bundle: Bundle
    task: Task[Physics] | None
    physics: Physics
    input_spec: InputSpec
    head: AnswerKind
    runtime: Runtime
    members: tuple["Predictor[Physics]", ...] = ()
    uncertainty: Uncertainty = "head"
    embeds: bool = False
    promise: Promise | None = None

    @property
    def model(self) -> "keras.Model":
        """The network of Keras, from inputs to logits."""
        return self.runtime.model

    def __repr__(self) -> str:
        return text_of(f"Predictor {self.bundle.card.name}", predictor_facts(self))

    def _repr_html_(self) -> str:
        return html_of(f"Predictor {self.bundle.card.name}", predictor_facts(self))

    @property
    def calibration(self) -> Mapping[str, Any]:
        """The card's calibration, fitted on validation data."""
        return self.bundle.card.calibration

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
        check_scale(arrays, self.bundle.card.input_statistics)
        return arrays

    def score(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the logits, in memory bounded by the batch and not by the number of examples.

        Parameters
        ----------
        x : array_like, dict of array_like, or iterator of these
            Inputs (n, *shape), or blocks of them of any lengths. Shapes are checked; numbers are
            not, see `check_inputs`.
        batch_size : int, default 256
            Examples given to the model at once; all batches are filled up to this size, or a single
            one to the next power of two, so that the model is compiled once.

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
        means = [logits.mean(axis=0) for logits in self._member_batches(x, batch_size)]
        return np.concatenate(means)

    def member_scores(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the logits of each member, or of the network alone.

        Parameters
        ----------
        x, batch_size
            As of `score`.

        Returns
        -------
        ndarray of float32
            (members, n) for binary heads, else (members, n, outputs).
        """
        return np.concatenate(list(self._member_batches(x, batch_size)), axis=1)

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
        logits = self.member_scores(x, batch_size)
        if usable is not None:
            logits[:, ~usable] = np.nan
        answers = self.answers_of(logits)
        tells_code = self.head.tells_code and not self.members
        if tells_code or self.embeds:
            vectors = self.embed(x, batch_size)
            if usable is not None:
                vectors[~usable] = np.nan
            parts = {**answers.parts, "code": vectors} if tells_code else answers.parts
            answers = replace(answers, parts=parts, embedding=vectors if self.embeds else None)
        if self.promise is None:
            return answers
        return self.promise.kept(self, answers, x, batch_size, usable)

    def answers_of(self, logits: np.ndarray) -> Answers:
        """Return calibrated answers for the logits that `member_scores` gives."""
        if not self.members:
            return self.head.answers(logits[0], self.calibration)
        return self.head.combined(list(logits), [one.calibration for one in self.members])

    def with_uncertainty(
        self, uncertainty: Uncertainty | None, passes: int = PASSES, seed: int = 0
    ) -> "Predictor[Physics]":
        """Return a predictor that tells its uncertainty in another way.

        Parameters
        ----------
        uncertainty : {"head", "mc_dropout", "ensemble"} or None
            What the network itself says; differences between passes with active dropout (Gal &
            Ghahramani 2016); those between several bundles, or members of a committee
            (Lakshminarayanan et al. 2017). None for as it is.
        passes : int, default 30
            With active dropout.
        seed : int, default 0
            Of what is dropped.

        Raises
        ------
        UsageError
            If the network has no dropout, is no committee, or rebuilds its input.
        """
        if uncertainty in (None, self.uncertainty):
            return self
        name = self.bundle.card.name
        if self.members or not self.head.labelled:
            raise UsageError(
                f"{name}: uncertainty {uncertainty!r} cannot be had; accepted: {self.uncertainty}"
            )
        try:
            models = several_models(self.model, uncertainty, passes, seed)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from None
        members = tuple(replace(self, runtime=KerasRuntime(model)) for model in models)
        return replace(self, members=members, uncertainty=uncertainty)

    def enlarged(self, size: tuple[int, int]) -> "Predictor[Physics]":
        """Return the same weights for images of another size, see `astro_dl.inference.enlarged`."""
        from astro_dl.inference.enlarged import enlarged

        return enlarged(self, size)

    def embed(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the vectors before the head: features, or the codes of an autoencoder.

        Parameters
        ----------
        x, batch_size
            As of `score`.

        Returns
        -------
        ndarray of float32, (n, width)
            Outputs of the layer ``"embedding"``; of maps their means over all pixels.
        """
        size = BATCH_SIZE if batch_size is None else batch_size
        blocks = x if isinstance(x, Iterator) else [x]
        found: list[np.ndarray] = []
        for batch in rebatched((as_inputs(block, self.input_spec) for block in blocks), size):
            filled = size if found else filled_size(batch, size)
            found.append(applied(self.runtime.embedding, batch, filled))
        codes = np.concatenate(found)
        return codes.mean(axis=tuple(range(1, codes.ndim - 1)))

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities (n,) or (n, classes); for regression the values."""
        return self.head.answers(logits, self.calibration).values

    def predict(
        self,
        files_or_arrays: Any,
        *,
        uncertainty: Uncertainty | None = None,
        passes: int = PASSES,
        on_error: OnError | None = None,
        embedding: bool = False,
        coverage: float | None = None,
        prior: Mapping[str, float] | None = None,
        **options: Any,
    ) -> QTable:
        """Return a table of predictions.

        Parameters
        ----------
        files_or_arrays : path, sequence of paths, array_like or dict of array_like
            Real files that the task can read, or tables, light curves, spectra, images and strain
            of other packages, see `astro_dl.inference.objects`; or inputs (n, *shape) preprocessed
            as the card's input contract says.
        uncertainty : {"head", "mc_dropout", "ensemble"}, optional
            How it is told, see `with_uncertainty`; the last two add its parts, see
            `astro_dl.inference.predictions.Answers`. Default ``"ensemble"`` for several bundles,
            else ``"head"``.
        passes : int, default 30
            Passes of ``"mc_dropout"``.
        on_error : {"flag", "stop"}, optional
            What becomes of a file that cannot be used: a row whose ``flags`` are ``unreadable`` and
            the reason, in which numbers are NaN (the default for several files), or a `UsageError`
            (the default for one).
        embedding : bool, default False
            Whether each row has the vector before the network's last layer, in ``embedding``.
        coverage : float, optional
            Adds ``set``, or ``<target>_low`` and ``_high``: sets of classes and intervals that hold
            the truth with this probability, see `astro_dl.answers.conformal`, and
            ``p_in_distribution``: how probable an input as strange is; small where no promise is.
        prior : mapping of str to float, optional
            Shares of classes for which probabilities are to hold; default those of the training.
        **options
            For files those of the task (`astro_dl.task_info` lists them); for arrays ``ids``, the
            column ``id`` (n,), ``batch_size`` and ``keep_flagged``.

        Returns
        -------
        astropy.table.QTable
            One row per example in the order of the input, or what the task makes of files. The
            header has the model's name, the bundle's sha256 and versions. Examples with values that
            are not finite are flagged ``non_finite_input`` and get NaN; those with values beyond
            the training's extremes are flagged ``outside_training_range`` and get NaN, too, unless
            ``keep_flagged`` is set or what is unusual is the very question.

        Raises
        ------
        UsageError
            If the inputs, files or options are not acceptable.
        """
        if uncertainty is not None or embedding or coverage is not None or prior:
            predictor = as_asked(self, uncertainty, passes, embedding, coverage, prior)
            return predictor.predict(files_or_arrays, on_error=on_error, **options)
        paths = given_paths(files_or_arrays)
        table = (
            predict_arrays(self, files_or_arrays, **array_options(options))
            if paths is None
            else vstack(list(predict_files(self, paths, options, on_error)))
        )
        return finished(table, self)

    def predict_blocks(
        self,
        files: Any,
        *,
        uncertainty: Uncertainty | None = None,
        passes: int = PASSES,
        on_error: OnError | None = None,
        embedding: bool = False,
        coverage: float | None = None,
        prior: Mapping[str, float] | None = None,
        **options: Any,
    ) -> Iterator[QTable]:
        """Yield the table of `predict` on files in parts, for files larger than memory.

        Parameters
        ----------
        files : path or sequence of paths
            Files that the task can read.
        uncertainty, passes, on_error, embedding, coverage, prior, **options
            As of `predict`.

        Yields
        ------
        astropy.table.QTable
            Parts that follow each other, with equal columns; one where the task knows no parts.
        """
        predictor = as_asked(self, uncertainty, passes, embedding, coverage, prior)
        paths = given_paths(files)
        if paths is None or self.task is None or self.task.files.predict_blocks is None:
            yield predictor.predict(files, on_error=on_error, **options)
            return
        for table in predict_files(predictor, paths, options, on_error):
            yield finished(table, predictor)

    def draw(self, paths: Sequence[str | Path], table: Table, folder: str | Path) -> list[Path]:
        """Draw the figures of a prediction on files, and return them; none if the task draws none.

        Parameters
        ----------
        paths : sequence of path
            The files that were predicted on.
        table : astropy.table.Table
            What `predict` returned.
        folder : str or Path
            Where the figures go; made if need be.
        """
        return draw_files(self, paths, table, Path(folder))

    def plot(self, table: Table) -> "Figure":
        """Return a figure of what `predict` returned: probabilities, or values and deviations."""
        from astro_dl.inference.figures import plot_predictions

        return plot_predictions(table, self.head.names)

    def _member_batches(self, x: Any, batch_size: int | None) -> Iterator[np.ndarray]:
        """Yield the logits of each member, (members, batch, …), batch by batch."""
        size = BATCH_SIZE if batch_size is None else batch_size
        if size < 1:
            raise UsageError(f"batch_size is {size}; accepted: 1 and above")
        blocks = x if isinstance(x, Iterator) else [x]
        scores: list[Callable[[Inputs], np.ndarray]] = []
        for batch in rebatched((as_inputs(block, self.input_spec) for block in blocks), size):
            if not scores:
                filled = filled_size(batch, size)
                scores = [member._scorer(filled) for member in self.members or (self,)]
            logits = np.stack([score(batch) for score in scores])
            yield self.head.per_example(logits)
        if not scores:
            raise UsageError("inputs hold no example")

    def _scorer(self, size: int) -> Callable[[Inputs], np.ndarray]:
        average = self.bundle.config.evaluation.average_symmetries
        symmetries = used_symmetries(self.task, self.physics, average)
        return averaged_logits(self.runtime, symmetries, size)
