"""The words of the command line: verbs, their arguments and options."""

import argparse
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from astro_dl import __version__
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.inference.uncertainty import PASSES, UNCERTAINTIES

Arguments = argparse.Namespace
LIGHT_VERBS = ("list", "simulate", "fetch")


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage like every other user error, in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def parse(words: list[str], verbs: Mapping[str, Callable[[Arguments], None]]) -> Arguments:
    """Return the parsed words.

    Parameters
    ----------
    words : list of str
        What stands after ``astro-dl``; the options of ``predict`` are those of the bundle's task.
    verbs : mapping
        Verb to the function that does it, whose docstring says what it does.

    Returns
    -------
    argparse.Namespace
        ``verb``, ``needs_keras``, ``task_options`` (of ``predict``) and what the verb takes.

    Raises
    ------
    UsageError
        For an unknown or missing word; the nearest known one is named.
    """
    parser, parsers = _parsers(verbs)
    if words and not words[0].startswith("-") and words[0] not in parsers:
        raise unknown_name("verb", words[0], parsers)
    if words[:1] == ["predict"]:
        _add_task_options(parsers["predict"], words[1:])
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        usage = parsers[arguments.verb].format_usage()
        raise unknown_name("option", unknown[0], re.findall(r"--[\w-]+", usage))
    return arguments


def file_reader(model: str) -> Callable[..., Any]:
    """Return the function by which the task of a bundle predicts on files.

    Raises
    ------
    UsageError
        If there is no such bundle, or its task reads no files.
    """
    from astro_dl.bundles.bundle import load_bundle
    from astro_dl.core.registry import get_task

    config = load_bundle(model).config
    reader = get_task(config.task).files.reader if config.task else None
    if reader is None:
        raise UsageError(f"{model}: its task reads no files; give arrays to load_pretrained(…)")
    return reader


