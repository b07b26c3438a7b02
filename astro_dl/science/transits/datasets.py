"""Real labelled events of TESS: full-frame images (Yu et al. 2019) and 2-minute targets (Nigraha).

Both sets hold finished views. Those of full-frame images have the bins and widths of ours, so that
the physics can only choose among them; those of 2-minute targets are brought to them by
`astro_dl.science.transits.phase_curves`. The sets share stars: a star is on the same side of the
split in both, so that what is trained on one can be scored on the other.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import SET, Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.door import reading
from astro_dl.core.task import Dataset
from astro_dl.observations.tables.read import read_table
from astro_dl.science.transits.inputs import named_inputs, scalar_inputs, view_shape
from astro_dl.science.transits.metrics import CLASSES
from astro_dl.science.transits.phase_curves import PhaseCurves, refold
from astro_dl.science.transits.views import CEILING, Ephemeris

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

TEST_SHARE, VALIDATION_SHARE = 0.2, 0.1
HASH_FACTOR, HASH_SIZE = 2_654_435_761, 2**32
"""Multiplicative hash of star numbers (Knuth, The Art of Computer Programming 3, section 6.4)."""


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

    Views ``global`` (201 bins), ``local``, ``secondary`` and ``half_phase`` (of any number of
    bins), and ``scalars``. The set's durations are 0.73 of those from first to last contact: these
    are fitted to its local views, and the views made anew about them. What the set calls its
    odd-even view is the flux about half phase, followed by that about the transit; a secondary
    eclipse elsewhere is as the global view resolves it.

    Raises
    ------
    UsageError
        If files are missing, or the physics asks for other views or bins.
    """
    views, table = _read(folder, "tess_2min_tces_nigraha")
    # Baseline +1 and minimum −1 in the files.
    unscaled = {name: (array.astype(np.float32) - 1) / 2 for name, array in views.items()}
    period, given = _numbers(table["Period"]), _numbers(table["Duration"]) / 24
    curves = PhaseCurves(
        whole=_standard(unscaled["global_view"]),
        transit=_standard(unscaled["local_view"]),
        half=_half_phase(unscaled["odd_even_view"]),
        reach=np.minimum(0.5, 2 * given / period),
    )
    when, resampled = refold(
        curves, Ephemeris(period, _numbers(table["T0"]), given), view_shape(physics)
    )
    made = {
        "global": curves.whole,
        "local": _standard(resampled["local"]),
        "secondary": _standard(resampled["secondary"]),
        "half_phase": np.minimum(resampled["half_phase"], CEILING),
    }
    _check_views("tess_2min", physics, made)
    info = _info(
        table,
        period=period,
        duration=when.duration,
        epoch=when.epoch,
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
    info[SET] = _side(np.asarray(info["tic_id"]))
    return info


def _side(tic_id: np.ndarray) -> np.ndarray:
    """Return the set of each star, which depends on its number alone."""
    drawn = tic_id * HASH_FACTOR % HASH_SIZE / HASH_SIZE
    held = [drawn < TEST_SHARE, drawn < TEST_SHARE + VALIDATION_SHARE]
    return np.select(held, ["test", "validation"], "train")


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
