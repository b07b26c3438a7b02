"""The verb ``pull``."""

from pathlib import Path

from astro_dl.cli.options import Arguments, VerbParser
from astro_dl.cli.output import tell

NEEDS_KERAS = False


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("address", help="a folder, https://host/path/NAME, or hf://owner/NAME@rev")
    parser.add_argument("--out", type=Path, help="folder of the bundle (that of ASTRO_DL_MODELS)")
    parser.add_argument("--sha256", help="of card.json: refuse any other")


def run(arguments: Arguments) -> None:
    """Fetch a bundle from elsewhere and check it; from then on its name is known."""
    from astro_dl.bundles.hub import pull

    found = pull(arguments.address, arguments.out, arguments.sha256)
    tell(arguments, {"bundle": str(found.folder), "sha256": found.sha256}, found.folder)
