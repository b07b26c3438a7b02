"""Cross-validation: one training and one evaluation per fold (or seed), and the scores' spread."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.bundles.card import dump_json
from astro_dl.core.config import Config, load_config, stage_configs
from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path
from astro_dl.data.parallel import independent_map
from astro_dl.data.real import is_real
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.evaluation.report import Report
from astro_dl.evaluation.task_metrics import first_level
from astro_dl.training.train import train

FILE = "cross_validation.json"
Scores = dict[str, dict[str, float]]


@dataclass(frozen=True)
class CrossValidation:
    """Scores of all methods, fold by fold.

    Parameters
    ----------
    about : dict
        ``model``, ``task``, ``data``, ``folds`` (their number), ``by`` ("fold" or "seed") and
        ``n``, the number of different test examples.
    folds : tuple of dict
        By method and metric, one number each, NaN where it could not be measured.
    """

    about: dict[str, Any]
    folds: tuple[Scores, ...]

    @property
    def table(self) -> Table:
        """Mean and standard deviation over folds: ``method``, ``metric``, ``mean``, ``std``."""
        rows = []
        for method, metrics in self.folds[0].items():
            for metric in metrics:
                found = [fold.get(method, {}).get(metric, np.nan) for fold in self.folds]
                known = np.array(found)[np.isfinite(found)]
                spread = known.std(ddof=1) if len(known) > 1 else np.nan
                mean = known.mean() if len(known) else np.nan
                rows.append((method, metric, mean, spread, len(known)))
        return Table(rows=rows, names=("method", "metric", "mean", "std", "n_folds"))

    def to_text(self) -> str:
        """Return methods side by side, mean ± standard deviation over folds."""
        methods = list(self.folds[0])
        cells = {(row["method"], row["metric"]): _cell(row) for row in self.table}
        metrics = list(dict.fromkeys(metric for _, metric in cells))
        text = Table({"metric": metrics})
        for method in methods:
            text[method] = [cells.get((method, metric), "") for metric in metrics]
        title = "{model} on {task}; {data}; mean ± standard deviation over {folds} {by}s, n = {n:,}"
        return "\n".join([title.format(**self.about), *text.pformat(max_lines=-1, max_width=-1)])

    def to_json(self) -> str:
        """Return everything as strict JSON; what is not finite is null."""
        rows = [dict(zip(self.table.colnames, row, strict=True)) for row in self.table]
        return dump_json({**self.about, "scores": list(self.folds), "summary": rows})


def cross_validate(
    config: str | Path | Mapping[str, Any] | Config,
    folds: int,
    out: str | Path,
    progress: bool = True,
) -> CrossValidation:
    """Train and score the model of a config, and the classical peers, on every fold of a real set.

    Groups stay whole. A set in order of time is trained on the past of each fold alone, see
    `astro_dl.data.splits.split_fold`. Folds that are finished are not trained again.

    Parameters
    ----------
    config : str, Path, mapping or Config
        As in `astro_dl.train`; its ``data.source`` is a real set.
    folds : int
        How many.
    out : str or Path
        Folder of the bundles ``fold_1`` … and of ``cross_validation.json``.
    progress : bool, default True
        Whether progress bars are shown.

    Raises
    ------
    UsageError
        If there are fewer than two folds, or the config trains on a simulation.
    """
    config = load_config(config)
    if folds < 2:
        raise UsageError(f"cv is {folds}; accepted: 2 and above")
    if not is_real(stage_configs(config)[-1]):
        raise UsageError(
            "data.source: 'simulation' has no folds, as new examples can always be made; "
            "cross-validate on a real set of the task"
        )
    runs = [{"data.folds": folds, "data.fold": fold} for fold in range(folds)]
    return _repeated(config, "fold", runs, Path(out), progress)


def repeat_seeds(
    config: str | Path | Mapping[str, Any] | Config,
    seeds: int,
    out: str | Path,
    progress: bool = True,
) -> CrossValidation:
    """Train and score the model of a config with seeds 0, 1, 2 … on one and the same split.

    For sets in order of time, of which only the last part is the future of nearly all. Parameters
    are those of `cross_validate`.
    """
    runs = [{"seed": seed} for seed in range(seeds)]
    return _repeated(load_config(config), "seed", runs, Path(out), progress)


def _repeated(
    config: Config, by: str, runs: Sequence[Mapping[str, Any]], out: Path, progress: bool
) -> CrossValidation:
    folders = [out / f"{by}_{number}" for number in range(1, len(runs) + 1)]
    run = partial(_one_run, config, progress)
    scores, tested = zip(*independent_map(run, zip(folders, runs, strict=True)), strict=True)
    source = stage_configs(config)[-1].data.source
    about = {"model": config.model, "task": config.task, "data": source}
    n = sum(tested) if by == "fold" else tested[-1]
    result = CrossValidation({**about, "folds": len(runs), "by": by, "n": n}, tuple(scores))
    with atomic_path(out / FILE) as temporary:
        temporary.write_text(result.to_json(), encoding="utf-8")
    return result


def _one_run(
    config: Config, progress: bool, run: tuple[Path, Mapping[str, Any]]
) -> tuple[Scores, int]:
    """Train and score once; return the scores, and the number of test examples."""
    folder, settings = run
    changed = {**settings, "evaluation.plots": False}
    bundle = train(config, folder, resume=True, progress=progress, **changed)
    report = evaluate(bundle, progress=progress, save=True)
    return _scores(report), report.metrics["about"]["n"]


def read_cross_validation(folder: str | Path) -> CrossValidation | None:
    """Return what `cross_validate` left in a folder, None if it did not finish there."""
    path = Path(folder) / FILE
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    scores = [
        {
            method: {key: np.nan if value is None else value for key, value in metrics.items()}
            for method, metrics in fold.items()
        }
        for fold in found["scores"]
    ]
    about = {key: found[key] for key in ("model", "task", "data", "folds", "by", "n")}
    return CrossValidation(about, tuple(scores))


def _scores(report: Report) -> Scores:
    own = report.metrics.get("task", {})
    return {
        method: {
            key: np.nan if entry["value"] is None else float(entry["value"])
            for key, entry in {**found, **first_level(own, method)}.items()
        }
        for method, found in report.headlines.items()
    }


def _cell(row: Any) -> str:
    if not np.isfinite(row["mean"]):
        return "n/a"
    return f"{row['mean']:.4f} ± {row['std']:.4f}"
