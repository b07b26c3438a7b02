"""The verb ``predict``."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astro_dl.cli.file_lists import add_files, files_of
from astro_dl.cli.options import (
    TABLE_FORMATS,
    Arguments,
    VerbParser,
    add_bundle,
    add_members,
    add_scheduler,
    count,
    share,
    value,
)
from astro_dl.cli.output import plain_cell, print_json
from astro_dl.cli.shared import keep_inputs
from astro_dl.core.errors import UsageError
from astro_dl.inference.uncertainty import PASSES, UNCERTAINTIES

if TYPE_CHECKING:
    from astro_dl.inference.predictor import Predictor

NEEDS_KERAS = False
RUNTIMES = ("auto", "keras", "onnx")


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    add_bundle(parser, "model")
    add_files(parser, "what the task reads, as GWOSC strain files")
    parser.add_argument("--out", type=Path, help=f"{TABLE_FORMATS}; a folder with --scheduler")
    add_scheduler(parser)
    parser.add_argument(
        "--part-size",
        type=count,
        metavar="N",
        help="files, or rows of tables, that a worker gets at once (1024 files, 262144 rows)",
    )
    parser.add_argument("--figures", type=Path, help="folder for figures")
    parser.add_argument(
        "--samp", action="store_true", help="send the table to TOPCAT and all that listen by SAMP"
    )
    parser.add_argument(
        "--uncertainty",
        choices=UNCERTAINTIES,
        help="how it is told, the last two in parts (head, ensemble with --member)",
    )
    parser.add_argument(
        "--on-error",
        choices=("flag", "stop"),
        help="a file that cannot be used is a row with a flag (several files) or an error (one)",
    )
    parser.add_argument(
        "--passes", type=count, default=PASSES, help=f"passes of mc_dropout ({PASSES})"
    )
    parser.add_argument(
        "--embedding", action="store_true", help="add the vector before the last layer to each row"
    )
    parser.add_argument(
        "--coverage", type=value, help="add sets or intervals that hold the truth as often, as 0.9"
    )
    parser.add_argument(
        "--prior",
        type=share,
        action="append",
        metavar="CLASS=SHARE",
        help="prevalence for which probabilities are to hold, as planet_candidate=0.03",
    )
    parser.add_argument(
        "--runtime",
        choices=RUNTIMES,
        default="auto",
        help="what runs the network: ONNX Runtime starts faster, on CPUs, from the second time on "
        "(auto)",
    )
    add_members(parser)
    parser.set_defaults(task_options=())
    add_task_options(parser)


def run(arguments: Arguments) -> None:
    """Apply a bundle to real files and write the table of results."""
    from astro_dl.core.schema import read_keywords
    from astro_dl.inference.load import load_pretrained
    from astro_dl.inference.onnx_runtime import keep_quietly
    from astro_dl.observations.tables.write import table_format

    arguments.files = files_of(arguments)
    if arguments.out is not None and arguments.scheduler is None:
        table_format(arguments.out)
    reader = file_reader(arguments.model)
    given = {name: vars(arguments)[name] for name in arguments.task_options if name in arguments}
    options = read_keywords(reader, given)
    keep_inputs(arguments.out, [*arguments.files, *given.values()])
    names = [arguments.model, *arguments.member]
    if arguments.scheduler is not None:
        _predict_parts(names, arguments, options)
        return
    predictor = load_pretrained(names if arguments.member else arguments.model, arguments.runtime)
    options |= {"uncertainty": arguments.uncertainty, "passes": arguments.passes}
    options |= {"on_error": arguments.on_error, "embedding": arguments.embedding}
    options |= {"coverage": arguments.coverage, "prior": dict(arguments.prior or ())}
    _predict(predictor, arguments, options)
    if arguments.runtime != "keras":
        for one in predictor.members or (predictor,):
            keep_quietly(one.bundle, one.runtime)


def _predict_parts(names: list[str], arguments: Arguments, options: dict[str, Any]) -> None:
    """Predict by the workers of a scheduler, into a folder."""
    from astro_dl.cluster.predict import predict_parts

    if arguments.out is None or arguments.figures is not None or arguments.samp:
        raise UsageError("--scheduler writes a folder: give its name by --out, and no --figures")
    found = predict_parts(
        arguments.scheduler,
        names,
        arguments.files,
        arguments.out,
        options,
        runtime=arguments.runtime,
        on_error=arguments.on_error,
        part_size=arguments.part_size,
        uncertainty=arguments.uncertainty,
        embedding=arguments.embedding,
        coverage=arguments.coverage,
        prior=dict(arguments.prior or ()),
    )
    if arguments.json:
        print_json(found)
    else:
        print("{rows:,} rows in {parts} parts in {folder}".format(**found))
        if found["unreadable"]:
            print(f"{found['unreadable']} files cannot be used, see part-unreadable.parquet")


def _predict(predictor: "Predictor[Any]", arguments: Arguments, options: dict[str, Any]) -> None:
    """Predict, write and print."""
    from astro_dl.observations.tables.write import printed_rows, write_table
    from astro_dl.observations.tables.write_parts import write_parts

    if _streams(predictor, arguments):
        first, n = write_parts(predictor.predict_blocks(arguments.files, **options), arguments.out)
        print(*printed_rows(first[:20]), f"{n:,} rows in {arguments.out}", sep="\n")
        return
    table = predictor.predict(arguments.files, **options)
    written = [] if arguments.out is None else [write_table(table, arguments.out)]
    if arguments.figures is not None:
        written += predictor.draw(arguments.files, table, arguments.figures)
    if arguments.samp:
        from astro_dl.observations.tables.samp import send_table

        names = send_table(table, f"{arguments.model} predictions")
        print(f"sent to {', '.join(names)}", file=sys.stderr)
    if arguments.json:
        rows = [dict(zip(table.colnames, map(plain_cell, row), strict=True)) for row in table]
        print_json({"rows": rows, "written": [str(path) for path in written]})
    else:
        print(*printed_rows(table), *written, sep="\n")


def _streams(predictor: "Predictor[Any]", arguments: Arguments) -> bool:
    """Whether a prediction is only written, part by part."""
    shown = arguments.json or arguments.samp or arguments.figures is not None
    task = predictor.task
    parts = task is not None and task.files.predict_blocks is not None
    return arguments.out is not None and not shown and parts


def add_task_options(
    parser: VerbParser, function_of: Callable[[str], Callable[..., Any]] | None = None
) -> None:
    """Add the keyword parameters of a function of the named bundle: by default `file_reader`."""
    from astro_dl.core.schema import keyword_defaults
    from astro_dl.core.shipped import known_bundles
    from astro_dl.core.source.docstrings import parameter_texts

    model = next(
        (
            word
            for word in parser.words
            if word in known_bundles() or Path(word, "card.json").exists()
        ),
        None,
    )
    if model is None:
        return
    reader = (function_of or file_reader)(model)
    options, texts = keyword_defaults(reader), parameter_texts(reader)
    parser.set_defaults(task_options=tuple(options))
    for name, default in options.items():
        taken = (
            {"action": "store_true"} if default is False else {"type": value, "metavar": "VALUE"}
        )
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            dest=name,
            default=argparse.SUPPRESS,
            help=option_help(texts.get(name, "option of the task"), default),
            **taken,
        )


def option_help(text: str, default: Any) -> str:
    """Return the help of an option of a task: what it is, its unit, and its default."""
    told = "" if default is None or default is False or default == "" else f" ({default})"
    return f"{text[:1].lower()}{text[1:]}{told}".replace("%", "%%")


def file_reader(model: str) -> Callable[..., Any]:
    """Return the function by which the task of a bundle predicts on files.

    Raises
    ------
    UsageError
        If there is no such bundle, or its task reads no files.
    """
    from astro_dl.bundles.bundle import load_bundle
    from astro_dl.core.registry import get_task

    config = load_bundle(model).config
    reader = get_task(config.task).files.reader if config.task else None
    if reader is None:
        raise UsageError(f"{model}: its task reads no files; give arrays to load_pretrained(…)")
    return reader
