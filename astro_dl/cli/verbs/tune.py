"""The verb ``tune``."""

from functools import partial
from pathlib import Path
from typing import Any

from astro_dl.cli.options import (
    Arguments,
    VerbParser,
    add_scheduler,
    add_settings,
    add_shorthand,
    count,
    read_by,
)
from astro_dl.cli.output import plain_cell, print_json


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("config", help="name of a shipped config, or path of a YAML file")
    parser.add_argument("--out", type=Path, help="folder of the result (runs/tune-<config>)")
    parser.add_argument(
        *("--range", "-r"),
        dest="ranges",
        metavar="KEY=RANGE",
        type=_range,
        action="append",
        default=[],
        help="as training.learning_rate=1e-4..1e-2:log, hyperparameters.dropout=0..0.5:0.1 or "
        "training.optimizer=[adam,sgd]; repeatable",
    )
    parser.add_argument("--trials", type=count, default=50, help="settings that are tried (50)")
    parser.add_argument("--sampler", choices=("tpe", "random", "grid"), default="tpe")
    parser.add_argument("--pruner", choices=("median", "none"), default="median")
    parser.add_argument(
        "--storage", help="journal file or database URL that several processes share"
    )
    parser.add_argument(
        "--generation", type=count, default=8, help="trials that are chosen together (8)"
    )
    parser.add_argument(
        "--patience",
        type=count,
        default=60,
        metavar="SECONDS",
        help="without a sign of life, after which another's trial is taken over (60)",
    )
    add_scheduler(parser)
    add_settings(parser, "config key, as training.epochs=3")
    add_shorthand(parser, "--seed", "seed", "root of every random stream")


def _range(text: str) -> Any:
    """Return a key and its range; what reads them is imported for no other word."""
    from astro_dl.tuning.ranges import parse_range

    return read_by(parse_range)(text)


def run(arguments: Arguments) -> None:
    """Find the settings within ranges that are best on the validation set."""
    from astro_dl.cluster.tune import tune_on
    from astro_dl.tuning import tune

    found = (partial(tune_on, arguments.scheduler) if arguments.scheduler else tune)(
        arguments.config,
        arguments.out or Path("runs") / f"tune-{Path(arguments.config).stem}",
        trials=arguments.trials,
        ranges=dict(arguments.ranges),
        sampler=arguments.sampler,
        pruner=arguments.pruner,
        storage=arguments.storage,
        generation=arguments.generation,
        patience_s=arguments.patience,
        progress=not arguments.quiet,
        **dict(arguments.settings),
    )
    table = found.table
    if arguments.json:
        rows = [dict(zip(table.colnames, map(plain_cell, row), strict=True)) for row in table]
        best = {"settings": found.settings, found.monitor: found.value}
        print_json({"best": best, "importance": found.importance, "trials": rows})
        return
    print(*table.pformat(max_lines=-1, max_width=-1), sep="\n")
    chosen = ", ".join(f"{key}={value}" for key, value in found.settings.items())
    print(f"best: {chosen} ({found.monitor} {found.value:.5g})")
    print(found.folder / "best.yaml")
