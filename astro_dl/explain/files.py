"""What a network is given of real files: the examples that a task's reader makes of them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs, input_length, inputs_by_name, take_inputs
from astro_dl.inference.files import predict_files
from astro_dl.inference.input_checks import finite_rows, given_paths
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.runtime import Arrays, Runtime


@dataclass(frozen=True)
class Heard:
    """One example that was given to a network.

    Parameters
    ----------
    place : int
        How many were given before it.
    x : ndarray or dict of ndarray
        The example alone, (1, …).
    rank : float
        Greater where it matters more.
    id : str
        Its name, if its reader gave one.
    """

    place: int
    x: Inputs
    rank: float
    id: str = ""


@dataclass
class Listener:
    """A predictor that remembers the examples it was given; all else is the predictor's.

    Parameters
    ----------
    predictor : Predictor
        Who answers.
    count : int
        How many examples are kept: of a network that ranks those of highest logit, else the first.
    window : tuple of int, optional
        Rows and columns of the windows that larger images are cut into, of which those are kept
        whose pixels stand out most.
    kept : list of Heard
        What was given to the network, and is kept.
    heard : int
        How many examples were given to it.
    deaf : bool
        Whether what is given just now is not of the files.
    """

    predictor: Predictor[Any]
    count: int
    window: tuple[int, int] | None = None
    kept: list[Heard] = field(default_factory=list)
    heard: int = 0
    deaf: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.predictor, name)

    @property
    def runtime(self) -> Runtime:
        """What runs the network, without all that would pass the listener by."""
        return cast(Runtime, HeardRuntime(self, self.predictor.runtime))

    def enlarged(self, size: tuple[int, int]) -> "Listener":
        """Return a listener of larger images, which keeps windows of them with what this keeps."""
        height, width = self.predictor.head.target_shape
        return replace(self, predictor=self.predictor.enlarged(size), window=(height, width))

    def score(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the logits, see `astro_dl.inference.protocol.Predictor`."""
        x = _whole(x)
        logits = self.predictor.score(x, batch_size)
        self._keep(x, logits)
        return logits

    def member_scores(self, x: Any, batch_size: int | None = None) -> np.ndarray:
        """Return the logits of each member."""
        x = _whole(x)
        logits = self.predictor.member_scores(x, batch_size)
        self._keep(x, logits.mean(axis=0))
        return logits

    def answers(self, x: Any, batch_size: int | None = None, usable: Any = None) -> Any:
        """Return calibrated answers."""
        answers = self.predictor.answers(x, batch_size, usable)
        self._keep(x, answers.logits)
        return answers

    def predict(self, x: Any, **options: Any) -> QTable:
        """Return a table of predictions on arrays."""
        table = self.predictor.predict(x, **options)
        logits = np.asarray(table["logit"]) if "logit" in table.colnames else np.zeros(len(table))
        self._keep(x, logits, options.get("ids"))
        return table

    def _keep(self, x: Inputs, logits: np.ndarray, ids: Any = None) -> None:
        if self.deaf:
            return
        if self.window is not None:
            x = inputs_of_windows(x, self.window, logits.shape[1:3])
            parts = windows(logits, self.window)
            told = self.predictor.probabilities(parts).reshape(len(parts), -1)
            main = self.predictor.head.main_logit(parts.reshape(len(parts), -1))
            logits = told[np.arange(len(told)), main]
            ids = [f"window {self.heard + k}" for k in range(len(logits))]
        first, self.heard = self.heard, self.heard + input_length(x)
        ranks = (
            logits
            if self.window or self.predictor.head.ranks
            else -np.arange(first, self.heard, dtype=float)
        )
        usable = np.flatnonzero(finite_rows(x))
        best = usable[np.argsort(-np.asarray(ranks)[usable], kind="stable")][: self.count]
        new = [
            Heard(
                first + int(k),
                take_inputs(x, slice(k, k + 1)),
                float(ranks[k]),
                "" if ids is None else str(ids[k]),
            )
            for k in best
        ]
        self.kept[:] = sorted([*self.kept, *new], key=lambda one: -one.rank)[: self.count]


