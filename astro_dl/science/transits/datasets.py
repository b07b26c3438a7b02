"""Real labelled events of TESS: full-frame images (Yu et al. 2019) and 2-minute targets (Nigraha).

Both sets hold finished views, made with the same bins and widths as those here (local views of ±2
durations), so that the physics can only choose among them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.door import reading
from astro_dl.core.task import Dataset
from astro_dl.observations.tables.read import read_table
from astro_dl.science.transits.inputs import named_inputs, scalar_inputs
from astro_dl.science.transits.metrics import CLASSES
from astro_dl.science.transits.views import CEILING

if TYPE_CHECKING:
    from astro_dl.science.transits.physics import TransitPhysics


PLANET, BINARY, OTHER = CLASSES
LABELS = {
    "PC": PLANET,
    "KP": PLANET,
    "CP": PLANET,
    "EB": BINARY,
    "FP": BINARY,
    "J": OTHER,
    "V": OTHER,
    "IS": OTHER,
    "FA": OTHER,
    "O": OTHER,
}
"""Label of the sets to class. PC, KP, CP: planet candidate, known, confirmed planet. FP: candidate
that follow-up observations refuted, nearly always a binary on the target or beside it. J: junk, V:
variable star, IS: instrumental systematics, FA: false alarm, O: other."""

MAGNITUDE_SLOPE, MAGNITUDE_ZERO = 1.8118, 19.110
"""The full-frame set's ``Tmag`` is rescaled: these bring the stars that it shares with the 2-minute
set, 2359 of them, to their TESS magnitudes."""


def read_tess_ffi(physics: "TransitPhysics", folder: Path) -> Examples:
    """Return the 13,270 events of full-frame images below ``folder``.

    Views ``global`` (201 bins), ``local`` and ``secondary`` (61), and ``scalars``; 51 events whose
    secondary view is missing get a flat one.

    Raises
    ------
    UsageError
        If files are missing, or the physics asks for other views or bins.
    """
    views, table = _read(folder, "tess_ffi_tces_yu2019")
    names = {"global": "global_view", "local": "local_view", "secondary": "secondary_view"}
    made = {view: _standard(views[name]) for view, name in names.items()}
    _check_views("tess_ffi", physics, made)
    info = _info(
        table,
        period=table["Period"],
        duration=table["Duration"],
        epoch=table["Epoc"],
        depth=table["Transit_Depth"] * 1e-6,
        snr=table["SN"],
        magnitude=MAGNITUDE_ZERO + MAGNITUDE_SLOPE * _numbers(table["Tmag"]),
    )
    info["sector"] = np.asarray(table["sector"])
    return _examples(physics, made, info)


def read_tess_2min(physics: "TransitPhysics", folder: Path) -> Examples:
    """Return the 5,293 events of 2-minute targets below ``folder``.

    Views ``global`` (201 bins), ``local`` and ``half_phase`` (81), and ``scalars``. What the set
    calls its odd-even view is the flux about half phase, followed by that about the transit.

    Raises
    ------
    UsageError
        If files are missing, or the physics asks for other views or bins.
    """
    views, table = _read(folder, "tess_2min_tces_nigraha")
    # Baseline +1 and minimum −1 in the files.
    unscaled = {name: (array.astype(np.float32) - 1) / 2 for name, array in views.items()}
    made = {
        "global": _standard(unscaled["global_view"]),
        "local": _standard(unscaled["local_view"]),
        "half_phase": _half_phase(unscaled["odd_even_view"]),
    }
    _check_views("tess_2min", physics, made)
    info = _info(
        table,
        period=table["Period"],
        duration=table["Duration"] / 24,
        epoch=table["T0"],
        depth=1 - table["Depth"],
        snr=table["snr"],
        magnitude=table["TMag"],
    )
    return _examples(physics, made, info)


def _read(folder: Path, name: str) -> tuple[dict[str, np.ndarray], Table]:
    events = find_in(folder, f"transits/{name}/tces.csv")
    path = find_in(folder, f"transits/{name}/views.npz")
    with reading(path, "NumPy archive"), np.load(path, allow_pickle=False) as archive:
        views = {key: archive[key] for key in archive.files}
    return views, read_table(events)


def _standard(view: np.ndarray) -> np.ndarray:
    """Return views of median 0 and minimum −1, float32, the missing flat, limited as ours are."""
    view = view.astype(np.float32)
    known = np.isfinite(view)
    middle = np.nanmedian(np.where(known.any(axis=1, keepdims=True), view, 0), axis=1)[:, None]
    centred = np.where(known, view - middle, 0)
    depth = -centred.min(axis=1, keepdims=True)
    scaled = np.where(depth > 0, centred / np.where(depth > 0, depth, 1), 0)
    return np.minimum(scaled, CEILING)


def _half_phase(pair: np.ndarray) -> np.ndarray:
    """Return the half about half phase, on the scale of the deeper of the two halves."""
    half, transit = np.split(pair, 2, axis=1)
    both = np.stack([half, transit])
    both = np.nan_to_num(both - np.nanmedian(both, axis=2, keepdims=True))
    depth = -both.min(axis=(0, 2))[:, None]
    return np.minimum(np.where(depth > 0, both[0] / np.where(depth > 0, depth, 1), 0), CEILING)


def _check_views(dataset: str, physics: "TransitPhysics", views: Mapping[str, np.ndarray]) -> None:
    for view in physics.views:
        if view != "scalars" and view not in views:
            raise UsageError(
                f"dataset {dataset!r} has no view {view!r}; give views among "
                f"{', '.join((*views, 'scalars'))}"
            )
    for view, name in (("global", "global_bins"), ("local", "local_bins")):
        bins = views[view].shape[1]
        if getattr(physics, name) != bins:
            raise UsageError(
                f"dataset {dataset!r} has {bins} {name.replace('_', ' ')}, the physics "
                f"{getattr(physics, name)}; give {name}={bins}"
            )


def _numbers(column: np.ndarray) -> np.ndarray:
    return np.ma.filled(np.ma.asarray(column, float), np.nan)


def _info(table: Table, **columns: np.ndarray) -> Table:
    info = Table({"tic_id": np.asarray(table["tic_id"], np.int64)})
    info["label"] = np.asarray(table["label"], str)
    for name, values in columns.items():
        info[name] = _numbers(values)
    for name in ("period", "duration", "epoch"):
        info[name].unit = "d"
    info["magnitude"].unit = "mag"
    return info


def _examples(physics: "TransitPhysics", views: Mapping[str, np.ndarray], info: Table) -> Examples:
    columns = (np.asarray(info[name]) for name in ("period", "duration", "depth", "snr"))
    y = np.array([CLASSES.index(LABELS[label]) for label in info["label"]], np.int32)
    return Examples(named_inputs(physics, views, scalar_inputs(*columns)), y, info)


TESS_FFI = Dataset(
    summary="13,270 labelled threshold-crossing events of TESS full-frame images, sectors 1 to 5",
    read=read_tess_ffi,
    reference="Yu et al. (2019), AJ 158, 25",
    licence="GPL-3 with the code of the paper: for benchmarks only",
)
TESS_2MIN = Dataset(
    summary="5,293 labelled threshold-crossing events of TESS 2-minute targets",
    read=read_tess_2min,
    reference="Rao et al. (2021), MNRAS 502, 2845 (Nigraha)",
    licence="MIT",
)
