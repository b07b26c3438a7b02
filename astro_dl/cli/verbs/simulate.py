"""The verb ``simulate``."""

from pathlib import Path

from astro_dl.cli.options import Arguments, VerbParser, add_scheduler, add_settings, count
from astro_dl.cli.output import tell
from astro_dl.cli.shared import check_ending
from astro_dl.core.errors import UsageError

NEEDS_KERAS = False


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("task", help="a task")
    parser.add_argument("--n", type=count, default=1000, help="number of examples (1000)")
    parser.add_argument("--out", type=Path, required=True, help="HDF5 file to write")
    parser.add_argument("--workers", type=count, default=1, help="simulating processes (1)")
    parser.add_argument("--seed", type=int, default=0, help="root of every random stream (0)")
    add_scheduler(parser)
    add_settings(parser, "physics field, as snr_range=[5,8]")


def run(arguments: Arguments) -> None:
    """Write simulated examples to an HDF5 store."""
    from astro_dl.cluster.mapping import mapped_by
    from astro_dl.core.registry import build_physics, get_task
    from astro_dl.core.schema import plain
    from astro_dl.data.simulate import iterate_blocks
    from astro_dl.data.store import store_examples

    check_ending(arguments.out, ".hdf5", ".h5")
    if arguments.out.exists():
        raise UsageError(f"{arguments.out} exists; remove it, or give --out another name")
    task = get_task(arguments.task)
    physics, seed = build_physics(task, dict(arguments.settings)), arguments.seed
    meta = {"task": task.name, "version": task.version, "physics": plain(physics), "seed": seed}
    with mapped_by(arguments.scheduler):
        blocks = iterate_blocks(
            task.simulate, physics, arguments.n, seed, stream=0, workers=arguments.workers
        )
        store_examples(arguments.out, blocks, arguments.n, meta, progress=not arguments.quiet)
    tell(arguments, {"file": str(arguments.out), "n": arguments.n, **meta}, arguments.out)
