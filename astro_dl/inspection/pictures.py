"""A picture of each candidate, as its task draws it; of images, the file itself."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from astropy.table import Table
from PIL import Image, UnidentifiedImageError

from astro_dl.core.errors import UsageError
from astro_dl.evaluation.figures.style import figure_png
from astro_dl.inference.protocol import Predictor

IMAGES = (".png", ".jpg", ".jpeg")
WIDEST = 640


def draw_pictures(
    predictor: Predictor[Any] | None, paths: Sequence[Path], table: Table
) -> Iterator[tuple[int, bytes]]:
    """Yield rows, from 0, and a PNG of each, in any order; rows without a picture are left out.

    Parameters
    ----------
    predictor : Predictor or None
        What made the table; its task's ``files.pictures`` draws. Without one, or without that,
        images are shown whose names are in the table's column ``id`` or ``file``.
    paths : sequence of Path
        The files that the table was made from.
    table : Table
        The candidates.

    Raises
    ------
    UsageError
        If a file cannot be read.
    """
    task = predictor.task if predictor is not None else None
    if task is not None and task.files.pictures is not None:
        for row, figure in task.files.pictures(predictor, paths, table):
            yield row, figure_png(figure)
        return
    by_name = {path.name: path for path in paths if path.suffix.lower() in IMAGES}
    for row, name in enumerate(candidate_names(table)):
        if name in by_name:
            yield row, _image(by_name[name])


def candidate_names(table: Table) -> list[str]:
    """Return what candidates are called: by the column ``file`` or ``id``, or their numbers."""
    for name in ("file", "id"):
        if name in table.colnames:
            return [Path(str(one)).name for one in table[name]]
    return [str(number) for number in range(1, len(table) + 1)]


def _image(path: Path) -> bytes:
    try:
        with Image.open(path) as image:
            image.thumbnail((WIDEST, WIDEST))
            png = io.BytesIO()
            image.convert("RGB").save(png, "png", optimize=True)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        raise UsageError(f"{path}: not readable as an image ({error})") from None
    return png.getvalue()
