"""The command line: one small function per verb; the work is done by the modules they call."""

import json
import math
import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astro_dl.cli.parser import Arguments, file_reader, parse
from astro_dl.cli.quiet import import_keras_quietly
from astro_dl.core.errors import UsageError, look_up, unknown_name

if TYPE_CHECKING:
    from astro_dl.inference.protocol import Predictor


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``astro-dl``; by default those of this process.

    Returns
    -------
    int
        0 done, 2 wrong usage or input, 1 a fault of this package, 130 interrupted. Errors are one
        line on standard error.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn  # type: ignore[assignment]
            arguments = parse([word for word in words if word != "--debug"], VERBS)
            if arguments.needs_keras:
                import_keras_quietly()
            VERBS[arguments.verb](arguments)
    except UsageError as error:
        return _complain(error, 2, debug)
    except KeyboardInterrupt:
        print("astro-dl: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        return _complain(error, 1, debug)
    return 0


def list_(arguments: Arguments) -> None:
    """Print the names of models and tasks."""
    from astro_dl.core import registry
    from astro_dl.core.text_table import text_table

    pretrained = True if arguments.pretrained else None
    models = registry.list_models(arguments.pattern, arguments.task, pretrained)
    tasks = [] if arguments.task or pretrained else registry.list_tasks(arguments.pattern)
    if arguments.json:
        return _print_json({"models": models, "tasks": tasks})
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


def info(arguments: Arguments) -> None:
    """Print what a model or a task is."""
    from astro_dl.core.registry import all_models, all_tasks
    from astro_dl.info import model_info, task_info

    if arguments.name not in {*all_models(), *all_tasks()}:
        raise unknown_name("model or task", arguments.name, [*all_models(), *all_tasks()])
    found = (model_info if arguments.name in all_models() else task_info)(arguments.name)
    if arguments.json:
        _print_json(found.to_dict())
    else:
        print(found)


def simulate(arguments: Arguments) -> None:
    """Write simulated examples to an HDF5 store."""
    from astro_dl.core.registry import build_physics, get_task
    from astro_dl.core.schema import plain
    from astro_dl.data.simulate import iterate_blocks
    from astro_dl.data.store import store_examples

    if arguments.out.exists():
        raise UsageError(f"{arguments.out} exists; remove it, or give --out another name")
    task = get_task(arguments.task)
    physics, seed = build_physics(task, dict(arguments.settings)), arguments.seed
    meta = {"task": task.name, "version": task.version, "physics": plain(physics), "seed": seed}
    blocks = iterate_blocks(
        task.simulate, physics, arguments.n, seed, stream=0, workers=arguments.workers
    )
    store_examples(arguments.out, blocks, arguments.n, meta, progress=not arguments.quiet)
    _tell(arguments, {"file": str(arguments.out), "n": arguments.n, **meta}, arguments.out)


def train(arguments: Arguments) -> None:
    """Train the model of a config and write its bundle."""
    from astro_dl.training import train

    config, name = _to_train(arguments)
    out = arguments.out or Path("runs") / name
    if arguments.cv:
        return _cross_validate(arguments, config, arguments.out or Path("runs") / f"{name}-cv")
    bundle = train(config, out=out, resume=arguments.resume, progress=not arguments.quiet)
    _tell(arguments, {"bundle": str(bundle.folder), "card": bundle.card}, bundle.folder)
    return None


def evaluate(arguments: Arguments) -> None:
    """Score a bundle beside the baselines; a run as configured keeps the result and figures."""
    from astro_dl.bundles.bundle import load_bundle
    from astro_dl.core.config import load_config
    from astro_dl.evaluation.evaluate import evaluate
    from astro_dl.inference.load import load_pretrained
    from astro_dl.training.alternatives import check_blind

    bundle = load_bundle(arguments.bundle)
    config = load_config(bundle.config, **dict(arguments.settings))
    if arguments.cv:
        check_blind(bundle)
        out = arguments.out or Path("runs") / f"{bundle.folder.name}-cv"
        return _cross_validate(arguments, _on(config, arguments.data), out)
    scored: Any = replace(bundle, config=config)
    if arguments.member:
        together = load_pretrained([arguments.bundle, *arguments.member])
        scored = replace(together, bundle=scored)
    changed = arguments.settings or arguments.member
    report = evaluate(
        scored,
        arguments.data,
        plots_folder=arguments.out,
        progress=not arguments.quiet,
        save=not changed and not _is_shipped(arguments.bundle),
    )
    print(report.to_json() if arguments.json else report.to_text())
    return None


def plot(arguments: Arguments) -> None:
    """Draw the figures of a bundle again."""
    from astro_dl.evaluation.evaluate import redraw

    if arguments.out is None and _is_shipped(arguments.bundle):
        raise UsageError("the figures of a shipped bundle need a folder: --out FOLDER")
    figures = redraw(arguments.bundle, arguments.out)
    _tell(arguments, {"figures": [str(figure) for figure in figures]}, *figures)


def predict(arguments: Arguments) -> None:
    """Apply a bundle to real files and write the table of results."""
    from astro_dl.core.schema import read_keywords
    from astro_dl.inference.load import load_pretrained
    from astro_dl.observations.tables.write import printed_rows, table_format, write_table
    from astro_dl.observations.tables.write_parts import write_parts

    if arguments.out is not None:
        table_format(arguments.out)
    reader = file_reader(arguments.model)
    given = {name: vars(arguments)[name] for name in arguments.task_options if name in arguments}
    options = read_keywords(reader, given)
    _keep_inputs(arguments.out, [*arguments.files, *given.values()])
    names = [arguments.model, *arguments.member]
    predictor = load_pretrained(names if arguments.member else arguments.model)
    options |= {"uncertainty": arguments.uncertainty, "passes": arguments.passes}
    options |= {"on_error": arguments.on_error}
    if _streams(predictor, arguments):
        first, n = write_parts(predictor.predict_blocks(arguments.files, **options), arguments.out)
        print(*printed_rows(first[:20]), f"{n:,} rows in {arguments.out}", sep="\n")
        return
    table = predictor.predict(arguments.files, **options)
    written = [] if arguments.out is None else [write_table(table, arguments.out)]
    if arguments.figures is not None:
        written += predictor.draw(arguments.files, table, arguments.figures)
    if arguments.json:
        rows = [dict(zip(table.colnames, map(_plain_cell, row), strict=True)) for row in table]
        _print_json({"rows": rows, "written": [str(path) for path in written]})
    else:
        print(*printed_rows(table), *written, sep="\n")


def fetch(arguments: Arguments) -> None:
    """Ask an archive for a table, by ADQL or by the name of a query."""
    from astro_dl.core.archives import all_archives, named_query
    from astro_dl.observations.tables.archive import fetch_table, read_adql
    from astro_dl.observations.tables.write import printed_rows, table_format, write_table

    archive = look_up("archive", arguments.archive, all_archives())
    if (arguments.query is None) == (arguments.adql is None):
        names = ", ".join(archive.queries)
        raise UsageError(f"give the name of a query ({names}) or --adql FILE, one of both")
    if arguments.adql is not None and arguments.settings:
        raise UsageError("--set is for named queries; the query in a file is complete")
    if arguments.out is not None:
        table_format(arguments.out)
    _keep_inputs(arguments.out, [arguments.adql])
    adql = (
        read_adql(arguments.adql)
        if arguments.query is None
        else named_query(archive, arguments.query, dict(arguments.settings))
    )
    found = fetch_table(
        adql,
        arguments.tap or archive.url,
        rows=arguments.rows,
        synchronous=arguments.sync,
        timeout_s=arguments.timeout,
        refresh=arguments.refresh,
    )
    path = found.path if arguments.out is None else write_table(found.table, arguments.out)
    if arguments.json:
        facts = {"n": len(found.table), "columns": found.table.colnames, "adql": adql}
        _print_json({"file": str(path), "from_cache": found.from_cache, **facts})
    else:
        print(*printed_rows(found.table, 20), path, sep="\n")


def doctor(arguments: Arguments) -> None:
    """Print the state of the installation, and remedies where something is wrong."""
    from astro_dl.cli.doctor import examine, to_text

    findings = examine()
    if arguments.json:
        _print_json([vars(finding) for finding in findings])
    else:
        print(to_text(findings))


VERBS = {
    "list": list_,
    "info": info,
    "simulate": simulate,
    "train": train,
    "evaluate": evaluate,
    "plot": plot,
    "predict": predict,
    "fetch": fetch,
    "doctor": doctor,
}


def _to_train(arguments: Arguments) -> tuple[Any, str]:
    """Return the config that is asked for, and what to call its run."""
    from astro_dl.core.config import load_config
    from astro_dl.science.own_table.setup import own_table_config

    given, settings = arguments.config, dict(arguments.settings)
    if arguments.table is not None:
        if arguments.features is None:
            raise UsageError("--table needs --features 'COLUMN,PATTERN*'")
        config = own_table_config(
            given,
            arguments.table,
            arguments.target or "",
            arguments.features,
            arguments.group,
            arguments.kind,
            arguments.hdu,
            arguments.path,
            **settings,
        )
        return config, f"{given}-{arguments.table.stem}"
    if arguments.task is not None:
        source = {"data": {"source": arguments.data}} if arguments.data else {}
        config = load_config({"task": arguments.task, "model": given, **source}, **settings)
        return config, f"{given}-{arguments.task}"
    if arguments.data is not None:
        settings = {"data.source": arguments.data, **settings}
    return load_config(given, **settings), Path(given).stem


def _keep_inputs(out: Path | None, inputs: Iterable[Any]) -> None:
    """Refuse to write over a file that is read, whatever it is called."""
    for one in inputs:
        given = isinstance(one, str | Path) and Path(one).exists()
        if out is not None and given and out.exists() and out.samefile(one):
            raise UsageError(f"--out {out} is an input; give another name")


def _streams(predictor: "Predictor[Any]", arguments: Arguments) -> bool:
    """Whether a prediction is only written, part by part."""
    shown = arguments.json or arguments.figures is not None
    task = predictor.task
    parts = task is not None and task.files.predict_blocks is not None
    return arguments.out is not None and not shown and parts


def _cross_validate(arguments: Arguments, config: Any, out: Path) -> None:
    from astro_dl.evaluation.cross_validation import cross_validate

    result = cross_validate(config, arguments.cv, out, progress=not arguments.quiet)
    print(result.to_json() if arguments.json else result.to_text())


def _on(config: Any, dataset: str | None) -> Any:
    """Return a config that trains on a real set, if one is named."""
    return config if dataset is None else replace(config, data=replace(config.data, source=dataset))


def _is_shipped(bundle: str) -> bool:
    from astro_dl.core.shipped import shipped_bundles

    return bundle in shipped_bundles()


def _tell(arguments: Arguments, result: dict[str, Any], *paths: Path) -> None:
    if arguments.json:
        _print_json(result)
    else:
        print(*paths, sep="\n")


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _plain_cell(cell: Any) -> Any:
    """Return a table cell as JSON can hold it; quantities in the column's unit."""
    value = getattr(cell, "value", cell)
    value = value.item() if hasattr(value, "item") else str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"astro-dl: warning: {' '.join(str(message).split())}", file=sys.stderr)


def _complain(error: Exception, code: int, debug: bool) -> int:
    if debug:
        raise error
    text = " ".join(str(error).split()) or type(error).__name__
    if code == 1:
        text = f"{type(error).__name__}: {text} (a fault of astro_dl; --debug shows where)"
    print(f"astro-dl: error: {text}", file=sys.stderr)
    return code
