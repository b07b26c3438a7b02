"""Single exposures in FITS files, in electrons."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import chosen_image, is_number, open_fits
from astro_dl.observations.images.pixels import observed

GAIN_KEYWORDS = ("GAIN", "EGAIN", "CCDGAIN", "ATODGAIN", "GAIN1")
ELECTRONS = ("electron", "electrons", "e-", "e", "elec")
COUNTS = ("", "adu", "count", "counts", "dn")
FEWEST_PIXELS = 16


@dataclass(frozen=True)
class Exposure:
    """An image of which rows are read when they are asked for.

    Parameters
    ----------
    path : Path
        The file.
    data : ndarray, (H, W)
        As the file has it, perhaps mapped; NaN where nothing was observed.
    gain : float
        Electrons for each of its units.
    """

    path: Path
    data: np.ndarray
    gain: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.data.shape

    def electrons(self, rows: slice) -> np.ndarray:
        """Return some rows, float32 electrons."""
        return np.asarray(self.data[rows], np.float32) * np.float32(self.gain)


@contextmanager
def open_exposure(
    path: str | Path, hdu: int | str | None = None, gain: float | None = None
) -> Iterator[Exposure]:
    """Open a single exposure.

    Parameters
    ----------
    path : str or Path
        A FITS file.
    hdu : int or str, optional
        Number or name of the extension; default the first with an image.
    gain : float, optional
        Electrons for each unit of the file, instead of what its header says.

    Raises
    ------
    UsageError
        If the file cannot be read, holds no image of two axes, or does not tell its unit.
    """
    with open_fits(path, memmap=True) as hdus:
        name, one = chosen_image(hdus, path, hdu)
        if one.data.ndim != 2 or min(one.data.shape) < FEWEST_PIXELS:
            raise UsageError(
                f"{path}: extension {name} has shape {one.data.shape}; an exposure has two axes of "
                f"at least {FEWEST_PIXELS} pixels"
            )
        header = {**dict(hdus[0].header), **dict(one.header)}
        yield Exposure(Path(path), observed(one.data), _gain(header, path, gain))


def _gain(header: Mapping[str, Any], path: str | Path, given: float | None) -> float:
    if given is not None:
        if not 0 < given < np.inf:
            raise UsageError(
                f"gain is {given:g}; accepted: electrons per unit of the file, above 0"
            )
        return float(given)
    unit = str(header.get("BUNIT", "")).strip().lower()
    if unit in ELECTRONS:
        return 1.0
    if unit not in COUNTS:
        raise UsageError(
            f"{path}: its unit is {header['BUNIT']!r}; accepted: electrons, counts with a gain, or "
            "gain= with the electrons for one of its units"
        )
    for keyword in GAIN_KEYWORDS:
        value = header.get(keyword, 0)
        if is_number(value) and value > 0:
            return float(value)
    raise UsageError(
        f"{path}: the gain is not known: there is none of the keywords {', '.join(GAIN_KEYWORDS)}; "
        "give gain= with the electrons for one unit of the file"
    )
