"""From a bundle and a test set to a report, with the classical methods on the same examples."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.bundles.bundle import Bundle, update_bundle
from astro_dl.bundles.results import read_history, read_metrics
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, Inputs, stacked, take_inputs
from astro_dl.core.task import InputSpec
from astro_dl.data.cache import cached_split
from astro_dl.data.real import check_unseen, dataset_group, is_real, real_split, split_title
from astro_dl.data.store import Store, open_store
from astro_dl.evaluation.importance import permutation_importance
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.report import Report, build_report
from astro_dl.evaluation.task_metrics import first_level

if TYPE_CHECKING:
    from astro_dl.inference.predictor import Predictor


def evaluate(
    bundle: "str | Path | Bundle | Predictor",
    data: Store | Examples | str | Path | None = None,
    plots_folder: str | Path | None = None,
    n: int | None = None,
    progress: bool = True,
    save: bool = False,
    attacked: bool = False,
    color_by: str | None = None,
) -> Report:
    """Score a bundle, and its task's classical methods and bound, on the same examples.

    Parameters
    ----------
    bundle : str, Path, Bundle or Predictor
        Name of a shipped bundle, a folder, or what was loaded from it; the settings are those of
        its config's section ``evaluation``.
    data : Store, Examples, path of a store or str, optional
        Default: the test split of the bundle's config, simulated if it is not in the cache. The
        name of a real set of the task stands for its test split.
    plots_folder : str or Path, optional
        Where figures are drawn; none are drawn without.
    n : int, optional
        Number of examples; default the config's ``data.n_test``, or all that are given.
    progress : bool, default True
        Whether progress bars are shown.
    save : bool, default False
        Whether metrics and figures are written into the bundle; only for test splits that the
        config can make again.
    attacked : bool, default False
        Whether the least change that turns an answer is measured, see
        `astro_dl.explain.robustness`.
    color_by : str, optional
        Column by which the codes of a model without labels are coloured, see
        `astro_dl.evaluation.unsupervised.color`.

    Returns
    -------
    Report
        Metrics, tables, and the predictions that figures are drawn from.

    Raises
    ------
    UsageError
        If the bundle or the data are unsound, or don't fit each other.
    """
    if n is not None and n < 1:
        raise UsageError(f"n is {n}; accepted: 1 and above")
    predictor = _predictor(bundle)
    if color_by is not None and predictor.head.labelled:
        raise UsageError(
            f"color_by {color_by!r} is for models without labels, whose codes are drawn; "
            f"{predictor.bundle.card.name} learns from labels"
        )
    config = predictor.bundle.config
    settings = config.evaluation
    dataset = _dataset(predictor, data)
    if save and data is not None and dataset is None:
        raise UsageError("save is for the bundle's own test splits; leave data out or save=False")
    examples, source = _test_data(predictor, data, dataset, n, progress)
    count = len(examples) if n is None else min(n, len(examples))
    outcome = predictor.head.outcome(predictor, examples, count, source, progress)
    groups = _groups(predictor, outcome, dataset)
    outcome = replace(outcome, groups=groups, real=dataset is not None)
    if color_by is not None:
        from astro_dl.evaluation.unsupervised.color import colored_by

        outcome = colored_by(outcome, color_by, predictor.input_spec, _first(examples, count))
    wrong = _most_wrong(predictor, outcome, examples)
    report = build_report(outcome, settings, _extra_metrics(predictor), config.seed, wrong)
    report = replace(report, metrics={**report.metrics, **_importance(predictor, examples, count)})
    if attacked:
        from astro_dl.explain.robustness import robustness

        x = _first(examples, count)
        measured = robustness(predictor, x, settings.confidence, settings.bootstrap)
        report = replace(report, metrics={**report.metrics, "robustness": measured})
    if plots_folder is not None:
        from astro_dl.evaluation.figures.report import draw_report

        draw_report(report, plots_folder, _history(predictor.bundle))
    if save:
        save_report(report, predictor.bundle, dataset)
    return report


def redraw(
    bundle: str | Path | Bundle,
    folder: str | Path | None = None,
    progress: bool = True,
    color_by: str | None = None,
) -> list[Path]:
    """Draw the figures of a bundle again; scores come from the cache where they are in it.

    Parameters
    ----------
    bundle : str, Path or Bundle
        Name of a shipped bundle, a folder, or a loaded bundle.
    folder : str or Path, optional
        Where the figures go; default ``plots/`` of the bundle.
    progress : bool, default True
        Whether progress bars are shown.
    color_by : str, optional
        As in `evaluate`.

    Returns
    -------
    list of Path
        The PNG files.
    """
    from astro_dl.evaluation.figures.report import draw_report

    predictor = _predictor(bundle)
    report = evaluate(predictor, progress=progress, color_by=color_by)
    if folder is not None:
        return draw_report(report, folder, _history(predictor.bundle))
    with tempfile.TemporaryDirectory() as temporary:
        figures = draw_report(report, temporary, _history(predictor.bundle))
        update_bundle(predictor.bundle.folder, figures=figures)
    return [predictor.bundle.folder / "plots" / figure.name for figure in figures]


def save_report(report: Report, bundle: Bundle, dataset: str | None = None) -> Bundle:
    """Write a report into a bundle.

    Parameters
    ----------
    report : Report
        All metrics go to ``metrics.json``, the headlines to the card, figures of the bundle's own
        test split to ``plots/`` unless the config's ``evaluation.plots`` is off.
    bundle : Bundle
        Of the network that was evaluated.
    dataset : str, optional
        The real set that it was evaluated on; None for simulated examples.

    Returns
    -------
    Bundle
        As read back.
    """
    task_metrics = report.metrics.get("task", {})
    lines = {
        name: {
            key: _estimate(entry)
            for key, entry in {**one, **first_level(task_metrics, name)}.items()
            if entry["value"] is not None
        }
        for name, one in report.headlines.items()
    }
    own = report.outcome.own
    network = lines.pop(own)
    losses = {
        f"equivalent SNR loss at FAP {entry['false_alarm_probability']:g}, "
        f"efficiency {entry['efficiency']:g}": _estimate(entry)
        for entry in report.metrics.get("equivalent_snr_loss", {}).get(own, ())
        if entry["value"] is not None
    }
    facts = {"data": report.metrics["about"].get("data", ""), "n": len(report.outcome.y)}
    with tempfile.TemporaryDirectory() as temporary:
        figures: list[Path] = []
        is_own = dataset in (None, bundle.config.data.source)
        if bundle.config.evaluation.plots and is_own:
            from astro_dl.evaluation.figures.report import draw_report

            figures = draw_report(report, temporary, _history(bundle))
        simulated = {**facts, **network, **losses}
        real = {**facts, own: network, **lines}
        return update_bundle(
            bundle.folder,
            metrics=lambda now: _merged(
                read_metrics(now.folder, now.card), report.metrics, dataset
            ),
            figures=figures,
            card_parts=lambda now: (
                {"metrics": _merged(now.card.metrics, simulated, None), "baselines": lines}
                if dataset is None
                else {"metrics": _merged(now.card.metrics, real, dataset)}
            ),
        )


def _merged(
    known: Mapping[str, Any], new: Mapping[str, Any], dataset: str | None
) -> dict[str, Any]:
    """Return metrics with new ones, simulated and real apart."""
    if dataset is None:
        return {**known, "simulated": new}
    return {**known, "real": {**known.get("real", {}), dataset: new}}


def _predictor(bundle: "str | Path | Bundle | Predictor") -> "Predictor":
    from astro_dl.inference.load import load_pretrained
    from astro_dl.inference.predictor import Predictor

    if isinstance(bundle, Predictor):
        return bundle
    if isinstance(bundle, Bundle):
        # The caller may have changed the settings of the config.
        return replace(load_pretrained(bundle.folder), bundle=bundle)
    return load_pretrained(bundle)


def _dataset(predictor: "Predictor", data: Store | Examples | str | Path | None) -> str | None:
    """Return the name of the real set that is asked for, None for other data."""
    if data is None and predictor.task is not None and is_real(predictor.bundle.config):
        return predictor.bundle.config.data.source
    known = predictor.task.datasets if predictor.task else {}
    if not isinstance(data, str) or data not in known:
        return None
    check_unseen(predictor.bundle.config, data)
    return data


def _test_data(
    predictor: "Predictor",
    data: Store | Examples | str | Path | None,
    dataset: str | None,
    n: int | None,
    progress: bool,
) -> tuple[Store | Examples, str]:
    """Return the examples and what to call them."""
    config = predictor.bundle.config
    if dataset is not None:
        return real_split(config, "test", dataset), split_title(config, "test", dataset)
    if data is None:
        if predictor.task is None:
            raise UsageError(f"{predictor.bundle.folder}: the bundle has no task; give data")
        if n is not None:
            config = replace(config, data=replace(config.data, n_test=n))
        store = cached_split(config, "test", progress)
        return store, f"simulated test split, seed {config.seed}"
    if isinstance(data, str | Path):
        data = open_store(data)
    if isinstance(data, Store):
        task = data.meta.get("task", predictor.bundle.card.task)
        if task != predictor.bundle.card.task:
            raise UsageError(
                f"{data.path}: examples of task {task!r}; the bundle is for "
                f"{predictor.bundle.card.task!r}"
            )
    if not len(data):
        raise UsageError("data: no examples; at least one is needed")
    return data, str(data.path) if isinstance(data, Store) else "given examples"


def _groups(predictor: "Predictor", outcome: Outcome, dataset: str | None) -> np.ndarray | None:
    """Return what each example belongs to, None where nothing is known of it."""
    if predictor.task is None or not predictor.head.labelled:
        return None
    name = predictor.task.group if dataset is None else dataset_group(predictor.task.name, dataset)
    return np.asarray(outcome.info[name]) if name in outcome.info.colnames else None


def _extra_metrics(predictor: "Predictor") -> Callable[..., dict[str, Any]] | None:
    """Return the task's own metrics, which are of its answers and not of reconstructions."""
    task, head = predictor.task, predictor.head
    if task is None or not (head.labelled or task.head(predictor.physics).kind == head.kind):
        return None
    return task.extra_metrics


