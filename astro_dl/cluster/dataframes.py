"""Predictions on the rows of frames that are divided already: Dask's, and catalogues of LSDB."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.bundles.bundle import load_bundle
from astro_dl.cluster.question import Network, loaded
from astro_dl.cluster.worker import working_in
from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.extras import import_extra
from astro_dl.core.reading.share import Share, division_of, reading_share
from astro_dl.core.registry import get_task
from astro_dl.inference.load import RuntimeName, runs_onnx


def map_partitions(
    frame: Any,
    bundle: str | Path,
    *,
    keep: Sequence[str] = (),
    runtime: RuntimeName = "auto",
    coverage: float | None = None,
    prior: Mapping[str, float] | None = None,
    **options: Any,
) -> Any:
    """Return predictions for the rows of a frame of Dask, or of a catalogue of LSDB, unevaluated.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame or lsdb.Catalog
        With the columns that the task of the bundle takes, see `astro_dl.task_info`.
    bundle : str or Path
        Name or folder of a bundle of a task on tables, which every worker loads once.
    keep : sequence of str
        Columns of the frame that the result has, too, before the others; those of positions where
        it shall be a catalogue again.
    runtime : {"auto", "keras", "onnx"}
        What runs the network, on all workers the same: by default what would here.
    coverage, prior
        As of `Predictor.predict`.
    **options
        Of the task, as ``columns="u=psfMag_u,g=psfMag_g"``.

    Returns
    -------
    dask.dataframe.DataFrame or lsdb.Catalog
        A row for each row, with its index: the columns of `Predictor.predict` but for ``id``,
        numbers in its units.

    Raises
    ------
    UsageError
        If Dask is not installed, the bundle or an option cannot be used, rows of the task are not
        independent of each other, or the frame lacks a column.

    Examples
    --------
    >>> import dask.dataframe as dd  # doctest: +SKIP
    >>> galaxies = dd.read_parquet("galaxies/*.parquet")  # doctest: +SKIP
    >>> redshifts = astro_dl.map_partitions(galaxies, "photoz_mdn")  # doctest: +SKIP
    """
    import_extra("dask.dataframe", "cluster")
    if not hasattr(frame, "map_partitions"):
        raise UsageError(
            f"a {type(frame).__name__} has no partitions; give a frame of Dask or LSDB"
        )
    opened = load_bundle(bundle)
    task = opened.config.task
    reader = get_task(task).files.reader if task else None
    division = None if reader is None else division_of(reader)
    if division is None or not division.rows:
        raise UsageError(f"{bundle}: task {task!r} is not one of rows of tables")
    for name in {"rows", "id_column", "hdu", "path", *division.undivided} & options.keys():
        raise UsageError(f"{name}: is for files, and not for frames; leave it out")
    example = getattr(frame, "_ddf", frame)._meta
    for name in keep:
        if name not in example.columns:
            raise unknown_name("column", name, map(str, example.columns))
    chosen: RuntimeName = "onnx" if runs_onnx(opened, runtime) else "keras"
    network = Network(
        ((str(opened.folder.absolute()), opened.sha256),),
        chosen,
        coverage=coverage,
        prior=tuple((prior or {}).items()),
    )
    function = partial(predict_frame, network=network, keep=tuple(keep), options=options)
    return frame.map_partitions(function, meta=function(example))


def predict_frame(
    frame: Any, network: Network, keep: Sequence[str], options: Mapping[str, Any]
) -> Any:
    """Return the predictions for the rows of a frame of pandas; of an empty one their columns."""
    known = frame if len(frame) else _unknown_row(frame)
    # An index with a name would become a column.
    plain = known.rename_axis(index=[None] * known.index.nlevels)
    with working_in("."), reading_share(Share(alone=True)):
        table = loaded(network).predict(plain, **options)
    table.remove_column("id")
    found = table.to_pandas()
    found.index = known.index
    for place, name in enumerate(keep):
        found.insert(place, name, known[name])
    return found.iloc[: len(frame)]


def _unknown_row(frame: Any) -> Any:
    """Return a frame of the same columns and one row, of which no number is known."""
    row = frame.reindex([0]) if frame.index.nlevels == 1 else frame
    for name in frame.columns:
        if frame[name].dtype.kind == "f":
            row[name] = np.full(1, np.nan, frame[name].dtype)
    return row
