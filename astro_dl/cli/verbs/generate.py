"""The verb ``generate``."""

from pathlib import Path

from astro_dl.cli.options import Arguments, VerbParser, add_bundle, count
from astro_dl.cli.output import tell
from astro_dl.cli.verbs.predict import add_task_options
from astro_dl.core.schema import plain


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    from astro_dl.generation.generate import drawing_function

    add_bundle(parser, "model")
    parser.add_argument("--n", type=count, default=64, help="number of examples (64)")
    parser.add_argument("--seed", type=count_from_zero, default=0, help="of all that is drawn (0)")
    parser.add_argument("--out", type=Path, required=True, help="FITS file to write")
    parser.set_defaults(task_options=())
    add_task_options(parser, drawing_function)


def count_from_zero(text: str) -> int:
    """Return an integer that is 0 at least."""
    return 0 if text == "0" else count(text)


def run(arguments: Arguments) -> None:
    """Draw new examples from a network, as galaxies of a magnitude and size."""
    from astro_dl.generation.generate import generate

    asked = {name: vars(arguments)[name] for name in arguments.task_options if name in arguments}
    generate(arguments.model, arguments.n, seed=arguments.seed, out=arguments.out, **asked)
    told = {"file": str(arguments.out), "n": arguments.n, "seed": arguments.seed}
    tell(arguments, {**told, "asked": plain(asked)}, arguments.out)
