"""Spectra in FITS files: tables, and images whose rows are spectra."""

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.spectra.spectrum import (
    FLUXES,
    LOG_WAVELENGTHS,
    WAVELENGTHS,
    Medium,
    Spectrum,
    angstroms,
    from_columns,
    make_spectrum,
)

__all__ = ["read_fits_spectra"]

LARGEST_LOGARITHM = 10.0
VARIANCE_NAMES, ERROR_NAMES, IVAR_NAMES = ("VARIANCE", "VAR"), ("ERROR", "SIGMA"), ("IVAR",)
PROGRAMME = ("P", "")


def read_fits_spectra(path: Path, medium: Medium | None) -> list[Spectrum]:
    """Return the spectra of a FITS file; see `astro_dl.observations.spectra.spectrum.read_spectra`."""
    try:
        with fits.open(path, memmap=False) as hdus:
            return _from_hdus(path, hdus, medium)
    except (OSError, TypeError, ValueError, KeyError, IndexError) as error:
        if isinstance(error, UsageError):
            raise
        reason = " ".join(str(error).split())[:200]
        raise UsageError(f"{path}: cannot be read as a FITS spectrum ({reason})") from None


def _from_hdus(path: Path, hdus: Any, medium: Medium | None) -> list[Spectrum]:
    primary = hdus[0]
    if primary.data is not None and primary.data.ndim in (1, 2):
        return _from_image(path, hdus, medium)
    for hdu in hdus[1:]:
        names = {name.lower() for name in getattr(hdu, "columns", fits.ColDefs([])).names}
        if names & {*WAVELENGTHS, *LOG_WAVELENGTHS} and names & {*FLUXES}:
            table = Table.read(hdu)
            own = _medium({**dict(primary.header), **dict(hdu.header)})
            return [from_columns(path, path.name, table, medium, own)]
    found = ", ".join(hdu.name or "PRIMARY" for hdu in hdus)
    raise UsageError(
        f"{path}: no spectrum: neither an image of one or two axes nor a table with columns of "
        f"wavelength and flux; found: {found}"
    )


def _from_image(path: Path, hdus: Any, medium: Medium | None) -> list[Spectrum]:
    """Return the rows of an image; sky and unused fibres are left out where they are marked."""
    header = hdus[0].header
    flux = np.atleast_2d(hdus[0].data)
    by_name = {hdu.name.upper(): hdu for hdu in hdus[1:]}
    variance: np.ndarray | None
    if "COEFF0" in header and "VARIANCE" not in by_name and len(flux) > 1:
        # The rows of the first SDSS releases: flux, flux without continuum, error …
        by_name, variance, flux = {}, flux[2:3] ** 2, flux[:1]
    else:
        variance = _variance(by_name)
    if variance is not None and variance.shape != flux.shape:
        raise UsageError(f"{path}: fluxes {flux.shape} and variances {variance.shape} differ")
    wavelength = np.broadcast_to(_wavelengths(path, header, by_name, flux.shape[1]), flux.shape)
    names = _fibres(by_name, len(flux))
    own = medium or _medium(header)
    return [
        make_spectrum(
            path,
            f"{path.name}:{name}" if len(flux) > 1 else path.name,
            wavelength[row],
            flux[row],
            None if variance is None else variance[row],
            own,
        )
        for row, name in names.items()
    ]


def _variance(by_name: dict[str, Any]) -> np.ndarray | None:
    for name in by_name:
        data = by_name[name].data
        if name in VARIANCE_NAMES:
            return np.atleast_2d(data)
        if name in ERROR_NAMES:
            return np.atleast_2d(data) ** 2
        if name in IVAR_NAMES:
            inverse = np.atleast_2d(data)
            return np.where(inverse > 0, 1 / np.where(inverse > 0, inverse, 1), np.nan)
    return None


def _wavelengths(path: Path, header: Any, by_name: dict[str, Any], pixels: int) -> np.ndarray:
    """Return wavelengths (pixels,) or (rows, pixels) [Å], in the file's medium."""
    if "WAVELENGTH" in by_name:
        values = np.asarray(by_name["WAVELENGTH"].data, np.float64)
        unit = angstroms(by_name["WAVELENGTH"].header.get("BUNIT"), path)
        return 10**values if np.nanmax(values) < LARGEST_LOGARITHM else values * unit
    place = np.arange(pixels)
    if "COEFF0" in header:
        return 10 ** (header["COEFF0"] + header["COEFF1"] * place)
    step = header.get("CDELT1", header.get("CD1_1"))
    step = header.get("CD1_1", step) if step in (None, 1.0) else step
    if "CRVAL1" not in header or not step:
        raise UsageError(f"{path}: no wavelengths: neither CRVAL1 and CDELT1 nor COEFF0 is there")
    start, offset = header["CRVAL1"], place + 1 - header.get("CRPIX1", 1.0)
    if header.get("DC-FLAG") == 1 or start < LARGEST_LOGARITHM:
        return 10 ** (start + step * offset)
    unit = angstroms(header.get("CUNIT1"), path)
    if str(header.get("CTYPE1", "")).upper().endswith("-LOG"):
        # Greisen et al. (2006), A&A 446, 747, eq. 5
        return start * np.exp(step * offset / start) * unit
    return (start + step * offset) * unit


def _fibres(by_name: dict[str, Any], rows: int) -> dict[int, str]:
    """Return row number to name of the objects, without sky and unused fibres."""
    if "FIBRES" not in by_name or len(by_name["FIBRES"].data) != rows:
        return {row: str(row) for row in range(rows)}
    table = by_name["FIBRES"].data
    columns = {name.upper() for name in table.names}
    kinds = table["TYPE"] if "TYPE" in columns else [""] * rows
    names = table["NAME"] if "NAME" in columns else range(rows)
    chosen = {
        row: str(name).strip()
        for row, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if str(kind).strip().upper() in PROGRAMME
    }
    if not chosen:
        raise UsageError("no fibre is of type P: all are of the sky, or unused")
    return chosen


def _medium(header: Any) -> Medium | None:
    """Return what the wavelengths of a header are measured in; None if it does not say."""
    said = header.get("VACUUM")
    if said is not None:
        return "vacuum" if said in (True, 1, "T") else "air"
    kind = str(header.get("CTYPE1", "")).upper()
    if kind.startswith("AWAV"):
        return "air"
    if kind.startswith("WAVE") and not kind.startswith("WAVELENGTH"):
        return "vacuum"
    text = str(header.get("AIRORVAC", "")).lower()
    return {"air": "air", "vac": "vacuum", "vacuum": "vacuum"}.get(text)  # type: ignore[return-value]
