"""The verb ``plot``."""

from pathlib import Path

from astro_dl.cli.options import Arguments, VerbParser, add_bundle, add_color
from astro_dl.cli.output import tell
from astro_dl.cli.shared import is_shipped
from astro_dl.core.errors import UsageError


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    add_bundle(parser)
    parser.add_argument("--out", type=Path, help="folder for figures (plots/ of the bundle)")
    add_color(parser)


def run(arguments: Arguments) -> None:
    """Draw the figures of a bundle again."""
    from astro_dl.evaluation.evaluate import redraw

    if arguments.out is None and is_shipped(arguments.bundle):
        raise UsageError("the figures of a shipped bundle need a folder: --out FOLDER")
    figures = redraw(arguments.bundle, arguments.out, color_by=arguments.color_by)
    tell(arguments, {"figures": [str(figure) for figure in figures]}, *figures)
