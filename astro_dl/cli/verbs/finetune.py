"""The verb ``finetune``."""

from pathlib import Path
from typing import Any

from astro_dl.cli.options import Arguments, VerbParser, add_bundle, add_settings
from astro_dl.cli.output import print_json
from astro_dl.cli.own_data import SOURCES, add_labels, add_sources, given_files, named_source
from astro_dl.core.errors import UsageError


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    add_bundle(parser)
    parser.add_argument("--out", type=Path, help="folder of the run (runs/<bundle>-finetuned)")
    parser.add_argument("--resume", action="store_true", help="go on from what was interrupted")
    add_sources(parser)
    add_labels(parser)
    add_settings(parser, "config key, of all stages, as training.epochs=3")


def run(arguments: Arguments) -> None:
    """Fine-tune a network on files of one's own, beside one from scratch and itself untouched."""
    from astro_dl.science.finetuned.finetune import finetune

    source = named_source(arguments)
    if source is None:
        raise UsageError(f"finetune needs one of --{', --'.join(SOURCES).replace('_', '-')}")
    name = Path(arguments.bundle).name
    out = arguments.out or Path("runs") / f"{name}-finetuned"
    given = given_files(arguments, source[1])
    settings = dict(arguments.settings)
    progress, resume = not arguments.quiet, arguments.resume
    compared = finetune(arguments.bundle, given, out, progress, resume, **settings)
    if arguments.json:
        print_json({"bundle": str(out), "compared": compared})
        return
    for method, metrics in compared["methods"].items():
        for metric, one in metrics.items():
            print(f"{method:14} {metric:18} {_text(one)}")
    for method, one in compared["gains"].items():
        print(f"better than {method} by ({compared['measure']}) {_text(one)}")
    print(out)


def _text(one: dict[str, Any]) -> str:
    if one["value"] is None:
        return "unknown"
    if one["low"] is None:
        return f"{one['value']:.4f}"
    return f"{one['value']:.4f} [{one['low']:.4f}, {one['high']:.4f}]"
