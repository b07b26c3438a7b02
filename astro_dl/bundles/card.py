"""The card of a bundle: what it is, where it comes from and how good it is."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, Self, get_type_hints

from astro_dl.bundles.guarantees import Guarantees
from astro_dl.bundles.statistics import check_statistics
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import SIMULATION
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.limits import Natural, NonNegative
from astro_dl.core.reading.strict_json import read_json
from astro_dl.core.registry import answer_kind
from astro_dl.core.schema import checked, coerce, plain, read_dataclass
from astro_dl.core.task import InputSpec

CARD_FORMAT = 1
COMPARED = "alternatives, "
WRITTEN = ("format", "name", "task", "model", "parameters", "packages", "seed", "files")
"""Fields that `astro_dl.bundles.bundle.save_bundle` fills in; all others are `card_parts`."""

FILE_NAME = re.compile(
    r"config\.yaml|weights\.h5|history\.csv|metrics\.json|README\.md"
    r"|plots/[A-Za-z0-9][A-Za-z0-9_.-]*\.(png|pdf|svg)"
)
REQUIRED_FILES = ("config.yaml", "weights.h5")
SHA256 = re.compile(r"[0-9a-f]{64}")


@checked
class CardData:
    """What a network was trained on.

    Parameters
    ----------
    source : str, optional
        Simulation or real set.
    started_from : tuple of str
        What the initial weights were trained on, training by training.
    mode : str, optional
        Whether examples were stored or streamed.
    n_train, n_validation : int, optional
        Numbers of examples.
    epochs, best_epoch : int, optional
        How many were trained, and which gave the weights, from 1.
    interrupted : bool
        Whether the training was cut short by the user.
    caution : str, optional
        What whoever uses the network must know of its training.
    validation : mapping
        Scores of the best epoch.
    alternatives : mapping
        Monitored score, with the stage if it was an earlier one, to the score of each variant that
        was tried; in the file each is a key ``"alternatives, <score>"``.
    compared : mapping
        Scores of a fine-tuned network, of one trained from scratch, and of the untouched one, on
        the same examples.
    """

    source: str | None = None
    started_from: tuple[str, ...] = ()
    mode: str | None = None
    n_train: Natural | None = None
    n_validation: Natural | None = None
    epochs: Natural | None = None
    best_epoch: Natural | None = None
    interrupted: bool = False
    caution: str | None = None
    validation: Mapping[str, float | None] = field(default_factory=dict)
    alternatives: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    compared: Mapping[str, Any] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        """Whether the network learnt from simulations, then or in a training before."""
        # Older cards name no source.
        return self.source in (None, SIMULATION) or any(
            one.endswith(f"{SIMULATION})") for one in self.started_from
        )

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Return what the plain values of a card's key ``data`` say."""
        alternatives = {
            key.removeprefix(COMPARED): scores
            for key, scores in values.items()
            if key.startswith(COMPARED)
        }
        others = {key: one for key, one in values.items() if not key.startswith(COMPARED)}
        if "alternatives" in others:
            raise unknown_name("key of data", "alternatives", (f"{COMPARED}val_loss",))
        return read_dataclass(cls, {**others, "alternatives": alternatives}, "data")

    def to_plain(self) -> dict[str, Any]:
        """Return plain values without what is not known."""
        values = {key: one for key, one in plain(self).items() if one is not None}
        alternatives = values.pop("alternatives")
        return values | {f"{COMPARED}{key}": scores for key, scores in alternatives.items()}


