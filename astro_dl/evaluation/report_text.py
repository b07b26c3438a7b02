"""A report as text for a terminal: methods side by side, every number with its interval."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.answer import AnswerKind
from astro_dl.core.showing.text_table import text_table
from astro_dl.evaluation.predictions import Outcome
from astro_dl.evaluation.task_metrics import flattened

DECISIONS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "precision": "precision",
    "recall": "recall",
    "specificity": "specificity",
    "f1": "F1",
    "mcc": "Matthews correlation",
}
"""Titles of `astro_dl.metrics.decisions.decision_metrics`, in the order of the table."""


def report_text(
    metrics: Mapping[str, Any], outcome: Outcome, efficiency: Table | None = None
) -> str:
    """Return a report as aligned tables.

    Parameters
    ----------
    metrics, outcome, efficiency
        Of an `astro_dl.evaluation.report.Report`.

    Returns
    -------
    str
        What was evaluated on how many examples; headline metrics, methods side by side; for
        binary tasks efficiency per bin of difficulty with its ratio to the bound, the equivalent
        loss of signal-to-noise ratio, and what is decided at a threshold; for classes recall and
        precision; the task's own metrics; for tables the importance of columns; footnotes on what
        could not be measured.
    """
    head = outcome.head
    notes = _notes(head, metrics["methods"])
    parts = [_heading(metrics, outcome), _headline(head, metrics["methods"], notes)]
    if efficiency is not None:
        parts += _efficiency(metrics, outcome, efficiency)
    if metrics.get("equivalent_snr_loss"):
        parts.append(_losses(metrics))
    own = metrics["methods"][outcome.own]
    if own.get("decisions"):
        parts.append(_decisions(metrics["methods"], outcome.own))
    if "confusion" in own:
        parts.append(_classes(own))
    if any("coverage" in entry for entry in own.get("targets", {}).values()):
        parts.append(_coverage(own["targets"]))
    if "quantities" in own:
        parts.append(_quantities(metrics["methods"], outcome.own))
    if metrics.get("uncertainty"):
        parts.append(_uncertainty(metrics["uncertainty"]))
    if metrics.get("task"):
        parts.append(_task(head, metrics["task"]))
    if metrics.get("importance"):
        parts.append(_importance(metrics["importance"]))
    if metrics.get("robustness"):
        parts.append(_robustness(metrics["robustness"]))
    if notes:
        parts.append("\n".join(f"{mark} {why}" for why, mark in notes.items()))
    return "\n\n".join(parts) + "\n"


def _heading(metrics: Mapping[str, Any], outcome: Outcome) -> str:
    about, own = metrics["about"], metrics["methods"][outcome.own]
    what = " on ".join(str(about[key]) for key in ("model", "task") if about.get(key))
    count = f"{about['n']:,} examples"
    if "n_positive" in own:
        negative, positive = outcome.head.names
        count += f": {own['n_positive']:,} {positive}, {own['n_negative']:,} {negative}"
    lines = [what, f"{about.get('data', 'data')}; {count}"]
    whole = f" over {about['groups']:,} groups" if 0 < about.get("groups", 0) < about["n"] else ""
    lines.append(f"in brackets: {100 * about['confidence']:g}% intervals{whole}")
    return "\n".join(line for line in lines if line)


def _notes(head: AnswerKind, methods: Mapping[str, Any]) -> dict[str, str]:
    """Return a footnote mark for every reason why something was not measured."""
    reasons = [
        entry["why"]
        for metrics in methods.values()
        for entry in head.headline(metrics).values()
        if entry.get("why")
    ]
    marks = "*†‡§¶"
    return {why: marks[k % len(marks)] for k, why in enumerate(dict.fromkeys(reasons))}


def _headline(head: AnswerKind, methods: Mapping[str, Any], notes: Mapping[str, str]) -> str:
    lines = {name: head.headline(metrics) for name, metrics in methods.items()}
    lines = {name: line for name, line in lines.items() if line}
    keys = list(dict.fromkeys(key for line in lines.values() for key in line))
    rows = [["", *lines]]
    for key in keys:
        cells = [estimate_text(line[key], notes) if key in line else "" for line in lines.values()]
        rows.append([head.title(key), *cells])
    return text_table(rows)


def _efficiency(metrics: Mapping[str, Any], outcome: Outcome, table: Table) -> list[str]:
    bound, difficulty = outcome.bound, metrics["difficulty"]
    methods = list(dict.fromkeys(str(name) for name in table["method"]))
    parts = []
    for probability in dict.fromkeys(table["false_alarm_probability"].tolist()):
        part = table[(table["false_alarm_probability"] == probability) & (table["n"] > 0)]
        if not np.isfinite(part["efficiency"]).any():
            continue
        bins = [part[part["low_edge"] == edge] for edge in dict.fromkeys(part["low_edge"].tolist())]
        shown = _until_all_found(bins)
        rows = [["from  to", "n", *methods, *([f"{outcome.own} / {bound}"] if bound else [])]]
        for lines in bins[:shown]:
            first = lines[lines["method"] == outcome.own][0]
            cells = [_interval(line, "efficiency", "low", "high", 3) for line in lines]
            if bound:
                cells.append(_interval(first, "ratio", "ratio_low", "ratio_high", 3))
            rows.append([_edges(first), f"{first['n']:,}", *cells])
        title = f"efficiency at false-alarm probability {probability:g}, by {difficulty}"
        rest = [f"from {bins[shown][0]['low_edge']:g}: 1 for every method"] if bins[shown:] else []
        parts.append("\n".join([title, text_table(rows), *rest]))
    return parts


def _until_all_found(bins: Sequence[Any]) -> int:
    """Return how many bins to show: at least one, and all before every method finds everything."""
    incomplete = [k for k, lines in enumerate(bins) if (lines["efficiency"] < 1).any()]
    return max(incomplete, default=0) + 1


def _edges(row: Mapping[str, Any]) -> str:
    return f"{row['low_edge']:<4g}  {row['high_edge']:g}"


def _losses(metrics: Mapping[str, Any]) -> str:
    losses, bound = metrics["equivalent_snr_loss"], metrics["bound"]
    rows = [["false-alarm probability", "at efficiency", *losses]]
    for entries in zip(*losses.values(), strict=True):
        if all(entry["value"] is None for entry in entries):
            continue
        cells = [_percent(entry) for entry in entries]
        first = entries[0]
        rows.append([f"{first['false_alarm_probability']:g}", f"{first['efficiency']:.0%}", *cells])
    title = f"equivalent loss of {metrics['difficulty']} against the {bound}"
    if len(rows) == 1:
        return f"{title}: no curve crosses the levels in this range"
    return f"{title}\n{text_table(rows)}"


def _classes(own: Mapping[str, Any]) -> str:
    rows = [["class", "n", "recall", "precision", "F1", "AUC"]]
    for name, entry in own["per_class"].items():
        cells = [estimate_text(entry[key]) for key in ("recall", "precision", "f1", "auc")]
        rows.append([name, f"{entry['n']:,}", *cells])
    return f"{text_table(rows)}\n\n{_confusion(own)}"


def _confusion(metrics: Mapping[str, Any]) -> str:
    matrix = [["true \\ predicted", *metrics["classes"]]]
    for name, counts in zip(metrics["classes"], metrics["confusion"], strict=True):
        matrix.append([name, *(f"{count:,}" for count in counts)])
    return text_table(matrix)


def _decisions(methods: Mapping[str, Any], own: str) -> str:
    """Return the metrics of those methods that have the threshold, and the matrix of one's own."""
    known = {name: one["decisions"] for name, one in methods.items()}
    first = known[own]
    if "why" in first:
        return f"decided at {first['threshold']}: {first['why']}"
    known = {name: one for name, one in known.items() if "why" not in one}
    rows = [[f"decided at {first['threshold']}", *known]]
    for key, title in DECISIONS.items():
        rows.append([title, *(estimate_text(one[key]) for one in known.values())])
    return f"{text_table(rows)}\n\n{_confusion(first)}"


