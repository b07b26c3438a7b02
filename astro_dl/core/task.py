"""What a task is: what goes in, what comes out, and how examples are made, read and scored."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from astropy.table import QTable, Table

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, Inputs

Shape = tuple[int, ...]
Physics = TypeVar("Physics")
"""The frozen dataclass that holds the ranges, priors and switches of a task's simulator."""

Given = TypeVar("Given", contravariant=True)
"""Physics of functions that take it: those of any physics are also of a particular one."""


@dataclass(frozen=True)
class InputSpec:
    """What a model is given.

    Parameters
    ----------
    shape : tuple of int or dict of tuple
        Shape of one example without the batch axis, channels last, time axis first; a dict of
        shapes for models with several named inputs.
    contract : mapping
        What the numbers mean (sampling rate [Hz], detectors, bands, pixel scale, units …): plain
        YAML/JSON values, stored in the bundle and checked against real files.
    first_layer : callable or None
        ``(tensor) -> tensor``: what the families of images put between the input and their own
        layers; a builder that knows what its images show gives it, see `astro_dl.science.lenses`.
    """

    shape: Shape | dict[str, Shape]
    contract: Mapping[str, Any] = field(default_factory=dict)
    first_layer: Callable[[Any], Any] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Difficulty:
    """The parameter against which efficiency (or error) is drawn.

    Parameters
    ----------
    column : str
        Column of ``Examples.info``.
    edges : tuple of float
        Bin edges, in the column's unit.
    label : str
        Axis label with its unit.
    """

    column: str
    edges: tuple[float, ...]
    label: str


BY_OTHERS = "simulated by others"
"""Said of a data set in reports and on cards; they are told from real ones by it."""


@dataclass(frozen=True)
class Dataset(Generic[Given]):
    """A labelled set of others that a task can train on and be scored on, real as a rule.

    Parameters
    ----------
    summary : str
        One line for people.
    read : callable
        ``(physics, folder) -> Examples``: the whole set, found below a folder, in the form that
        the task's ``simulate`` gives; it raises `UsageError` if files are missing, or if the
        physics asks for what the set lacks.
    group : str or None
        Column of ``Examples.info`` by which it is split; None for the task's own.
    time : str or None
        Column of ``Examples.info`` in whose order it is split, groups kept whole: networks are
        trained on the past and tested on the future. None for a random split.
    split : bool
        Whether it is split; if not, it is too small to train on, and scored whole.
    n : int or None
        How many examples it holds, where that does not depend on the physics.
    simulated : bool
        Whether others simulated it: no score on it is taken for one on real data.
    collection : str or None
        Where its objects are from, if other sets of the task have some of the same: what one of
        these taught is not scored on another.
    reference, licence : str
        Where it comes from, and its terms.
    """

    summary: str
    read: Callable[[Given, Path], Examples]
    group: str | None = None
    time: str | None = None
    split: bool = True
    n: int | None = None
    simulated: bool = False
    collection: str | None = None
    reference: str = ""
    licence: str = ""


def inputs_as_features(physics: Any, x: Inputs) -> np.ndarray:
    """Return inputs that are numbers in a row (n, k), as they are: for `Classical.features`."""
    assert isinstance(x, np.ndarray)
    return x


@dataclass(frozen=True)
class Classical(Generic[Given]):
    """The classical methods beside which networks of a task are scored.

    Parameters
    ----------
    baselines : callable or None
        ``(physics, x) -> dict[str, ndarray]``: ranking statistics of classical methods on the same
        inputs, higher for the positive class, keyed by the name to print; pure and independent per
        example, so that it is run in blocks and in parallel.
    bound : str or None
        Which of the baselines is the theoretical optimum.
    features : callable or None
        ``(physics, x) -> ndarray (n, k)``: what classical methods that need training are given, one
        row per example; NaN where a value is missing.
    peers : tuple of str
        Names of the classical methods trained on these features and scored beside the network,
        see `astro_dl.evaluation.classical`.
    fewer : mapping of str to int
        On how many of the first features they are trained once more, by what these are called:
        ``{"magnitudes": 3}`` for what they reach without the others.
    """

    baselines: Callable[[Given, Inputs], dict[str, np.ndarray]] | None = None
    bound: str | None = None
    features: Callable[[Given, Inputs], np.ndarray] | None = None
    peers: tuple[str, ...] = ()
    fewer: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Augmentation:
    """How examples may be changed.

    Parameters
    ----------
    inputs : callable or None
        ``(x, rng) -> x``: random changes of training inputs that leave the truth as it is.
    pairs : callable or None
        ``(x, y, rng) -> x, y``: instead, random changes that change the truth with the inputs.
    symmetries : tuple of callable
        ``x -> x``: each a fixed change of inputs that leaves the truth as it is, such as a quarter
        turn; answers are averaged over all of them where ``evaluation.average_symmetries`` is set.
    """

    inputs: Callable[[Inputs, np.random.Generator], Inputs] | None = None
    pairs: Callable[[Inputs, np.ndarray, np.random.Generator], tuple[Inputs, np.ndarray]] | None = (
        None
    )
    symmetries: tuple[Callable[[Inputs], Inputs], ...] = ()