@dataclass(frozen=True)
class HeardRuntime:
    """The runtime of a listener's predictor: files are given to it example by example.

    Parameters
    ----------
    listener : Listener
        Who hears what is given to the predictor.
    runtime : Runtime
        Of the predictor; all else is its own.
    """

    listener: Listener
    runtime: Runtime

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runtime, name)

    def scanner(self, step: int) -> None:
        """Return none: a scanner scores a series whole, and no example would be heard."""

    def kept(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Return what was found about the network, whose own simulations are not of the files."""
        self.listener.deaf = True
        try:
            return self.runtime.kept(name, make)
        finally:
            self.listener.deaf = False


def examples_of_files(
    predictor: Predictor[Any], paths: Any, count: int = 8, **options: Any
) -> tuple[Inputs, list[str]]:
    """Return what a network is given of files, ready to be explained.

    Parameters
    ----------
    predictor : Predictor
        Of a task that reads files.
    paths : path or sequence of paths
        As for `astro_dl.inference.predictor.Predictor.predict`.
    count : int, default 8
        How many examples at most: of a network that ranks those of highest logit, else the first.
    **options
        Of the task's reader.

    Returns
    -------
    x : ndarray or dict of ndarray
        (n, …), in the order in which they were read.
    ids : list of str
        Their names in the table of predictions, or their numbers among all that were read.

    Raises
    ------
    UsageError
        If the files or options cannot be used, or nothing in them can.
    """
    given = given_paths(paths)
    if given is None:
        raise UsageError("examples_of_files takes paths of files")
    listener = Listener(predictor.members[0] if predictor.members else predictor, count)
    # The reader asks for nothing that the listener lacks.
    tables = list(predict_files(listener, given, options, None))  # type: ignore[arg-type]
    if not listener.kept:
        raise UsageError("nothing in the files could be given to the network")
    kept = sorted(listener.kept, key=lambda one: one.place)
    rows = [str(name) for table in tables if "id" in table.colnames for name in table["id"]]
    named = len(rows) >= listener.heard and not kept[0].id
    ids = [one.id or (rows[one.place] if named else f"example {one.place}") for one in kept]
    repeated = {name for name in ids if ids.count(name) > 1}
    return joined([one.x for one in kept]), [
        f"{name}, row {one.place + 1}" if name in repeated else name
        for name, one in zip(ids, kept, strict=True)
    ]


def windows(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return all windows (n, *size, channels) of images, side by side; what is over is left out."""
    rows, columns = (whole // one for whole, one in zip(images.shape[1:3], size, strict=True))
    whole = images[:, : rows * size[0], : columns * size[1]]
    parts = whole.reshape(len(images), rows, size[0], columns, size[1], images.shape[-1])
    return parts.swapaxes(2, 3).reshape(-1, *size, images.shape[-1])


def inputs_of_windows(x: Inputs, size: tuple[int, int], larger: tuple[int, ...]) -> Inputs:
    """Return what all windows of larger images are given: what is no such image, with each."""
    count = math.prod(whole // one for whole, one in zip(larger, size, strict=True))
    parts = {
        name: windows(one, size) if one.shape[1:3] == larger else np.repeat(one, count, axis=0)
        for name, one in inputs_by_name(x).items()
    }
    return parts if isinstance(x, dict) else next(iter(parts.values()))


def joined(parts: list[Inputs]) -> Inputs:
    """Return inputs one after the other."""
    first = parts[0]
    if isinstance(first, dict):
        return {name: np.concatenate([part[name] for part in parts]) for name in first}  # type: ignore[index, call-overload]
    return np.concatenate(parts)  # type: ignore[arg-type]


def _whole(x: Any) -> Inputs:
    """Return inputs as one; a reader may give them block by block."""
    return joined(list(x)) if isinstance(x, Iterator) else x
