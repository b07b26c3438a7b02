"""The verb ``doctor``."""

from astro_dl.cli.options import Arguments, VerbParser
from astro_dl.cli.output import print_json

NEEDS_KERAS = False


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    del parser


def run(arguments: Arguments) -> None:
    """Print the state of the installation, and remedies where something is wrong."""
    from astro_dl.cli.doctor import examine, to_text

    findings = examine()
    if arguments.json:
        print_json([vars(finding) for finding in findings])
    else:
        print(to_text(findings))
