"""Physical values, and how sure they are."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from astro_dl.answers.classes import highest
from astro_dl.answers.conformal import Intervals
from astro_dl.answers.densities import (
    Bins,
    Density,
    Gaussian,
    GaussianMixture,
    Point,
    check_grid,
    check_range,
)
from astro_dl.answers.joint_gaussians import JointGaussians, correlation_columns
from astro_dl.answers.recalibration import check_recalibration, recalibrations, shifts, told
from astro_dl.answers.value_columns import value_columns
from astro_dl.core.answer import AnswerKind, Turn
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.distributions.distribution import Distribution, mixed
from astro_dl.distributions.joint import JointMixture
from astro_dl.distributions.mixture import Mixture
from astro_dl.evaluation.honesty import target_uncertainty
from astro_dl.evaluation.predictions import Outcome, TestSet
from astro_dl.evaluation.report import Report
from astro_dl.inference.calibration import Fit
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.metrics.regression import regression_metrics

if TYPE_CHECKING:
    from astro_dl.training.objective import Objective

Array = np.ndarray
MOST_COMPONENTS = 1000
LOSSES = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh")
DISTRIBUTIONS: Mapping[str, Callable[["Regression"], Density]] = {
    "point": lambda head: Point(len(head.names)),
    "gaussian": lambda head: Gaussian(len(head.names)),
    "mixture": lambda head: GaussianMixture(len(head.names), head.components, head.support),
    "mvn_mixture": lambda head: JointGaussians(len(head.names), head.components),
    "grid": lambda head: Bins(head.grid),
}


@dataclass(frozen=True)
class Regression(AnswerKind):
    """Values of targets, alone or with their distributions.

    Parameters
    ----------
    names, units : tuple of str
        Of the targets.
    distribution : {"point", "gaussian", "mixture", "mvn_mixture", "grid"}, default "point"
        What is said of each target, see `astro_dl.answers.densities`; by ``"mvn_mixture"`` of all
        together, see `astro_dl.answers.joint_gaussians`.
    components : int, default 5
        Components of a mixture, for each target or of all together.
    grid : tuple of float
        Rising edges of the bins of a grid, in the unit of its only target.
    support : (float, float), default (-inf, inf)
        Where the targets of a mixture can lie, in their unit: its components are truncated there
        and renormalised, so that no probability is outside.

    Raises
    ------
    UsageError
        If what the distribution needs is missing.
    """

    distribution: Literal["point", "gaussian", "mixture", "mvn_mixture", "grid"] = "point"
    components: int = 5
    grid: tuple[float, ...] = ()
    support: tuple[float, float] = (-math.inf, math.inf)

    kind: ClassVar[str] = "regression"
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False, "val_mae": False}

    titles: ClassVar[Mapping[str, str]] = {
        "bias": "bias",
        "nmad": "NMAD",
        "rmse": "RMSE",
        "outlier_fraction": "outlier fraction",
        "r2": "R²",
        "crps": "CRPS",
        "cde_loss": "CDE loss",
    }
    compared_by: ClassVar[Mapping[str, bool]] = {"nmad": False}

    def __post_init__(self) -> None:
        if self.distribution not in DISTRIBUTIONS:
            raise unknown_name("distribution", self.distribution, DISTRIBUTIONS)
        if not 0 < self.components <= MOST_COMPONENTS:
            raise UsageError(f"components is {self.components}; accepted: 1 to {MOST_COMPONENTS}")
        if not self.support[0] < self.support[1]:
            raise UsageError(f"support is {self.support}; accepted: a rising pair")
        if isinstance(self.density, Bins):
            check_grid(self.grid, self.names)

    @property
    def density(self) -> Density:
        """What is said of each target."""
        return DISTRIBUTIONS[self.distribution](self)

    @property
    def losses(self) -> tuple[str, ...]:
        """Losses of values on standardised targets; distributions have their likelihood alone."""
        return () if self.has_distribution else LOSSES

    @property
    def outputs(self) -> int:
        """Number of logits."""
        return self.density.outputs

    @property
    def bins(self) -> tuple[float, ...]:
        """Edges of the bins of a grid; empty for other distributions."""
        return self.grid if isinstance(self.density, Bins) else ()

    @property
    def has_distribution(self) -> bool:
        """Whether more than a value is said of each target."""
        return not isinstance(self.density, Point)

    def without_distribution(self) -> "Regression":
        """Return the targets as points."""
        return Regression(self.names, self.units)

    @property
    def logits_average(self) -> bool:
        """Whether the mean of several networks' logits is an answer."""
        return self.density.logits_average

    @classmethod
    def from_card(cls, head: Mapping[str, Any]) -> Self:
        """Return the answer that a card describes.

        An infinite end of the support is null; old cards have ``spread``, true for Gaussians.
        """
        support, grid = head.get("support", [None, None]), head.get("grid", [])
        components = head.get("components", 5)
        if not isinstance(support, list) or len(support) != 2 or not _numbers(support, type(None)):
            raise UsageError(f"head.support is {support!r}; accepted: two numbers or nulls")
        if not isinstance(grid, list) or not _numbers(grid):
            raise UsageError("head.grid is not a list of numbers")
        if type(components) is not int or not 0 < components <= MOST_COMPONENTS:
            accepted = f"a whole number up to {MOST_COMPONENTS}"
            raise UsageError(f"head.components is {components!r}; accepted: {accepted}")
        low, high = support
        return cls(
            tuple(head["names"]),
            tuple(head["units"]),
            distribution=head.get("distribution", "gaussian" if head.get("spread") else "point"),
            components=components,
            grid=tuple(map(float, grid)),
            support=(-math.inf if low is None else low, math.inf if high is None else high),
        )

    def check_calibration(self, calibration: Mapping[str, Any]) -> None:
        """Raise `UsageError` unless it is one of the distribution's, or around one."""
        check_recalibration(self.density, calibration, len(self.names))

    def last_layers(self, embedding: Any, **options: Any) -> Any:
        """Return the values, or what tells their distributions."""
        from astro_dl.models.heads import dense_logits

        return self.density.last_layer(dense_logits(embedding, self.outputs, **options))

    def check_targets(self, y: Array, split: str) -> None:
        """Raise `UsageError` for targets that are not finite."""
        if not np.isfinite(y).all():
            raise UsageError(f"the {split} set has non-finite targets; check the task's simulator")

    def objective(self, y: Array, label_smoothing: float = 0.0) -> "Objective":
        """Return the loss of the distribution, on targets standardised by those of training.

        Raises
        ------
        UsageError
            If a target lies where the distribution gives no probability.
        """
        from astro_dl.training.objective import Objective

        values = np.asarray(y, np.float64).reshape(len(y), -1)
        location, scale = values.mean(0), values.std(0)
        scale[scale == 0] = 1.0
        density = self.density
        check_range(density, values, self.names)
        loss = density.loss(location, scale)
        factor, offset = density.scaling(scale, location)

        def scores(logits: Array, truth: Array) -> dict[str, float]:
            physical = np.asarray(logits, np.float64) * factor + offset
            distribution = self.distributions(physical)
            mean = physical if distribution is None else distribution.mean
            error = np.abs(mean - np.asarray(truth, np.float64).reshape(mean.shape))
            return {"val_mae": float(np.mean(error / scale))}

        encode = density.encode(location, scale)
        return Objective(self, loss, loss, encode, scores, location, scale, density.scaling)

    def fit_calibration(self, logits: Array, y: Array) -> dict[str, Any]:
        """Return that of the distribution."""
        return self.density.fit_calibration(logits, y)

    @property
    def recalibrations(self) -> dict[str, Fit]:
        """See `astro_dl.answers.recalibration`; none for joint distributions."""
        return recalibrations(self.density)

    @property
    def shifts(self) -> Array | None:
        """How logits move where a target grows by one; bins stay where they are."""
        return shifts(self.density, len(self.names))

    def distributions(
        self, logits: Array, calibration: Mapping[str, Any] | None = None
    ) -> Distribution | None:
        """Return the distributions that logits tell, in the units of the targets.

        Parameters
        ----------
        logits : ndarray, (n, outputs)
            In the units of the targets; NaN rows give NaN.
        calibration : mapping, optional
            Of the card.
        """
        return told(self.density, np.asarray(logits, np.float64), calibration or {})[1]

    def answers(self, logits: Array, calibration: Mapping[str, Any] | None = None) -> Answers:
        """Return values (n, targets): means of Gaussians, medians of mixtures and grids."""
        return Answers(logits, *told(self.density, np.asarray(logits, float), calibration or {}))

    def combined(
        self, logits: Sequence[Array], calibrations: Sequence[Mapping[str, Any] | None]
    ) -> Answers:
        """Return the mean of the members' distributions, its variance divided.

        By the law of total variance; members that state none are draws from a Gaussian
        (Lakshminarayanan et al. 2017, section 2.4).
        """
        members = [self.answers(*one) for one in zip(logits, calibrations, strict=True)]
        mean_logits = np.mean(logits, axis=0)
        distributions = [one.distribution for one in members if one.distribution is not None]
        centres = np.array([one.mean for one in distributions] or [one.values for one in members])
        parts = {"std_epistemic": centres.std(axis=0)}
        if not distributions:
            mean, deviation = (one[..., None] for one in (centres.mean(0), parts["std_epistemic"]))
            gaussian = Mixture(np.ones_like(mean), mean, deviation)
            return Answers(mean_logits, gaussian.median, gaussian, parts)
        aleatoric = np.sqrt(np.mean([one.std**2 for one in distributions], axis=0))
        mixture = mixed(distributions)
        return Answers(mean_logits, mixture.median, mixture, {"std_aleatoric": aleatoric, **parts})

    def main_logit(self, logits: Array) -> Array:
        """Return that of the first target's value, or where its density is greatest."""
        return self.density.main_logit(logits)

    def turn(self, logits: Array, calibration: Mapping[str, Any]) -> Turn:
        """Return where the first value has risen by its σ or, where none is told, by its scatter.

        The scatter is the standard deviation over the examples.
        """
        if self.outputs not in (len(self.names), 2 * len(self.names)):
            return super().turn(logits, calibration)
        value, known = logits[:, 0], self.distributions(logits, calibration)
        step = value.std() if known is None else known.std[:, 0]
        first, what = np.zeros(len(value), int), "σ" if known is not None else "standard deviation"
        return Turn(f"{self.names[0]} by 1 {what}", first, first - 1, value + step)

    def logit_name(self, number: int) -> str:
        """Return the target that a logit is of, as far as there is one for each."""
        if self.outputs in (len(self.names), 2 * len(self.names)):
            return super().logit_name(number)
        return f"{self.names[0]}, {self.density.logit_words(number)}"

    def conformal(self) -> Intervals:
        """Return intervals of each target."""
        return Intervals(self.names, self.units)

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Return values, how sure they are and, of joint distributions, their correlations."""
        columns = value_columns(self.names, self.units, answers, self.density.tells_quantiles)
        if isinstance(joint := answers.distribution, JointMixture):
            columns |= correlation_columns(self.names, joint)
        return columns

    def outcome(
        self, predictor: Predictor[Any], data: TestSet, n: int, source: str, progress: bool
    ) -> Outcome:
        """Return what the network and its peers make of n examples."""
        from astro_dl.evaluation.supervised import supervised_outcome

        return supervised_outcome(predictor, data, n, source, progress)

    def metrics(
        self, outcome: Outcome, method: str, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return those of `astro_dl.metrics.regression.regression_metrics`."""
        return regression_metrics(
            outcome.scores[method],
            outcome.y,
            self.names,
            self.units,
            outcome.distributions.get(method),
            confidence=settings.confidence,
            bootstrap=settings.bootstrap,
            rng=rng,
        )

    def headline(self, metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return bias, scatter and scores of each target."""
        several = len(metrics["targets"]) > 1
        return {
            f"{key} {name}" if several else key: entry[key]
            for name, entry in metrics["targets"].items()
            for key in self.titles
            if key in entry
        }

    def uncertainty(
        self, outcome: Outcome, settings: EvaluationConfig, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Return, by way of telling the uncertainty and by target, how honest it is.

        Returns
        -------
        dict
            ``coverage``, ``pit_ks``, ``crps`` and ``cde_loss`` where there is a distribution, and
            ``epistemic_share`` of the variance where members differ.
        """
        truth = np.asarray(outcome.y, np.float64).reshape(len(outcome.y), -1)
        return {
            way: {
                name: target_uncertainty(one, truth, k, settings, rng)
                for k, name in enumerate(self.names)
            }
            for way, one in outcome.ways.items()
        }

    def figures(self, report: Report) -> dict[str, Any]:
        """Return ``residuals``, and ``pit`` and ``coverage`` where there are distributions."""
        from astro_dl.evaluation.figures.residuals import draw_residuals
        from astro_dl.evaluation.figures.symbols import symbols_of
        from astro_dl.evaluation.figures.values import draw_coverage, draw_pit

        outcome, names = report.outcome, self.names
        shape, symbols = (len(outcome.y), len(names)), symbols_of(report.metrics["about"], names)
        values, truth = np.reshape(outcome.scores[outcome.own], shape), np.reshape(outcome.y, shape)
        found = {"residuals": draw_residuals(values, truth, names, self.units, symbols)}
        if outcome.own in outcome.distributions:
            pit = outcome.distributions[outcome.own].cdf(truth)
            found["pit"] = draw_pit(pit, symbols, outcome.own)
            found["coverage"] = draw_coverage(pit, symbols)
        return found

    def most_wrong(self, outcome: Outcome, count: int = 8) -> tuple[Array, list[str]]:
        """Return the largest errors in units of the NMAD of their target."""
        shape = (len(outcome.y), len(self.names))
        values, truth = np.reshape(outcome.scores[outcome.own], shape), np.reshape(outcome.y, shape)
        residual = values - truth
        spread = np.median(np.abs(residual - np.median(residual, axis=0)), axis=0)
        error = np.abs(residual) / np.maximum(spread, 1e-300)
        indices = highest(error.max(axis=1), min(count, len(truth)))
        worst = [(i, int(error[i].argmax())) for i in indices]
        return indices, [
            f"{self.names[k]} {truth[i, k]:.4g}\npredicted {values[i, k]:.4g}" for i, k in worst
        ]

    @property
    def importance_measure(self) -> str:
        """What the importance of a column is measured by, in words."""
        return "rise of the mean absolute error, in standard deviations of the target"

    def mean_error(self, scores: Array, y: Array) -> float:
        """Return the mean absolute error, in standard deviations of each target."""
        truth = np.reshape(y, (len(y), -1)).astype(float)
        errors = np.abs(np.reshape(scores, (len(y), -1)) - truth).mean(axis=0)
        return float((errors / np.maximum(truth.std(axis=0), np.finfo(float).tiny)).mean())

    def random_targets(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Return Gaussian values for all logits, or bins in turn, and a loss on them."""
        import keras

        if self.bins:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            return np.arange(n) % max(2, self.outputs), loss
        y = rng.standard_normal((n, self.outputs)).astype(np.float32)
        return y, keras.losses.MeanSquaredError()


def _numbers(values: list[Any], *more: type) -> bool:
    return all(type(one) in (int, float, *more) for one in values)