def _coverage(targets: Mapping[str, Any]) -> str:
    known = {name: entry for name, entry in targets.items() if "coverage" in entry}
    rows = [["share of truths within the central …", *known]]
    for lines in zip(*(entry["coverage"] for entry in known.values()), strict=True):
        rows.append([f"{lines[0]['nominal']:.1%}", *(estimate_text(line) for line in lines)])
    distances = [estimate_text(entry["pit_ks"]) for entry in known.values()]
    return text_table([*rows, ["KS distance of PIT from uniform", *distances]])


def _quantities(methods: Mapping[str, Any], own: str) -> str:
    known = {name: one["quantities"] for name, one in methods.items() if "quantities" in one}
    rows = [["mean squared error of …", *known]]
    for name in known[own]:
        rows.append([name, *(estimate_text(one[name]) for one in known.values())])
    return text_table(rows)


def _uncertainty(ways: Mapping[str, Any]) -> str:
    rows = [["by way of telling the uncertainty", *ways]]
    for title, estimates in flattened(ways).items():
        rows.append([title, *(estimate_text(estimates[w]) if w in estimates else "" for w in ways)])
    return text_table(rows)


def _task(head: AnswerKind, metrics: Mapping[str, Any]) -> str:
    rows = [["", *metrics]]
    for title, estimates in flattened(metrics).items():
        cells = [estimate_text(estimates[name]) if name in estimates else "" for name in metrics]
        rows.append([head.title(title), *cells])
    return text_table(rows)


