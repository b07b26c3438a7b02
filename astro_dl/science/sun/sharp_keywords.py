"""Keywords of HMI's active-region patches (SHARP) as inputs, simulated or from daily records.

Bobra et al. (2014), Solar Physics 289, 3549, table 3, with the Lorentz forces of Fisher et al.
(2012). Date, place on the disc and quality are left out: the hour of a record tells how it was
chosen, not what the Sun does.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.observations.tables.columns import FILL_VALUES
from astro_dl.observations.tables.inputs import Column, file_columns, hide_values, standardise
from astro_dl.observations.tables.measured_distributions import KeywordTable, simulate_keywords
from astro_dl.observations.tables.read import read_table
from astro_dl.science.sun.simulation.sharp_statistics import KEYWORDS

LICENCE = "US-government data, public domain"
REFERENCE = "Bobra et al. (2014), Solar Physics 289, 3549"

KEYWORD_COLUMNS = (
    Column("TOTUSJH", "G2 / m", 2.65, 0.56, "log10", 1.5),
    Column("TOTBSQ", "G2", 10.0, 0.49, "log10", 1e8),
    Column("TOTPOT", "erg / cm", 22.8, 0.78, "log10", 5e19),
    Column("TOTUSJZ", "A", 13.0, 0.56, "log10", 2e10),
    Column("ABSNJZH", "G2 / m", 1.5, 0.73, "log10", 0.01),
    Column("SAVNCPP", "A", 12.3, 0.58, "log10", 2e8),
    Column("USFLUX", "Mx", 21.8, 0.55, "log10", 1e19),
    Column("AREA_ACR", "", 2.5, 0.54, "log10", 1.0),
    Column("TOTFZ", "1e23 dyn", -1.35, 1.1, "arcsinh", 500.0),
    Column("MEANPOT", "erg / cm3", 3.6, 0.35, "log10", 300.0),
    Column("R_VALUE", "", 2.7, 1.6),
    Column("EPSZ", "", -0.175, 0.17),
    Column("SHRGT45", "%", 20.0, 16.0),
    Column("MEANSHR", "deg", 31.0, 8.9),
    Column("MEANGAM", "deg", 39.0, 10.0),
    Column("MEANGBT", "G / Mm", 107.0, 23.0),
    Column("MEANGBZ", "G / Mm", 109.0, 22.0),
    Column("MEANGBH", "G / Mm", 52.0, 14.0),
    Column("MEANJZH", "G2 / m", 0.0, 0.9, "arcsinh", 0.005),
    Column("TOTFY", "1e23 dyn", 0.0, 1.45, "arcsinh", 500.0),
    Column("MEANJZD", "mA / m2", 0.0, 1.0, "arcsinh", 0.2),
    Column("MEANALP", "1 / Mm", 0.0, 0.7, "arcsinh", 0.02),
    Column("TOTFX", "1e23 dyn", 0.0, 2.0, "arcsinh", 500.0),
    Column("EPSY", "", 0.0, 0.09),
    Column("EPSX", "", 0.0, 0.15),
)
"""Totals span decades and are logarithms; signed sums are arcsinh; ``AREA_ACR`` is in millionths of
the hemisphere, ``R_VALUE`` the logarithm of a flux [Mx]."""

KEYWORD_FILE = file_columns(KEYWORD_COLUMNS, FILL_VALUES)


def keyword_inputs(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return inputs (n, 50) float32 from SHARP keywords, NaN where missing."""
    return standardise(KEYWORD_COLUMNS, values)


def simulate_records(
    tables: Sequence[KeywordTable],
    fractions: Sequence[float],
    n: int,
    rng: np.random.Generator,
    distinct: bool = True,
    hidden: bool = True,
) -> Examples:
    """Return n records, each of another region, drawn from the measured distributions.

    Parameters
    ----------
    tables : sequence of KeywordTable
        By class.
    fractions : sequence of float
        Of the classes.
    n : int
        Number of records.
    rng : numpy.random.Generator
        Determines everything.
    distinct : bool, default True
        Without, all records are of the first class, whatever their label.
    hidden : bool, default True
        Whether some values are missing, see `hide_values`.

    Returns
    -------
    Examples
        ``y`` the class, int32; ``info`` with ``noaa_ar`` (a random number) and ``USFLUX`` [Mx].
    """
    choice, draw = rng.spawn(2)
    y = choice.choice(len(fractions), n, p=fractions).astype(np.int32)
    values = simulate_keywords(tables, y if distinct else np.zeros_like(y), draw)
    named = dict(zip(KEYWORDS, values.T, strict=True))
    x = keyword_inputs(named)
    info = Table({"noaa_ar": choice.integers(2**62, size=n), "USFLUX": named["USFLUX"]})
    info["USFLUX"].unit = "Mx"
    made = hide_values(x, choice) if hidden else x
    assert isinstance(made, np.ndarray)
    return Examples(made, y, info)


def read_records(folder: Path, file: str, label: str) -> tuple[np.ndarray, np.ndarray, Table]:
    """Return the daily records of a CSV file below ``folder / "solar"``.

    Returns
    -------
    x : ndarray of float32, (n, 50)
        Inputs.
    label : ndarray, (n,)
        What the column ``label`` holds.
    info : astropy.table.Table
        ``noaa_ar``, ``T_REC`` (text, TAI) and ``USFLUX`` [Mx].

    Raises
    ------
    UsageError
        If the file or a column is missing.
    """
    path = find_in(folder, f"solar/{file}")
    table = _table(path)
    for name in (label, "NOAA_AR", "T_REC"):
        if name not in table.colnames:
            raise UsageError(f"{path}: no column {name!r}")
    values = KEYWORD_FILE.read(table, path)
    info = Table(
        {"noaa_ar": np.asarray(table["NOAA_AR"]), "T_REC": np.asarray(table["T_REC"], dtype=str)}
    )
    info["USFLUX"] = values["USFLUX"]
    info["USFLUX"].unit = "Mx"
    return keyword_inputs(values), np.asarray(table[label]), info


@lru_cache(maxsize=2)
def _table(path: Path) -> Table:
    return read_table(path)