def _importance(predictor: "Predictor", data: Store | Examples, n: int) -> dict[str, Any]:
    """Return the importance of the columns of a table, nothing for other inputs."""
    columns = predictor.input_spec.contract.get("columns", ())
    head, is_table = predictor.head, predictor.input_spec.shape == (2 * len(columns),)
    if not columns or not is_table or not head.importance_measure:
        return {}
    first = data.take(slice(0, n)) if isinstance(data, Examples) else data.read(slice(0, n))

    def score(x: np.ndarray) -> np.ndarray:
        return head.scores(predictor.answers(x))

    x, seed = np.asarray(first.x), predictor.bundle.config.seed
    return {"importance": permutation_importance(score, x, first.y, head, columns, seed)}


def _history(bundle: Bundle) -> dict[str, list[float]]:
    """Return the columns of ``history.csv`` that are numbers."""
    rows = read_history(bundle.folder, bundle.card)
    columns: dict[str, list[float]] = {}
    for name in rows[0] if rows else ():
        try:
            columns[name] = [float(row[name] or "nan") for row in rows]
        except ValueError:
            continue
    return columns


def _estimate(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("value", "low", "high")}


def _first(data: Store | Examples, n: int) -> Inputs:
    """Return the inputs of the first n examples."""
    return _inputs(data, slice(0, n))


