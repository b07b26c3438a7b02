"""Light curves in FITS tables, in text, and as objects of other packages."""

import re
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_files import is_number, keyword_number, open_fits
from astro_dl.observations.light_curves.light_curve import LightCurve, from_arrays
from astro_dl.observations.light_curves.names import (
    ANY_BIT,
    FLUX_NAMES,
    KEPLER_BAD,
    LAYOUTS,
    MAGNITUDE_NAMES,
    QUALITY_NAMES,
    TESS_BAD,
    TIME_NAMES,
    TIME_OFFSETS,
    Layout,
    read_title,
)
from astro_dl.observations.light_curves.text_files import read_text
from astro_dl.observations.light_curves.units import linear_flux
from astro_dl.observations.tables.times import in_days

IDENTIFIERS = {
    "TICID": "TIC",
    "TIC_ID": "TIC",
    "KEPLERID": "KIC",
    "EPIC_ID": "EPIC",
    "GAIADR3": "GAIA DR3",
}
CATALOGUE_NUMBER = re.compile(r"\b(TIC|KIC|EPIC|Gaia DR\d)[\s_-]*0*(\d+)\b", re.IGNORECASE)
MAGNITUDES = ("TESSMAG", "TMAG", "KEPMAG")
REFERENCES = {"BJDREF": 0.0, "JDREF": 0.0, "MJDREF": 2400000.5}
"""Cards of the zero of times, before I and F, and what makes them Julian dates [d]."""
SAME_ZERO_D = 0.01


def read_light_curve(source: Any) -> LightCurve:
    """Return the light curve in a file, or of an object with ``time`` and ``flux``.

    Parameters
    ----------
    source : path or object
        FITS (``.fits``, ``.fit``, also ``.gz``) with a table of times and fluxes, as SPOC, QLP,
        Kepler, K2, eleanor, TGLC and K2SFF make them; text (``.csv``, ``.txt``, ``.dat``,
        ``.tsv``) with a header or with times in the first and flux in the second column; or an
        object such as a lightkurve ``LightCurve``.

    Raises
    ------
    UsageError
        If it is no light curve, a column is missing, no point is finite, or a unit is not one of
        time or flux.
    """
    if not isinstance(source, str | Path):
        return _from_object(source)
    path = Path(source)
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    endings = [ending.lower() for ending in path.suffixes]
    if any(ending in endings for ending in (".fits", ".fit", ".fts")):
        return read_fits(path)
    if endings and endings[-1] in (".csv", ".txt", ".dat", ".tsv"):
        return read_text(path)
    raise UsageError(
        f"{path}: ending {path.suffix!r} is no light curve; accepted: .fits, .csv, .txt, .dat, .tsv"
    )


def is_light_curve(source: Any) -> bool:
    """Whether an object is one that `read_light_curve` reads."""
    return all(hasattr(source, name) for name in ("time", "flux"))


def _from_object(source: Any) -> LightCurve:
    """Read an object by its ``time`` and ``flux``, as lightkurve's, without importing it."""
    time, flux = getattr(source, "time", None), getattr(source, "flux", None)
    kind = type(source).__name__
    if time is None or flux is None:
        raise UsageError(
            f"a {kind} is no light curve; give a file, or an object with time and flux"
        )
    if hasattr(source, "columns") and "quality" in getattr(source, "columns", ()):
        good = np.asarray(_values(source["quality"])) == 0
    else:
        good = None
    meta = getattr(source, "meta", None) or {}
    label = str(getattr(source, "label", None) or meta.get("OBJECT") or kind)
    known = {str(key).upper(): value for key, value in dict(meta).items()}
    known.setdefault("OBJECT", label)
    days, offset = _times(time, label)
    return from_arrays(
        label,
        days,
        linear_flux(_values(flux), getattr(flux, "unit", None), label),
        good=good,
        offset=offset,
        numbers=_catalogue_numbers(known),
    )


