"""The first numbers of a card: simulated beside real, each with its interval and its test set."""

import math
from collections.abc import Mapping
from typing import Any

from astro_dl.bundles.card import Card
from astro_dl.core.registry import all_tasks, get_task, method_title
from astro_dl.core.task import BY_OTHERS

OWN = "network"


def number(entry: Mapping[str, Any] | None) -> str:
    """Return an estimate with its interval, to three decimals; small ones to two digits."""
    if not entry or entry["value"] is None:
        return ""
    value, low, high = entry["value"], entry["low"], entry["high"]
    decimals = max(3, 1 - math.floor(math.log10(abs(value)))) if value else 3
    text = f"{value:.{decimals}f}"
    if low is None or high is None:
        return text
    return f"{text} ({low:.{decimals}f}–{high:.{decimals}f})"


def headline_metric(card: Card, metrics: Mapping[str, Any]) -> str | None:
    """Return the name of the metric by which the card's kind of answer is compared first.

    Kinds that are not compared by any, such as reconstructions, are told by the first one there is.
    """
    estimates = [key for key, one in metrics.items() if isinstance(one, Mapping) and "value" in one]
    for wanted in card.head.compared_by:
        found = next((key for key in estimates if key.split(" ")[0] == wanted), None)
        if found is not None:
            return found
    return next(iter(estimates), None)


def best_method(
    card: Card, metric: str, methods: Mapping[str, Mapping[str, Any]]
) -> tuple[str, Mapping[str, Any]] | None:
    """Return the name and the estimate of the method that is best by a metric; None of none."""
    known = {
        name: one[metric]
        for name, one in methods.items()
        if metric in one and one[metric]["value"] is not None
    }
    sign = 1 if card.head.compared_by.get(metric.split(" ")[0], False) else -1
    best = max(known, key=lambda name: sign * known[name]["value"], default=None)
    return None if best is None else (best, known[best])


def real_sets(card: Card) -> dict[str, Mapping[str, Any]]:
    """Return the scores of a card on sets of real data, by the name of the set."""
    found = card.metrics.get("real", {})
    return {name: one for name, one in found.items() if BY_OTHERS not in one.get("data", "")}


def simulated_scores(card: Card) -> Mapping[str, Any]:
    """Return the scores of a bundle on our simulations, or else on the largest of others."""
    found = card.metrics.get("real", {})
    others = [one for name, one in found.items() if name not in real_sets(card)]
    if card.metrics.get("simulated") or not others:
        return card.metrics.get("simulated", {})
    largest = max(others, key=lambda one: one["n"])
    return {"n": largest["n"], **largest.get(method_title(card.model), {})}


def better_peers(card: Card) -> list[str]:
    """Return a sentence for each test set where a classical method is better by the first metric.

    Bounds are no methods that anyone has, and are not among them.
    """
    bound = get_task(card.task).classical.bound if card.task in all_tasks() else None
    sets = {"simulated data": {OWN: card.metrics.get("simulated", {}), **card.baselines}}
    sets |= {f"the set {name}": found for name, found in card.metrics.get("real", {}).items()}
    told = []
    for name, found in sets.items():
        methods = {one: of for one, of in found.items() if isinstance(of, Mapping) and one != bound}
        own = next((one for one in (OWN, method_title(card.model)) if one in methods), "")
        metric = headline_metric(card, methods.get(own, {}))
        best = best_method(card, metric, methods) if metric is not None else None
        if metric is None or best is None or best[0] == own:
            continue
        theirs, ours = number(best[1]), number(methods[own][metric])
        title = card.head.title(metric)
        told.append(f"On {name} {best[0]} is better: {title} {theirs}, this model {ours}.")
    return told


def headlines(card: Card) -> dict[str, str]:
    """Return the first metric of each test set, ``"simulated, n = 100"`` to text."""
    told = {}
    simulated, real = card.metrics.get("simulated"), card.metrics.get("real", {})
    if simulated:
        told[_named("simulated", simulated)] = _first(card, simulated)
    for name, found in real.items():
        # Of a bundle without network among the methods its own name stands first.
        own = next((one for one in found.values() if isinstance(one, Mapping)), {})
        kind = "real" if name in real_sets(card) else BY_OTHERS
        told[_named(f"{kind}, {name}", found)] = _first(card, found.get(OWN, own))
    return {name: text for name, text in told.items() if text}


def _first(card: Card, metrics: Mapping[str, Any]) -> str:
    key = headline_metric(card, metrics)
    return "" if key is None else f"{card.head.title(key)} {number(metrics[key])}"


def _named(name: str, found: Mapping[str, Any]) -> str:
    return f"{name}, n = {found['n']:,}" if isinstance(found.get("n"), int) else name
