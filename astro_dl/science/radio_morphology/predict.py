"""Networks for radio maps on real files: from maps to a table."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.core.reading.share import divisible
from astro_dl.inference.arrays import predict_read
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.images.cutouts import centre_crop
from astro_dl.science.radio_morphology.files import RadioMap, on_network_grid, read_maps
from astro_dl.science.radio_morphology.given import given_inputs
from astro_dl.science.radio_morphology.inputs import circle, network_input
from astro_dl.science.radio_morphology.measure import (
    NOTHING,
    beam_area_pixels,
    map_noise,
    measure,
    source_pixels,
)
from astro_dl.science.radio_morphology.physics import RadioPhysics

AT_ONCE = 512
FEWEST_KNOWN = 0.7
"""Of the pixels in the circle, without which there is no answer."""
BEAMS_RESOLVED = 3.0


@divisible()
def predict_maps(
    predictor: Predictor[RadioPhysics],
    paths: Sequence[str | Path],
    *,
    path: str = "",
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> Iterator[QTable]:
    """Yield tables of predictions that follow each other, one row for each map.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``radio_morphology``.
    paths : sequence of path
        Files of maps, see `astro_dl.science.radio_morphology.files`, the source in the middle.
    path : str, optional
        Name of the array of maps, where a file has several.
    batch_size : int, optional
        Maps given to the network at once.
    keep_flagged : bool, default False
        Answer for maps with too wide a beam, too, instead of leaving the answer out.

    Returns
    -------
    iterator of astropy.table.QTable
        ``id``; ``label`` and ``p_<class>``; ``fr_ratio``, ``size`` ["], ``bend`` [°],
        ``components`` and ``flux`` [mJy] of all sources in the circle, as
        `astro_dl.science.radio_morphology.measure.measure`; ``flags``: what the file did not tell
        (``beam_assumed``, ``pixel_scale_assumed``, ``no_flux_scale``), what was done
        (``smoothed``, ``resampled``, ``padded``), ``missing_pixels``, ``unresolved`` (smaller
        than three beams), ``ratio_near_half``, ``reaches_edge`` (larger than the circle);
        ``no_source`` and ``too_few_pixels``, which give NaN, as ``beam_too_wide`` does unless
        flagged answers are kept.

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    empty = True
    options = {"batch_size": batch_size, "keep_flagged": keep_flagged}
    maps = _ready(predictor.physics, paths, path)
    while block := list(islice(maps, AT_ONCE)):
        table = _predict_block(predictor, block, options)
        table.meta = {"path": path}
        yield table
        empty = False
    if empty:
        raise nothing_read()


def map_of_file(physics: RadioPhysics, path: Path) -> Inputs:
    """Return the input of the one map in a file, without a first axis.

    Raises
    ------
    UsageError
        If it cannot be read, holds several, or shows no source.
    """
    maps = list(_ready(physics, [path], ""))
    if len(maps) != 1:
        raise UsageError(f"{path}: {len(maps)} maps; accepted: one")
    x = network_input(physics, maps[0].image[None])
    if not np.isfinite(x).all():
        raise UsageError(
            f"{path}: no source above {physics.seed_sigma:g} times the noise in the middle "
            f"{physics.size_pixels} pixels"
        )
    found = given_inputs(physics, x)
    return {name: one[0] for name, one in found.items()} if isinstance(found, dict) else found[0]


def measured(physics: RadioPhysics, one: RadioMap) -> dict[str, Any]:
    """Return the measured columns of a map on the network's grid, and ``flags``.

    Numbers are NaN where there is no source, and the flux where the map has no scale or no beam.
    """
    inside = circle(physics.size_pixels)
    image = centre_crop(one.image[..., None], physics.size_pixels)[..., 0]
    light = np.where(inside, source_pixels(image, map_noise(one.image), physics), 0.0)
    there = bool(light.any())
    shape = measure(light, physics.pixel_scale_arcsec) if there else NOTHING
    area = beam_area_pixels(physics.beam_arcsec, physics.beam_arcsec, physics.pixel_scale_arcsec)
    scaled = there and "no_flux_scale" not in one.flags and "beam_assumed" not in one.flags
    known = np.isfinite(image[inside]).mean()
    axis = np.hypot(*(np.indices(light.shape) - (physics.size_pixels - 1) / 2))
    words = {
        "padded": min(one.image.shape) < physics.size_pixels,
        "missing_pixels": known < 1 and min(one.image.shape) >= physics.size_pixels,
        "unresolved": shape.size_arcsec < BEAMS_RESOLVED * physics.beam_arcsec,
        "ratio_near_half": abs(shape.fr_ratio - 0.5) < physics.uncertain_margin,
        "reaches_edge": bool((light[axis > physics.size_pixels / 2 - 1] > 0).any()),
        "too_few_pixels": known < FEWEST_KNOWN,
        "no_source": not there,
    }
    return {
        "fr_ratio": shape.fr_ratio,
        "size": shape.size_arcsec,
        "bend": shape.bend_degrees,
        "components": shape.components,
        "flux": float(light.sum() / area) if scaled else np.nan,
        "flags": [*one.flags, *(word for word, holds in words.items() if holds)],
    }


def _ready(physics: RadioPhysics, paths: Sequence[str | Path], member: str) -> Iterator[RadioMap]:
    for one in read_maps(paths, member):
        with may_fail(one.id):
            yield on_network_grid(physics, one)


def _predict_block(
    predictor: Predictor[RadioPhysics], maps: Sequence[RadioMap], options: Mapping[str, Any]
) -> QTable:
    physics = predictor.physics
    x = np.concatenate([network_input(physics, one.image[None]) for one in maps])
    rows = [measured(physics, one) for one in maps]
    against = {"no_source", "too_few_pixels"}
    against |= set() if options["keep_flagged"] else {"beam_too_wide"}
    x[[bool(against & set(row["flags"])) for row in rows]] = np.nan
    ids, flags = [one.id for one in maps], [row["flags"] for row in rows]
    table = predict_read(predictor, given_inputs(physics, x), ids, flags, **options)
    joined = table["flags"].tolist()
    table.remove_column("flags")
    units = {"size": u.arcsec, "bend": u.deg, "flux": u.mJy}
    for name in ("fr_ratio", "size", "bend", "components", "flux"):
        values = np.array([row[name] for row in rows])
        table[name] = values * units[name] if name in units else values
    table["flags"] = joined
    return table