def _times(time: Any, label: str) -> tuple[np.ndarray, float]:
    """Return times [d] of an astropy Time, a Quantity or an array, and their Julian zero."""
    scale = getattr(time, "format", "")
    offsets = {name.lower(): value for value, name in TIME_OFFSETS.items()} | {"jd": np.nan}
    if scale and scale not in offsets:
        return _values(time.jd), 0.0
    return in_days(_values(time), getattr(time, "unit", None), label), offsets.get(scale, np.nan)


def _values(column: Any) -> np.ndarray:
    """Return the plain numbers of an astropy Time, Quantity, masked column or array."""
    plain = getattr(column, "value", column)
    return np.ma.filled(np.ma.asarray(plain, np.float64), np.nan)


def read_fits(path: Path) -> LightCurve:
    """Return the light curve of a FITS file; see `read_light_curve`.

    Of the makers in `astro_dl.observations.light_curves.names.LAYOUTS` the first whose columns are
    there is taken, and of its fluxes the first with finite values, without the cadences that its
    columns of quality rule out; else the columns are found by the names that text may have, too.

    Raises
    ------
    UsageError
        If it is no FITS file, no table of it has times and one of these fluxes, or a unit is none
        of time or flux.
    """
    with open_fits(path) as hdus:
        return _from_hdus(path, hdus)


def _from_hdus(path: Path, hdus: Any) -> LightCurve:
    found = next(((hdu, layout) for hdu in hdus if (layout := _layout(hdu))), None)
    if found is None:
        raise _no_light_curve(path, hdus)
    table, layout = found
    candidates = [name for name in layout.fluxes if _is_series(table, name)]
    fluxes = {name: _column(path, table, name) for name in candidates}
    flux = next((name for name in fluxes if np.isfinite(fluxes[name]).any()), candidates[0])
    header, primary = table.header, hdus[0].header
    merged = ChainMap(header, primary)
    time_unit = str(_unit(table, layout.time) or header.get("TIMEUNIT") or "d").lower()
    flux_unit = "mag" if flux.lower() in MAGNITUDE_NAMES else _unit(table, flux)
    magnitude = next((merged[key] for key in MAGNITUDES if is_number(merged.get(key))), np.nan)
    offset = _offset(path, merged, layout.time, time_unit)
    if not np.isfinite(offset) and layout.offset is not None:
        offset = layout.offset
    numbers = _catalogue_numbers(merged)
    return from_arrays(
        _name(path, merged, numbers),
        in_days(_column(path, table, layout.time), time_unit, str(path)),
        linear_flux(fluxes[flux], flux_unit, str(path)),
        good=_good(path, table, layout, merged),
        offset=offset,
        magnitude=float(magnitude),
        path=path,
        numbers=numbers,
    )


def _layout(hdu: Any) -> Layout | None:
    """Return how a table holds a light curve; None if it holds none."""
    columns = _columns(hdu)
    for layout in LAYOUTS:
        if layout.time in columns and any(_is_series(hdu, name) for name in layout.fluxes):
            return layout
    time = next((name.upper() for name in TIME_NAMES if _is_series(hdu, name.upper())), None)
    fluxes = [name.upper() for name in (*FLUX_NAMES, *MAGNITUDE_NAMES)]
    fluxes = [name for name in fluxes if _is_series(hdu, name)]
    bad: dict[str, int | None] = {name.upper(): ANY_BIT for name in QUALITY_NAMES}
    return Layout(time, tuple(fluxes), bad) if time and fluxes else None


