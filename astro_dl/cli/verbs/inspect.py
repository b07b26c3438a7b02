"""The verb ``inspect``."""

from pathlib import Path

from astro_dl.cli.options import Arguments, VerbParser, count
from astro_dl.cli.output import tell
from astro_dl.cli.shared import check_ending, keep_inputs


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("table", help="what predict wrote, as candidates.ecsv")
    parser.add_argument("files", nargs="*", help="what predict read: cutouts, light curves, strain")
    parser.add_argument("--out", type=Path, help="the page (<table>.html)")
    parser.add_argument(
        "--bundle", help="what made the table, if its header names no shipped bundle"
    )
    parser.add_argument(
        "--grades",
        type=lambda text: [one.strip() for one in text.split(",")],
        default=(),
        help="as 'lens,ring,no'; the classes of the bundle and unsure",
    )
    parser.add_argument("--limit", type=count, default=500, help="most rows (500)")


def run(arguments: Arguments) -> None:
    """Write a page on which candidates are looked at, sorted and graded, in any browser."""
    from astro_dl.inspection import inspect

    out = arguments.out or Path(arguments.table).with_suffix(".html")
    keep_inputs(out, [arguments.table, *arguments.files])
    check_ending(out, ".html", ".htm")
    made = inspect(
        arguments.table, arguments.files, out, arguments.bundle, arguments.grades, arguments.limit
    )
    about = {"candidates": made.candidates, "pictures": made.pictures, "grades": made.grades}
    tell(arguments, {"page": str(made.page), **about}, made.page)