def _parsers(
    functions: Mapping[str, Callable[[Arguments], None]],
) -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog="astro-dl",
        description="A deep-learning model zoo for astronomy.",
        epilog="--debug shows the traceback of an error. Exit codes: 0 done, 2 wrong usage or "
        "input, 1 a fault of this package.",
    )
    parser.add_argument("--version", action="version", version=f"astro_dl {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=_Parser)

    def add(name: str) -> argparse.ArgumentParser:
        text = (functions[name].__doc__ or "").rstrip(".")
        verb = verbs.add_parser(name, help=text[:1].lower() + text[1:], description=f"{text}.")
        verb.add_argument("--json", action="store_true", help="print JSON")
        verb.set_defaults(needs_keras=name not in LIGHT_VERBS)
        return verb

    verb = add("list")
    verb.add_argument("pattern", nargs="?", default="*", help="shell-style wildcard, as 'gw_*'")
    verb.add_argument("--task", help="only models made for this task")
    verb.add_argument("--pretrained", action="store_true", help="only models with shipped weights")

    verb = add("info")
    verb.add_argument("name", help="a model or task")

    verb = add("simulate")
    verb.add_argument("task", help="a task")
    verb.add_argument("--n", type=_count, default=1000, help="number of examples (1000)")
    verb.add_argument("--out", type=Path, required=True, help="HDF5 file to write")
    verb.add_argument("--workers", type=_count, default=1, help="simulating processes (1)")
    verb.add_argument("--seed", type=int, default=0, help="root of every random stream (0)")
    _add_settings(verb, "physics field, as snr_range=[5,8]")

    verb = add("train")
    verb.add_argument(
        "config",
        help="name of a shipped config, or path of a YAML file; a model with --task or --table",
    )
    verb.add_argument("--out", type=Path, help="folder of the run (runs/<config>)")
    verb.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    _add_settings(verb, "config key, as training.epochs=3")
    _add_shorthand(verb, "--seed", "seed", "root of every random stream")
    _add_folds(verb)
    verb.add_argument("--task", help="task of the model, with its default settings")
    verb.add_argument("--data", help="real set of the task to train on (simulation)")
    verb.add_argument("--table", type=Path, help="table of your own to train on")
    verb.add_argument("--hdu", help="number or name of its extension, if a FITS file has several")
    verb.add_argument("--path", default="", help="its path, if an HDF5 file holds several tables")
    verb.add_argument("--target", help="its column to predict; none without labels")
    verb.add_argument("--features", help="its columns to predict from, as 'mag_*,!mag_u'")
    verb.add_argument("--group", default="", help="its column of what is never divided")
    verb.add_argument(
        "--kind",
        default="auto",
        choices=("auto", "regression", "classification"),
        help="what the target is (auto)",
    )

    verb = add("evaluate")
    verb.add_argument("bundle", help="name of a shipped bundle, or folder of a run")
    verb.add_argument("--data", help="real set of the task, whose test split is scored instead")
    verb.add_argument("--out", type=Path, help="folder for figures too")
    _add_settings(verb, "config key, as evaluation.bootstrap=50")
    _add_shorthand(verb, "--n", "data.n_test", "number of test examples")
    verb.add_argument(
        "--uncertainty",
        dest="settings",
        type=lambda text: _setting(f"evaluation.uncertainty=[{text}]"),
        action="append",
        metavar="WAYS",
        help="further ways to tell the uncertainty, compared: mc_dropout,ensemble",
    )
    _add_members(verb)
    _add_folds(verb)

    verb = add("plot")
    verb.add_argument("bundle", help="name of a shipped bundle, or folder of a run")
    verb.add_argument("--out", type=Path, help="folder for figures (plots/ of the bundle)")

    verb = add("predict")
    verb.add_argument("model", help="name of a shipped bundle, or folder of a run")
    verb.add_argument("files", nargs="+", help="what the task reads, as GWOSC strain files")
    verb.add_argument("--out", type=Path, help="table: .ecsv, .csv, .fits, .hdf5 or .parquet")
    verb.add_argument("--figures", type=Path, help="folder for figures")
    verb.add_argument(
        "--uncertainty",
        choices=UNCERTAINTIES,
        help="how it is told, the last two in parts (head, ensemble with --member)",
    )
    verb.add_argument(
        "--on-error",
        choices=("flag", "stop"),
        help="a file that cannot be used is a row with a flag (several files) or an error (one)",
    )
    verb.add_argument(
        "--passes", type=_count, default=PASSES, help=f"passes of mc_dropout ({PASSES})"
    )
    _add_members(verb)
    verb.set_defaults(task_options=())

    verb = add("fetch")
    verb.add_argument("archive", help="its name, as gaia")
    verb.add_argument("query", nargs="?", help="name of one of its queries, as cone_search")
    verb.add_argument("--adql", type=Path, metavar="FILE", help="a query of one's own instead")
    verb.add_argument(
        *("--set", "-s"),
        dest="settings",
        metavar="KEY=VALUE",
        type=_setting,
        action="append",
        default=[],
        help="argument of a named query, as ra=56.75; repeatable",
    )
    verb.add_argument("--tap", metavar="URL", help="another service with the same tables")
    verb.add_argument("--out", type=Path, help="table: .ecsv, .csv, .fits, .hdf5 or .parquet")
    verb.add_argument("--rows", type=_count, help="most rows")
    verb.add_argument("--timeout", type=float, default=3600.0, help="seconds to wait (3600)")
    verb.add_argument("--sync", action="store_true", help="wait on one connection: short queries")
    verb.add_argument("--refresh", action="store_true", help="ask again even if in the cache")

    add("doctor")
    return parser, verbs.choices


def _add_task_options(verb: _Parser, words: list[str]) -> None:
    """Add the keyword parameters with which the task of the named bundle reads files."""
    from astro_dl.core.schema import keyword_defaults
    from astro_dl.core.shipped import shipped_bundles

    model = next(
        (word for word in words if word in shipped_bundles() or Path(word, "card.json").exists()),
        None,
    )
    if model is None:
        return
    options = keyword_defaults(file_reader(model))
    verb.set_defaults(task_options=tuple(options))
    for name, default in options.items():
        taken = (
            {"action": "store_true"} if default is False else {"type": _value, "metavar": "VALUE"}
        )
        verb.add_argument(
            f"--{name.replace('_', '-')}",
            dest=name,
            default=argparse.SUPPRESS,
            help=f"option of the task (default {default})".replace("%", "%%"),
            **taken,
        )


def _value(text: str) -> Any:
    from astro_dl.core.strict_yaml import read_yaml

    return _argument(read_yaml, text)


def _add_settings(verb: argparse.ArgumentParser, what: str) -> None:
    verb.add_argument(
        *("--set", "-s"),
        dest="settings",
        metavar="KEY=VALUE",
        type=_setting,
        action="append",
        default=[],
        help=f"{what}; repeatable",
    )
    verb.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_shorthand(verb: argparse.ArgumentParser, flag: str, key: str, help: str) -> None:
    """Add a flag that stands for ``--set key=value``."""
    verb.add_argument(
        flag,
        dest="settings",
        type=lambda text: _setting(f"{key}={text}"),
        action="append",
        metavar="N",
        help=f"{help}: --set {key}=N",
    )


def _add_members(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--member",
        action="append",
        default=[],
        metavar="BUNDLE",
        help="another bundle of the task, that answers together with the first; repeatable",
    )


def _add_folds(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--cv",
        type=_count,
        metavar="K",
        help="train and score on K folds of the real set, groups whole, and print the spread",
    )


def _setting(text: str) -> tuple[str, Any]:
    from astro_dl.core.config import parse_override

    return _argument(parse_override, text)


def _argument(read: Callable[[str], Any], text: str) -> Any:
    """Return what is read from a word; argparse keeps the messages of its own error only."""
    try:
        return read(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not accepted; accepted: an integer ≥ 1")
    return int(text)