def _no_light_curve(path: Path, hdus: Any) -> UsageError:
    tables = {hdu.name or "PRIMARY": _columns(hdu) for hdu in hdus}
    found = "; ".join(f"{name}: {', '.join(names) or 'no table'}" for name, names in tables.items())
    if not any(set(map(str.upper, TIME_NAMES)) & set(names) for names in tables.values()):
        return UsageError(
            f"{path}: no table with a column TIME; a light-curve file is needed, found: {found}"
        )
    accepted = ", ".join(name for layout in LAYOUTS for name in layout.fluxes)
    return UsageError(
        f"{path}: has no flux; accepted: {accepted} (one value for each time: target pixels are no "
        f"light curve), found: {found}"
    )


def _good(path: Path, table: Any, layout: Layout, header: Mapping[str, Any]) -> np.ndarray | None:
    """Return which cadences are of good quality; None where nothing is said."""
    kepler = "kepler" in str(header.get("TELESCOP", header.get("MISSION", ""))).lower()
    good = None
    for name in layout.bad.keys() & set(_columns(table)):
        bits = layout.bad[name]
        own = (KEPLER_BAD if kepler else TESS_BAD) if bits is None else bits
        marks = np.nan_to_num(_column(path, table, name), nan=ANY_BIT).astype(np.int64)
        spared = (marks & own) == 0
        good = spared if good is None else good & spared
    return good


def _columns(hdu: Any) -> list[str]:
    return [str(name).upper() for name in hdu.columns.names] if hasattr(hdu, "columns") else []


def _is_series(hdu: Any, name: str) -> bool:
    """Whether a table has a column of this name with one number a row."""
    columns = _columns(hdu)
    return name in columns and hdu.data.field(columns.index(name)).ndim == 1


def _column(path: Path, hdu: Any, name: str) -> np.ndarray:
    values = hdu.data.field(_columns(hdu).index(name))
    if values.dtype.kind not in "fiub" or values.ndim != 1:
        raise UsageError(f"{path}: column {name} holds no numbers, one for each time")
    return values.astype(np.float64)


def _unit(hdu: Any, name: str) -> str | None:
    unit = hdu.columns[_columns(hdu).index(name)].unit
    return None if unit is None else str(unit)


def _name(path: Path, header: Mapping[str, Any], numbers: tuple[str, ...]) -> str:
    """Return what to call the star: what holds its number, else its name, else the file's."""
    said = str(header.get("OBJECT") or "").strip()
    if numbers and not CATALOGUE_NUMBER.search(said):
        return numbers[0]
    return said or path.stem


def _catalogue_numbers(header: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the numbers of a star in catalogues, as ``"TIC 123"``, sorted."""
    k2 = "K2" in str(header.get("MISSION", "")).upper()
    said = CATALOGUE_NUMBER.search(str(header.get("OBJECT") or ""))
    found = {f"{said[1].upper()} {said[2]}"} if said else set()
    for key, catalogue in IDENTIFIERS.items():
        number = str(header.get(key, "")).strip()
        if number.isdigit() and int(number) > 0:
            own = "EPIC" if catalogue == "KIC" and (k2 or "EPIC" in "".join(found)) else catalogue
            found.add(f"{own} {int(number)}")
    return tuple(sorted(found))


def _offset(path: Path, header: Mapping[str, Any], column: str, unit: str) -> float:
    """Return the Julian date of time zero [d]; NaN where nothing tells it."""
    said = {"unit": read_title(unit).offset, "column's name": read_title(column).offset}
    # "BJD" alone is said of times that count from another date, too.
    zeros = {where: zero for where, zero in said.items() if zero}
    for card, julian in REFERENCES.items():
        if is_number(header.get(f"{card}I")):
            rest = keyword_number(header, f"{card}F", path, 0.0)
            zeros = {f"{card}I": julian + float(header[f"{card}I"]) + rest, **zeros}
            break
    if zeros and max(zeros.values()) - min(zeros.values()) > SAME_ZERO_D:
        told = ", ".join(f"JD {zero:.9g} by its {where}" for where, zero in zeros.items())
        raise UsageError(f"{path}: time zero of column {column} is {told}; make them agree")
    return next(iter(zeros.values()), np.nan)