@dataclass(frozen=True)
class Files:
    """How real files are predicted on; ``predictor`` is an `astro_dl.inference.protocol.Predictor`.

    Parameters
    ----------
    inputs : callable or None
        ``(physics, path) -> inputs``: the input of the one example in a file, without a first axis,
        from which networks are fine-tuned on files of one's own.
    rows : callable or None
        ``(physics, table, where) -> ndarray``: the inputs (n, …) of the rows of a catalogue, from
        which networks are fine-tuned on tables of one's own.
    predict : callable or None
        ``(predictor, paths, **options) -> astropy.table.QTable``: real files to a table.
    predict_blocks : callable or None
        Instead, for files larger than memory: the same in parts that follow each other, an iterator
        of tables.
    objects : callable or None
        ``(object) -> bool``: which objects of other packages are read as they are; all others are
        given to the reader as files, see `astro_dl.inference.objects`.
    draw : callable or None
        ``(predictor, paths, table, folder) -> list of paths``: figures of a prediction on files.
    pictures : callable or None
        ``(predictor, paths, table) -> iterator of (row, Figure)``: for people who judge candidates,
        one picture of each row, counted from 0, in any order.
    """

    inputs: Callable[[Any, Path], Inputs] | None = None
    rows: Callable[[Any, Table, Any], np.ndarray] | None = None
    predict: Callable[..., QTable] | None = None
    predict_blocks: Callable[..., Iterator[QTable]] | None = None
    objects: Callable[[Any], bool] | None = None
    draw: Callable[..., Sequence[Path]] | None = None
    pictures: Callable[..., Iterator[tuple[int, Any]]] | None = None

    @property
    def reader(self) -> Callable[..., QTable | Iterator[QTable]] | None:
        """What predicts on files, as a whole or in parts; None where the task reads none."""
        return self.predict_blocks or self.predict


@dataclass(frozen=True)
class Generation(Generic[Given]):
    """How new examples are drawn from a network, see `astro_dl.generation`.

    Parameters
    ----------
    draw : callable
        ``(predictor, n, rng, **conditions) -> Examples``: new examples in the form that the task's
        ``simulate`` gives; whatever of the conditions is left out is as usual as in the training.
    write : callable
        ``(predictor, examples, path, header) -> Path``: examples to one file, with further plain
        values for its header.
    peers : mapping of str to callable
        ``(physics, inputs, rng) -> ndarray``: beside which networks are scored, what else is drawn
        where the same is known as of the given inputs.
    """

    draw: Callable[..., Examples]
    write: Callable[[Any, Examples, Path, Mapping[str, Any]], Path]
    peers: Mapping[str, Callable[[Given, Inputs, np.random.Generator], np.ndarray]] = field(
        default_factory=dict
    )


@dataclass(frozen=True)
class DeviceSimulator(Generic[Given]):
    """How examples are simulated whose inputs are made on the device that Keras computes on.

    Parameters
    ----------
    draw : callable
        ``(physics, n, rng) -> drawn``: all that is random of n examples, apart from noise that
        ``render`` makes; picklable, as worker processes draw.
    render : callable
        ``(physics, drawn, rng) -> Examples`` with a tensor as ``x``, that of the task's
        ``simulate`` within float32, noise that it makes apart; ``rng`` is what ``draw`` left.
    """

    draw: Callable[[Given, int, np.random.Generator], Any]
    render: Callable[[Given, Any, np.random.Generator], Examples]