def _robustness(measured: Mapping[str, Any]) -> str:
    attacks = {name: one for name, one in measured.items() if isinstance(one, Mapping)}
    rows = [[f"least change that turns {measured['what']}", *attacks]]
    rows.append(["median [σ]", *(estimate_text(one["median"]) for one in attacks.values())])
    share = f"turned at {measured['largest']:g} σ"
    rows.append([share, *(estimate_text(one["turned"]) for one in attacks.values())])
    return f"{text_table(rows)}\nof {measured['n']} examples; σ: noise of the input"


def _importance(importance: Mapping[str, Any]) -> str:
    title = f"importance of columns: {importance['measure']} where one is shuffled"
    rows = [[name, estimate_text(entry)] for name, entry in importance["columns"].items()]
    return f"{title}\n{text_table(rows)}"


def estimate_text(entry: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> str:
    """Return an estimate with its interval; what was not measured bears the mark of its note.

    A calibration error has its floor beside it.
    """
    if entry["value"] is None:
        return f"n/a {(notes or {}).get(entry.get('why', ''), '')}".rstrip()
    text = _interval(entry, "value", "low", "high")
    # What an honest forecast would show with as few examples.
    return f"{text}, floor {entry['noise_floor']:.3f}" if "noise_floor" in entry else text


def _interval(
    row: Mapping[str, Any], value: str, low: str, high: str, digits: int | None = None
) -> str:
    number, ends = row[value], (row[low], row[high])
    if number is None or not np.isfinite(number):
        return "n/a"
    if any(end is None or not np.isfinite(end) for end in ends):
        return _number(number, None)
    digits = _digits(ends[1] - ends[0]) if digits is None else digits
    low_text, high_text = (_number(end, digits) for end in ends)
    return f"{_number(number, digits)} [{low_text}, {high_text}]"


def _digits(width: float) -> int:
    """Return the decimals that show the width of an interval with two figures, at least three."""
    if width <= 0:
        return 3
    return int(np.clip(1 - np.floor(np.log10(width)), 3, 6))


def _number(value: float, digits: int | None) -> str:
    if digits is None or abs(value) >= 1e4:
        return f"{value:.4g}"
    return f"{value:.{digits}f}"


def _percent(entry: Mapping[str, Any]) -> str:
    if entry["value"] is None:
        return "n/a"
    if entry["low"] is None:
        return f"{100 * entry['value']:.1f}%"
    low, high = 100 * entry["low"], 100 * entry["high"]
    return f"{100 * entry['value']:.1f}% [{low:.1f}, {high:.1f}]"
