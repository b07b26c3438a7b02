"""From files, or maps, of active regions to a table of classes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.inference.protocol import Predictor
from astro_dl.science.sun.hmi import (
    QUANTITIES,
    SolarMap,
    average_to,
    find_partner,
    from_sunpy,
    heliocentric_angle,
    is_other_segment,
    read_sharp,
)
from astro_dl.science.sun.inputs import intensity_and_field, prepare_inputs
from astro_dl.science.sun.measures import SPOT_EDGE, darker_area, total_flux
from astro_dl.science.sun.physics import ActiveRegionPhysics

WORDS = {quantity: word for word, quantity in QUANTITIES.items()}
CENTRING_FIELD_GAUSS = 100.0
CENTRING_DARKNESS = 0.05
FEW_MISSING = 0.01
FAINT_FLUX_MX = 2e20
LOST_SHARE = 0.1


@dataclass(frozen=True)
class RegionImage:
    """One region as the network is given it.

    Parameters
    ----------
    id : str
        NOAA or HARP number and time, else the name.
    x : ndarray
        (size, size, channels) float32.
    first : SolarMap
        One of the maps it was made from.
    angle : float
        From the disc's centre [deg].
    flags : tuple of str
        What may mislead the network.
    """

    id: str
    x: np.ndarray
    first: SolarMap
    angle: float
    flags: tuple[str, ...]


def classify_regions(
    predictor: Predictor[ActiveRegionPhysics],
    paths: Sequence[Any],
    *,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> QTable:
    """Classify solar active regions.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``ar_morphology``.
    paths : sequence of path
        HMI SHARP files in heliographic coordinates (hmi.sharp_cea_720s), ``….continuum.fits`` and
        ``….magnetogram.fits`` or ``….Br.fits``; the partner of a file is looked for in its folder.
        From Python also sunpy maps.
    batch_size : int, optional
        Regions given to the network at once.
    keep_flagged : bool, default False
        Answer for regions outside the training range, too, instead of leaving the answer out.

    Returns
    -------
    astropy.table.QTable
        One row per region in the order of the input: ``id``, ``label``, ``p_<class>``, ``time``,
        ``heliocentric_angle`` [deg], ``total_unsigned_flux`` [Mx] and ``area`` of the spots
        [millionths of the hemisphere] in the network's field (where it has the channel), and
        ``flags``: ``far_from_disc_centre`` (beyond 60 deg), ``missing_pixels`` (above 1%),
        ``larger_than_field`` (a tenth of the flux, or darkening, lies outside), ``faint``
        (unsigned flux below 2e20 Mx), ``poor_quality`` (the instrument's own flag),
        ``outside_training_range`` (no answer unless flagged ones are kept).

    Raises
    ------
    UsageError
        If a file cannot be used, or the network needs a map that is not there.
    """
    images = load_regions(predictor.physics, paths)
    x = np.stack([one.x for one in images])
    ids = [one.id for one in images]
    table = predictor.predict(x, ids=ids, batch_size=batch_size, keep_flagged=keep_flagged)
    table = QTable(table, copy=False)
    extra = [",".join(one.flags) for one in images]
    flags = [",".join(filter(None, pair)) for pair in zip(table["flags"], extra, strict=True)]
    table.remove_column("flags")
    table["time"] = [one.first.time for one in images]
    table["heliocentric_angle"] = np.array([one.angle for one in images]) * u.deg
    physics = predictor.physics
    intensity, field = intensity_and_field(physics.channels, x)
    if field is not None:
        table["total_unsigned_flux"] = total_flux(field, physics.pixel_scale_deg) * u.Mx
    if intensity is not None:
        area = darker_area(intensity, SPOT_EDGE, physics.pixel_scale_deg)
        table["area"] = area * u.Unit("1e-6")
    table["flags"] = flags
    return table


def load_regions(physics: ActiveRegionPhysics, sources: Sequence[Any]) -> list[RegionImage]:
    """Return the regions of files or maps, one for each record.

    Parameters
    ----------
    physics : ActiveRegionPhysics
        Says which maps, scale and field the network takes.
    sources : sequence of path or sunpy map
        Files of one record count once.

    Raises
    ------
    UsageError
        If one of them cannot be used, or the other map of a record is missing.
    """
    if physics.foreshortened:
        raise UsageError(
            "this network was trained on the plane of the sky (physics.foreshortened), but files "
            "are in heliographic coordinates"
        )
    wanted = [
        "continuum" if name == "continuum" else physics.component for name in physics.channels
    ]
    given = [Path(one) for one in sources if isinstance(one, str | Path)]
    # A whole record is often given at once; what no network looks at is passed over.
    files = [path for path in given if not is_other_segment(path)] or given
    others = [one for one in sources if not isinstance(one, str | Path)]
    records: dict[Any, dict[str, SolarMap]] = {}
    seen = set()
    for path in files:
        with may_fail(path):
            found = _partners(path, wanted, files)
            key = tuple(str(one) for one in found.values())
            if key not in seen:
                seen.add(key)
                records[key] = {quantity: read_sharp(one) for quantity, one in found.items()}
    for one in _maps(others, wanted):
        records.setdefault((one.region, one.time), {})[one.quantity] = one
    for record in records.values():
        for quantity in wanted:
            if quantity not in record:
                have = next(iter(record.values()))
                raise UsageError(
                    f"{have.name}: the {_words(quantity)} of the same record is missing"
                )
    images, read = [], []
    for key, record in records.items():
        with may_fail(key[0]):
            images.append(region_image(physics, [record[one] for one in wanted]))
            read.append(key[0])
    if not images:
        raise nothing_read()
    return _told_apart(images, read)


def _told_apart(images: Sequence[RegionImage], sources: Sequence[Any]) -> list[RegionImage]:
    """Return regions with ids of their own: after those of one id comes the file's name."""
    times = Counter(one.id for one in images)
    shared = [times[one.id] > 1 for one in images]
    alike = [Path(source) for source, is_shared in zip(sources, shared, strict=True) if is_shared]
    names = distinct_names(alike)
    return [
        replace(one, id=f"{one.id} {names[Path(source)]}") if is_shared else one
        for one, source, is_shared in zip(images, sources, shared, strict=True)
    ]


def region_image(physics: ActiveRegionPhysics, maps: Sequence[SolarMap]) -> RegionImage:
    """Return what the network is given of a region.

    Maps are averaged to the network's pixels and cut about the centre of the strong field (or, of a
    continuum alone, of the darkening).

    Parameters
    ----------
    physics : ActiveRegionPhysics
        Of the network.
    maps : sequence of SolarMap
        One for each channel, in order.

    Raises
    ------
    UsageError
        If the maps don't belong together, or are coarser than the network's pixels.
    """
    first = maps[0]
    for one in maps[1:]:
        if one.data.shape != first.data.shape or one.scale != first.scale:
            raise UsageError(
                f"{one.name} is {one.data.shape} and {first.name} {first.data.shape}; maps of one "
                "record and cutout are needed"
            )
    averaged = [average_to(one.data, one.scale, physics.pixel_scale_deg) for one in maps]
    planes = dict(zip(physics.channels, averaged, strict=True))
    weight = _weight(planes.get("continuum"), planes.get("magnetogram"))
    size = physics.size_pixels
    row, column = _centre(weight, size)
    cut = {name: _cut(plane, row, column, size)[None] for name, plane in planes.items()}
    kept = np.nansum(_cut(weight, row, column, size))
    x = prepare_inputs(physics.channels, cut.get("continuum"), cut.get("magnetogram"))[0]
    angle = heliocentric_angle(first.longitude, first.latitude, first.observer_latitude)
    missing = max(float(np.isnan(one.data).mean()) for one in maps)
    field = cut.get("magnetogram")
    flux = np.inf if field is None else total_flux(np.nan_to_num(field), physics.pixel_scale_deg)[0]
    flags = {
        "far_from_disc_centre": angle > 60,
        "missing_pixels": missing > FEW_MISSING,
        "larger_than_field": kept < (1 - LOST_SHARE) * weight.sum(),
        "faint": flux < FAINT_FLUX_MX,
        "poor_quality": any(one.quality for one in maps),
    }
    name = " ".join(filter(None, (first.region, first.time))) if first.region else first.name
    return RegionImage(name, x, first, angle, tuple(word for word, it in flags.items() if it))


def _partners(path: Path, wanted: list[str], files: Sequence[Path]) -> dict[str, Path]:
    """Return the files of a record by quantity."""
    record = {}
    for quantity in wanted:
        found = find_partner(path, WORDS[quantity], files)
        if found is None:
            if not path.is_file():
                raise UsageError(f"{path}: no such file")
            read_sharp(path)
            raise UsageError(
                f"{path.name}: the network needs the {_words(quantity)} too; put the file "
                f"….{WORDS[quantity]}.fits of the same record beside it"
            )
        record[quantity] = found
    return record


def _maps(others: Sequence[Any], wanted: list[str]) -> list[SolarMap]:
    found = [from_sunpy(one) for one in others]
    # A unit does not tell which component of the field a map holds; the network's is taken.
    field = next((one for one in wanted if one != "continuum"), None)
    return [
        one if one.quantity == "continuum" or field is None else from_sunpy(other, field)
        for one, other in zip(found, others, strict=True)
    ]


def _words(quantity: str) -> str:
    return "continuum" if quantity == "continuum" else f"{quantity.replace('_', '-')} magnetogram"


def _weight(continuum: np.ndarray | None, magnetogram: np.ndarray | None) -> np.ndarray:
    """Return what the region's centre is the centre of."""
    if magnetogram is not None:
        strength = np.abs(np.nan_to_num(magnetogram))
        return np.where(strength > CENTRING_FIELD_GAUSS, strength, 0.0)
    assert continuum is not None
    darkness = 1 - np.nan_to_num(continuum / np.nanmedian(continuum), nan=1.0)
    return np.where(darkness > CENTRING_DARKNESS, darkness, 0.0)


def _centre(weight: np.ndarray, size: int) -> tuple[int, int]:
    """Return the weighted centre (row, column), found anew within the field until it rests."""
    rows, columns = np.indices(weight.shape)
    inside = weight
    row, column = (length / 2 for length in weight.shape)
    for _ in range(10):
        if inside.sum() == 0:
            break
        place = [float((axis * inside).sum() / inside.sum()) for axis in (rows, columns)]
        if place == [row, column]:
            break
        row, column = place
        near = (np.abs(rows - row) <= size / 2) & (np.abs(columns - column) <= size / 2)
        inside = weight * near
    return round(row), round(column)


def _cut(plane: np.ndarray, row: int, column: int, size: int) -> np.ndarray:
    """Return the square (size, size) about a pixel, NaN beyond the map."""
    padded = np.pad(plane.astype(np.float32), size, constant_values=np.nan)
    top, left = row - size // 2 + size, column - size // 2 + size
    return padded[top : top + size, left : left + size]
