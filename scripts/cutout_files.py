"""Files of cutouts of noise, as a network of lenses takes them, to measure how fast it answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

DISTINCT = 1000
APART = 3
RECORD = 2880


def coordinates(scale_arcsec: float) -> fits.Header:
    """Return the header of a tangential projection."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = [150.0, 2.0], [1.0, 1.0]
    wcs.wcs.cdelt = [-scale_arcsec / 3600, scale_arcsec / 3600]
    return wcs.to_header()


def separate_files(folder: Path, predictor: Any, n: int) -> tuple[list[Path], dict[str, Any]]:
    """Write one file per cutout, as surveys' servers give them."""
    planes = _planes(predictor, predictor.input_spec.contract["bands"])
    first = folder / "0.fits"
    fits.HDUList([fits.PrimaryHDU(), *planes]).writeto(first)
    content, card = first.read_bytes(), b"CRVAL1  =                150.0"
    assert content.count(card) == len(planes)
    paths = [folder / f"{k}.fits" for k in range(n)]
    first.unlink()
    for k, path in enumerate(paths):
        if k < DISTINCT:
            path.write_bytes(content.replace(card, b"CRVAL1  =%21.6f" % (150 + k / n)))
        else:
            path.hardlink_to(paths[k % DISTINCT])
    return paths, {}


def one_file_of_extensions(
    folder: Path, predictor: Any, n: int
) -> tuple[list[Path], dict[str, Any]]:
    """Write all cutouts into one file, with an extension for each of them and each band."""
    contract = predictor.input_spec.contract
    names = [f"{0:08d}_{band}" for band in contract["bands"]]
    path = folder / "extensions.fits"
    fits.HDUList([fits.PrimaryHDU(), *_planes(predictor, names)]).writeto(path)
    content = path.read_bytes()
    first, object_ = content[:RECORD], content[RECORD:]
    with path.open("wb") as file:
        file.write(first)
        for k in range(n):
            file.write(object_.replace(b"'%08d_" % 0, b"'%08d_" % k))
    return [path], {}


def one_table(folder: Path, predictor: Any, n: int) -> tuple[list[Path], dict[str, Any]]:
    """Write all cutouts into the rows of one table, with a column for each band."""
    size, contract = predictor.input_spec.shape[0], predictor.input_spec.contract
    rng = np.random.default_rng(0)
    columns = [fits.Column("ID", "J", array=np.arange(n))]
    for band in contract["bands"]:
        pixels = rng.standard_normal((n, size, size), np.float32)
        columns.append(
            fits.Column(f"IMAGE_{band}", f"{size**2}E", dim=f"({size},{size})", array=pixels)
        )
    path = folder / "table.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(path)
    return [path], {"pixel_scale_arcsec": contract["pixel_scale_arcsec"]}


def _planes(predictor: Any, names: Sequence[str]) -> list[fits.ImageHDU]:
    """Return an extension of noise for each name."""
    size, contract = predictor.input_spec.shape[0], predictor.input_spec.contract
    header = coordinates(contract["pixel_scale_arcsec"])
    rng = np.random.default_rng(0)
    return [
        fits.ImageHDU(rng.normal(size=(size, size)).astype(np.float32), header, name=name)
        for name in names
    ]


def survey_image(folder: Path, predictor: Any, n: int) -> tuple[list[Path], dict[str, Any]]:
    """Write one image per band, and a catalogue of positions in it."""
    (size, _, _), contract = predictor.input_spec.shape, predictor.input_spec.contract
    side = int(np.ceil(np.sqrt(n))) * (size // APART) + size
    header = coordinates(contract["pixel_scale_arcsec"])
    rng = np.random.default_rng(0)
    paths = []
    for band in contract["bands"]:
        paths.append(folder / f"field_{band}.fits")
        pixels = rng.standard_normal((side, side), np.float32)
        fits.PrimaryHDU(pixels, header).writeto(paths[-1])
    x, y = rng.uniform(size / 2, side - size / 2, (2, n))
    ra, dec = WCS(header).pixel_to_world_values(x, y)
    catalogue = folder / "positions.fits"
    Table({"id": np.arange(n), "ra": ra, "dec": dec}).write(catalogue)
    return paths, {"catalogue": str(catalogue)}