@dataclass(frozen=True)
class Task(Generic[Physics]):
    """A science question.

    Parameters
    ----------
    name : str
        The registered name.
    summary : str
        One line for people.
    physics : type
        A frozen dataclass with defaults: every range, prior and switch of the simulator. Its
        instances are what the functions below take as ``physics``.
    head : callable
        ``(physics) -> AnswerKind``: what is asked.
    input_spec : callable
        ``(physics) -> InputSpec``.
    simulate : callable
        ``(physics, n, rng) -> Examples``: n independent examples from one
        `numpy.random.Generator`, after the preprocessing that real data go through; `unsimulated`
        for tasks of which only real examples exist.
    group : str
        Column of ``Examples.info`` by which splits are made.
    difficulty : Difficulty or None
        The parameter against which scores are drawn.
    classical : Classical
        The classical methods that are scored beside networks.
    datasets : mapping of str to Dataset
        Real labelled sets by name.
    augmentation : Augmentation or callable
        How examples are changed in training, and their answers averaged; ``(physics) ->
        Augmentation`` where that depends on the physics. See `changes`.
    files : Files
        What predicts on real files, and draws the prediction.
    generation : Generation or None
        How new examples are drawn; None for tasks that draw none.
    signal_fraction : str or None
        Physics field that holds the fraction of positives in simulated sets (binary tasks).
    zero_signal : mapping
        Physics overrides at which nothing distinguishes the classes (the chance limit of tests).
    extra_metrics : callable or None
        ``(outcome, settings) -> dict``: metrics peculiar to this task, of every method in an
        `astro_dl.evaluation.predictions.Outcome`, with intervals as the
        `astro_dl.core.config.EvaluationConfig` asks for. By method, mappings and lists of
        estimates, as `astro_dl.metrics.intervals.estimate` makes them, however deep.
    anomaly : str or None
        Boolean column of ``Examples.info``, true for what an unsupervised model should find odd.
    caution : str
        What whoever uses any network of this task must know of its training; it goes on the card.
    simulation_caution : str
        What else must be known of those that learnt from simulations, be it in a training before.
    version : int
        Raised whenever the same seed would give other examples, be it a column of their ``info``
        more or less, so that stored sets are remade.
    on_device : DeviceSimulator or None
        ``simulate`` on a device; None for tasks that are simulated on processors alone.
    symbols : mapping of str to str
        How figures write the targets, as matplotlib reads them; others are written by their names.
    unordered : bool
        Whether the rows of the first input are a set: their first two channels are drawn against
        each other, where the last one says that there is a row.
    draw_examples : callable or None
        ``(physics, x, info, captions) -> Figure or None``: a few examples as their field draws
        them, side by side below their captions; None, as where it returns None, for a drawing by
        the shape of their inputs. `astro_dl.evaluation.figures.common.example_panels` makes room.
    """

    name: str
    summary: str
    physics: type[Physics]
    head: Callable[[Physics], AnswerKind]
    input_spec: Callable[[Physics], InputSpec]
    simulate: Callable[[Physics, int, np.random.Generator], Examples]
    group: str
    difficulty: Difficulty | None = None
    classical: Classical[Physics] = Classical()
    datasets: Mapping[str, Dataset[Physics]] = field(default_factory=dict)
    augmentation: Augmentation | Callable[[Physics], Augmentation] = Augmentation()
    files: Files = Files()
    generation: Generation[Physics] | None = None
    signal_fraction: str | None = None
    zero_signal: Mapping[str, Any] = field(default_factory=dict)
    extra_metrics: Callable[..., dict[str, Any]] | None = None
    anomaly: str | None = None
    caution: str = ""
    simulation_caution: str = ""
    version: int = 1
    on_device: DeviceSimulator[Physics] | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    unordered: bool = False
    draw_examples: Callable[[Physics, Inputs, Table, Sequence[str]], Any] | None = None

    def changes(self, physics: Physics) -> Augmentation:
        """Return how examples of a physics may be changed."""
        given = self.augmentation
        return given if isinstance(given, Augmentation) else given(physics)

    def cautions(self, simulated: bool) -> str:
        """Return the cautions for a network that has, or has not, learnt from simulations."""
        told = (self.caution, self.simulation_caution if simulated else "")
        return " ".join(filter(None, told))


def unsimulated(physics: object, n: int, rng: np.random.Generator) -> Examples:
    """Refuse to simulate: the ``simulate`` of tasks of which only real examples exist."""
    raise UsageError("this task has no simulator; set data.source to one of its real sets")