@checked
class Card:
    """Everything that a bundle says about itself; ``card.json`` holds it under the same keys.

    Parameters
    ----------
    format : 1
        Of the file.
    name : str
        Of the bundle.
    task : str or None
        The registered task.
    model : str
        The registered model.
    parameters : int
        Number of weights.
    packages : mapping
        Name to version, of what trained it.
    seed : int
        Of the training.
    files : mapping
        Name of each file to its sha256.
    input : InputSpec
        What the model takes.
    head : AnswerKind
        What it answers.
    summary : str
        One line.
    task_version : int or None
        Of the task, when it was trained.
    input_statistics : mapping or None
        See `astro_dl.bundles.statistics.check_statistics`.
    data : CardData
        What it was trained on.
    split_hash : str or None
        sha256 of the groups of its sets.
    metrics, baselines : mapping
        Headline scores of the network (``simulated``, ``real``) and, on simulated data, of other
        methods by name.
    thresholds : mapping
        False-alarm probability to logit.
    calibration : mapping
        As the answer's ``fit_calibration`` made it.
    guarantees : Guarantees or None
        What a held-out set promises; the key is missing where there is none.
    licence, citation, hardware : str
        For people; may be empty.
    training_time_s : float or None
        Wall time [s].
    """

    format: Literal[1]
    name: str
    task: str | None
    model: str
    parameters: Natural
    packages: Mapping[str, str]
    seed: int
    files: Mapping[str, str]
    input: InputSpec
    head: AnswerKind
    summary: str = ""
    task_version: int | None = None
    input_statistics: Mapping[str, Any] | None = None
    data: CardData = field(default_factory=CardData)
    split_hash: str | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    baselines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=lambda: {"kind": "none"})
    guarantees: Guarantees | None = field(default=None, metadata={"may_be_missing": True})
    licence: str = ""
    citation: str = ""
    hardware: str = ""
    training_time_s: NonNegative | None = None

    def __post_init__(self) -> None:
        """Refuse values that do not go together."""
        check_file_names(self.files)
        self.head.check_calibration(self.calibration)
        if self.input_statistics is not None:
            try:
                check_statistics(self.input_statistics, self.input)
            except UsageError as error:
                raise UsageError(f"input_statistics.{error}") from None
        _check_real_scores(self.metrics)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return a card from strict JSON with every key there.

        Raises
        ------
        UsageError
            Naming the key that is missing, unknown, or whose value is not accepted.
        """
        values = read_json(text)
        if not isinstance(values, dict):
            raise UsageError("holds no mapping")
        if values.get("format") != CARD_FORMAT:
            raise UsageError(f"format {values.get('format')!r}; this version reads {CARD_FORMAT}")
        for one in fields(cls):
            if one.name not in values and not one.metadata.get("may_be_missing"):
                raise UsageError(f"key {one.name!r} is missing")
        return cls.from_plain(values)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Return a card from plain values; keys that have defaults may be missing."""
        known = {one.name for one in fields(cls)}
        for key in values:
            if key not in known:
                raise unknown_name("card key", key, known)
        return read_dataclass(cls, {key: _typed(key, one) for key, one in values.items()})

    def to_plain(self) -> dict[str, Any]:
        """Return the plain values of ``card.json``."""
        special = {
            "data": self.data.to_plain(),
            "input": {"shape": plain(self.input.shape), "contract": plain(self.input.contract)},
            "head": self.head.to_card(),
        }
        # The files come last, after what people look for.
        kept = [one for one in fields(self) if not self._is_missing(one)]
        names = [one.name for one in kept if one.name != "files"] + ["files"]
        return {
            name: special[name] if name in special else plain(getattr(self, name)) for name in names
        }

    def _is_missing(self, one: Field[Any]) -> bool:
        return bool(one.metadata.get("may_be_missing")) and getattr(self, one.name) is None

    def to_json(self) -> str:
        """Return the text of ``card.json``."""
        return dump_json(self.to_plain())


def check_card_parts(parts: Mapping[str, Any]) -> None:
    """Raise `UsageError` for a key or a value that cannot be part of a card.

    Parameters
    ----------
    parts : mapping
        Plain values of some of the fields of `Card` but those that saving fills in.
    """
    hints = get_type_hints(Card, include_extras=True)
    settable = [one.name for one in fields(Card) if one.name not in WRITTEN]
    for key, value in parts.items():
        if key not in settable:
            raise unknown_name("card key", key, settable)
        coerce(_typed(key, value), hints[key], key)


