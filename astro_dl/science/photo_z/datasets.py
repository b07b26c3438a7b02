"""Real galaxies with redshifts from spectra, and photometry of SDSS, DES and LSST."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.hdf5_files import open_hdf5
from astro_dl.core.task import Dataset
from astro_dl.science.photo_z.physics import PhotoZPhysics

Array = np.ndarray
Columns = dict[str, Array]


def read_galaxies(
    survey: str, path: str, columns: Callable[[Path], Columns], physics: PhotoZPhysics, folder: Path
) -> Examples:
    """Return the galaxies of a set whose redshifts are known and within the physics' range.

    Parameters
    ----------
    survey : str
        That measured them.
    path : str
        Below the folder, a file or a folder of files.
    columns : callable
        From the full path to magnitudes by band (infinite where not detected), errors by
        ``<band>_err`` where there are any, and ``redshift``.
    physics : PhotoZPhysics
        What is wanted.
    folder : Path
        That holds ``photo_z``.

    Returns
    -------
    Examples
        In the form that the simulation gives; rows with the same photometry share ``object_id``.

    Raises
    ------
    UsageError
        If files are missing, or the set is of another survey or lacks what is wanted: columns, or
        any redshift within the range.
    """
    if physics.survey != survey:
        raise UsageError(f"{path} is photometry of {survey}; physics.survey is {physics.survey!r}")
    where = find_in(folder, path)
    found = columns(where)
    for name in physics.columns:
        if name not in found:
            raise UsageError(f"{path} has no column {name!r}; set physics.bands and physics.errors")
    low, high = physics.redshift_range
    used = (found["redshift"] >= low) & (found["redshift"] <= high)
    if not used.any():
        raise UsageError(f"{path} has no redshift from {low:g} to {high:g}; set redshift_range")
    found = {name: values[used] for name, values in found.items()}
    photometry = np.stack([found[name] for name in physics.columns], axis=1)
    _, same = np.unique(np.nan_to_num(photometry), axis=0, return_inverse=True)
    info = Table({"object_id": np.ravel(same), "redshift": found["redshift"]})
    info["magnitude"] = found["i"]
    info["magnitude"].unit = "mag"
    y = found["redshift"][:, None].astype(np.float32)
    return Examples(physics.inputs(found), y, info)


def sdss_galaxies(path: Path) -> Columns:
    """Return the galaxies of a structured array of SDSS objects."""
    with reading(path, "NumPy array"):
        rows = np.load(path, allow_pickle=False)
    rows = rows[rows["spec_class"] == b"GALAXY"]
    return {name: rows[name].astype(float) for name in (*"ugriz", "redshift")}


def des_galaxies(path: Path) -> Columns:
    """Return the columns of a table of DES magnitudes."""
    with reading(path, "CSV"):
        table = np.genfromtxt(path, delimiter=",", names=True)
    names = {"redshift": "z"} | {band: f"MAG_AUTO_{band.upper()}" for band in "griz"}
    known = table.dtype.names or ()
    for column in names.values():
        if column not in known:
            raise UsageError(f"{path}: no column {column!r}; it has {', '.join(known)}")
    return {name: np.atleast_1d(table[column]) for name, column in names.items()}


def boss_galaxies(path: Path) -> Columns:
    """Return the columns of all tables of a folder: for each band magnitude and error; redshift."""
    files = sorted(path.glob("*.csv"))
    if not files:
        raise UsageError(f"no table in {path}; boss_dr10_0.csv and others are needed")
    names = [*(name for band in "ugriz" for name in (band, f"{band}_err")), "redshift"]
    rows = np.concatenate([_plain_table(file, len(names)) for file in files])
    return dict(zip(names, rows.T, strict=True))


def _plain_table(path: Path, columns: int) -> np.ndarray:
    with reading(path, "CSV"):
        rows = np.loadtxt(path, delimiter=",", comments="#", ndmin=2)
    if rows.shape[1] != columns:
        raise UsageError(f"{path}: {rows.shape[1]} columns; {columns} are needed")
    return rows


def dc2_galaxies(path: Path) -> Columns:
    """Return the simulated galaxies of the LSST DESC data challenge 2; 99 is no detection."""
    columns: Columns = {}
    with open_hdf5(path) as file:
        group = file["photometry"]
        for band in "ugrizy":
            magnitudes = _series(group, f"mag_{band}_lsst")
            columns[band] = np.where(magnitudes == 99, np.inf, magnitudes)
            columns[f"{band}_err"] = _series(group, f"mag_err_{band}_lsst")
        columns["redshift"] = _series(group, "redshift")
    if len({len(values) for values in columns.values()}) > 1:
        raise UsageError(f"{path}: its columns are of different lengths")
    return columns


def _series(group: Any, name: str) -> np.ndarray:
    values = np.asarray(group[name][()])
    if values.ndim != 1 or values.dtype.kind not in "fiu":
        raise UsageError(f"{name} is {values.dtype} of shape {values.shape}, not a row of numbers")
    return values.astype(float)


DC2_FILE = "photo_z/dc2_lsst/test_dc2_training_9816.hdf5"

DATASETS = {
    "sdss50k": Dataset(
        "SDSS galaxies brighter than 20 mag, nearly all of them nearer than z = 0.4",
        partial(read_galaxies, "sdss", "photo_z/sdss50k.npy", sdss_galaxies),
        reference="Abazajian et al. (2009), ApJS 182, 543",
    ),
    "stripe82_des": Dataset(
        "Galaxies of stripe 82 with DES photometry",
        partial(read_galaxies, "des", "photo_z/stripe82_des.csv", des_galaxies),
        reference="Drlica-Wagner et al. (2018), ApJS 235, 33",
    ),
    "boss_dr10": Dataset(
        "Galaxies of BOSS with SDSS photometry and its errors",
        partial(read_galaxies, "sdss", "photo_z/boss_dr10", boss_galaxies),
        reference="Ahn et al. (2014), ApJS 211, 17",
    ),
    "dc2_lsst": Dataset(
        "Galaxies simulated for LSST by the DESC data challenge 2",
        partial(read_galaxies, "lsst", DC2_FILE, dc2_galaxies),
        reference="LSST Dark Energy Science Collaboration (2021), ApJS 253, 31",
    ),
}
