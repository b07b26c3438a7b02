"""The verb ``list``."""

from astro_dl.cli.options import Arguments, VerbParser
from astro_dl.cli.output import print_json

NEEDS_KERAS = False


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("pattern", nargs="?", default="*", help="shell-style wildcard, as 'gw_*'")
    parser.add_argument("--task", help="only models made for this task")
    parser.add_argument(
        "--pretrained", action="store_true", help="only models with shipped weights"
    )


def run(arguments: Arguments) -> None:
    """Print the names of models, tasks and shipped bundles."""
    from astro_dl.core import registry
    from astro_dl.core.shipped import list_bundles
    from astro_dl.core.showing.text_table import text_table

    pretrained = True if arguments.pretrained else None
    models = registry.list_models(arguments.pattern, arguments.task, pretrained)
    tasks = [] if arguments.task or pretrained else registry.list_tasks(arguments.pattern)
    bundles = list_bundles(arguments.pattern, arguments.task)
    if arguments.json:
        return print_json({"models": models, "tasks": tasks, "bundles": list(bundles)})
    rows = [[f"    {name}", registry.model_entry(name).summary] for name in models]
    rows += [[f"    {name}", registry.task_entry(name).summary] for name in tasks]
    rows += [[f"    {name}", f"{one.model} on {one.task}"] for name, one in bundles.items()]
    lines = text_table(rows, left=2).splitlines()
    for heading, count in (
        ("models", len(models)),
        ("tasks", len(tasks)),
        ("trained weights", len(bundles)),
    ):
        if count:
            print(heading, *lines[:count], sep="\n")
        lines = lines[count:]
    if not rows:
        print(f"nothing matches {arguments.pattern!r}")
    return None
