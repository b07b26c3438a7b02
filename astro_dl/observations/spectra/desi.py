"""Coadded spectra of DESI: arms b, r and z of each target, joined in the middle of their overlaps.

The layout is that of the DESI data model, files ``coadd-*.fits`` and ``spectra-*.fits``: extensions
``<ARM>_WAVELENGTH``, ``<ARM>_FLUX``, ``<ARM>_IVAR``, ``<ARM>_MASK``, and ``FIBERMAP``.
"""

from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.observations.spectra.spectrum import Medium, Spectrum, make_spectrum

ARMS = ("B", "R", "Z", "BRZ")


def is_coadd(hdus: Any) -> bool:
    """Return whether a FITS file holds spectra as DESI gives them."""
    names = {hdu.name.upper() for hdu in hdus}
    return any({f"{arm}_WAVELENGTH", f"{arm}_FLUX"} <= names for arm in ARMS)


def read_coadd(path: Path, hdus: Any, medium: Medium | None) -> list[Spectrum]:
    """Return the spectra of targets, without those of the sky.

    Raises
    ------
    UsageError
        If no row is of a target, or the parts of an arm differ in shape.
    """
    by_name = {hdu.name.upper(): hdu for hdu in hdus}
    arms = [arm for arm in ARMS if f"{arm}_WAVELENGTH" in by_name and f"{arm}_FLUX" in by_name]
    parts = sorted((_arm(path, by_name, arm) for arm in arms), key=lambda part: part[0][0])
    wavelength, flux, variance = _joined(parts)
    names = _targets(path, by_name, len(flux))
    return [
        make_spectrum(
            path, f"{path.name}:{name}", wavelength, flux[row], variance[row], medium or "vacuum"
        )
        for row, name in names.items()
    ]


def _arm(path: Path, by_name: dict[str, Any], arm: str) -> tuple[np.ndarray, ...]:
    """Return wavelengths (pixels,) [Å], fluxes and variances (rows, pixels), NaN where bad."""
    wavelength = np.asarray(by_name[f"{arm}_WAVELENGTH"].data, np.float64)
    flux = np.atleast_2d(np.asarray(by_name[f"{arm}_FLUX"].data, np.float64))
    inverse = np.ones_like(flux)
    if f"{arm}_IVAR" in by_name:
        inverse = np.atleast_2d(np.asarray(by_name[f"{arm}_IVAR"].data, np.float64))
    good = inverse > 0
    if f"{arm}_MASK" in by_name:
        good = good & (np.atleast_2d(by_name[f"{arm}_MASK"].data) == 0)
    if not flux.shape == good.shape == (len(flux), len(wavelength)):
        raise UsageError(f"{path}: wavelengths, fluxes and errors of arm {arm} differ in shape")
    return wavelength, flux, np.where(good, 1 / np.where(inverse > 0, inverse, 1), np.nan)


def _joined(parts: list[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    low = -np.inf
    kept = []
    for number, (wavelength, flux, variance) in enumerate(parts):
        following = parts[number + 1][0] if number + 1 < len(parts) else None
        high = np.inf if following is None else 0.5 * (wavelength[-1] + following[0])
        inside = (wavelength > low) & (wavelength <= high)
        kept.append((wavelength[inside], flux[:, inside], variance[:, inside]))
        low = high
    return tuple(np.concatenate(column, axis=-1) for column in zip(*kept, strict=True))


def _targets(path: Path, by_name: dict[str, Any], rows: int) -> dict[int, str]:
    """Return row number to target of the rows that are not of the sky."""
    if "FIBERMAP" not in by_name or len(by_name["FIBERMAP"].data) != rows:
        return {row: str(row) for row in range(rows)}
    table = by_name["FIBERMAP"].data
    columns = {name.upper() for name in table.names}
    kinds = table["OBJTYPE"] if "OBJTYPE" in columns else ["TGT"] * rows
    names = table["TARGETID"] if "TARGETID" in columns else range(rows)
    chosen = {
        row: str(name)
        for row, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if str(kind).strip().upper() != "SKY"
    }
    if not chosen:
        raise UsageError(f"{path}: all fibres are of the sky")
    return chosen
