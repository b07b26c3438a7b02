"""`inspect`: a table of candidates as a page on which they are looked at and graded."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.files import atomic_path
from astro_dl.core.shipped import shipped_bundles
from astro_dl.inference.load import load_pretrained
from astro_dl.inference.predictor import Predictor
from astro_dl.inspection.page import render_page
from astro_dl.inspection.pictures import candidate_names, draw_pictures
from astro_dl.observations.tables.read import read_table

MOST = 500
MOST_GRADES = 9
UNSURE = "unsure"


@dataclass(frozen=True)
class Inspection:
    """A page.

    Parameters
    ----------
    page : Path
        The HTML file.
    candidates, pictures : int
        How many of each are on it.
    grades : tuple of str
        What can be given.
    """

    page: Path
    candidates: int
    pictures: int
    grades: tuple[str, ...]


def inspect(
    table: str | Path | Table,
    files: Sequence[str | Path] = (),
    out: str | Path = "candidates.html",
    bundle: str | Path | None = None,
    grades: Sequence[str] = (),
    limit: int = MOST,
) -> Inspection:
    """Write a page on which candidates are looked at, sorted, filtered, and graded by keyboard.

    The page is one file that works without a server or a network. Its grades are exported as a CSV
    table with the columns ``file`` and ``grade``, which are labels for a training.

    Parameters
    ----------
    table : str, Path or Table
        What a prediction gave; the first rows, `limit` at most, are shown.
    files : sequence of path
        What it was made from: cutouts, light curves, strain, or images.
    out : str or Path
        The HTML file.
    bundle : str or Path, optional
        The bundle that made the table, where its header does not name one that is shipped.
    grades : sequence of str
        At most nine; default the classes of the bundle, or else ``yes`` and ``no``, and ``unsure``.
    limit : int, default 500
        Most rows.

    Returns
    -------
    Inspection

    Raises
    ------
    UsageError
        If the table or a file cannot be read, the table has no rows, or grades are unfit.
    """
    out = Path(out)
    rows = table if isinstance(table, Table) else read_table(table)
    if not len(rows):
        raise UsageError(f"{_name(table)} has no rows to inspect")
    if limit < 1:
        raise UsageError(f"limit is {limit}; accepted: 1 and above")
    rows = rows[:limit]
    predictor = _predictor(rows, bundle)
    given = tuple(grades) or _usual_grades(predictor)
    if len(set(given)) < len(given) or not 1 <= len(given) <= MOST_GRADES or "" in given:
        raise UsageError(f"grades {', '.join(given)}; accepted: one to nine, all different")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")
    pictures = dict(draw_pictures(predictor, [Path(one) for one in files], rows))
    names = candidate_names(rows)
    page = render_page(f"{len(rows)} candidates of {_name(table)}", rows, names, pictures, given)
    with atomic_path(out) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return Inspection(out, len(rows), len(pictures), given)


def _predictor(table: Table, bundle: str | Path | None) -> Predictor[Any] | None:
    """Return what made a table: the bundle that is named, or the shipped one of its header."""
    header = table.meta.get("model", "")
    name = bundle if bundle is not None else header if header in shipped_bundles() else None
    return None if name is None else load_pretrained(name)


def _usual_grades(predictor: Predictor[Any] | None) -> tuple[str, ...]:
    classes = predictor.head.classes if predictor is not None else ()
    found = classes[: MOST_GRADES - 1] or ("yes", "no")
    return tuple(dict.fromkeys((*found, UNSURE)))


def _name(table: str | Path | Table) -> str:
    return "the table" if isinstance(table, Table) else Path(table).name
