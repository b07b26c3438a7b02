"""How voters answer questions that lead to further questions: counts, by Dirichlet–multinomials.

There is one logit for each answer, the logarithm of a concentration: the softmax of a question's
logits are the expected shares of its answers, and the sum of their exponentials says how sure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
import scipy
from scipy.optimize import minimize_scalar

from astro_dl.answers.classes import highest
from astro_dl.answers.conformal import CONCENTRATION, ShareIntervals
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds
from astro_dl.core.schema import checked, coerce
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.calibration import check_calibration
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.intervals import resampled
from astro_dl.metrics.votes import (
    fractions_of,
    log_probability,
    probability_transforms,
    sums_by_question,
)

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray
WIDEST = 10.0
COVERED = 0.9


@checked
class Question:
    """A question to voters.

    Parameters
    ----------
    name : str
        What it asks for.
    answers : tuple of str
        Accepted answers, two or more; names that no other question has.
    after : str, default ""
        The answer to an earlier question that leads to this one; empty where all are asked.
    """

    name: str
    answers: tuple[str, ...]
    after: str = ""


@checked
class Concentration:
    """A calibration.

    Parameters
    ----------
    factor : float
        Multiplies all concentrations.
    """

    kind: Literal["concentration"]
    factor: Annotated[float, Bounds(1e-6, 1e6)]


@dataclass(frozen=True)
class Votes(AnswerKind):
    """The distribution of votes on each question of a tree.

    Parameters
    ----------
    names : tuple of str
        All answers, question by question.
    questions : tuple of Question
        The tree, each after the one that leads to it; by default a single question.
    """

    questions: tuple[Question, ...] = ()

    kind: ClassVar[str] = "votes"
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False, "val_vote_rmse": False}
    titles: ClassVar[Mapping[str, str]] = {
        "vote_rmse": "RMSE of vote fractions",
        "log_score": "log-score of counts [nat]",
        "coverage": f"coverage of {COVERED:.0%} intervals",
    }
    compared_by: ClassVar[Mapping[str, bool]] = {"vote_rmse": False, "log_score": True}

    def __post_init__(self) -> None:
        if not self.questions:
            object.__setattr__(self, "questions", (Question("question", self.names),))
        asked = tuple(chain.from_iterable(one.answers for one in self.questions))
        if asked != tuple(self.names) or len(set(asked)) < len(asked):
            raise UsageError(
                f"answers of the questions are {', '.join(asked)}; accepted: those of the head, "
                "all different and in its order"
            )
        if min(self.sizes) < 2:
            raise UsageError("a question of one answer asks nothing; accepted: two and more")
        earlier: set[str] = {""}
        for one in self.questions:
            if one.after not in earlier:
                raise UsageError(
                    f"question {one.name!r} comes after {one.after!r}, which is no answer to an "
                    "earlier one"
                )
            earlier |= set(one.answers)

    @classmethod
    def asking(cls, questions: Sequence[Question]) -> Self:
        """Return the head that asks these questions."""
        names = tuple(chain.from_iterable(one.answers for one in questions))
        return cls(names, questions=tuple(questions))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of answers of each question."""
        return tuple(len(one.answers) for one in self.questions)

    @classmethod
    def from_card(cls, head: Mapping[str, Any]) -> Self:
        """Return the answer that a card describes."""
        questions = coerce(head.get("questions", ()), tuple[Question, ...], "questions")
        return cls(tuple(head["names"]), tuple(head["units"]), questions)

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless it is a factor of concentrations, or none."""
        check_calibration(calibration, Concentration)

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return the expected share of each answer among those to its question."""
        from astro_dl.models.heads import QuestionShares, dense_logits

        logits = dense_logits(embedding, self.outputs, **options)
        return QuestionShares(self.sizes, dtype="float32", name="values")(logits)

    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` unless votes are whole, not negative, and some were cast."""
        votes = np.asarray(y)
        if not np.isfinite(votes).all() or (votes < 0).any() or (votes % 1 != 0).any():
            raise UsageError(f"votes of the {split} set are no counts: 0, 1, 2 … are accepted")
        if not votes.any():
            raise UsageError(f"nobody voted in the {split} set")

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the Dirichlet–multinomial likelihood.

        Raises
        ------
        UsageError
            If labels are to be smoothed.
        """
        from astro_dl.training.objective import Objective
        from astro_dl.training.vote_likelihood import DirichletMultinomial

        if label_smoothing:
            raise UsageError("training.label_smoothing: not for votes; accepted: 0")
        loss = DirichletMultinomial(self.sizes)
        return Objective(self, loss, loss, _as_counts, self._validation_scores)

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return the factor of concentrations at which the counts are likeliest."""
        alpha, votes = _concentrations(logits), np.asarray(y, np.float64)

        def cost(log_factor: float) -> float:
            return -float(log_probability(votes, alpha * np.exp(log_factor), self.sizes).sum())

        best = minimize_scalar(cost, bounds=(-6.0, 6.0), method="bounded")
        return {"kind": CONCENTRATION, "factor": float(np.exp(best.x))}

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return expected shares (n, answers), and in ``concentration`` the calibrated α."""
        factor = (calibration or {}).get("factor", 1.0)
        alpha = factor * _concentrations(logits)
        shares = alpha / sums_by_question(alpha, self.sizes)
        return Answers(logits, shares.astype(np.float32), parts={CONCENTRATION: alpha})

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return mean shares, with the mean of the members' concentrations."""
        members = [self.answers(*one) for one in zip(logits, calibrations, strict=True)]
        shares = np.mean([one.values for one in members], axis=0)
        whole = np.mean(
            [sums_by_question(one.parts[CONCENTRATION], self.sizes) for one in members], axis=0
        )
        return Answers(np.mean(logits, axis=0), shares, parts={CONCENTRATION: shares * whole})

    def reached(self, shares: Array) -> Array:
        """Return how likely a voter is led to each question, (n, questions), by expected shares."""
        by_name = dict(zip(self.names, np.asarray(shares).T, strict=True))
        led: dict[str, Array] = {"": np.ones(len(shares))}
        told = []
        for one in self.questions:
            told.append(led[one.after])
            led |= {answer: told[-1] * by_name[answer] for answer in one.answers}
        return np.stack(told, axis=1)

    def conformal(self) -> ShareIntervals:
        """Return intervals of the share of each answer."""
        return ShareIntervals(self.names, self.sizes)

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return of each answer its share among all voters of the question, with an interval.

        ``reached_<question>`` for those to which not all are led; ``f_<answer>``, ``_q05`` and
        ``_q95``.
        """
        alpha = answers.parts[CONCENTRATION]
        rest = sums_by_question(alpha, self.sizes) - alpha
        low, high = (
            scipy.stats.beta.ppf(one, alpha, rest).astype(np.float32) for one in (0.05, 0.95)
        )
        asked = zip(self.questions, self.reached(answers.values).T, strict=True)
        columns = {
            f"reached_{one.name}": np.asarray(p, np.float32) for one, p in asked if one.after
        }
        for k, name in enumerate(self.names):
            columns[f"f_{name}"] = np.asarray(answers.values[:, k], np.float32)
            columns[f"f_{name}_q05"], columns[f"f_{name}_q95"] = low[:, k], high[:, k]
        return columns

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network and its peers make of n examples."""
        from astro_dl.evaluation.supervised import supervised_outcome

        return supervised_outcome(predictor, data, n, source, progress)

    def scores(self, answers: Answers) -> Array:
        """Return concentrations; classical methods give expected counts in their place."""
        return answers.parts[CONCENTRATION]

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return the error of vote fractions; of the network also how it tells counts.

        ``vote_rmse`` is over all answers, shares of all voters, not of those who were asked, as in
        the competition of Dieleman et al. (2015); ``log_score`` the mean ln probability of all
        counts of a galaxy; ``coverage`` how often a count lies in the central 90% of what was
        predicted, randomised within its step. All with intervals by bootstrap of galaxies.
        """
        votes, alpha = np.asarray(outcome.y, np.float64), np.asarray(outcome.scores[method], float)
        given: dict[str, Any] = {
            "replicas": settings.bootstrap, "confidence": settings.confidence, "n": len(votes)
        }  # fmt: skip
        squares = self._squared_errors(alpha, votes)
        mean = squares.mean(axis=1)
        n = len(votes)

        def root(weights: Array) -> float:
            return float(np.sqrt(np.average(mean, weights=weights)))

        found: dict[str, Any] = {"n": n, "vote_rmse": resampled(root, n, rng=rng, **given)}
        found["rmse_of"] = dict(
            zip(self.names, np.sqrt(squares.mean(axis=0)).tolist(), strict=True)
        )
        if method != outcome.own:
            return found
        logs = log_probability(votes, alpha, self.sizes).sum(axis=1)
        transforms = probability_transforms(votes, alpha, self.sizes, rng)
        inside = np.abs(transforms - 0.5) < COVERED / 2
        asked = np.isfinite(transforms)
        found["log_score"] = resampled(
            lambda weights: float(np.average(logs, weights=weights)), n, rng=rng, **given
        )
        found["coverage"] = resampled(
            lambda weights: float(weights @ inside.sum(axis=1) / (weights @ asked.sum(axis=1))),
            n, rng=rng, **given,
        )  # fmt: skip
        edges = np.linspace(0, 1, 11)
        counts = np.histogram(transforms[asked], edges)[0]
        found["transforms"] = (counts * 10 / max(1, counts.sum())).tolist()
        return found

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return error, log-score and coverage."""
        return {key: metrics[key] for key in self.titles if key in metrics}

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``votes``, predicted against counted shares, and ``coverage``."""
        from astro_dl.evaluation.figures.votes import draw_shares, draw_transforms

        outcome = report.outcome
        counted = fractions_of(np.asarray(outcome.y), self.sizes)
        expected = fractions_of(np.asarray(outcome.scores[outcome.own]), self.sizes)
        heights = report.metrics["methods"][outcome.own]["transforms"]
        named = [(one.name, one.answers) for one in self.questions]
        return {
            "votes": draw_shares(counted, expected, named),
            "coverage": draw_transforms(np.asarray(heights)),
        }

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the galaxies whose vote fractions are farthest from what was expected."""
        votes = np.asarray(outcome.y, np.float64)
        squares = self._squared_errors(np.asarray(outcome.scores[outcome.own], float), votes)
        worst = np.sqrt(squares.mean(axis=1))
        indices = highest(worst, min(count, len(worst)))
        named = [self.names[number] for number in squares.argmax(axis=1)]
        return indices, [f"{named[i]}: RMSE {worst[i]:.2f}" for i in indices]

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return examples in which all voters agree, on answers that say nothing."""
        from astro_dl.training.vote_likelihood import DirichletMultinomial

        one_of = [np.eye(size)[rng.integers(0, size, n)] for size in self.sizes]
        return 20 * np.concatenate(one_of, axis=1), DirichletMultinomial(self.sizes)

    def check_outputs(self, values: Array) -> None:
        """Raise AssertionError for what are no shares."""
        assert np.allclose(sums_by_question(values, self.sizes), 1, atol=1e-4), (
            "shares of a question don't sum to one"
        )

    def _squared_errors(self, alpha: Array, votes: Array) -> Array:
        """Return squared errors of shares of all voters, (n, answers)."""
        shares = [np.nan_to_num(fractions_of(np.maximum(one, 0), self.sizes)) for one in
                  (alpha, votes)]  # fmt: skip
        expected, counted = (
            one * np.repeat(self.reached(one), self.sizes, axis=1) for one in shares
        )
        return (expected - counted) ** 2

    def _validation_scores(self, logits: Array, y: Array) -> dict[str, float]:
        squares = self._squared_errors(_concentrations(logits), np.asarray(y, np.float64))
        return {"val_vote_rmse": float(np.sqrt(squares.mean()))}


def _concentrations(logits: Array) -> Array:
    return np.exp(np.clip(np.asarray(logits, np.float64), -WIDEST, WIDEST))


def _as_counts(y: Array) -> Array:
    return np.asarray(y, np.float32)
