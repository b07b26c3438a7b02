"""Spectra as IRAF writes them: bands of flux and its error, and wavelengths in texts.

Valdes (1993), ASP Conf. Ser. 52, 467, "The IRAF/NOAO Spectral World Coordinate Systems".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev, legendre

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import keyword_number
from astro_dl.observations.spectra.units import in_angstroms

Array = np.ndarray

SPECTRAL = ("LINEAR", "MULTISPE")
CARD = 68
"""Letters of a card; blanks at its end are lost in FITS, but part of the text."""

SPECTRUM = re.compile(r'spec(\d+)\s*=\s*"([^"]*)"')
UNITS = re.compile(r"units=(\w+)")
LINEAR, LOGARITHMIC, FITTED = 0, 1, 2
SERIES = {1: chebyshev.chebval, 2: legendre.legval}
"""Kinds of fitted wavelengths that are read, of six."""

BEFORE_FUNCTIONS, BEFORE_COEFFICIENTS = 9, 6
MOST_TERMS = 50


def has_bands(hdu: Any) -> bool:
    """Whether an image of three axes holds bands, the first of which is the flux."""
    shape, header = hdu.data.shape, hdu.header
    named = "BANDID1" in header or str(header.get("CTYPE1", "")).strip().upper() in SPECTRAL
    # Of one spectrum, bands are known by the middle axis alone: a cube has pixels along it.
    return len(shape) == 3 and shape[0] > 1 and named and ("BANDID1" in header or shape[1] == 1)


def error_band(hdu: Any) -> Array | None:
    """Return the standard errors (rows, pixels) that a header names, NaN where not above zero.

    None where it names none, or where no error is above zero: they were not computed.
    """
    for number, band in enumerate(hdu.data, start=1):
        if str(hdu.header.get(f"BANDID{number}", "")).strip().lower().startswith("sigma"):
            error = np.where(band > 0, band, np.nan).astype(np.float64)
            return error if np.isfinite(error).any() else None
    return None


def has_multispec(header: Mapping[str, Any]) -> bool:
    """Whether wavelengths are told by texts, of each row."""
    return str(header.get("CTYPE1", "")).strip().upper() == "MULTISPE"


def multispec_wavelengths(path: Path, header: Mapping[str, Any], rows: int, pixels: int) -> Array:
    """Return the wavelengths [Å] of spectra (rows, pixels), NaN beyond the end of one.

    Linear and logarithmic ones, and fits of Chebyshev and Legendre polynomials.

    Raises
    ------
    UsageError
        If a row has none, or of another kind, or they cannot be read.
    """
    told = dict(SPECTRUM.findall(_text(header, 2)))
    place = np.arange(1, pixels + 1)
    start, step = (
        keyword_number(header, key, path, default)
        for key, default in (("LTV1", 0.0), ("LTM1_1", 1.0))
    )
    if not step:
        raise UsageError(f"{path}: LTM1_1 is 0; accepted: another number")
    unit = UNITS.search(_text(header, 1))
    found = []
    for row in range(1, rows + 1):
        try:
            one = _Dispersion.read(told[str(row)])
        except (KeyError, ValueError, IndexError, OverflowError):
            raise UsageError(f"{path}: spec{row} of WAT2 has no wavelengths to be read") from None
        if one.kind not in (LINEAR, LOGARITHMIC) and not one.functions:
            raise UsageError(
                f"{path}: wavelengths of spec{row} are of kind {one.kind}; accepted: linear, "
                "logarithmic, Chebyshev and Legendre (others are resampled by dispcor)"
            )
        found.append(one.wavelengths((place - start) / step))
    return in_angstroms(np.array(found), unit[1] if unit else None, path)


def _text(header: Mapping[str, Any], axis: int) -> str:
    """Return the text that the cards of an axis share."""
    parts: list[str] = []
    while (key := f"WAT{axis}_{len(parts) + 1:03d}") in header:
        parts.append(str(header[key]).ljust(CARD))
    return "".join(parts)


@dataclass(frozen=True)
class _Series:
    """Wavelengths as a sum of polynomials, with a weight and a shift."""

    weight: float
    shift: float
    kind: int
    low: float
    high: float
    coefficients: tuple[float, ...]

    def at(self, pixel: Array) -> Array:
        middle, half = (self.high + self.low) / 2, (self.high - self.low) / 2
        value = SERIES[self.kind]((pixel - middle) / half, np.array(self.coefficients))
        return self.weight * (self.shift + value)


@dataclass(frozen=True)
class _Dispersion:
    """What is told of one spectrum."""

    kind: int
    first: float
    step: float
    valid: int
    redshift: float
    functions: tuple[_Series, ...]

    @classmethod
    def read(cls, text: str) -> "_Dispersion":
        """Return what a text tells; no functions where one is of a kind that is not read.

        Raises
        ------
        ValueError, IndexError, OverflowError
            If numbers are missing, or are none.
        """
        words = text.split()
        kind, valid = int(words[2]), int(float(words[5]))
        first, step, redshift = (float(words[k]) for k in (3, 4, 6))
        if not redshift > -1:
            raise ValueError(redshift)
        functions: list[_Series] = []
        rest = words[BEFORE_FUNCTIONS:] if kind == FITTED else []
        while rest:
            weight, shift, series, terms, low, high = map(float, rest[:BEFORE_COEFFICIENTS])
            if series not in SERIES or not 1 <= terms <= MOST_TERMS or high == low:
                return cls(kind, first, step, valid, redshift, ())
            end = BEFORE_COEFFICIENTS + int(terms)
            numbers = tuple(map(float, rest[BEFORE_COEFFICIENTS:end]))
            if len(numbers) < terms:
                raise IndexError(terms)
            functions.append(_Series(weight, shift, int(series), low, high, numbers))
            rest = rest[end:]
        return cls(kind, first, step, valid, redshift, tuple(functions))

    def wavelengths(self, pixel: Array) -> Array:
        """Return the wavelengths at pixels that are counted from 1."""
        # What overflows is no wavelength, and is found to be none.
        with np.errstate(all="ignore"):
            if self.functions:
                told = np.sum([one.at(pixel) for one in self.functions], axis=0)
            else:
                told = self.first + self.step * (pixel - 1)
                told = 10.0**told if self.kind == LOGARITHMIC else told
            told = told / (1 + self.redshift)
        return np.where((pixel >= 1) & (pixel <= self.valid), told, np.nan)
