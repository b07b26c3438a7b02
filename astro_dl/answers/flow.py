"""The joint posterior distribution of several parameters, as a density on the box of their prior.

A network gives all numbers of a triangular map of rational-quadratic splines as its logits, see
`astro_dl.distributions.triangular`: one pass tells the whole posterior, from which samples,
quantiles and densities are had without the network, and no probability lies where the prior has
none (neural posterior estimation: Papamakarios & Murray 2016, arXiv:1605.06376).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from astro_dl.answers.conformal import Intervals
from astro_dl.answers.regression import Regression
from astro_dl.answers.value_columns import value_columns
from astro_dl.core.answer import AnswerKind
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.limits import Bounds, Rule
from astro_dl.core.schema import coerce
from astro_dl.distributions.posterior import EDGE, Posterior
from astro_dl.distributions.priors import AnyPrior, Uniform, to_unit_box
from astro_dl.distributions.scales import ScaleName
from astro_dl.distributions.triangular import Told, TriangularMap
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.distribution_scores import score_metrics
from astro_dl.metrics.posteriors import (
    density_region_shares,
    expected_coverage,
    random_region_shares,
)
from astro_dl.metrics.regression import regression_metrics

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray
SIZES: Mapping[str, Rule] = {"bins": Bounds(2, 64), "hidden": Bounds(1, 256)}
CHOICES: Mapping[str, Any] = {"told": Told, "scale": ScaleName}
DRAWS = 400
"""Of each posterior, in the evaluation."""


@dataclass(frozen=True)
class Flow(AnswerKind):
    """The joint posterior of parameters.

    Parameters
    ----------
    names, units : tuple of str
        Of the parameters.
    prior : tuple of Uniform, Normal, TruncatedNormal or LogNormal
        Of each parameter, see `astro_dl.distributions.priors`; targets lie within it.
    bins : int, default 10
        Of the spline of each parameter.
    hidden : int, default 16
        Hidden units by which the earlier parameters tell that spline.
    told : {"all", "maps", "gaussian"}, default "all"
        What of the density each observation tells. The rest is learnt once, the same for all
        observations, so that far fewer numbers are left for few simulations: with "maps" how
        parameters hang together, with "gaussian" all but places, widths and, on the normal scale,
        linear relations.
    scale : {"logistic", "normal"}, default "logistic"
        On which a posterior is found within its prior: "normal" for posteriors that are nearly
        Gaussian under normal priors, see `astro_dl.distributions.triangular`.

    Raises
    ------
    UsageError
        If there is not one prior for each parameter, or a size is not accepted.
    """

    prior: tuple[AnyPrior, ...] = ()
    bins: int = 10
    hidden: int = 16
    told: Told = "all"
    scale: ScaleName = "logistic"

    kind: ClassVar[str] = "flow"
    titles: ClassVar[Mapping[str, str]] = {
        "information": "information over the prior [nat]",
        "log_score": "log-score [nat]",
        "random_regions": "random regions, KS distance",
        "density_regions": "density regions, KS distance",
        "pit_ks": "PIT, KS distance",
        "crps": "CRPS",
    }
    compared_by: ClassVar[Mapping[str, bool]] = {"information": True, "density_regions": False}

    def __post_init__(self) -> None:
        if len(self.prior) != len(self.names):
            raise UsageError(
                f"prior: {len(self.prior)} for {len(self.names)} parameters; one each is needed"
            )
        for name, rule in SIZES.items():
            if not rule.admits(getattr(self, name)):
                raise UsageError(f"{name} is {getattr(self, name)}; accepted: {rule}")
        for name, choice in CHOICES.items():
            coerce(getattr(self, name), choice, name)

    @property
    def map(self) -> TriangularMap:
        """What logits mean."""
        return TriangularMap(len(self.names), self.bins, self.hidden, self.scale)

    @property
    def outputs(self) -> int:
        """All numbers of a map."""
        return self.map.outputs

    @property
    def logits_average(self) -> bool:
        """Densities can be averaged, the numbers that tell them can't."""
        return False

    @property
    def has_distribution(self) -> bool:
        """It is one."""
        return True

    def without_distribution(self) -> AnswerKind:
        """Return the parameters as points."""
        return Regression(self.names, self.units)

    @classmethod
    def textbook(cls, outputs: int) -> Self:
        """Return that of as many parameters, uniform from 0 to 1."""
        names = tuple(f"parameter_{number}" for number in range(outputs))
        return cls(names, prior=(Uniform(0.0, 1.0),) * outputs)

    @classmethod
    def from_card(cls, head: Mapping[str, Any]) -> Self:
        """Return the answer that a card describes."""
        return cls(
            tuple(head["names"]),
            tuple(head["units"]),
            coerce(head.get("prior"), tuple[AnyPrior, ...], "prior"),
            coerce(head.get("bins"), int, "bins"),
            coerce(head.get("hidden"), int, "hidden"),
            coerce(head.get("told", "all"), Told, "told"),
            coerce(head.get("scale", "logistic"), ScaleName, "scale"),
        )

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return all numbers of a map."""
        from astro_dl.models.heads import PartlyConstantDense, activated_logits

        if self.told != "all":
            options["layer"] = partial(PartlyConstantDense, runs=self.map.runs(self.told))
        return activated_logits(embedding, self.outputs, "linear", "values", **options)

    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` for parameters that are not finite, or that the prior excludes."""
        outside = ~np.isfinite(to_unit_box(self.prior, y)).all(axis=1)
        if outside.any():
            first = np.asarray(y)[np.argmax(outside)]
            said = ", ".join(f"{n} {v:g}" for n, v in zip(self.names, first, strict=True))
            raise UsageError(
                f"{int(outside.sum())} of {len(y)} examples of the {split} set have parameters "
                f"outside the prior, as {said}; leave them out or change the prior"
            )

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the mean negative log-density over that of the prior, in nats."""
        from astro_dl.training.likelihoods import MapLikelihood
        from astro_dl.training.objective import Objective

        loss = MapLikelihood(self.map)
        return Objective(self, loss, loss, self._points, lambda logits, y: {})

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return the medians of each parameter, and the joint posterior as distribution."""
        posterior = Posterior(np.asarray(logits)[None], self.map, self.prior)
        return Answers(logits, posterior.median, posterior)

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return the mean of the members' densities."""
        posterior = Posterior(np.asarray(logits), self.map, self.prior)
        middles = [self.answers(one).values for one in logits]
        parts = {"std_epistemic": np.std(middles, axis=0)}
        return Answers(np.mean(logits, axis=0), posterior.median, posterior, parts)

    def logit_name(self, number: int) -> str:
        """Return the number of the logit: none speaks for a parameter alone."""
        return f"number {number} of the posterior"

    def conformal(self) -> Intervals:
        """Return intervals of each target."""
        return Intervals(self.names, self.units)

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return for each parameter its median, ``_std``, ``_mean``, ``_mode``, ``_q05`` …"""
        return value_columns(self.names, self.units, answers, tells_quantiles=True)

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network made of n examples."""
        from astro_dl.evaluation.supervised import supervised_outcome

        return supervised_outcome(predictor, data, n, source, progress)

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return errors and coverage of each parameter; of the network those of all together.

        These are ``log_score``, the mean logarithm of the density at the truth [nat], and
        ``information``, the same over the density of the prior; and the coverage of
        ``random_regions`` and ``density_regions``, see `astro_dl.metrics.posteriors`. ``pit_ks``
        and ``coverage`` of each parameter are simulation-based calibration (Talts et al. 2018,
        arXiv:1804.06788), with probabilities in place of ranks.
        """
        posterior = outcome.distributions.get(method)
        found = regression_metrics(
            outcome.scores[method],
            outcome.y,
            self.names,
            self.units,
            posterior,
            confidence=settings.confidence,
            bootstrap=settings.bootstrap,
            rng=rng,
        )
        if not isinstance(posterior, Posterior):
            return found
        scores = {
            "log_score": posterior.log_pdf(outcome.y),
            "information": posterior.log_information(outcome.y),
        }
        found |= score_metrics(scores, settings.confidence, settings.bootstrap, rng)
        return found | self._joint_coverage(posterior, outcome.y, settings, rng)

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the scores of the joint posterior, and of each parameter's own."""
        joint = {key: metrics[key] for key in ("information", "log_score") if key in metrics}
        for key in ("random_regions", "density_regions"):
            joint |= {key: metrics[key]["ks"]} if key in metrics else {}
        return joint | {
            f"{key} {name}": entry[key]
            for name, entry in metrics["targets"].items()
            for key in ("pit_ks", "crps")
            if key in entry
        }

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``residuals``, ``pit``, ``coverage`` and ``posterior``."""
        from astro_dl.evaluation.figures.posteriors import draw_posterior
        from astro_dl.evaluation.figures.residuals import draw_residuals
        from astro_dl.evaluation.figures.symbols import symbols_of
        from astro_dl.evaluation.figures.values import draw_coverage, draw_pit

        outcome = report.outcome
        symbols = symbols_of(report.metrics["about"], self.names)
        posterior = outcome.distributions[outcome.own]
        pit = posterior.cdf(outcome.y)
        draws = posterior.sample(np.random.default_rng(0), DRAWS)
        return {
            "residuals": draw_residuals(
                outcome.scores[outcome.own], outcome.y, self.names, self.units, symbols
            ),
            "pit": draw_pit(pit, symbols, outcome.own),
            "coverage": draw_coverage(pit, symbols),
            "posterior": draw_posterior(draws[0], outcome.y[0], symbols, self.units),
        }

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the examples whose true parameters have the least density."""
        posterior = outcome.distributions[outcome.own]
        assert isinstance(posterior, Posterior)
        density = posterior.log_information(outcome.y)
        indices = np.argsort(density, kind="stable")[: min(count, len(density))]
        return indices, [f"ln density over the prior {density[i]:.3g}" for i in indices]

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return points of the unit box, and how improbable they are."""
        from astro_dl.training.likelihoods import Improbability

        points = rng.random((n, len(self.names))).astype(np.float32)
        return points, Improbability(self.map)

    def _points(self, y: Array) -> Array:
        return np.clip(to_unit_box(self.prior, y), EDGE, 1 - EDGE).astype(np.float32)

    def _joint_coverage(
        self, posterior: Posterior, y: Array, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        draws = np.moveaxis(posterior.sample(rng, DRAWS), 1, 2)
        box = np.moveaxis(to_unit_box(self.prior, draws), 2, 1)
        shares = {
            "random_regions": random_region_shares(box, to_unit_box(self.prior, y), rng),
            "density_regions": density_region_shares(
                posterior.log_pdf(draws), posterior.log_pdf(y)
            ),
        }
        return {key: expected_coverage(one, settings.confidence) for key, one in shares.items()}
