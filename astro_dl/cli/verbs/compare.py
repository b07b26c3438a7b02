"""The verb ``compare``."""

from pathlib import Path

from astro_dl.cli.options import Arguments, VerbParser, bundle_name, count
from astro_dl.cli.shared import check_ending


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument(
        "bundles", nargs="+", type=bundle_name, help="shipped bundles or folders, of one task"
    )
    parser.add_argument("--data", help="real set of the task, whose test split is scored instead")
    parser.add_argument("--n", type=count, help="number of test examples (all)")
    parser.add_argument("--out", type=Path, help="PNG file for the figure")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(arguments: Arguments) -> None:
    """Score several bundles on the same examples: one table, and one figure."""
    from astro_dl.evaluation.compare import compare
    from astro_dl.evaluation.figures.style import save_figure

    check_ending(arguments.out, ".png")
    found = compare(arguments.bundles, arguments.data, n=arguments.n, progress=not arguments.quiet)
    print(found.to_json() if arguments.json else found.to_text(), end="")
    if arguments.out is not None:
        print(save_figure(found.plot(), arguments.out))
