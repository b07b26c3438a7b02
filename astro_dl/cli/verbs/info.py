"""The verb ``info``."""

from astro_dl.cli.options import Arguments, VerbParser
from astro_dl.cli.output import print_json
from astro_dl.core.errors import unknown_name


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("name", help="a model or task")


def run(arguments: Arguments) -> None:
    """Print what a model or a task is."""
    from astro_dl.core.registry import all_models, all_tasks
    from astro_dl.info import model_info, task_info

    if arguments.name not in {*all_models(), *all_tasks()}:
        raise unknown_name("model or task", arguments.name, [*all_models(), *all_tasks()])
    found = (model_info if arguments.name in all_models() else task_info)(arguments.name)
    if arguments.json:
        print_json(found.to_dict())
    else:
        print(found)
