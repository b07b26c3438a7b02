"""The verb ``recalibrate``."""

from pathlib import Path
from typing import Any

from astro_dl.cli.options import Arguments, VerbParser, add_bundle, count
from astro_dl.cli.output import print_json


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    add_bundle(parser)
    parser.add_argument(
        "--data", type=Path, required=True, help="a table, or a folder of files with --labels"
    )
    parser.add_argument(
        "--truth",
        default="",
        help="column of the truth; of several targets all, separated by commas",
    )
    parser.add_argument("--labels", type=Path, help="table of truths, a row for each file")
    parser.add_argument("--file-column", default="", help="column of --labels that names the files")
    parser.add_argument(
        "--path", default="", help="table in a file of several, or extension of FITS files"
    )
    parser.add_argument("--group", default="", help="column of what is kept whole, as a field")
    parser.add_argument(
        "--method",
        default="",
        help="last_layer (usual), spline, affine or temperature for values; vector (usual) or "
        "temperature for classes; affine for two",
    )
    parser.add_argument("--out", type=Path, help="folder (runs/<bundle>-recalibrated)")
    parser.add_argument("--bootstrap", type=count, help="replicas of the intervals")


def run(arguments: Arguments) -> None:
    """Recalibrate a network's answers by truths of your own sample, and tell what that changes."""
    from astro_dl.evaluation.recalibration import AFTER, BEFORE
    from astro_dl.observations.labelled.setup import Given
    from astro_dl.science.finetuned.recalibrate import recalibrate

    out = arguments.out or Path("runs") / f"{Path(arguments.bundle).name}-recalibrated"
    given = Given(
        files=arguments.data,
        labels=arguments.labels,
        target=arguments.truth,
        member=arguments.path,
        file_column=arguments.file_column,
        group=arguments.group,
    )
    settings = {} if arguments.bootstrap is None else {"bootstrap": arguments.bootstrap}
    found = recalibrate(arguments.bundle, given, out, arguments.method, **settings)
    if arguments.json:
        print_json({"bundle": str(out), **found})
        return
    print(f"{found['n']:,} examples of {found['groups']:,} groups; {found['left_out']:,} left out")
    print(f"{'':20} {BEFORE:28} {AFTER}, cross-validated")
    for name, one in found[AFTER].items():
        print(f"{name:20} {_text(found[BEFORE].get(name)):28} {_text(one)}")
    print(out)


def _text(one: dict[str, Any] | None) -> str:
    from astro_dl.evaluation.report_text import estimate_text

    return "" if one is None else estimate_text(one)
