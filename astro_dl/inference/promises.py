"""What is promised of predictions: coverage, a prevalence, and whether inputs are like others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from astro_dl.bundles.guarantees import Gate, Guarantees, ScoreTable
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.inference.predictions import Answers
from astro_dl.inference.uncertainty import Uncertainty

if TYPE_CHECKING:
    from astro_dl.inference.protocol import Predictor

GATE = "p_in_distribution"
Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Promise:
    """What a table of predictions tells besides the answers.

    Parameters
    ----------
    coverage : float, optional
        Probability with which sets and intervals hold the truth; without it there are none.
    prior : mapping of str to float
        Shares of classes for which probabilities hold, where these are not those of the training.
    """

    coverage: float | None = None
    prior: Mapping[str, float] | None = None

    def kept(
        self,
        predictor: "Predictor[Any]",
        answers: Answers,
        x: Any,
        batch_size: int | None,
        usable: np.ndarray | None,
    ) -> Answers:
        """Return answers with what is promised; parameters are those of `Predictor.answers`."""
        known = known_guarantees(predictor)
        conformal = predictor.head.conformal()
        found = answers
        if self.prior:
            counts = {name: table.n for name, table in known.scores.items()}
            found = conformal.reweighted(answers, counts, self.prior)
        p = known.gate.p_values(predictor.embed(x, batch_size))
        if usable is not None:
            p[~usable] = np.nan
        columns = {GATE: p.astype(np.float32)}
        if self.coverage is not None:
            # Sets and intervals hold whatever the prevalence, and are of the answers as they were.
            columns = conformal.columns(answers, thresholds(known, self.coverage)) | columns
        return replace(found, columns=columns)


def make_promise(
    predictor: "Predictor[Any]", coverage: float | None, prior: Mapping[str, float] | None
) -> Promise:
    """Return a promise that a predictor can keep.

    Raises
    ------
    UsageError
        If its bundle holds no guarantees, several networks answer, a number is not accepted, or
        the prior is of something else than its classes.
    """
    if predictor.members:
        raise UsageError(
            f"{predictor.bundle.card.name}: coverage and prior are for one network as it is, not "
            "for several or for passes with dropout"
        )
    known = known_guarantees(predictor)
    if coverage is not None:
        if not isinstance(coverage, float) or not 0 < coverage < 1:
            raise UsageError(f"coverage is {coverage!r}; accepted: a number > 0 and < 1, as 0.9")
        thresholds(known, coverage)
    if prior:
        head = predictor.head
        none = head.answers(head.per_example(np.zeros((1, *head.shape))))
        counts = {name: table.n for name, table in known.scores.items()}
        head.conformal().reweighted(none, counts, prior)
    return Promise(coverage, prior)


def known_guarantees(predictor: "Predictor[Any]") -> Guarantees:
    """Return the guarantees of a predictor's bundle.

    Raises
    ------
    UsageError
        If there are none.
    """
    card = predictor.bundle.card
    if card.guarantees is None or predictor.head.conformal() is None:
        raise UsageError(
            f"{card.name}: its card holds no guarantees, which coverage and prior rest on; train "
            "with data.n_guarantee, or leave both out"
        )
    return card.guarantees


def thresholds(known: Guarantees, coverage: float) -> dict[str, float]:
    """Return the threshold of each class, label or target.

    Raises
    ------
    UsageError
        If no threshold is finite, as too few examples were held out.
    """
    found = {name: table.threshold(coverage) for name, table in known.scores.items()}
    if not np.isfinite(list(found.values())).any():
        most = max(table.n for table in known.scores.values())
        raise UsageError(
            f"coverage {coverage:g} needs more held-out examples than {most}; accepted: up to "
            f"{most / (most + 1):.4g}"
        )
    return found


def make_guarantees(predictor: "Predictor[Any]", examples: Examples, source: str) -> Guarantees:
    """Return what a held-out set promises of a network.

    Parameters
    ----------
    predictor : Predictor
        The network.
    examples : Examples
        Of which nothing was used to train it, to choose among its weights, or to calibrate it.
    source : str
        What they are called.

    Raises
    ------
    UsageError
        If the kind of answer has neither sets nor intervals, or an answer is not finite.
    """
    conformal = predictor.head.conformal()
    if conformal is None:
        raise UsageError(f"{predictor.head.kind} answers have neither sets nor intervals")
    scores = conformal.scores(predictor.answers(examples.x), examples.y)
    if not all(np.isfinite(one).all() for one in scores.values()):
        raise UsageError(f"{predictor.bundle.card.name}: some answers to {source} are not finite")
    tables = {name: ScoreTable.of(one) for name, one in scores.items()}
    gate = Gate.of(predictor.embed(examples.x))
    return Guarantees(source, len(examples), tables, gate)


def read_share(text: str) -> tuple[str, float]:
    """Return the class and its share of a ``CLASS=SHARE``.

    Raises
    ------
    UsageError
        If it is not of this form.
    """
    name, _, share = text.rpartition("=")
    try:
        number = float(share)
    except ValueError:
        number = float("nan")
    if not name.strip() or not np.isfinite(number):
        raise UsageError(
            f"prior: {text!r} is not accepted; accepted: CLASS=SHARE, as planet_candidate=0.03"
        )
    return name.strip(), number


def as_asked(
    predictor: Asked,
    uncertainty: Uncertainty | None,
    passes: int,
    embedding: bool,
    coverage: float | None,
    prior: Mapping[str, float] | None,
) -> Asked:
    """Return a predictor that tells what is asked of `Predictor.predict`.

    Raises
    ------
    UsageError
        As of `Predictor.with_uncertainty` and `make_promise`, or if several networks would each
        have embeddings of its own.
    """
    asked: Any = predictor
    found = asked.with_uncertainty(uncertainty, passes)
    if embedding and found.members:
        raise UsageError(f"{asked.bundle.card.name}: several networks have no common embedding")
    if coverage is not None or prior:
        found = replace(found, promise=make_promise(found, coverage, prior))
    return replace(found, embeds=embedding or asked.embeds)
