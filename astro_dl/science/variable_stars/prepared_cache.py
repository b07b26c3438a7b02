"""Inputs of real sets, kept in the cache: their periods take minutes to find."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import inputs_by_name
from astro_dl.core.files import atomic_path, file_sha256
from astro_dl.core.reading.folders import cache_folder
from astro_dl.observations.irregular_series.series import IrregularSeries
from astro_dl.science.variable_stars.features import feature_names
from astro_dl.science.variable_stars.inputs import Prepared, phased, prepare

if TYPE_CHECKING:
    from astro_dl.science.variable_stars.physics import VariablePhysics

VERSION = 3
"""Raised whenever the same light curves would give other inputs."""

FOUND = "found/"
KEPT = ("folded", "sequence", "features")
"""Inputs that are kept; others follow from these at once."""


def prepared(
    physics: "VariablePhysics", path: Path, stars: Iterable[IrregularSeries], rows: np.ndarray
) -> Prepared:
    """Return the inputs of the stars of a file, made if they are not in the cache.

    Parameters
    ----------
    physics : VariablePhysics
        Inputs, their sizes, and where the search for periods ends.
    path : Path
        The file.
    stars : iterable of IrregularSeries
        Looked at only where the inputs must be made.
    rows : ndarray of int
        Which stars of the file they are.
    """
    everything = replace(physics, inputs=KEPT, colours=True)
    sizes = physics.bins, physics.cycles, physics.steps, physics.rivals
    settings = VERSION, *sizes, physics.maximum_frequency
    key = sha256(repr((settings, file_sha256(path), rows.tolist())).encode()).hexdigest()[:24]
    kept = cache_folder() / "variable_stars" / f"{key}.npz"
    if kept.is_file():
        return _chosen(_read(kept), physics)
    made = prepare(everything, stars)
    arrays: dict[str, Any] = dict(inputs_by_name(made.x))
    arrays |= {f"{FOUND}{name}": np.asarray(made.found[name]) for name in made.found.colnames}
    kept.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(kept) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)
    return _chosen(made, physics)


def _chosen(everything: Prepared, physics: "VariablePhysics") -> Prepared:
    arrays = inputs_by_name(everything.x)
    if "phased" in physics.inputs:
        stars = zip(arrays["sequence"], everything.found["found_period"], strict=True)
        arrays["phased"] = np.array(
            [phased(points, period, physics.cycles) for points, period in stars]
        )
    wanted = feature_names(physics.colours, physics.rivals)
    asked = np.isin(feature_names(colours=True, rivals=physics.rivals), wanted)
    arrays["features"] = arrays["features"][:, asked]
    x = {name: arrays[name] for name in physics.inputs}
    return Prepared(x if len(x) > 1 else x[physics.inputs[0]], everything.found)


def _read(path: Path) -> Prepared:
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    found = {name[len(FOUND) :]: array for name, array in arrays.items() if name.startswith(FOUND)}
    return Prepared({name: arrays[name] for name in KEPT}, Table(found))
