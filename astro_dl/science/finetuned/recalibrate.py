"""Recalibration of a network of any task by files of one's own whose truth is known."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.bundles.bundle import Bundle, derive_bundle, load_weights
from astro_dl.core.config import EvaluationConfig
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.evaluation.figures.recalibration import draw_recalibration
from astro_dl.evaluation.figures.style import save_figure
from astro_dl.evaluation.last_layer import Correction
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.recalibration import (
    AFTER,
    BEFORE,
    ExtraMetrics,
    Sample,
    compare_recalibration,
)
from astro_dl.evaluation.report import Report
from astro_dl.evaluation.task_metrics import first_level
from astro_dl.inference.input_checks import finite_rows, rows_outside_training_range
from astro_dl.inference.load import load_pretrained
from astro_dl.inference.predictor import Predictor
from astro_dl.observations.labelled.examples import read_examples
from astro_dl.observations.labelled.setup import Given, find_own
from astro_dl.science.finetuned.task import FineTuned

if TYPE_CHECKING:
    import keras

FIGURE = "recalibration.png"
MOST_WIDTH = 1024
"""Of embeddings whose last layer is refitted."""


def recalibrate(
    base: str | Path, given: Given, out: str | Path, method: str = "", **settings: Any
) -> dict[str, Any]:
    """Recalibrate a bundle on files of one's own, and write the new one.

    Parameters
    ----------
    base : str or Path
        Name or folder of a bundle.
    given : Given
        Files and their truth: values in the units of the answer, or names of its classes.
    out : str or Path
        Folder of the new bundle.
    method : str, optional
        See `astro_dl.evaluation.recalibration.methods`; default the usual one of the answer.
    **settings
        Of `astro_dl.core.config.EvaluationConfig`, as ``bootstrap=50``.

    Returns
    -------
    dict
        ``calibration``; ``n``, ``groups`` and ``left_out``, the examples that the network withholds
        its answer for; headline metrics ``as it was`` and ``recalibrated``, the latter
        cross-validated over groups.

    Raises
    ------
    UsageError
        If files or truths cannot be used, or the answer is of a kind that has no recalibration.
    """
    predictor = load_pretrained(base)
    examples = read_truths(predictor.bundle, given)
    return recalibrate_on(predictor, examples, str(given.files), out, method, **settings)


def recalibrate_on(
    predictor: Predictor[Any],
    examples: Examples,
    source: str,
    out: str | Path,
    method: str = "",
    **settings: Any,
) -> dict[str, Any]:
    """Recalibrate a network on examples that are read already; otherwise as `recalibrate`.

    Parameters
    ----------
    predictor : Predictor
        The network.
    examples : Examples
        With ``group`` in ``info``.
    source : str
        What they are called.
    out, method, **settings
        As of `recalibrate`.
    """
    bundle = predictor.bundle
    x: Any = examples.in_memory().x
    used = finite_rows(x) & ~rows_outside_training_range(x, bundle.card.input_statistics)
    if not used.any():
        raise UsageError(f"{source}: every example is outside of what {bundle.card.name} knows")
    kept = examples.take(np.flatnonzero(used)).in_memory()
    groups = np.asarray(kept.info["group"])
    logits = predictor.score(kept.x)
    sample = Sample(logits, kept.y, groups, kept.info, _embedding(predictor, kept.x, logits))
    comparison = compare_recalibration(
        predictor.head,
        sample,
        bundle.card.calibration,
        method,
        replace(bundle.config.evaluation, **settings),
        _extra_metrics(predictor),
        {"model": bundle.card.name, "task": bundle.card.task or "", "data": source},
    )
    reports = {AFTER: comparison.after, BEFORE: comparison.before}
    metrics = {name: _headlines(one, name) for name, one in reports.items()}
    facts = {
        "n": len(kept),
        "groups": len(np.unique(groups)),
        "left_out": int(len(examples) - len(kept)),
    }
    with tempfile.TemporaryDirectory() as temporary:
        figure = Path(temporary) / FIGURE
        save_figure(draw_recalibration(comparison), figure)
        derive_bundle(
            bundle,
            out,
            {
                "calibration": comparison.calibration,
                "guarantees": None,
                "metrics": {"real": {f"sample {Path(source).name}": {**facts, **metrics}}},
                "baselines": {},
                "data": _caution(bundle, source, facts),
            },
            {"recalibration": {name: one.metrics for name, one in reports.items()}},
            [figure],
            _corrected(bundle, comparison.correction),
        )
    return {"calibration": comparison.calibration, **facts, **metrics}


def read_truths(bundle: Bundle, given: Given) -> Examples:
    """Return the examples of a user's files as the bundle's task takes them, with their truths.

    Raises
    ------
    UsageError
        If files or truths cannot be used.
    """
    head, config = bundle.card.head, bundle.config
    kind = FineTuned(config.task, config.physics).kind
    wanted = replace(given, kind="classification" if head.classes else "regression")
    found = find_own(kind, wanted, "point")
    if head.classes:
        strange = sorted(set(found.about.classes).difference(head.names))
        if strange:
            raise UsageError(
                f"{found.where}: class {strange[0]!r} is none of {bundle.card.name}; accepted: "
                f"{', '.join(head.names)}"
            )
        about = replace(found.about, classes=tuple(head.names))
    else:
        if len(found.about.targets) != len(head.names):
            raise UsageError(
                f"truth {', '.join(found.about.targets)}: {len(found.about.targets)} columns; "
                f"needed, in this order: {', '.join(head.names)}"
            )
        units = tuple(head.units) or ("",) * len(head.names)
        about = replace(found.about, target_units=units)
    recipe = f"{config.task} {config.physics}"
    return read_examples(about, kind, found.folder, _as_read, bundle.card.input.shape, recipe)


def _as_read(x: Any, where: str) -> Any:
    return x


def _embedding(predictor: Predictor[Any], x: Any, logits: np.ndarray) -> np.ndarray | None:
    """Return what the last layer makes logits of, where it can be refitted; None elsewhere."""
    if predictor.head.shifts is None:
        return None
    embedding = predictor.embed(x).astype(np.float64)
    # A linear layer's logits are in the span of its embedding and one.
    rows = np.column_stack([embedding, np.ones(len(embedding))])
    fit = rows @ np.linalg.lstsq(rows, logits, rcond=None)[0]
    linear = np.allclose(fit, logits, atol=1e-2 * max(float(np.std(logits)), 1e-6))
    return embedding if linear and embedding.shape[1] <= MOST_WIDTH else None


def _corrected(bundle: Bundle, correction: Correction | None) -> "keras.Model | None":
    """Return the network with a corrected last layer.

    Raises
    ------
    UsageError
        If its last layer is not linear in the embedding.
    """
    shifts = bundle.card.head.shifts
    if correction is None or shifts is None:
        return None
    model = load_weights(bundle)
    layer = model.get_layer("logits")
    weights = layer.get_weights()
    if len(weights) != 2 or weights[0].shape != (len(correction.weights), shifts.shape[1]):
        raise UsageError(
            f"{bundle.card.name}: its last layer is not linear in its embedding; take the method "
            "spline"
        )
    kernel, bias = weights
    layer.set_weights([kernel + correction.weights @ shifts, bias + correction.offsets @ shifts])
    return model


def _extra_metrics(predictor: Predictor[Any]) -> ExtraMetrics | None:
    """Return the task's own metrics, as far as a sample of a user's own has what they need."""
    measure = None if predictor.task is None else predictor.task.extra_metrics
    if measure is None:
        return None

    def told(outcome: Outcome, how: EvaluationConfig) -> dict[str, Any]:
        try:
            return measure(outcome, how)
        except KeyError:
            # Some are against truths that only simulations know.
            return {}

    return told


def _headlines(report: Report, name: str) -> dict[str, Any]:
    own = first_level(report.metrics.get("task", {}), name)
    told = {**report.headlines[name], **own}
    return {
        key: {part: one[part] for part in ("value", "low", "high")} for key, one in told.items()
    }


def _caution(bundle: Bundle, source: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    data = bundle.card.data.to_plain()
    text = (
        f"Recalibrated on {source}: {facts['n']:,} examples of {facts['groups']:,} groups. Scores "
        "on this sample are cross-validated over groups; it holds for samples like this one."
    )
    return {**data, "caution": " ".join(filter(None, (data.get("caution"), text)))}
