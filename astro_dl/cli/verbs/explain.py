"""The verb ``explain``."""

from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.cli.options import Arguments, VerbParser, add_bundle, add_settings, count
from astro_dl.cli.output import print_json
from astro_dl.cli.shared import check_ending, keep_inputs
from astro_dl.cli.verbs.predict import add_task_options, file_reader

METHOD = "integrated_gradients"


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    add_bundle(parser, "model")
    parser.add_argument("files", nargs="+", help="what the task reads, as for predict")
    parser.add_argument(
        "--method",
        action="append",
        default=[],
        help=f"how; repeatable (default {METHOD}; a wrong name lists all)",
    )
    parser.add_argument("--output", help="class or target to explain (default the one answered)")
    parser.add_argument(
        "--count", type=count, default=4, help="greatest number of examples, the surest first (4)"
    )
    parser.add_argument("--figures", type=Path, help="folder for one figure an example")
    parser.add_argument("--out", type=Path, help="file .npz for inputs and maps")
    parser.add_argument(
        "--randomised",
        action="store_true",
        help="compare each map with that of the network with shuffled weights",
    )
    add_settings(parser, "option of the method, as steps=128")
    parser.set_defaults(task_options=())
    add_task_options(parser)


def run(arguments: Arguments) -> None:
    """Show what in real files moved a bundle's answers."""
    from astro_dl.core.schema import read_keywords
    from astro_dl.explain.explanation import checked_options, explain
    from astro_dl.explain.files import examples_of_files
    from astro_dl.inference.load import load_pretrained

    methods = arguments.method or [METHOD]
    settings = {method: checked_options(method, dict(arguments.settings)) for method in methods}
    check_ending(arguments.out, ".npz")
    given = {name: vars(arguments)[name] for name in arguments.task_options if name in arguments}
    task_options = read_keywords(file_reader(arguments.model), given)
    keep_inputs(arguments.out, [*arguments.files, *given.values()])
    predictor = load_pretrained(arguments.model)
    x, ids = examples_of_files(predictor, arguments.files, arguments.count, **task_options)
    found = [
        explain(predictor, x, method, output=_name(arguments.output), ids=ids, **settings[method])
        for method in methods
    ]
    rows = [row for one in found for row in _rows(predictor, one, arguments, settings)]
    written = _written(found, arguments)
    if arguments.json:
        print_json({"rows": rows, "written": [str(path) for path in written]})
        return
    from astro_dl.core.showing.text_table import text_table

    names = list(rows[0])
    print(text_table([names, *([str(row[name]) for name in names] for row in rows)]))
    print(*written, sep="\n", end="\n" if written else "")


def _rows(
    predictor: Any, explanation: Any, arguments: Arguments, settings: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return for each example what was explained, and where most of it lies."""
    from astro_dl.core.examples import inputs_by_name
    from astro_dl.explain.sanity import similarity_to_randomised

    options = settings[explanation.method]
    alike = (
        similarity_to_randomised(predictor, explanation, **options)
        if arguments.randomised
        else None
    )
    rows = []
    for k, name in enumerate(explanation.ids):
        maps = {key: one[k] for key, one in inputs_by_name(explanation.values).items()}
        largest = max(maps, key=lambda key: np.nanmax(np.abs(maps[key])))
        place = np.unravel_index(np.nanargmax(np.abs(maps[largest])), maps[largest].shape)
        rows.append(
            {
                "id": name,
                "method": explanation.method,
                "explained": explanation.answers[k],
                "logit": round(float(explanation.logits[k]), 4),
                "sum": round(float(sum(np.nansum(one) for one in maps.values())), 4),
                "greatest at": _place(largest, place, explanation),
            }
        )
        if alike is not None:
            rows[-1]["like randomised"] = round(float(alike[k]), 3)
    return rows


def _place(name: str, place: tuple[Any, ...], explanation: Any) -> str:
    """Return a position in words: a column of a table by its name, else by its numbers."""
    columns = list(explanation.contract.get("columns", ()))
    if len(place) == 1 and columns and not isinstance(explanation.values, dict):
        return str(columns[int(place[0]) % len(columns)])
    numbers = ", ".join(str(int(number)) for number in place)
    return f"{name}[{numbers}]" if isinstance(explanation.values, dict) else f"[{numbers}]"


def _written(found: list[Any], arguments: Arguments) -> list[Path]:
    """Write the maps and figures that were asked for."""
    written = []
    if arguments.out is not None:
        written.append(_save(found, arguments.out))
    if arguments.figures is not None:
        from astro_dl.evaluation.figures.explanation import draw_explanation
        from astro_dl.evaluation.figures.style import save_figure

        drawn = [one for one in found if one.method != "activations"]
        for k in range(len(found[0].ids) if drawn else 0):
            path = arguments.figures / f"explanation_{k + 1}.png"
            written.append(save_figure(draw_explanation(drawn, k), path))
    return written


def _save(found: list[Any], path: Path) -> Path:
    """Write ids, inputs, explained outputs and maps, under ``<method>/<input>``."""
    from astro_dl.core.examples import inputs_by_name
    from astro_dl.core.files import atomic_path

    first = found[0]
    arrays = {"id": np.array(first.ids), "output": first.outputs, "logit": first.logits}
    arrays |= {f"input/{name}": one for name, one in inputs_by_name(first.x).items()}
    for one in found:
        arrays |= {f"{one.method}/{name}": v for name, v in inputs_by_name(one.values).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)
    return path


def _name(output: str | None) -> str | int | None:
    return int(output) if output is not None and output.isdecimal() else output
