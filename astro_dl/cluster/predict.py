"""`predict_parts`: predictions on many files by many workers, into a folder of Parquet files."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from astropy.table import QTable
from tqdm.auto import tqdm

from astro_dl import __version__
from astro_dl.bundles.bundle import Bundle, load_bundle
from astro_dl.cluster.division import ROWS_PER_PART, Part, divide
from astro_dl.cluster.question import Network, Question, answer
from astro_dl.cluster.run_folder import RunFolder
from astro_dl.cluster.scheduler import connected
from astro_dl.cluster.sky import HEALPIX, with_healpix
from astro_dl.cluster.tasks import completed
from astro_dl.core.errors import UsageError
from astro_dl.core.extras import import_extra
from astro_dl.core.lock import locked
from astro_dl.core.parts import part_folder
from astro_dl.core.reading.share import Division, division_of
from astro_dl.core.registry import get_task
from astro_dl.core.schema import keyword_defaults
from astro_dl.core.shipped import shipped_bundles
from astro_dl.inference.files import OnError, unreadable_rows
from astro_dl.inference.input_checks import check_files
from astro_dl.inference.load import RuntimeName, runs_onnx
from astro_dl.inference.uncertainty import Uncertainty
from astro_dl.observations.tables.read import meant_table


def predict_parts(
    scheduler: str,
    bundles: Sequence[str],
    files: Sequence[str | Path],
    out: str | Path,
    options: Mapping[str, Any] | None = None,
    *,
    runtime: RuntimeName = "auto",
    on_error: OnError | None = None,
    part_size: int | None = None,
    uncertainty: Uncertainty | None = None,
    embedding: bool = False,
    coverage: float | None = None,
    prior: Mapping[str, float] | None = None,
    progress: bool = True,
) -> dict[str, Any]:
    """Predict on files by the workers of a Dask scheduler.

    The rows are those of `astro_dl.inference.predictor.Predictor.predict` on all files at once. A
    worker that is lost is replaced by another; a run that was ended by anything goes on when the
    same is asked again, on any scheduler. Workers write the rows of a part into a hidden folder in
    `out`, and this process moves them to their name and notes them, so that none is there twice.

    Parameters
    ----------
    scheduler : str
        As of `astro_dl.cluster.scheduler.connected`. All workers see files, bundles and `out` by
        the same paths.
    bundles : sequence of str
        Name or folder of a bundle, or of several that answer together.
    files : sequence of path
        Files that the task can read.
    out : str or Path
        Folder for ``part-000000.parquet`` …, in the order of the files;
        ``part-unreadable.parquet``, a row for each file that cannot be used; and
        ``_manifest.json``, what was asked. Rows with ``ra`` and ``dec`` have ``_healpix_29``, see
        `astro_dl.cluster.sky.with_healpix`.
    options : mapping, optional
        Of the task.
    runtime : {"auto", "keras", "onnx"}
        What runs the networks, on all workers the same: by default what would here.
    on_error, uncertainty, embedding, coverage, prior
        As of `Predictor.predict`; passes with dropout are for one process.
    part_size : int, optional
        Most files, or rows of tables, of a part; default 1024 files of 256 MiB together, or 262,144
        rows.
    progress : bool, default True
        Whether a progress bar is shown.

    Returns
    -------
    dict
        See `astro_dl.cluster.run_folder.RunFolder.finish`.

    Raises
    ------
    UsageError
        If files, bundles or options cannot be used; if rows of the task depend on all files
        together; if the folder holds something else; or as of `connected`.
    """
    import_extra("pyarrow", "cluster")
    paths, options = [Path(file) for file in files], dict(options or {})
    if uncertainty == "mc_dropout":
        raise UsageError("uncertainty 'mc_dropout' draws at random in one process: leave it out")
    opened = [load_bundle(name) for name in bundles]
    reader = _reader(opened[0])
    division = _division(reader, options)
    if "progress" in keyword_defaults(reader):
        options["progress"] = False
    check_files(paths)
    which = meant_table(options.get("hdu"), options.get("path") or "") if division.rows else None
    parts = divide(paths, division, which, part_size)
    chosen = _runtime(opened, runtime)
    network = Network(
        tuple((_findable(name), one.sha256) for name, one in zip(bundles, opened, strict=True)),
        chosen,
        uncertainty,
        embedding,
        coverage,
        tuple((prior or {}).items()),
    )
    tolerant = on_error == "flag" or (on_error is None and len(paths) > 1)
    about = {
        "version": __version__,
        "bundles": [one.sha256 for one in opened],
        "runtime": chosen,
        "options": {key: str(value) for key, value in options.items() if key != "progress"},
        "on_error": "flag" if tolerant else "stop",
        "uncertainty": uncertainty,
        "embedding": embedding,
        "coverage": coverage,
        "prior": dict(prior or {}),
        "part_size": part_size,
        "files": _about_files(paths),
    }
    with locked(Path(out), "prediction", wait=False):
        run = RunFolder(Path(out), about)
        missing = [part for part in parts if part.number not in run.done]
        if missing:
            with part_folder(run.folder.absolute()) as drafts:
                asked = _in_one_piece(reader, part_size) | options
                question = Question(network, asked, tolerant, str(drafts), str(Path.cwd()))
                _work(scheduler, question, parts, missing, run, progress)
        return run.finish(_unreadable(run, paths))


def _work(
    scheduler: str,
    question: Question,
    parts: Sequence[Part],
    missing: Sequence[Part],
    run: RunFolder,
    progress: bool,
) -> None:
    """Let workers answer for the parts that are missing, and keep what they write."""
    rows = sum(one.rows for one in run.done.values())
    done = len(parts) - len(missing)
    with (
        connected(scheduler) as client,
        tqdm(total=len(parts), initial=done, unit="part", disable=not progress) as bar,
    ):
        for _, found in completed(client, partial(answer, question), missing):
            if found.noted is None:
                raise UsageError(found.refused)
            run.add(found.noted, Path(found.draft) if found.draft else None)
            rows += found.noted.rows
            bar.set_postfix_str(f"{rows:,} rows", refresh=False)
            bar.update()


def _unreadable(run: RunFolder, paths: Sequence[Path]) -> QTable | None:
    """Return the rows of files that cannot be used, None if there are none.

    Raises
    ------
    UsageError
        If no file can be used.
    """
    unreadable, first = run.unreadable, run.first_part()
    if first is None:
        reason = next(iter(unreadable.values()), "there is nothing in them")
        raise UsageError(f"none of {len(paths)} files can be used; the first: {reason}")
    if not unreadable:
        return None
    like = QTable.read(first)
    if HEALPIX in like.colnames:
        like.remove_column(HEALPIX)
    return with_healpix(unreadable_rows(like, unreadable, paths))


def _reader(bundle: Bundle) -> Callable[..., Any]:
    """Return what predicts on files by a bundle; raises `UsageError` if nothing does."""
    name = bundle.config.task
    reader = get_task(name).files.reader if name else None
    if reader is None:
        raise UsageError(f"{bundle.folder}: its task reads no files")
    return reader


def _division(reader: Callable[..., Any], options: Mapping[str, Any]) -> Division:
    """Return how runs of a reader are divided.

    Raises
    ------
    UsageError
        If they cannot be, with these options or at all.
    """
    division = division_of(reader)
    if division is None:
        raise UsageError(
            "scheduler: rows of this task are made of all files together, as those of one star or "
            "of several detectors; predict without it, on the files of a few at once"
        )
    for name in division.undivided:
        if options.get(name):
            raise UsageError(f"{name}: is for runs without a scheduler, whose rows come in order")
    return division


def _in_one_piece(reader: Callable[..., Any], part_size: int | None) -> dict[str, Any]:
    """Return the option by which a part of rows is one table, and not joined of several."""
    return {"rows": part_size or ROWS_PER_PART} if "rows" in keyword_defaults(reader) else {}


def _runtime(bundles: Sequence[Bundle], runtime: RuntimeName) -> RuntimeName:
    """Return what runs the networks on all workers, so that it is not by chance."""
    return "onnx" if all(runs_onnx(bundle, runtime) for bundle in bundles) else "keras"


def _findable(bundle: str) -> str:
    """Return the name of a bundle, or its folder as it is found from anywhere."""
    return bundle if bundle in shipped_bundles() else str(Path(bundle).absolute())


def _about_files(paths: Sequence[Path]) -> dict[str, Any]:
    """Return what tells whether files are the same as before."""
    digest, nbytes = sha256(), 0
    for path in paths:
        about = os.stat(path)
        nbytes += about.st_size
        digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return {"number": len(paths), "bytes": nbytes, "sha256": digest.hexdigest()}
