"""Images of any usual file: one (FITS, PNG, JPEG, npy), or many (HDF5, npz, npy, Zarr, Parquet).

A FITS file of no image but a table with images in its cells is one of many, too.

Whatever the file, an image is (y, x, bands). In arrays and cubes the bands are the first or the
last axis, whichever is shorter; in FITS cubes they are the first.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.files import STORES, atomic_path, file_stems
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_cells import TEXTS, ColumnArray, table_layout
from astro_dl.core.reading.fits_files import chosen_image, open_fits
from astro_dl.core.reading.fits_images import open_images
from astro_dl.core.reading.hdf5_files import open_hdf5

FITS, PICTURES = (".fits", ".fit", ".fts", ".gz"), (".png", ".jpg", ".jpeg")
HDF5, NUMPY, ZARR, PARQUET = (".h5", ".hdf5"), (".npy", ".npz"), STORES, (".parquet",)
SINGLE = (*FITS, *PICTURES, ".npy")
STACKS = (*HDF5, *NUMPY, *ZARR, *PARQUET)
GREY, COLOURS = ("1", "L", "I", "F", "I;16", "I;16B", "I;16L"), "RGB"
FEWEST_PIXELS = 4
OF_THE_ARRAY = ("BSCALE", "BZERO", "BLANK", "CHECKSUM", "DATASUM", "EXTNAME", "EXTVER")
"""Keywords that hold for the array of a file alone, not for what is made of it."""


def read_image_file(path: str | Path, hdu: int | str | None = None) -> np.ndarray:
    """Return the image of a file (y, x, bands), in the file's numbers.

    Parameters
    ----------
    path : str or Path
        FITS, plain or compressed; PNG or JPEG, transparency left out; npy.
    hdu : int or str, optional
        Number or name of the extension of a FITS file; default the first with an image.

    Raises
    ------
    UsageError
        If it cannot be read, or holds no image of two axes or of two and bands.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending in FITS:
        return as_image(fits_array(path, hdu), path, first=True)
    if ending in PICTURES:
        return as_image(_picture(path), path)
    if ending in NUMPY:
        with opened_arrays(path) as arrays:
            return as_image(np.asarray(arrays[only_array(arrays, "", path, (2, 3))]), path)
    raise UsageError(
        f"{path}: ending {ending!r} names no file of one image; accepted: {', '.join(SINGLE)}"
    )


def as_image(array: np.ndarray, where: str | Path, first: bool = False) -> np.ndarray:
    """Return an array of two axes, or of two and bands, as (y, x, bands).

    Parameters
    ----------
    array : ndarray
        Of numbers.
    where : str or Path
        What messages call it.
    first : bool, default False
        Whether bands come first; else they are the shorter of the first and the last axis.

    Raises
    ------
    UsageError
        If it has other axes, is smaller than 4 × 4 pixels, or holds no numbers.
    """
    if array.dtype.kind not in "fiub" or array.ndim not in (2, 3):
        raise UsageError(
            f"{where}: {array.dtype} of shape {array.shape} is no image; accepted: numbers of two "
            "axes, or of two axes and bands"
        )
    image = array[..., None] if array.ndim == 2 else array
    if array.ndim == 3 and (first or array.shape[0] < array.shape[2]):
        image = np.moveaxis(array, 0, 2)
    if min(image.shape[:2]) < FEWEST_PIXELS or not image.shape[2]:
        raise UsageError(f"{where}: {image.shape[0]} × {image.shape[1]} pixels are no image")
    return image


