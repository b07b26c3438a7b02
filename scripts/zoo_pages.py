"""Pages of the documentation that tell of bundles: the sortable table, and a page of each."""

import csv
import re
import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from astro_dl.bundles.bundle import Bundle
from astro_dl.bundles.card import Card
from astro_dl.bundles.card_text import readme
from astro_dl.bundles.headlines import (
    best_method,
    headline_metric,
    number,
    real_sets,
    simulated_scores,
)
from astro_dl.core.registry import all_tasks, get_task, method_title

MEASURED = Path(__file__).resolve().parent.parent / "docs" / "_static" / "measured.csv"
"""Speed, memory and date of each bundle, written by `scripts/benchmark_bundles`."""

DOMAIN = re.compile(r"^astro_dl\.science\.(\w+)[.:]")
HEADINGS = (
    *("bundle", "task", "instrument", "parameters", "kB", "metric", "simulated", "real"),
    *("classical", "bound", "per second", "MiB", "training [s]", "trained", "licence"),
)
INSTRUMENTS = {
    "instrument": "{}",
    "photometry": "{}",
    "detectors": "{}",
    "survey": "{}",
    "wavelength_range_angstrom": "spectra of {} Å",
    "cadence_minutes": "light curves of {:g} min",
}
"""What of an input contract, or else of the physics, tells the instrument, best first."""


def bundle_page(bundle: Bundle, folder: Path) -> None:
    """Write the page of a bundle: its card for people, and all of its figures."""
    folder.mkdir(parents=True)
    if (bundle.folder / "plots").is_dir():
        shutil.copytree(bundle.folder / "plots", folder / "plots")
    text = re.sub(r"\A---\n.*?\n---\n\n", "", readme(bundle.card), flags=re.S)
    figures = sorted(name for name in bundle.card.files if name.startswith("plots/"))
    shown = "\n\n".join(f"![{Path(name).stem}]({name})" for name in figures)
    domain = DOMAIN.match(str(all_tasks()[bundle.card.task].task))
    led = (
        f"From files to a figure: [tutorial](../../gallery/{domain[1]}.rst).\n\n" if domain else ""
    )
    text = text.replace("## Scores", f"{led}{speed_words(bundle)}## Scores", 1)
    (folder / "index.md").write_text(f"{text}\n## Figures\n\n{shown}\n", encoding="utf-8")


def zoo_page(bundles: list[Bundle]) -> str:
    """Return the page with the sortable table of all bundles."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in HEADINGS)
    measured = known_speeds()
    rows = "\n".join(f"<tr>{''.join(cells(one, measured))}</tr>" for one in bundles)
    names = "\n".join(f"{bundle.card.name}/index" for bundle in bundles)
    return (
        "# All bundles\n\nClick a heading to sort. Each metric is the first of its kind of answer, "
        "with 95% intervals; the real column is the largest real set, and the classical method the "
        "best on that set, or else on the simulated one. The bound is the best that any method can "
        "do on the simulated set. Speed is of inputs by a second of one thread, from arrays to "
        "a table, and memory the most that the process has had; the date is that of the "
        "weights.\n\n"
        f'```{{raw}} html\n<table class="sortable"><thead><tr>{heads}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table>\n```\n\n```{{toctree}}\n:hidden:\n\n{names}\n```\n"
    )


def speed_words(bundle: Bundle) -> str:
    """Return a paragraph on speed and memory; empty where these weights were not measured."""
    known = known_speeds().get(bundle.card.files["weights.h5"], {})
    if not known.get("peak_mib"):
        return ""
    return (
        f"`predict` answers {known['per_second']} inputs in a second of one thread of "
        "a busy machine "
        f"({known['processor']}), from arrays to a table, in at most {known['peak_mib']} MiB.\n\n"
    )


def known_speeds() -> dict[str, dict[str, str]]:
    """Return what was measured of bundles, by the sha256 of their weights."""
    if not MEASURED.is_file():
        return {}
    with MEASURED.open(encoding="utf-8", newline="") as file:
        return {row["weights"]: row for row in csv.DictReader(file)}


def cells(bundle: Bundle, measured: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the cells of a bundle's row."""
    card = bundle.card
    size = sum(path.stat().st_size for path in bundle.folder.rglob("*") if path.is_file())
    known = measured.get(card.files["weights.h5"], {})
    seconds = card.training_time_s
    return [
        f'<td><a href="{card.name}/index.html">{card.name}</a></td>',
        f"<td>{card.task}</td>",
        f"<td>{escape(instrument(bundle))}</td>",
        cell(f"{card.parameters:,}", card.parameters),
        cell(f"{size / 1024:.0f}", size),
        *scores(card),
        cell(known.get("per_second", ""), known.get("per_second", "").replace(",", "")),
        cell(known.get("peak_mib", ""), known.get("peak_mib", "").replace(",", "")),
        cell(f"{seconds:.0f}" if seconds else "", seconds or ""),
        f"<td>{known.get('trained', '')}</td>",
        f"<td>{escape(card.licence.partition(';')[0])}</td>",
    ]


def cell(text: str, value: Any) -> str:
    """Return a cell that is sorted by a value."""
    return f'<td data-value="{value}">{escape(text)}</td>'


def instrument(bundle: Bundle) -> str:
    """Return for which instrument a bundle is, in a few words; empty where it does not matter."""
    told = {**bundle.config.physics, **bundle.card.input.contract}
    for key, words in INSTRUMENTS.items():
        value = told.get(key)
        if isinstance(value, list | tuple):
            value = " to ".join(f"{one:g}" if isinstance(one, float) else one for one in value)
        if value:
            return words.format(value).partition(",")[0]
    return ""


def scores(card: Card) -> list[str]:
    """Return the cells of metric, simulated, real, best classical method and bound."""
    simulated = simulated_scores(card)
    real = max(real_sets(card).values(), key=lambda one: one["n"], default={})
    title = method_title(card.model)
    own = real.get(title, {})
    key = headline_metric(card, simulated) or headline_metric(card, own)
    if key is None:
        return ["<td></td>"] * 5
    bound = get_task(card.task).classical.bound if card.task else None
    methods = {name: one for name, one in real.items() if isinstance(one, dict) and name != title}
    peers = methods or {name: one for name, one in card.baselines.items() if name != bound}
    name, peer = best_method(card, key, peers) or ("", None)
    optimum = card.baselines.get(bound or "", {}).get(key)
    shown = [(simulated.get(key), ""), (own.get(key), ""), (peer, f" {name}"), (optimum, "")]
    return [
        f"<td>{escape(card.head.title(key))}</td>",
        *(
            cell(f"{number(one)}{words}" if one else "", one["value"] if one else "")
            for one, words in shown
        ),
    ]
