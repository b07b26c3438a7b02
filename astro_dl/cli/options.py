"""Options that several verbs take, and how the words after them are read."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from astro_dl.core.errors import UsageError

Arguments = argparse.Namespace
TABLE_FORMATS = "table: .ecsv, .csv, .fits, .hdf5, .parquet or .vot"


class VerbParser(argparse.ArgumentParser):
    """Reports wrong usage like every other user error, in one line.

    ``words`` are those that it will read: some options depend on them.
    """

    words: Sequence[str] = ()

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def add_settings(parser: VerbParser, what: str) -> None:
    """Add ``--set KEY=VALUE`` and ``--quiet``."""
    parser.add_argument(
        *("--set", "-s"),
        dest="settings",
        metavar="KEY=VALUE",
        type=setting,
        action="append",
        default=[],
        help=f"{what}; repeatable",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def add_shorthand(parser: VerbParser, flag: str, key: str, help: str) -> None:
    """Add a flag that stands for ``--set key=value``."""
    parser.add_argument(
        flag,
        dest="settings",
        type=lambda text: setting(f"{key}={text}"),
        action="append",
        metavar="N",
        help=f"{help}: --set {key}=N",
    )


def add_bundle(parser: VerbParser, name: str = "bundle") -> None:
    """Add the bundle that a verb is about; one that is not there is refused at once."""
    parser.add_argument(name, type=bundle_name, help="name of a shipped bundle, or folder of a run")


def add_members(parser: VerbParser) -> None:
    """Add ``--member BUNDLE``."""
    parser.add_argument(
        "--member",
        type=bundle_name,
        action="append",
        default=[],
        metavar="BUNDLE",
        help="another bundle of the task, that answers together with the first; repeatable",
    )


def add_color(parser: VerbParser) -> None:
    """Add ``--color-by COLUMN``."""
    parser.add_argument(
        "--color-by",
        metavar="COLUMN",
        help="column by which the figure of codes is coloured (models without labels)",
    )


def add_folds(parser: VerbParser) -> None:
    """Add ``--cv K``."""
    parser.add_argument(
        "--cv",
        type=count,
        metavar="K",
        help="train and score on K folds of the real set, groups whole, and print the spread",
    )


def add_scheduler(parser: VerbParser) -> None:
    """Add ``--scheduler ADDRESS``."""
    parser.add_argument(
        "--scheduler",
        type=_scheduler,
        metavar="ADDRESS",
        help="Dask scheduler whose workers do it, as tcp://host:8786; local:N for N processes here",
    )


def _scheduler(text: str) -> str:
    """Return an address; what reads it is imported for no other word."""
    from astro_dl.cluster.scheduler import read_scheduler

    return _argument(read_scheduler, text)


def setting(text: str) -> tuple[str, Any]:
    """Return the key and the value of a ``KEY=VALUE``."""
    from astro_dl.core.config import parse_override

    return _argument(parse_override, text)


def value(text: str) -> Any:
    """Return what a word is in YAML."""
    from astro_dl.core.reading.strict_yaml import read_yaml

    return _argument(read_yaml, text)


def bundle_name(text: str) -> str:
    """Return the name of a shipped bundle, or a folder of one, before anything heavy is loaded."""
    from astro_dl.core.shipped import find_bundle

    _argument(find_bundle, text)
    return text


def count(text: str) -> int:
    """Return an integer that is 1 at least."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not accepted; accepted: an integer ≥ 1")
    return int(text)


def share(text: str) -> tuple[str, float]:
    """Return the class and the share of a ``CLASS=SHARE``."""
    from astro_dl.inference.promises import read_share

    return _argument(read_share, text)


def read_by(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a function that reads a word as `read` does, for the ``type`` of an argument."""
    return lambda text: _argument(read, text)


def _argument(read: Callable[[str], Any], text: str) -> Any:
    """Return what is read from a word; argparse keeps the messages of its own error only."""
    try:
        return read(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
