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
    """Print the names of models and tasks."""
    from astro_dl.core import registry
    from astro_dl.core.text_table import text_table

    pretrained = True if arguments.pretrained else None
    models = registry.list_models(arguments.pattern, arguments.task, pretrained)
    tasks = [] if arguments.task or pretrained else registry.list_tasks(arguments.pattern)
    if arguments.json:
        return print_json({"models": models, "tasks": tasks})
    shipped = set(registry.list_models(pretrained=True))
    marked = [(f"  {'*' if name in shipped else ' '} {name}", name) for name in models]
    rows = [[mark, registry.model_entry(name).summary] for mark, name in marked]
    rows += [[f"    {name}", registry.task_entry(name).summary] for name in tasks]
    lines = text_table(rows, left=2).splitlines()
    for heading, part in (
        ("models (* with weights)", lines[: len(models)]),
        ("tasks", lines[len(models) :]),
    ):
        if part:
            print(heading, *part, sep="\n")
    if not models and not tasks:
        print(f"nothing matches {arguments.pattern!r}")
    return None