@contextmanager
def opened_arrays(path: str | Path) -> Iterator[Mapping[str, Any]]:
    """Give the arrays of an HDF5, npz, npy, Zarr or Parquet file, or table of FITS, by name.

    Those of HDF5, npy, Zarr and FITS are read when indexed. A column of Parquet is an array where
    its rows are alike: numbers, tensors of Arrow, or lists of equal lengths.

    Raises
    ------
    UsageError
        If it cannot be read, its ending is another one, or what reads it is not installed.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending in HDF5:
        with open_hdf5(path) as file:
            yield _members(file)
    elif ending in ZARR:
        yield _zarr_arrays(path)
    elif ending in PARQUET:
        yield _parquet_arrays(path)
    elif ending in FITS:
        with open_images(path) as opened:
            yield _columns(opened, path)
    elif ending == ".npz":
        with reading(path, "npz"), np.load(path, allow_pickle=False) as file:
            yield {name: file[name] for name in file.files}
    elif ending == ".npy":
        with reading(path, "npy"):
            yield {"": np.load(path, mmap_mode="r", allow_pickle=False)}
    else:
        raise UsageError(f"{path}: ending {ending!r} names no file of arrays; accepted: {STACKS}")


def holds_many(path: Path) -> bool:
    """Whether a file is a FITS file without an image, but with a table of images.

    Raises
    ------
    UsageError
        If it is a FITS file that cannot be read.
    """
    if path.suffix.lower() not in FITS:
        return False
    with open_images(path) as opened:
        return not any(map(_has_pixels, opened)) and any(map(_has_images, opened))


def only_array(
    arrays: Mapping[str, Any], wanted: str, path: str | Path, axes: tuple[int, ...]
) -> str:
    """Return the name of the array that holds examples.

    Raises
    ------
    UsageError
        If the wanted one is not there, or none is wanted and not exactly one has so many axes; or
        if it is empty.
    """
    name = _meant_array(arrays, wanted, path, axes)
    refuse_empty(arrays[name], path)
    return name


def refuse_empty(array: Any, path: str | Path) -> None:
    """Refuse an array without any number.

    Raises
    ------
    UsageError
        If it is one.
    """
    if 0 in array.shape:
        raise UsageError(f"{path}: an array of shape {array.shape} holds nothing")


def _meant_array(
    arrays: Mapping[str, Any], wanted: str, path: str | Path, axes: tuple[int, ...]
) -> str:
    if wanted:
        if wanted not in arrays:
            raise UsageError(f"{path}: {unknown_name('array', wanted, arrays)}")
        return wanted
    found = [name for name, one in arrays.items() if one.ndim in axes and one.dtype.kind in "fiu"]
    if len(found) != 1:
        shapes = ", ".join(f"{name or 'array'} {one.shape}" for name, one in arrays.items())
        said = " or ".join(map(str, axes))
        raise UsageError(
            f"{path}: {len(found)} arrays of {said} axes could be meant; say which by --path; "
            f"it has: {shapes or 'none'}"
        )
    return found[0]


def fits_array(path: Path, hdu: int | str | None) -> np.ndarray:
    """Return the array of a FITS file's extension, of the first that has one where none is named.

    Raises
    ------
    UsageError
        If it cannot be read, or has no array.
    """
    with open_fits(path) as hdus:
        return np.squeeze(np.asarray(chosen_image(hdus, path, hdu)[1].data))


def _has_pixels(hdu: Any) -> bool:
    return bool(getattr(hdu, "is_image", False) and hdu.shape)


def _has_images(hdu: Any) -> bool:
    layout = table_layout(hdu)
    return layout is not None and any(one.is_image for one in layout.columns.values())


def _columns(opened: Any, path: Path) -> dict[str, ColumnArray]:
    """Return the columns of numbers and texts of the only table that has images in a FITS file."""
    tables = [one for one in opened if _has_images(one)]
    if len(tables) != 1:
        raise UsageError(f"{path}: {len(tables)} tables with images; accepted: one")
    columns = table_layout(tables[0]).columns  # type: ignore[union-attr]
    return {
        name: ColumnArray(tables[0], name)
        for name, column in columns.items()
        if column.is_number or column.letter in TEXTS
    }


def _picture(path: Path) -> np.ndarray:
    from PIL import Image

    with reading(path, "PNG or JPEG"), Image.open(path) as picture:
        return np.array(picture if picture.mode in GREY else picture.convert(COLOURS))


def _members(file: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def note(name: str, member: Any) -> None:
        if getattr(member, "ndim", 0):
            found[name] = member

    file.visititems(note)
    return found


def _zarr_arrays(path: Path) -> dict[str, Any]:
    if find_spec("zarr") is None:
        raise UsageError(f"{path}: Zarr needs zarr (pip install 'astro_dl[zarr]')")
    import zarr

    if not path.is_dir():
        raise UsageError(f"{path}: no such Zarr folder")
    try:
        group = zarr.open(str(path), mode="r")
        return (
            dict(sorted(group.arrays(), key=itemgetter(0)))
            if isinstance(group, zarr.Group)
            else {"": group}
        )
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise UsageError(f"{path}: cannot be read as Zarr ({error})") from error


def _parquet_arrays(path: Path) -> dict[str, Any]:
    if find_spec("pyarrow") is None:
        raise UsageError(f"{path}: Parquet needs pyarrow (pip install pyarrow)")
    from pyarrow import parquet

    with reading(path, "Parquet"), parquet.ParquetFile(path) as file:
        table = file.read()
        columns = {name: table[name].combine_chunks() for name in table.column_names}
        found = {name: _array_of(column) for name, column in columns.items()}
    return {name: array for name, array in found.items() if array is not None}


def _array_of(column: Any) -> np.ndarray | None:
    """Return a column of Arrow as an array, None where its rows are not alike."""
    from pyarrow import FixedShapeTensorArray, compute, types

    if isinstance(column, FixedShapeTensorArray):
        return np.asarray(column.to_numpy_ndarray())
    shape = [len(column)]
    while types.is_list(column.type) or types.is_fixed_size_list(column.type):
        lengths = compute.unique(compute.list_value_length(column))
        if len(lengths) != 1 or not lengths[0].as_py():
            return None
        shape.append(lengths[0].as_py())
        column = column.flatten()
    return np.asarray(column.to_numpy(zero_copy_only=False)).reshape(shape)


def derived_files(
    folder: str | Path | None, names: Mapping[Path, str], ending: str
) -> dict[Path, Path]:
    """Return where what is made of each file goes, nothing without a folder.

    Parameters
    ----------
    folder : str or Path, optional
        Where they go.
    names : mapping of Path to str
        Of the files that are read, as `astro_dl.core.files.distinct_names` gives them.
    ending : str
        After the stems of these names, as ``_sharp.fits``.

    Raises
    ------
    UsageError
        If one of the files that are read would be overwritten.
    """
    if folder is None:
        return {}
    stems = file_stems(list(names))
    found = {path: Path(folder) / f"{stem}{ending}" for path, stem in stems.items()}
    read = {path.resolve() for path in names}
    for target in found.values():
        if target.resolve() in read:
            raise UsageError(f"{target} is one of the files that are read; give another folder")
    return found


def derived_header(header: fits.Header) -> fits.Header:
    """Return the header of what is made of an image, pixel by pixel: coordinates and history."""
    kept = header.copy(strip=True)
    for keyword in OF_THE_ARRAY:
        kept.remove(keyword, ignore_missing=True)
    return kept


def write_hdus(target: Path, hdus: list[Any]) -> None:
    """Write a FITS file whole or not at all; its folder is made."""
    with atomic_path(target) as temporary:
        fits.HDUList(hdus).writeto(temporary, overwrite=True)
