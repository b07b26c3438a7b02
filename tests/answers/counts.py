"""A kind of answer of a third party: expected counts, with a Poisson likelihood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from astropy.table import Table

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.task import InputSpec, Task
from astro_dl.evaluation.supervised import supervised_outcome
from astro_dl.inference.predictions import Answers
from astro_dl.metrics.intervals import bootstrap_means, estimate, percentile_interval
from astro_dl.training.objective import Objective

FLOOR = 1e-6


def deviance(expected, y):
    """Return the Poisson deviance of each count (Nelder & Wedderburn 1972)."""
    log_ratio = np.log(np.where(y > 0, y, 1) / np.maximum(expected, FLOOR))
    return 2 * (np.where(y > 0, y * log_ratio, 0) - (y - expected))


@dataclass(frozen=True)
class Counts(AnswerKind):
    """Expected counts; logits are their logarithms."""

    kind: ClassVar[str] = "toy_counts"
    monitors: ClassVar[Mapping[str, bool]] = {"val_loss": False, "val_deviance": False}

    def last_layers(self, embedding, **options):
        from astro_dl.models.heads import activated_logits

        return activated_logits(embedding, self.outputs, "exponential", "values", **options)

    def check_targets(self, y, split):
        if (np.asarray(y) < 0).any():
            raise UsageError(f"the {split} set has negative counts")

    def objective(self, y, label_smoothing=0.0):
        loss = _poisson()
        return Objective(self, loss, loss, lambda y: np.asarray(y, np.float32), _scores)

    def thresholds(self, logits, y, probabilities):
        return {"median": float(np.median(np.exp(logits)))}

    def fit_calibration(self, logits, y):
        return {"kind": "toy_rate", "factor": float(np.mean(y) / np.mean(np.exp(logits)))}

    def check_calibration(self, calibration):
        if calibration.get("kind") not in ("none", "toy_rate"):
            raise UsageError("calibration of counts is toy_rate")

    def answers(self, logits, calibration=None):
        return Answers(logits, np.exp(logits) * (calibration or {}).get("factor", 1.0))

    def combined(self, logits, calibrations):
        members = zip(logits, calibrations, strict=True)
        values = [self.answers(*one).values for one in members]
        return Answers(np.mean(logits, axis=0), np.mean(values, axis=0))

    def columns(self, answers):
        columns = {}
        for name, expected in zip(self.names, answers.values.T, strict=True):
            columns[f"expected_{name}"] = expected.astype(np.float32)
            columns[f"p_no_{name}"] = np.exp(-expected).astype(np.float32)
        return columns

    def outcome(self, predictor, data, n, source, progress):
        return supervised_outcome(predictor, data, n, source, progress)

    def metrics(self, outcome, method, settings, rng):
        found = deviance(outcome.scores[method], outcome.y)
        low, high = percentile_interval(
            bootstrap_means(found, settings.bootstrap, rng), settings.confidence
        )
        means = zip(self.names, found.mean(axis=0), low, high, strict=True)
        return {"n": len(found), "deviance": {name: estimate(*one) for name, *one in means}}

    def headline(self, metrics):
        return {f"deviance of {name}": one for name, one in metrics["deviance"].items()}

    def figures(self, report):
        from astro_dl.evaluation.figures.style import new_figure

        figure, ((axes,),) = new_figure()
        axes.plot(report.outcome.y, report.outcome.scores[report.outcome.own], ".")
        axes.set(xlabel="counts", ylabel="expected counts")
        return {"counts": figure}

    def most_wrong(self, outcome, count=8):
        worst = deviance(outcome.scores[outcome.own], outcome.y).max(axis=1)
        indices = np.argsort(-worst)[:count]
        return indices, [f"deviance {worst[i]:.3g}" for i in indices]

    def random_targets(self, rng, n):
        return rng.poisson(3.0, (n, self.outputs)).astype(np.float32), _shifted_poisson()

    def check_outputs(self, values):
        assert (values > 0).all(), "expected counts are not positive"


def _poisson():
    import keras

    def loss(y, z):
        return keras.ops.mean(keras.ops.exp(z) - y * z, axis=-1)

    return _wrapped(loss)


def _shifted_poisson():
    """Return the mean deviance, whose least value is zero."""
    import keras

    def loss(y, z):
        y = keras.ops.cast(y, z.dtype)
        best = keras.ops.where(y > 0, y - y * keras.ops.log(keras.ops.maximum(y, 1.0)), 0.0)
        return keras.ops.mean(keras.ops.exp(z) - y * z - best, axis=-1)

    return _wrapped(loss)


def _wrapped(function):
    import keras

    class Wrapped(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return function(y_true, y_pred)

    return Wrapped()


def _scores(logits, y):
    return {"val_deviance": float(deviance(np.exp(logits), y).mean())}


@dataclass(frozen=True)
class CountPhysics:
    """How many photons are expected at unit brightness."""

    rate: float = 5.0


def simulate(physics, n, rng):
    """Return brightness in four pixels, and photons counted in two bands."""
    x = rng.normal(0, 0.5, (n, 4)).astype(np.float32)
    expected = physics.rate * np.exp(np.stack([x[:, 0], x[:, 1] - x[:, 2]], axis=1))
    info = Table({"star": rng.integers(2**62, size=n), "expected": expected})
    return Examples(x, rng.poisson(expected).astype(np.float32), info)


TASK = Task(
    name="toy_photons",
    summary="How many photons are counted?",
    physics=CountPhysics,
    head=lambda physics: Counts(("blue", "red")),
    input_spec=lambda physics: InputSpec((4,), {"quantity": "log brightness"}),
    simulate=simulate,
    group="star",
)
