"""Triplets of stamps in files: science, template and difference of one detection or of many.

FITS files hold one: three images by the names of their extensions, or else in this order, or a
cube. Arrays (npz, npy, HDF5, Zarr, columns of a FITS table) hold many: (n, y, x, 3), or three
arrays (n, y, x) by name. Alerts in Avro, as ZTF sends them, hold their stamps as FITS files within.
The difference is science minus template: ZTF turns it round where ``isdiffpos`` is false, which is
undone if it is told.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names, name_within
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_files import has_image, open_fits, read_image
from astro_dl.core.reading.many_files import may_fail
from astro_dl.observations.images.cutouts import centre_crop
from astro_dl.observations.images.image_files import (
    FITS,
    STACKS,
    holds_many,
    opened_arrays,
    refuse_empty,
)
from astro_dl.science.real_bogus.inputs import TRIPLET

ALERTS = (".avro",)
NAMES: Mapping[str, tuple[str, ...]] = {
    "science": ("science", "sci", "new", "image", "cutoutscience"),
    "template": ("template", "ref", "reference", "tmpl", "cutouttemplate"),
    "difference": ("difference", "diff", "sub", "cutoutdifference"),
}
"""What extensions and arrays are called, in small letters."""

FEWEST_PIXELS = 5
POSITIVE, NEGATIVE_WORDS = "isdiffpos", ("f", "false", "0")


@dataclass(frozen=True)
class Triplet:
    """The stamps of one detection.

    Parameters
    ----------
    id : str
        File name, with the number of the row where there are many; of alerts object and candidate.
    images : ndarray
        (y, x, 3) science, template and difference; NaN where there are no pixels.
    flags : tuple of str
        What had to be assumed.
    """

    id: str
    images: np.ndarray
    flags: tuple[str, ...] = ()


def read_triplets(
    paths: Sequence[str | Path], order: tuple[str, ...] = TRIPLET, member: str = ""
) -> Iterator[Triplet]:
    """Yield the triplets of files, in order.

    Parameters
    ----------
    paths : sequence of path
        FITS, npz, npy, HDF5, Zarr or Avro files.
    order : tuple of str, default ("science", "template", "difference")
        What the images are where names don't tell.
    member : str, optional
        Name of the array with all of them, where there are several.

    Raises
    ------
    UsageError
        If a file cannot be read, or does not hold three images for each detection, unless that is
        tolerated.
    """
    if sorted(order) != sorted(TRIPLET):
        raise UsageError(f"order is {', '.join(order)}; accepted: {', '.join(TRIPLET)}, permuted")
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    for path in files:
        with may_fail(path):
            for one in _triplets_of(path, order, member):
                yield replace(one, id=name_within(one.id, path, names))


def _triplets_of(path: Path, order: tuple[str, ...], member: str) -> Iterator[Triplet]:
    ending = path.suffix.lower()
    if ending in STACKS or holds_many(path):
        yield from _stacked(path, order, member)
    elif ending in FITS:
        yield _fits_triplet(path, order)
    elif ending in ALERTS:
        yield from _alerts(path)
    else:
        accepted = ", ".join((*FITS, *STACKS, *ALERTS))
        raise UsageError(f"{path}: ending {ending!r} holds no stamps; accepted: {accepted}")


def sized(triplet: Triplet, size: int) -> np.ndarray:
    """Return the images (size, size, 3) about the middle, NaN where there are no pixels."""
    return centre_crop(np.asarray(triplet.images, np.float64), size)


def _fits_triplet(path: Path, order: tuple[str, ...]) -> Triplet:
    with open_fits(path) as hdus:
        images = [(h.name, np.asarray(h.data)) for h in hdus if has_image(h)]
    cubes = [image for _, image in images if image.ndim == 3 and len(image) == len(order)]
    planes = [(name, image) for name, image in images if image.ndim == 2]
    flags: tuple[str, ...]
    if len(cubes) == 1 and not planes:
        named, flags = dict(zip(order, cubes[0], strict=True)), ("order_assumed",)
    else:
        named, flags = _named(planes, order, path)
    return Triplet(path.name, _together(named, path), flags)


def _named(
    planes: Sequence[tuple[str, Any]], order: tuple[str, ...], where: Path
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return three images by what they are, and what was assumed."""
    known = {word: name for name, words in NAMES.items() for word in words}
    told = [(known[name.lower()], image) for name, image in planes if name.lower() in known]
    named = dict(told)
    if len(told) == len(named) == len(order):
        return named, ()
    if not told and len(planes) == len(order):
        images = (image for _, image in planes)
        return dict(zip(order, images, strict=True)), ("order_assumed",)
    names = ", ".join(name or "no name" for name, _ in planes) or "none"
    raise UsageError(
        f"{where}: its images are {names}; accepted: three, called science, template and difference"
    )


