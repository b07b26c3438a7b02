"""The verb ``info``."""

from astro_dl.cli.options import Arguments, VerbParser
from astro_dl.cli.output import print_json

NEEDS_KERAS = False


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("name", help="a model, a task or a shipped bundle")


def run(arguments: Arguments) -> None:
    """Print what a model, a task or a shipped bundle is."""
    from astro_dl.info import info

    found = info(arguments.name)
    if arguments.json:
        print_json(found.to_dict())
    else:
        print(found)
