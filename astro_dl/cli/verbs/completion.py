"""The verb ``completion``."""

from astro_dl.cli.options import Arguments, VerbParser
from astro_dl.core.extras import import_extra

NEEDS_KERAS = False
SHELLS = ("bash", "zsh", "tcsh")


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("shell", choices=SHELLS, help="the shell that is to complete words")


def run(arguments: Arguments) -> None:
    """Print the script by which a shell completes verbs and options (extra: completion)."""
    from astro_dl.cli.parser import whole_parser

    shtab = import_extra("shtab", "completion")
    print(shtab.complete(whole_parser(), shell=arguments.shell))
