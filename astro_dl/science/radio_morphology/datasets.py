"""Real labelled radio maps: the FIRST set of four classes, and MiraBest.

Classes are given names of ours; sources whose class is not in the scheme are left out. Many sources
of MiraBest are in the FIRST set as well: networks of either set are scored on its own test part,
and those of FIRST on the sources of MiraBest that it does not hold.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table
from scipy.ndimage import rotate

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import SET, Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.hdf5_files import open_hdf5
from astro_dl.core.task import Dataset
from astro_dl.observations.tables.read import read_table
from astro_dl.science.radio_morphology.classes import SCHEMES
from astro_dl.science.radio_morphology.given import given_inputs
from astro_dl.science.radio_morphology.inputs import network_input
from astro_dl.science.radio_morphology.measure import map_noise

if TYPE_CHECKING:
    from astro_dl.science.radio_morphology.physics import RadioPhysics

FIRST_FILE = "radio/first_fr_classes.h5"
MIRABEST_FILE, MIRABEST_TABLE = "radio/mirabest_first_fits.h5", "radio/mirabest_objects.csv"
FIRST_CLASSES = np.array(["FRI", "FRII", "compact", "bent"])
TAILED = ("wide-angle tail", "head-tail")
SETS = {"train": "train", "valid": "test"}
"""Of the published split: its validation part is scored here, and never looked at before."""
MJY_PER_COUNT = 0.05
TURNS = 36


def read_first(physics: "RadioPhysics", folder: Path) -> Examples:
    """Return the 1,958 maps of the FIRST set below ``folder``, split as published.

    Raises
    ------
    UsageError
        If files are missing.
    """
    maps, kind, info = _first(folder)
    return _examples(physics, maps, kind, info)


def read_first_rotated(physics: "RadioPhysics", folder: Path) -> Examples:
    """Return the maps of the published validation part, each in 36 orientations over a turn.

    They are turned by cubic interpolation before anything else is done with them; ``angle`` [°]
    and ``source`` tell them apart.

    Raises
    ------
    UsageError
        If files are missing.
    """
    maps, kind, info = _first(folder)
    part = np.flatnonzero(np.asarray(info[SET]) == "test")
    angles = np.arange(TURNS) * 360 / TURNS
    turned = [rotate(maps[row].astype(np.float32), one, reshape=False) for row in part
              for one in angles]  # fmt: skip
    level = np.repeat([map_noise(maps[row]) for row in part], TURNS)
    rows = np.repeat(part, TURNS)
    told = info[rows]
    told["angle"] = np.tile(angles, len(part))
    return _examples(physics, np.stack(turned), kind[rows], told, level)


def read_mirabest(
    physics: "RadioPhysics", folder: Path, wanted: Callable[[Table], np.ndarray]
) -> Examples:
    """Return sources of MiraBest of which the experts were sure, below ``folder``.

    Those with tails are of class bent, or FRI where the scheme has no such class.

    Raises
    ------
    UsageError
        If files are missing or don't belong together.
    """
    table = read_table(find_in(folder, MIRABEST_TABLE))
    path = find_in(folder, MIRABEST_FILE)
    with open_hdf5(path) as file:
        maps = file["image"][:]
    if len(maps) != len(table):
        raise UsageError(f"{path}: {len(maps)} maps, but {len(table)} rows in {MIRABEST_TABLE}")
    kind = np.asarray(table["fr"]).astype(str)
    if "bent" in SCHEMES[physics.classes]:
        kind = np.where(np.isin(np.asarray(table["morph"]).astype(str), TAILED), "bent", kind)
    info = Table({"source": np.asarray(table["file"]).astype(str)})
    info["in_first"] = np.asarray(table["match_in"]).astype(str) == "shared"
    info["size"] = np.asarray(table["las_arcsec"], float)
    info["redshift"] = np.asarray(table["z"], float)
    rows = np.flatnonzero(wanted(table))
    return _examples(physics, MJY_PER_COUNT * maps[rows], kind[rows], info[rows])


def _examples(
    physics: "RadioPhysics",
    maps: np.ndarray,
    kind: np.ndarray,
    info: Table,
    noise: np.ndarray | None = None,
) -> Examples:
    names = list(SCHEMES[physics.classes])
    rows = np.flatnonzero(np.isin(kind, names))
    level = np.array([map_noise(one) for one in maps[rows]]) if noise is None else noise[rows]
    x = network_input(physics, maps[rows], level)
    seen = np.isfinite(x).all(axis=(1, 2, 3))
    told = info[rows[seen]]
    told["snr"] = maps[rows[seen]].max(axis=(1, 2)) / level[seen]
    rows = rows[seen]
    told["kind"] = kind[rows]
    y = np.array([names.index(one) for one in kind[rows]], np.int32)
    return Examples(given_inputs(physics, x[seen]), y, told)


def _first(folder: Path) -> tuple[np.ndarray, np.ndarray, Table]:
    path = find_in(folder, FIRST_FILE)
    with open_hdf5(path) as file:
        maps, label, split = (file[name][:] for name in ("image", "label", "split"))
    sets = [SETS[one] for one in np.asarray(split).astype(str)]
    info = Table({"source": [f"first_{number}" for number in range(len(maps))], SET: sets})
    return maps, FIRST_CLASSES[label], info


def _sure(table: Table) -> np.ndarray:
    return np.asarray(table["confident"]) == 1


def _unseen(table: Table) -> np.ndarray:
    return _sure(table) & (np.asarray(table["match_in"]).astype(str) != "shared")


_FIRST_REFERENCE = (
    "Becker, White & Helfand (1995), ApJ 450, 559, for the maps; classes of FRICAT, FRIICAT, "
    "CoNFIG and Proctor as in Aniyan & Thorat (2017)"
)
_MIRABEST_REFERENCE = "Miraghaei & Best (2017), MNRAS 466, 4346; Porter & Scaife (2023), MiraBest"
_TERMS = "non-commercial: for benchmarks only"

FIRST = Dataset(
    "1,958 maps of FIRST of four classes, without their noise",
    read_first,
    reference=_FIRST_REFERENCE,
    licence=_TERMS,
)
FIRST_ROTATED = Dataset(
    "The 200 maps of its published validation part, in 36 orientations each",
    read_first_rotated,
    split=False,
    reference=_FIRST_REFERENCE,
    licence=_TERMS,
)
MIRABEST = Dataset(
    "Sources of MiraBest whose class is sure, with their noise",
    partial(read_mirabest, wanted=_sure),
    reference=_MIRABEST_REFERENCE,
    licence=_TERMS,
)
MIRABEST_UNSEEN = Dataset(
    "Those of them that the FIRST set does not hold: for networks that were trained on it",
    partial(read_mirabest, wanted=_unseen),
    split=False,
    reference=_MIRABEST_REFERENCE,
    licence=_TERMS,
)