def _most_wrong(predictor: "Predictor", outcome: Outcome, data: Store | Examples) -> dict[str, Any]:
    """Return the most wrong examples, and what `draw_wrong` must know of them."""
    indices, captions = predictor.head.most_wrong(outcome)
    x, task = _inputs_at(data, indices), predictor.task
    wrong = {
        "x": max(x.values(), key=np.ndim) if isinstance(x, dict) else x,
        "captions": captions,
        "contract": _contract_of_shown(predictor.input_spec),
    }
    if task is None:
        return wrong
    if task.draw_examples is None:
        return {**wrong, "unordered": task.unordered}
    own = partial(task.draw_examples, predictor.physics, x, data.info[indices])
    return {**wrong, "own": own}


def _contract_of_shown(spec: InputSpec) -> dict[str, Any]:
    """Return the contract of inputs, with the channels of the one that is drawn."""
    shapes = spec.shape
    if not isinstance(shapes, dict):
        return dict(spec.contract)
    shown = max(shapes, key=lambda name: len(shapes[name]))
    return {**spec.contract, "channels": spec.contract.get(shown)}


def _inputs_at(data: Store | Examples, indices: np.ndarray) -> Inputs:
    """Return a few inputs, each read alone."""
    rows = [_inputs(data, slice(int(one), int(one) + 1)) for one in indices]
    return stacked([take_inputs(one, 0) for one in rows]) if rows else np.empty(0)


def _inputs(data: Store | Examples, part: slice) -> Inputs:
    return data.inputs(part) if isinstance(data, Store) else data.take(part).x
