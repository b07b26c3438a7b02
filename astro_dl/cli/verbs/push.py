"""The verb ``push``."""

from astro_dl.cli.options import Arguments, VerbParser, add_bundle
from astro_dl.cli.output import print_json

NEEDS_KERAS = False


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    add_bundle(parser)
    parser.add_argument("address", help="a folder, https://host/path/NAME, or hf://owner/NAME@rev")


def run(arguments: Arguments) -> None:
    """Bring a bundle to a folder, a server or a hub, for others to pull."""
    from astro_dl.bundles.hub import push

    sha256 = push(arguments.bundle, arguments.address)
    if arguments.json:
        print_json({"address": arguments.address, "sha256": sha256})
    else:
        print(f"astro-dl pull {arguments.address} --sha256 {sha256}")
