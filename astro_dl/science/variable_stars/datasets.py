"""Real labelled variable stars: ASAS, Catalina (CRTS) and EROS-1.

Classes are those of the set, or ours where the scheme is ``common``; stars whose class has no
counterpart there are left out. Inputs of a set take minutes to make and are kept in the cache.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table, hstack

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples, take_inputs
from astro_dl.core.files import find_in
from astro_dl.core.reading.door import reading
from astro_dl.core.task import Dataset
from astro_dl.observations.irregular_series.series import IrregularSeries, series_from
from astro_dl.observations.tables.read import read_table
from astro_dl.science.variable_stars.classes import SCHEMES
from astro_dl.science.variable_stars.prepared_cache import prepared

if TYPE_CHECKING:
    from astro_dl.science.variable_stars.physics import VariablePhysics

COMMON = {
    "asas": {
        "DSCT": "delta_scuti", "RRC": "rr_lyrae_c", "RRAB": "rr_lyrae_ab", "MIRA": "mira",
        "ACV": "rotating", "EC": "contact_binary", "ESD": "semi_detached_binary",
        "ED": "detached_binary",
    },
    "crts": {
        "EW": "contact_binary", "EA": "detached_binary", "beta_lyrae": "semi_detached_binary",
        "RRab": "rr_lyrae_ab", "Blazhko": "rr_lyrae_ab", "RRc": "rr_lyrae_c", "RRd": "rr_lyrae_c",
        "RS_CVn": "rotating", "ELL": "rotating", "LPV": "semiregular", "HADS": "delta_scuti",
        "LADS": "delta_scuti", "Cep_II": "type_2_cepheid",
    },
    "eros": {"cepheid": "cepheid"},
}  # fmt: skip
"""Classes of the sets in terms of ours."""

EROS_TYPES = {1: "eclipsing", 2: "cepheid", 3: "rr_lyrae", 4: "long_period"}

EROS_BANDS = ("B_E", "R_E")


@dataclass(frozen=True)
class Stars:
    """A real set before its inputs are made.

    Parameters
    ----------
    label : ndarray of str, (n,)
        Classes by the set's own names.
    info : Table
        One row per star, with ``star``.
    series : callable
        ``(row) -> IrregularSeries``.
    """

    label: np.ndarray
    info: Table
    series: Callable[[int], IrregularSeries]


def _examples(
    physics: "VariablePhysics", name: str, folder: Path, file: str, stars: Stars
) -> Examples:
    scheme = SCHEMES[physics.scheme].names
    if physics.scheme not in (name, "common"):
        raise UsageError(
            f"physics.scheme is {physics.scheme!r}; real set {name!r} has the classes of schemes "
            f"{name!r} and 'common'"
        )
    own = (
        stars.label
        if physics.scheme == name
        else np.array([COMMON[name].get(label, "") for label in stars.label])
    )
    everything = np.arange(len(own))
    made = (stars.series(int(row)) for row in everything)
    ready = prepared(physics, find_in(folder, file), made, everything)
    rows = np.flatnonzero(np.isin(own, scheme))
    y = np.array([scheme.index(label) for label in own[rows]], np.int32)
    info = hstack([stars.info[rows], ready.found[rows]])
    info["label"] = stars.label[rows]
    return Examples(take_inputs(ready.x, rows), y, info)


def read_asas(physics: "VariablePhysics", folder: Path) -> Examples:
    """Return the 3,196 stars of ASAS below ``folder``.

    The periods of the table are never looked at: eclipsers alone have one.

    Raises
    ------
    UsageError
        If files are missing, or the scheme is another.
    """
    file = "variables/asas/lightcurves.npz"
    table = read_table(find_in(folder, "variables/asas/objects.csv"))
    arrays = _arrays(find_in(folder, file))
    start = arrays["offsets"]

    def series(row: int) -> IrregularSeries:
        part = slice(start[row], start[row + 1])
        magnitude, error = arrays["mag_mmag"][part], arrays["err_mmag"][part]
        return series_from(
            str(row), arrays["time_1e5d"][part] * 1e-5, magnitude * 1e-3, error * 1e-3, bands=("V",)
        )

    info = Table({"star": np.asarray(table["asas_id"], str)})
    return _examples(physics, "asas", folder, file, Stars(_texts(table["label"]), info, series))


def read_crts(physics: "VariablePhysics", folder: Path) -> Examples:
    """Return the 9,192 stars of the Catalina survey below ``folder``.

    Raises
    ------
    UsageError
        If files are missing, or the scheme is another.
    """
    import h5py

    file = "variables/crts_lightcurves.h5"
    path = find_in(folder, file)
    table = read_table(find_in(folder, "variables/crts_objects.csv.gz"))
    with reading(path, "HDF5 file"), h5py.File(path) as stored:
        arrays = {name: stored[name][:] for name in ("time", "mag", "mag_err", "offsets")}
    start = arrays["offsets"]

    def series(row: int) -> IrregularSeries:
        part = slice(start[row], start[row + 1])
        return series_from(
            str(row),
            arrays["time"][part] * 1e-4,
            arrays["mag"][part] * 1e-3,
            arrays["mag_err"][part] * 1e-3,
            bands=("V",),
        )

    info = Table({"star": np.asarray(table["star"]).astype(str)})
    return _examples(physics, "crts", folder, file, Stars(_texts(table["cls"]), info, series))


def read_eros(physics: "VariablePhysics", folder: Path) -> Examples:
    """Return the 2,935 stars of EROS-1 below ``folder``, with their checked ``period`` [d].

    Magnitudes are about their mean in each band, as of all sets: of stars at one distance they
    would tell the class. Colours, which know no distance, are told if they are asked for.

    Raises
    ------
    UsageError
        If files are missing, or the scheme is another.
    """
    file = "variables/eros1_lightcurves.npz"
    table = read_table(find_in(folder, "variables/eros1_objects.csv.gz"))
    arrays = _arrays(find_in(folder, file))

    def series(row: int) -> IrregularSeries:
        parts = {
            band: slice(*arrays[f"offsets_{band}"][row : row + 2].tolist()) for band in ("b", "r")
        }
        time, value, error = (
            np.concatenate([arrays[f"{name}_{band}"][part] for band, part in parts.items()])
            for name in ("time", "mag", "err")
        )
        counts = [part.stop - part.start for part in parts.values()]
        return series_from(str(row), time, value, error, np.repeat([0, 1], counts), EROS_BANDS)

    info = Table({"star": np.asarray(table["star"], str)})
    info["patch"] = np.asarray(table["patch_id"]).astype(int)
    info["period"] = np.asarray(table["period"], float) / np.asarray(table["div_period"], float)
    info["quality"] = np.asarray(table["quality"]).astype(int)
    label = np.array([EROS_TYPES[int(one)] for one in table["type"]])
    return _examples(physics, "eros", folder, file, Stars(label, info, series))


def _arrays(path: Path) -> Mapping[str, np.ndarray]:
    with reading(path, "NumPy archive"), np.load(path, allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def _texts(column: Any) -> np.ndarray:
    return np.asarray(column).astype(str)


ASAS = Dataset(
    "3,196 stars of nine classes, V, some 430 points",
    read_asas,
    reference="Pojmański (2002), AcA 52, 397; light curves as in Naul et al. (2018)",
    licence="none given: for benchmarks only",
)
CRTS = Dataset(
    "9,192 stars of sixteen classes of the Catalina Surveys, V, some 290 points",
    read_crts,
    reference="Drake et al. (2014), ApJS 213, 9; (2017), MNRAS 469, 3688",
    licence="MIT, as distributed",
)
EROS = Dataset(
    "2,935 stars of four classes towards the Large Magellanic Cloud, two bands, 240 points",
    read_eros,
    group="patch",
    reference="Renault et al. (1998), A&A 329, 522; Kim et al. (2014), A&A 566, A43",
    licence="none given: for benchmarks only",
)
