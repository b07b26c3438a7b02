"""What every method said of a set of examples, and the truth: what is evaluated."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from astropy.table import Table

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import unknown_name
from astro_dl.core.examples import Examples
from astro_dl.core.registry import NETWORK
from astro_dl.core.task import Difficulty
from astro_dl.distributions.distribution import Distribution
from astro_dl.evaluation.unsupervised.metrics import Unsupervised
from astro_dl.inference.predictions import Answers

if TYPE_CHECKING:
    from astro_dl.data.store import Store

TestSet: TypeAlias = "Store | Examples"
"""What is scored. Predictions need this module, and must not wait for what reads stores."""


@dataclass(frozen=True)
class Outcome:
    """What was predicted for a set of examples, and the truth.

    Parameters
    ----------
    head : AnswerKind
        Kind and names of the outputs.
    y : ndarray
        Truth, as in `astro_dl.core.examples.Examples`.
    scores : dict of str to ndarray
        For each method, the model's own under ``own``: ranking statistics (n,) for binary
        heads, class probabilities (n, k) for multi-class heads, values (n, targets) for
        regression, anomaly scores (n,) for reconstructions.
    probabilities : ndarray, (n,), optional
        The model's own calibrated probabilities (binary heads).
    distributions : dict of str to Distribution
        Of the targets, for those methods that give them (regression heads).
    calibrated : tuple of str
        The methods beside the model whose scores are log-odds (binary heads).
    ways : dict of str to Answers
        The model's answers by way of telling its uncertainty, where several are compared.
    prevalence : float, optional
        The fraction of positives for which the probabilities hold; default that of the set.
    real : bool, default False
        Whether examples are real ones, whose classes are as frequent as they are on the sky.
    info : Table
        True parameters, row by row; empty where they are not known.
    groups : ndarray, (n,), optional
        What examples belong to that are not independent of each other, such as one star: intervals
        resample them whole, see `astro_dl.evaluation.groups`.
    difficulty : Difficulty, optional
        The parameter against which scores are drawn.
    bound : str, optional
        Which of the methods is the theoretical optimum.
    unsupervised : Unsupervised, optional
        What else methods without labels made of the examples (reconstructions).
    neighbours : tuple of ndarray, optional
        As many inputs of the training set and of another one, of which what is drawn may be copies
        (generation).
    about : dict
        What was evaluated on what, plain values: ``model``, ``task``, ``data``.
    own : str, default "network"
        What the model is called among the methods, see `astro_dl.core.registry.method_title`.
    """

    head: AnswerKind
    y: np.ndarray
    scores: dict[str, np.ndarray]
    probabilities: np.ndarray | None = None
    distributions: dict[str, Distribution] = field(default_factory=dict)
    calibrated: tuple[str, ...] = ()
    ways: dict[str, Answers] = field(default_factory=dict)
    prevalence: float | None = None
    real: bool = False
    info: Table = field(default_factory=Table)
    groups: np.ndarray | None = None
    difficulty: Difficulty | None = None
    bound: str | None = None
    unsupervised: Unsupervised | None = None
    neighbours: tuple[np.ndarray, np.ndarray] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    own: str = NETWORK

    @property
    def stated_prevalence(self) -> float | None:
        """The fraction of positives to which simulated examples are weighted; real ones are not."""
        return None if self.real else self.prevalence

    @property
    def difficulty_values(self) -> np.ndarray | None:
        """The difficulty of each example, float64 (n,)."""
        if self.difficulty is None or not self.info.colnames:
            return None
        if self.difficulty.column not in self.info.colnames:
            raise unknown_name("column of info", self.difficulty.column, self.info.colnames)
        return np.asarray(self.info[self.difficulty.column], dtype=np.float64)

    @property
    def log_odds(self) -> dict[str, np.ndarray]:
        """Scores (n,) of binary heads, the model's calibrated as those of its peers are."""
        if self.probabilities is None:
            return self.scores
        p = np.clip(np.asarray(self.probabilities, np.float64), 1e-12, 1 - 1e-12)
        return {**self.scores, self.own: np.log(p) - np.log1p(-p)}
