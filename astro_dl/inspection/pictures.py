"""A picture of each candidate, as its task draws it; of images, the file itself."""

import io
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
        images are shown that the table's column ``file`` or ``id`` names, see `find_files`.
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
    images = [path for path in paths if path.suffix.lower() in IMAGES]
    for row, path in enumerate(find_files(_told_names(table), images)):
        if path is not None:
            yield row, _image(path)


def candidate_names(table: Table) -> list[str]:
    """Return what candidates are called: by the column ``file`` or ``id``, or their numbers.

    Folders are left out where the names of the files alone tell all candidates apart.
    """
    told = _told_names(table)
    short = [Path(one).name for one in told]
    return short if len(set(short)) == len(set(told)) else told


def find_files(names: Sequence[str], paths: Sequence[Path]) -> list[Path | None]:
    """Return the file of each name, None where there is none or several may be meant.

    Parameters
    ----------
    names : sequence of str
        Of files, with as many of their folders as is known. The file is the one at this path, or
        the only one whose path ends so; or else the only one that is called so wherever it is,
        unless another of the names ends so, too.
    paths : sequence of Path
        The files.
    """
    known = defaultdict(list)
    for path in dict.fromkeys(Path(os.path.abspath(one)) for one in paths):
        known[path.name].append(path)
    different = Counter(Path(name).name for name in set(names))
    return [_file_of(Path(name), known[Path(name).name], different) for name in names]


def _file_of(name: Path, alike: Sequence[Path], different: Mapping[str, int]) -> Path | None:
    """Return the one of the files of the same name in any folder that is meant."""
    here = [path for path in alike if path == Path(os.path.abspath(name))]
    below = [path for path in alike if path.parts[-len(name.parts) :] == name.parts]
    anywhere = alike if different[name.name] == 1 else []
    return next((found[0] for found in (here, below, anywhere) if len(found) == 1), None)


def _told_names(table: Table) -> list[str]:
    for name in ("file", "id"):
        if name in table.colnames:
            return [str(one) for one in table[name]]
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
