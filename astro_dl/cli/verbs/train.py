"""The verb ``train``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astro_dl.cli.options import (
    Arguments,
    VerbParser,
    add_folds,
    add_scheduler,
    add_settings,
    add_shorthand,
)
from astro_dl.cli.output import tell
from astro_dl.cli.own_data import add_own_data, own_config
from astro_dl.cli.shared import cross_validate
from astro_dl.core.errors import UsageError
from astro_dl.core.quiet import import_keras_quietly

if TYPE_CHECKING:
    from astro_dl.bundles.bundle import Bundle


NEEDS_KERAS = False
"""A name that is misspelled is told before Keras, which takes seconds, is loaded."""


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument(
        "config",
        help="shipped config, or path of a YAML file; a model with --task or data of your own",
    )
    parser.add_argument("--out", type=Path, help="folder of the run (runs/<config>)")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    add_settings(parser, "config key, as training.epochs=3")
    add_shorthand(parser, "--seed", "seed", "root of every random stream")
    add_folds(parser)
    add_scheduler(parser)
    parser.add_argument("--task", help="task of the model, with its default settings")
    parser.add_argument("--data", help="real set of the task to train on (simulation)")
    add_own_data(parser)


def run(arguments: Arguments) -> None:
    """Train the model of a config and write its bundle."""
    config, name = _to_train(arguments)
    import_keras_quietly()
    from astro_dl.training import train
    from astro_dl.training.checkpoint import what_is_kept

    out = arguments.out or Path("runs") / name
    if arguments.scheduler and not arguments.cv:
        raise UsageError("--scheduler trains the folds of --cv; one training is of one process")
    if arguments.cv:
        return cross_validate(arguments, config, arguments.out or Path("runs") / f"{name}-cv")
    bundle = train(config, out=out, resume=arguments.resume, progress=not arguments.quiet)
    tell(arguments, {"bundle": str(bundle.folder), "card": bundle.card.to_plain()}, bundle.folder)
    if not arguments.quiet:
        print(what_was_reached(bundle), file=sys.stderr)
    if bundle.card.data.interrupted:
        raise KeyboardInterrupt(what_is_kept(bundle.folder))
    return None


def what_was_reached(bundle: "Bundle") -> str:
    """Return for people what a training reached on its validation set, and what to type next."""
    data, folder = bundle.card.data, bundle.folder
    scores = [f"{key[4:]} {one:.4g}" for key, one in data.validation.items() if one is not None]
    found = ", ".join(scores) or "its end"
    of = f" in epoch {data.best_epoch} of {data.epochs}" if data.epochs else ""
    on = f" on {data.n_validation:,} validation examples" if data.n_validation else ""
    return f"reached {found}{on}{of}\nnext: astro-dl evaluate {folder}"


def _to_train(arguments: Arguments) -> tuple[Any, str]:
    """Return the config that is asked for, and what to call its run."""
    from astro_dl.core.config import load_config

    given, settings = arguments.config, dict(arguments.settings)
    own = own_config(given, arguments, settings)
    if own is not None:
        return own
    if arguments.task is not None:
        source = {"data": {"source": arguments.data}} if arguments.data else {}
        config = load_config({"task": arguments.task, "model": given, **source}, **settings)
        return config, f"{given}-{arguments.task}"
    if arguments.data is not None:
        settings = {"data.source": arguments.data, **settings}
    return load_config(given, **settings), Path(given).stem
