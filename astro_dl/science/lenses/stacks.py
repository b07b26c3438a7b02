"""Cutouts in files of many: arrays (n, y, x, bands) of HDF5, npz, npy, Zarr or Parquet."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.galaxies.band_files import (
    Candidate,
    Cutout,
    pixels_needed,
    resampled_plane,
    scale_ratio,
)
from astro_dl.observations.images.band_images import band_in
from astro_dl.observations.images.cutouts import centre_crop
from astro_dl.observations.images.image_files import STACKS
from astro_dl.observations.images.pixels import observed
from astro_dl.observations.images.stacks import IMAGES, columns_beside
from astro_dl.observations.labelled.sources import Source


def is_stack(path: str | Path) -> bool:
    """Whether a file holds many cutouts in an array, by its ending."""
    return Path(path).suffix.lower() in STACKS


def read_stack(
    path: Path,
    bands: tuple[str, ...],
    size: int,
    pixel_scale_arcsec: float,
    own_bands: Sequence[str] | None = None,
    own_scale_arcsec: float | None = None,
    member: str = "",
) -> Iterator[tuple[Candidate, Cutout]]:
    """Yield the objects of a file of many, as `read_cutout` gives those of FITS files.

    One-dimensional arrays ``id``, ``ra`` and ``dec`` [deg] of the file tell which they are.

    Parameters
    ----------
    path : Path
        HDF5, npz, npy, Zarr or Parquet, with an array (n, y, x, bands), (n, bands, y, x) or, for
        one band, (n, y, x); see `astro_dl.observations.images.image_files.opened_arrays`.
    bands : tuple of str
        The network's.
    size : int
        Pixels along a side.
    pixel_scale_arcsec : float
        Width of the network's pixels ["].
    own_bands : sequence of str, optional
        The file's bands in their order; default the network's, which is flagged.
    own_scale_arcsec : float, optional
        Width of the file's pixels ["]; default the network's, which is flagged.
    member : str, optional
        Name of the array, where several could be meant.

    Raises
    ------
    UsageError
        If the file cannot be read, holds no such array, or lacks a band.
    """
    n = IMAGES.count(path, member)
    beside = Table()
    with suppress(UsageError):
        beside = columns_beside(path, n, member)
    names = [str(one) for one in _column(beside, "id", [f"{path.name}:{row}" for row in range(n)])]
    ra, dec = (_column(beside, name, np.full(n, np.nan)) for name in ("ra", "dec"))
    ratio = 1.0 if own_scale_arcsec is None else scale_ratio(pixel_scale_arcsec, own_scale_arcsec)
    assumed = ["pixel_scale_assumed"] * (own_scale_arcsec is None)
    assumed += ["band_order_assumed"] * (own_bands is None and len(bands) > 1)
    sources = [Source(path, name, row) for row, name in enumerate(names)]
    for source, image in IMAGES.read(sources, member):
        row = source.row
        order = _order(path, image.shape[2], bands, own_bands)
        where = Candidate(source.name, (), float(ra[row]), float(dec[row]), True, tuple(assumed))
        yield where, _cutout(image[..., order].astype(np.float64), size, ratio, assumed)


def _column(beside: Table, name: str, default: Any) -> Any:
    return beside[name] if name in beside.colnames else default


def _order(
    path: Path, count: int, bands: tuple[str, ...], own_bands: Sequence[str] | None
) -> list[int]:
    """Return where the network's bands are among a file's."""
    named = bands if own_bands is None else tuple(band_in(one) or one for one in own_bands)
    if len(named) != count or not set(bands) <= set(named):
        what = "are named" if own_bands is not None else "are what the network takes"
        raise UsageError(
            f"{path} has {count} bands, and {', '.join(named)} {what}; name those of the file by "
            f"the option bands, with {', '.join(bands)} among them"
        )
    return [named.index(one) for one in bands]


def _cutout(image: np.ndarray, size: int, ratio: float, assumed: Sequence[str]) -> Cutout:
    needed = pixels_needed(size, ratio)
    windows = [centre_crop(observed(plane), needed) for plane in np.moveaxis(image, 2, 0)]
    planes, sigmas = zip(*(resampled_plane(one, ratio, size) for one in windows), strict=True)
    cutout = np.stack(planes, axis=-1)
    height, width, _ = image.shape
    padded = min(height, width) < round(size * ratio)
    masked = np.isnan(cutout)
    flags = [*assumed, *["resampled"] * (not ratio.is_integer())]
    flags += ["non_square"] * (height != width) + ["padded"] * padded
    flags += ["masked_pixels"] * bool(masked.any() and not padded)
    return Cutout(cutout, np.array(sigmas), float(masked.mean()), tuple(flags))