def check_file_name(name: str) -> None:
    """Raise `UsageError` unless a bundle can hold a file of this name; no path leads out of it."""
    if not FILE_NAME.fullmatch(name):
        raise UsageError(f"{name!r} is not the name of a file of a bundle")


def check_file_names(files: Mapping[str, Any]) -> None:
    """Raise `UsageError` unless every name is one that a bundle can hold, with a sha256."""
    for name, digest in files.items():
        check_file_name(name)
        if not isinstance(digest, str) or not SHA256.fullmatch(digest):
            raise UsageError(f"{name!r} has no valid sha256")
    for name in REQUIRED_FILES:
        if name not in files:
            raise UsageError(f"file {name!r} is not listed")


def package_versions(engines: Sequence[str] = ()) -> dict[str, str]:
    """Return the versions of what trains and runs models.

    Parameters
    ----------
    engines : sequence of str, default Keras and its backend
        Packages that compute what networks say.
    """
    if not engines:
        import keras

        engines = ("keras", keras.config.backend())
    names = ("astro_dl", *engines, "numpy", "h5py", "astropy", "scipy")
    return {name: _version(name) for name in names}


def _version(package: str) -> str:
    """Return the version of a package; to look up one that is loaded costs nothing."""
    loaded = getattr(sys.modules.get(package), "__version__", None)
    try:
        return loaded or version(package)
    except PackageNotFoundError:
        return "unknown"


def dump_json(value: Any, indent: int | None = 1) -> str:
    """Return strict JSON text: NumPy values as plain ones, what is not finite as null.

    Parameters
    ----------
    value : Any
        Of mappings, sequences, numbers and texts.
    indent : int or None, default 1
        Spaces for each level; None for one line without any.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    plainly = _finite(plain(value))
    text = json.dumps(
        plainly, indent=indent, separators=separators, allow_nan=False, ensure_ascii=False
    )
    return text + "\n"


@dataclass(frozen=True)
class _CardInput:
    """The key ``input`` of a card."""

    shape: Any
    contract: Mapping[str, Any]


@dataclass(frozen=True)
class _CardHead:
    """What every ``head`` of a card has."""

    kind: str
    names: tuple[str, ...]
    units: tuple[str, ...]


def _typed(key: str, value: Any) -> Any:
    """Return a plain value of a card, read where its type needs more than a hint to be read."""
    reader = {"input": _input_spec, "head": _head, "data": CardData.from_plain}.get(key)
    return reader(value) if reader is not None and isinstance(value, Mapping) else value


def _head(head: Mapping[str, Any]) -> AnswerKind:
    known = {key: one for key, one in head.items() if key in _CardHead.__annotations__}
    common = read_dataclass(_CardHead, known, "head")
    if not common.names:
        raise UsageError("head.names: no name; at least one is needed")
    try:
        return answer_kind(common.kind).from_card(head)
    except UsageError as error:
        raise UsageError(f"head: {error}") from None


def _input_spec(values: Mapping[str, Any]) -> InputSpec:
    given = read_dataclass(_CardInput, values, "input")
    if isinstance(given.shape, Mapping) and given.shape:
        shapes = {name: _shape(one) for name, one in given.shape.items()}
        return InputSpec(shapes, given.contract)
    return InputSpec(_shape(given.shape), given.contract)


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not value:
        raise UsageError(f"input.shape is {value!r}; accepted: a list of whole numbers")
    if not all(type(n) is int and 0 < n < 2**31 for n in value):
        raise UsageError(f"input.shape is {value!r}; accepted: whole numbers above 0")
    return tuple(value)


def _check_real_scores(metrics: Mapping[str, Any]) -> None:
    """Refuse scores on real sets that name no method."""
    sets = metrics.get("real", {})
    if not isinstance(sets, Mapping) or not isinstance(metrics.get("simulated", {}), Mapping):
        raise UsageError("metrics: 'simulated' and 'real' are not mappings")
    for name, values in sets.items():
        if not isinstance(values, Mapping) or not any(
            isinstance(one, Mapping) for one in values.values()
        ):
            raise UsageError(f"metrics.real.{name}: no scores of a method")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
