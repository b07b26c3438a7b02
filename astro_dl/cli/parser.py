"""The words of the command line: a verb is a module of ``astro_dl.cli.verbs``.

It has two functions, ``add_arguments(parser)`` and ``run(arguments)``, whose docstring is its help,
and imports Keras for nothing where it says ``NEEDS_KERAS = False``.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from typing import Protocol, cast

import astro_dl.cli.verbs
from astro_dl import __version__
from astro_dl.cli.options import Arguments, VerbParser
from astro_dl.core.errors import unknown_name


class Verb(Protocol):
    """What the module of a verb has."""

    add_arguments: Callable[[VerbParser], None]
    run: Callable[[Arguments], None]


def verb_names() -> list[str]:
    """Return the names of the verbs, which are those of their modules."""
    return sorted(module.name for module in pkgutil.iter_modules(astro_dl.cli.verbs.__path__))


def load_verb(name: str) -> Verb:
    """Return the module of a verb."""
    return cast(Verb, importlib.import_module(f"astro_dl.cli.verbs.{name}"))


def parse(words: Sequence[str]) -> Arguments:
    """Return the parsed words.

    Parameters
    ----------
    words : sequence of str
        What stands after ``astro-dl``.

    Returns
    -------
    argparse.Namespace
        ``run``, the function of the verb; ``needs_keras``; and what the verb takes.

    Raises
    ------
    UsageError
        For an unknown or missing word; the nearest known one is named.
    """
    names = verb_names()
    if words and not words[0].startswith("-") and words[0] not in names:
        raise unknown_name("verb", words[0], names)
    parser, parsers = _parsers(words[:1] if words[:1] and words[0] in names else names, words)
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        usage = parsers[arguments.verb].format_usage()
        raise unknown_name("option", unknown[0], re.findall(r"--[\w-]+", usage))
    return arguments


def whole_parser() -> VerbParser:
    """Return the parser of all verbs, for shells that complete their words."""
    return _parsers(verb_names(), [])[0]


def _parsers(
    names: Sequence[str], words: Sequence[str]
) -> tuple[VerbParser, dict[str, VerbParser]]:
    """Return the parser of these verbs: of one alone where it is the first word."""
    parser = VerbParser(
        prog="astro-dl",
        description="A deep-learning model zoo for astronomy.",
        epilog="--debug shows the traceback of an error. Exit codes: 0 done, 2 wrong usage or "
        "input, 1 a fault of this package.",
    )
    parser.add_argument("--version", action="version", version=f"astro_dl {__version__}")
    verbs = parser.add_subparsers(
        dest="verb", metavar="VERB", required=True, parser_class=VerbParser
    )
    for name in names:
        module = load_verb(name)
        text = (module.run.__doc__ or "").partition("\n")[0].rstrip(".")
        verb = verbs.add_parser(name, help=text[:1].lower() + text[1:], description=f"{text}.")
        verb.words = words[1:]
        verb.add_argument("--json", action="store_true", help="print JSON")
        verb.set_defaults(run=module.run, needs_keras=getattr(module, "NEEDS_KERAS", True))
        module.add_arguments(verb)
    return parser, verbs.choices