def _together(named: Mapping[str, Any], where: str | Path) -> np.ndarray:
    """Return images (y, x, 3) in the order of the task, NaN where a pixel is not finite."""
    shapes = {name: np.shape(image) for name, image in named.items()}
    if len(set(shapes.values())) > 1:
        said = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise UsageError(f"{where}: the images differ in size: {said}")
    images = np.stack([np.asarray(named[name]) for name in TRIPLET], axis=-1)
    return _checked(images, where)


def _checked(images: np.ndarray, where: str | Path) -> np.ndarray:
    if images.dtype.kind not in "fiu":
        raise UsageError(f"{where}: {images.dtype} are no numbers of an image")
    if images.ndim != 3 or images.shape[2] != len(TRIPLET) or min(images.shape) < len(TRIPLET):
        raise UsageError(f"{where}: shape {images.shape}; accepted: (y, x, 3)")
    if min(images.shape[:2]) < FEWEST_PIXELS:
        raise UsageError(f"{where}: {images.shape[0]} × {images.shape[1]} pixels are no stamp")
    values = images.astype(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _upright(images: np.ndarray, positive: Any) -> np.ndarray:
    """Return images whose difference is science minus template, whatever ``isdiffpos`` says."""
    word = positive.decode() if isinstance(positive, bytes) else str(positive)
    if word.lower() in NEGATIVE_WORDS:
        images[..., 2] *= -1
    return images


def _stacked(path: Path, order: tuple[str, ...], member: str) -> Iterator[Triplet]:
    with opened_arrays(path) as arrays:
        many = {name: one for name, one in arrays.items() if one.ndim in (3, 4)}
        for one in many.values():
            refuse_empty(one, path)
        sign = next((name for name in arrays if name.lower() == POSITIVE), None)
        signs = None if sign is None else arrays[sign][:]
        if signs is not None and len(signs) != max((len(one) for one in many.values()), default=0):
            raise UsageError(f"{path}: {POSITIVE} has another length than the stamps")
        four = [name for name, one in many.items() if one.ndim == 4]
        if member or len(four) == 1:
            name = member or four[0]
            if name not in many:
                raise UsageError(f"{path}: no array {name!r}; it has {', '.join(arrays)}")
            yield from _rows_of(many[name], path, order, signs)
            return
        planes = [(name.rpartition("/")[2], one) for name, one in many.items() if one.ndim == 3]
        named, flags = _named(planes, order, path)
        if len({len(one) for one in named.values()}) > 1:
            raise UsageError(f"{path}: the three arrays differ in length")
        for k in range(len(named["science"])):
            with may_fail(f"{path}:{k}"):
                one = {name: stack[k] for name, stack in named.items()}
                images = _upright(
                    _together(one, f"{path}:{k}"), None if signs is None else signs[k]
                )
                yield Triplet(f"{path.name}:{k}", images, flags)


def _rows_of(
    stack: Any, path: Path, order: tuple[str, ...], signs: np.ndarray | None
) -> Iterator[Triplet]:
    if stack.ndim != 4 or stack.shape[3] != len(TRIPLET):
        raise UsageError(f"{path}: shape {stack.shape}; accepted: (n, y, x, 3)")
    columns = [order.index(name) for name in TRIPLET]
    for k in range(len(stack)):
        with may_fail(f"{path}:{k}"):
            images = _checked(np.asarray(stack[k])[:, :, columns], f"{path}:{k}")
            yield Triplet(f"{path.name}:{k}", _upright(images, None if signs is None else signs[k]))


def _alerts(path: Path) -> Iterator[Triplet]:
    """Yield the triplets of the alerts in an Avro file."""
    if find_spec("fastavro") is None:
        raise UsageError(f"{path}: Avro needs fastavro (pip install 'astro_dl[avro]')")
    import fastavro

    with reading(path, "Avro"), path.open("rb") as file:
        records = list(fastavro.reader(file))
    if not records:
        raise UsageError(f"{path}: holds no alert")
    for number, record in enumerate(records):
        with may_fail(f"{path}:{number}"):
            if not isinstance(record, dict):
                raise UsageError(f"{path}: record {number} is no alert")
            name = f"{record.get('objectId', path.name)}:{record.get('candid', number)}"
            named = {kind: _stamp_within(record, kind, path) for kind in TRIPLET}
            candidate = record.get("candidate")
            told = candidate.get(POSITIVE) if isinstance(candidate, dict) else None
            yield Triplet(name, _upright(_together(named, path), told))


def _stamp_within(record: Mapping[str, Any], kind: str, path: Path) -> np.ndarray:
    cutout = record.get(f"cutout{kind.capitalize()}")
    data = cutout.get("stampData") if isinstance(cutout, dict) else cutout
    if not isinstance(data, bytes):
        raise UsageError(f"{path}: an alert lacks cutout{kind.capitalize()}")
    with tempfile.NamedTemporaryFile(suffix=".fits") as file:
        file.write(data)
        file.flush()
        try:
            return read_image(file.name)
        except UsageError as error:
            reason = str(error).removeprefix(f"{file.name}: ")
            raise UsageError(f"{path}: {kind} stamp: {reason}") from None
