"""Files of SNANA (Kessler et al. 2009): text, one object each, and pairs of FITS tables.

FLUXCAL has the zero point that ``ZP_FLUXCAL`` says, and 27.5 in files of before there was such a
key. Keys that begin with ``SIM_`` are the truth of simulations, and never looked at.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.fits_files import open_fits
from astro_dl.science.supernovae.files.photometry import Photometry, cleaned, sound_redshift

OLD_ZERO_POINT = 27.5
HOST_REDSHIFTS = ("HOSTGAL_PHOTOZ", "HOST_GALAXY_PHOTO-Z", "REDSHIFT_FINAL", "REDSHIFT_HELIO")
BANDS = ("BAND", "FLT")
ERR = "_ERR"
FLUX, ERROR, TIME = "FLUXCAL", "FLUXCALERR", "MJD"
TEXT_BEGINS = ("SURVEY:", "SNID:", "DOCUMENTATION:")


def is_snana_text(path: Path) -> bool:
    """Whether a file begins as SNANA's text files do."""
    with reading(path), path.open("rb") as file:
        first = file.read(64).decode("ascii", "replace").lstrip()
    return first.startswith(TEXT_BEGINS)


def read_snana_text(path: Path) -> Photometry:
    """Return the object of a text file.

    Raises
    ------
    UsageError
        If a column or number is missing or none, or observations are missing of those that the file
        says it has.
    """
    keys: dict[str, str] = {}
    rows: list[list[str]] = []
    with reading(path, "SNANA text"):
        for line in path.read_text().splitlines():
            key, colon, rest = line.strip().partition(":")
            if key == "OBS" and colon:
                rows.append(rest.split())
            elif colon and not key.startswith("SIM_"):
                keys.setdefault(key, rest.split("#")[0].strip())
    names = keys.get("VARLIST", keys.get("VARNAMES", "")).split()
    band = next((name for name in BANDS if name in names), BANDS[0])
    for name in (TIME, band, FLUX, ERROR):
        if name not in names:
            raise UsageError(f"{path}: no column {name}; VARLIST has {', '.join(names) or 'none'}")
    for number, row in enumerate(rows, start=1):
        if len(row) < len(names):
            raise UsageError(
                f"{path}: observation {number} has {len(row)} of {len(names)} values; the file is "
                "cut off or damaged"
            )
    told = _number(keys["NOBS"], "NOBS", path) if "NOBS" in keys else 0
    if len(rows) < told:
        raise UsageError(
            f"{path}: {len(rows)} of {told:g} observations (NOBS); the file is cut off or damaged"
        )
    columns = {name: [row[names.index(name)] for row in rows] for name in (TIME, band, FLUX, ERROR)}
    time, flux, error = (
        np.array([_number(text, name, path) for text in columns[name]])
        for name in (TIME, FLUX, ERROR)
    )
    zero_point = _zero_point(keys, path)
    redshifts = (_with_error(keys, key, path) for key in HOST_REDSHIFTS if key in keys)
    return cleaned(
        keys.get("SNID", path.stem),
        time,
        np.array(columns[band], str),
        flux,
        error,
        zero_point,
        _first_sound(redshifts),
    )


def read_snana_fits(path: Path) -> Iterator[Photometry]:
    """Yield the objects of a table ``…HEAD.FITS``, whose points are in ``…PHOT.FITS`` beside it.

    Raises
    ------
    UsageError
        If that is missing, or a column, or rows that the head points to.
    """
    other = _beside(path)
    with open_fits(path) as head, open_fits(other) as photometry:
        objects, points = head[1].data, photometry[1].data
        headers = dict(head[0].header) | dict(head[1].header)
        names = [str(name) for name in objects.columns.names]
        own = [str(name) for name in points.columns.names]
        band = next((name for name in BANDS if name in own), BANDS[0])
        _check(names, ("SNID", "PTROBS_MIN", "PTROBS_MAX"), path)
        _check(own, (TIME, band, FLUX, ERROR), other)
        zero_point = _zero_point(headers, path)
        columns = [np.asarray(points[name], float) for name in (TIME, FLUX, ERROR)]
        letters = np.char.strip(np.asarray(points[band]).astype(str))
        keys = [name for name in HOST_REDSHIFTS if name in names]
        ends = zip(objects["PTROBS_MIN"], objects["PTROBS_MAX"], strict=True)
        for number, (first, last) in enumerate(ends):
            if not 1 <= first <= last + 1 <= len(points) + 1:
                raise UsageError(
                    f"{path}: object {number + 1} has rows {first} to {last} of {len(points)} in "
                    f"{other.name}; the two files don't belong together"
                )
            rows = slice(int(first) - 1, int(last))
            row = objects[number]
            redshifts = (
                (float(row[key]), float(row[key + ERR]) if key + ERR in names else 0.0)
                for key in keys
            )
            time, flux, spreads = (column[rows] for column in columns)
            yield cleaned(
                str(objects["SNID"][number]).strip(),
                time,
                letters[rows],
                flux,
                spreads,
                zero_point,
                _first_sound(redshifts),
            )


def is_snana_fits(path: Path) -> bool:
    """Whether a file is the head of a pair by its name."""
    return "HEAD.FITS" in path.name.upper()


def _beside(path: Path) -> Path:
    for old, new in (("HEAD", "PHOT"), ("head", "phot"), ("Head", "Phot")):
        other = path.with_name(new.join(path.name.rsplit(old, 1)))
        if other != path and other.is_file():
            return other
    raise UsageError(f"{path}: no table of points beside it; put …PHOT.FITS into the same folder")


def _check(names: list[str], wanted: tuple[str, ...], path: Path) -> None:
    for name in wanted:
        if name not in names:
            raise UsageError(f"{path}: no column {name}; it has {', '.join(names)}")


def _zero_point(keys: Mapping[str, Any], path: Path) -> float:
    if "ZP_FLUXCAL" not in keys:
        return OLD_ZERO_POINT
    return _number(str(keys["ZP_FLUXCAL"]).split()[0], "ZP_FLUXCAL", path)


def _with_error(keys: Mapping[str, str], key: str, path: Path) -> tuple[float, float]:
    """Return the numbers of ``0.35 +- 0.05``, or of a key and that of its error."""
    words = keys[key].replace("+-", " ").split()
    words = [*words, keys.get(key + ERR, "0")] if len(words) == 1 else words
    numbers = [_number(word, "the redshift", path) for word in words[:2]]
    value, error, *_ = [*numbers, 0.0, 0.0]
    return value, error


def _first_sound(redshifts: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return the first redshift that is one, with its error; zeros if none is."""
    return next((one for one in redshifts if sound_redshift(*one)[0]), (0.0, 0.0))


def _number(text: str, name: str, path: Path) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{path}: {name} is {text!r}; a number is needed") from None
