"""The door for objects: which there are, and the files that readers are given instead of them."""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from astro_dl.core.errors import UsageError
from astro_dl.inference.objects import images, spectra, strain, tables

NAMES = ("OBJECT", "TARGNAME", "LABEL", "NAME")
FILTERS = ("FILTER", "BAND")


@dataclass(frozen=True)
class Kind:
    """A kind of object.

    Parameters
    ----------
    fits : callable
        ``(object) -> bool``: whether an object is of it, by the attributes that it has.
    write : callable
        ``(object, path)``: writes it to a new file.
    ending : str
        Of the file.
    """

    fits: Callable[[Any], bool]
    write: Callable[[Any, Path], None]
    ending: str


KINDS = (
    Kind(strain.is_strain, strain.write_strain, ".hdf5"),
    Kind(spectra.is_spectrum, spectra.write_spectrum, ".fits"),
    Kind(tables.is_table, tables.write_table, ".fits"),
    Kind(images.is_image, images.write_image, ".fits"),
)
"""The first that fits counts: spectra are images of one axis, too."""


def is_object(given: Any) -> bool:
    """Whether something is an object that can be given to a reader as a file."""
    return any(kind.fits(given) for kind in KINDS) or all(
        hasattr(given, name) for name in ("time", "flux")
    )


@contextmanager
def as_files(
    sources: Sequence[Any], takes: Callable[[Any], bool] | None = None
) -> Iterator[list[Any]]:
    """Give the files of sources, where objects are written to files that are removed at the end.

    Parameters
    ----------
    sources : sequence of path or object
        Paths stay as they are.
    takes : callable, optional
        ``(object) -> bool``: which objects stay as they are, too.

    Yields
    ------
    list of path or object
        In the order of the sources. The names of files are those of the objects (``OBJECT`` in
        their header, or a name or label of their own, and their filter), else of their classes.

    Raises
    ------
    UsageError
        If an object cannot be written; errors of readers name the object in place of its file.
    """
    kept = [isinstance(one, str | Path) or (takes is not None and takes(one)) for one in sources]
    if all(kept):
        yield list(sources)
        return
    with TemporaryDirectory(prefix="objects-") as name:
        folder = Path(name)
        try:
            yield [
                one if stays else _written(one, folder)
                for one, stays in zip(sources, kept, strict=True)
            ]
        except UsageError as error:
            raise UsageError(str(error).replace(f"{folder}/", "")) from error


def _written(one: Any, folder: Path) -> Path:
    kind = next((kind for kind in KINDS if kind.fits(one)), None)
    if kind is None:
        raise UsageError(f"a {type(one).__name__} is no object that this task reads; give a file")
    name, number = _name(one), 1
    path = folder / f"{name}{kind.ending}"
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}{kind.ending}"
    with warnings.catch_warnings():
        # What of the header no file can hold is left out.
        warnings.simplefilter("ignore")
        kind.write(one, path)
    return path


def _name(one: Any) -> str:
    meta = getattr(one, "meta", None)
    if not isinstance(meta, Mapping):
        meta = getattr(one, "attrs", None)
    said = {str(key).upper(): value for key, value in dict(meta or {}).items()}
    candidates = [said.get(key) for key in NAMES]
    candidates += [getattr(one, "label", None), getattr(one, "name", None)]
    name = next((text for text in candidates if isinstance(text, str) and text.strip()), None)
    band = next((said[key] for key in FILTERS if isinstance(said.get(key), str)), "")
    words = [name or type(one).__name__, band]
    return re.sub(r"[^\w.+-]+", "-", "_".join(filter(None, words)))[:80]
