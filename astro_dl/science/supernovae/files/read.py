"""The one door to files of photometry: which reader a file is for."""

from collections.abc import Iterator
from pathlib import Path

from astro_dl.core.errors import UsageError
from astro_dl.science.supernovae.files.long_table import read_long_table
from astro_dl.science.supernovae.files.photometry import Photometry
from astro_dl.science.supernovae.files.snana import (
    is_snana_fits,
    is_snana_text,
    read_snana_fits,
    read_snana_text,
)


def read_photometry(path: Path, zero_point: float | None = None) -> Iterator[Photometry]:
    """Yield the objects of a file: SNANA text, a SNANA ``HEAD.FITS`` table, or a long table.

    Parameters
    ----------
    path : Path
        The file.
    zero_point : float, optional
        Magnitude of a flux of one, of tables that don't tell.

    Raises
    ------
    UsageError
        If the file cannot be read, or a zero point is given for a file that has its own.
    """
    snana_text = not is_snana_fits(path) and is_snana_text(path)
    if (snana_text or is_snana_fits(path)) and zero_point is not None:
        raise UsageError(f"{path}: files of SNANA tell their zero point; leave zero_point out")
    if snana_text:
        yield read_snana_text(path)
    elif is_snana_fits(path):
        yield from read_snana_fits(path)
    else:
        yield from read_long_table(path, zero_point)
