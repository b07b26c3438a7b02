"""Several bundles on one test set: a table with intervals, and a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astro_dl.bundles.card import dump_json
from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.showing.display import html_of, text_of
from astro_dl.core.showing.text_table import text_table
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.evaluation.report_text import estimate_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from astro_dl.inference.predictor import Predictor


@dataclass(frozen=True)
class Comparison:
    """Headline metrics of several methods on the same examples.

    Parameters
    ----------
    data : str
        The examples.
    n : int
        How many.
    head : AnswerKind
        What is answered.
    headlines : mapping
        Name of a bundle, or of a classical method, to estimates by metric.
    """

    data: str
    n: int
    head: AnswerKind
    headlines: Mapping[str, Mapping[str, Any]]

    @property
    def metrics(self) -> list[str]:
        """Names of all metrics, in the order in which methods tell them."""
        return list(dict.fromkeys(key for one in self.headlines.values() for key in one))

    def to_text(self) -> str:
        """Return the table for a terminal."""
        rows = [["", *(self.head.title(key) for key in self.metrics)]]
        for name, told in self.headlines.items():
            cells = [estimate_text(told[key]) if key in told else "" for key in self.metrics]
            rows.append([name, *cells])
        return f"{self.data}; {self.n:,} examples\n\n{text_table(rows)}\n"

    def to_json(self) -> str:
        """Return all estimates as strict JSON."""
        return dump_json({"data": self.data, "n": self.n, "methods": self.headlines})

    def plot(self, metric: str | None = None) -> "Figure":
        """Return a figure of one metric with its intervals.

        Parameters
        ----------
        metric : str, optional
            Default the first of those by which answers of this kind are compared.

        Raises
        ------
        UsageError
            If no method tells the metric.
        """
        from astro_dl.evaluation.figures.comparison import draw_comparison

        known = [key for wanted in self.head.compared_by for key in self.metrics if key == wanted]
        chosen = metric or next(iter([*known, *self.metrics]))
        told = {name: one[chosen] for name, one in self.headlines.items() if chosen in one}
        if not told:
            raise UsageError(f"metric {chosen!r}; accepted: {', '.join(self.metrics)}")
        return draw_comparison(told, self.head.title(chosen))

    def __repr__(self) -> str:
        return text_of(*self._shown())

    def _repr_html_(self) -> str:
        return html_of(*self._shown())

    def _shown(self) -> tuple[str, dict[str, str]]:
        facts = {
            name: ", ".join(f"{self.head.title(key)} {estimate_text(told[key])}" for key in first)
            for name, told in self.headlines.items()
            if (first := list(told)[:2])
        }
        return f"Comparison on {self.data}, n = {self.n:,}", facts


def compare(
    bundles: Sequence[str | Path],
    data: str | None = None,
    n: int | None = None,
    progress: bool = True,
) -> Comparison:
    """Score several bundles of one task on the same examples.

    Parameters
    ----------
    bundles : sequence of str or Path
        Names of shipped bundles, or folders.
    data : str, optional
        A real set of the task, or an HDF5 store; default the simulated test split of the first
        bundle. Each real set is split by the settings of the first bundle, too.
    n : int, optional
        Number of examples; default all.
    progress : bool, default True
        Whether progress bars are shown.

    Returns
    -------
    Comparison
        The bundles, then the classical methods of the task.

    Raises
    ------
    UsageError
        If none is given, one is given twice, or they have not the same task, input and answer.
    """
    from astro_dl.inference.load import load_pretrained

    if not bundles or len(set(bundles)) < len(bundles):
        raise UsageError(f"bundles are {', '.join(map(str, bundles)) or 'none'}; give some, once")
    predictors = {str(one): load_pretrained(one) for one in bundles}
    first, *others = predictors.values()
    for other in others:
        _check_alike(first, other)
    headlines: dict[str, Mapping[str, Any]] = {}
    classical: Mapping[str, Mapping[str, Any]] = {}
    about: Mapping[str, Any] = {}
    for name, predictor in predictors.items():
        report = evaluate(_on_the_set_of(first, predictor), data, n=n, progress=progress)
        told = dict(report.headlines)
        headlines[name] = told.pop(report.outcome.own)
        if predictor is first:
            classical, about = told, report.metrics["about"]
    return Comparison(
        str(about.get("data", "data")), about["n"], first.head, {**headlines, **classical}
    )


def _check_alike(first: "Predictor", other: "Predictor") -> None:
    for what in ("task", "input_spec", "head"):
        if getattr(first, what) != getattr(other, what):
            raise UsageError(
                f"{other.bundle.folder} has another {what.partition('_')[0]} than "
                f"{first.bundle.folder}; bundles that are compared must have the same"
            )


def _on_the_set_of(first: "Predictor", predictor: "Predictor") -> "Predictor":
    """Return a predictor with the settings that make the test set of another one.

    Classical methods answer the same for all: they are run beside the first alone.
    """
    if predictor is first:
        return predictor
    theirs, own = first.bundle.config, predictor.bundle.config
    scored = replace(theirs.evaluation, baselines=False)
    config = replace(
        own, data=theirs.data, physics=theirs.physics, seed=theirs.seed, evaluation=scored
    )
    return replace(predictor, bundle=replace(predictor.bundle, config=config))
