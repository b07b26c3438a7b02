"""Images: astropy's NDData and CCDData, sunpy's maps, ndcube's cubes, xarray's arrays."""

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.inference.objects.headers import header_of, unit_text

AXES = (2, 3)


def is_image(given: Any) -> bool:
    """Whether something has ``data`` and ``meta``, or named axes, two or three of them."""
    if all(hasattr(given, name) for name in ("data", "meta")):
        return np.ndim(given.data) in AXES
    named = all(hasattr(given, name) for name in ("dims", "coords", "values", "attrs"))
    return named and np.ndim(given.values) in AXES


def write_image(one: Any, path: Path) -> None:
    """Write an image as FITS: numbers, header, unit and coordinates.

    Parameters
    ----------
    one : object
        ``data`` (y, x) or (bands, y, x), ``meta``, and where it has them ``wcs``, ``unit`` and
        ``mask``; or ``values``, ``attrs`` and ``dims`` of an array with named axes. Masked pixels
        become NaN.
    path : Path
        The file.

    Raises
    ------
    UsageError
        If it holds no real numbers.
    """
    labelled = hasattr(one, "dims") and hasattr(one, "values")
    data = np.asarray(one.values if labelled else one.data)
    if data.dtype.kind not in "fiub":
        raise UsageError(f"a {type(one).__name__} of {data.dtype} is no image; numbers are needed")
    mask = None if labelled else getattr(one, "mask", None)
    if mask is not None and np.any(mask):
        data = np.where(mask, np.nan, data)
    header = header_of(one.attrs if labelled else one.meta)
    unit = one.attrs.get("units") if labelled else getattr(one, "unit", None)
    if unit_text(unit):
        header["BUNIT"] = unit_text(unit)
    coordinates: Any = getattr(one, "wcs", None)
    if "CTYPE1" not in header and hasattr(coordinates, "to_header"):
        header.update(coordinates.to_header(relax=True))
    fits.PrimaryHDU(_storable(data), header).writeto(path)


def _storable(data: np.ndarray) -> np.ndarray:
    """Return numbers of a type that FITS has: none of truth values and half precision."""
    if data.dtype.kind == "b":
        return data.astype(np.uint8)
    return data.astype(np.float32) if data.dtype == np.float16 else data
