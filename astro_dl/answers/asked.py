"""The answer to what is asked of labelled examples: classes, labels or values."""

from collections.abc import Sequence
from typing import Literal

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.answers.multilabel import Multilabel
from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind


def asked_answer(
    targets: Sequence[str],
    classes: Sequence[str] = (),
    units: Sequence[str] = (),
    distribution: Literal["point", "gaussian", "mixture", "labels"] = "point",
) -> AnswerKind:
    """Return the kind of answer to columns of labels.

    Parameters
    ----------
    targets : sequence of str
        The columns.
    classes : sequence of str, optional
        Values of the only column, as text; of two the second is the positive one.
    units : sequence of str, optional
        Of the columns, where they are numbers.
    distribution : {"point", "gaussian", "mixture", "labels"}
        What is said of numbers; ``"labels"`` where they are yes or no.
    """
    if classes:
        return (Binary if len(classes) == 2 else Multiclass)(tuple(classes))
    if distribution == "labels":
        return Multilabel(tuple(targets))
    return Regression(
        tuple(targets), tuple(units) or ("",) * len(targets), distribution=distribution
    )
