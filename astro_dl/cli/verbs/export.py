"""The verb ``export``."""

from pathlib import Path

from astro_dl.cli.options import Arguments, VerbParser, add_bundle
from astro_dl.cli.output import tell


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    add_bundle(parser)
    parser.add_argument(
        "--format", required=True, help="onnx, savedmodel, litert, or torch (KERAS_BACKEND=torch)"
    )
    parser.add_argument("--out", type=Path, help="folder of the export (exports/<bundle>-<format>)")


def run(arguments: Arguments) -> None:
    """Write a bundle's network for another runtime, checked there, with all that its use needs."""
    from astro_dl.exporting import export

    name = f"{Path(arguments.bundle).name}-{arguments.format}"
    made = export(arguments.bundle, arguments.format, arguments.out or Path("exports") / name)
    tell(arguments, {"folder": str(made.folder), "contract": made.contract}, made.file, made.folder)
