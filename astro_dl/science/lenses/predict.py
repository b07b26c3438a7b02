"""Lens networks on real images: from files to a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from operator import length_hint
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.table import QTable, Table, vstack
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.fits_images import open_images
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.core.reading.overlap import overlapped
from astro_dl.core.reading.share import divisible
from astro_dl.inference.arrays import predict_read
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import check_any_answer
from astro_dl.observations.galaxies.band_files import (
    Candidate,
    Cutout,
    alike_but_for_bands,
    find_candidates,
    read_cutout,
)
from astro_dl.observations.galaxies.positions import place_candidates, read_catalogue
from astro_dl.observations.images.band_images import Opener, OpenImages
from astro_dl.science.lenses.inputs import cutout_spec, network_input_of
from astro_dl.science.lenses.physics import LensPhysics
from astro_dl.science.lenses.simulation.population import SHEAR
from astro_dl.science.lenses.stacks import is_stack, read_stack

CUTOUTS_AT_ONCE = 256

UNTOLD = 0.9
"""Share of the prior's spread of shear from which on an answer only repeats the prior."""


@divisible(alike_but_for_bands, undivided=("catalogue",))
def predict_cutouts(
    predictor: Predictor[LensPhysics],
    paths: Sequence[str | Path],
    *,
    catalogue: str | None = None,
    hdu: int | str | None = None,
    bands: tuple[str, ...] | None = None,
    pixel_scale_arcsec: float | None = None,
    batch_size: int | None = None,
    progress: bool = True,
    keep_flagged: bool = False,
) -> QTable:
    """Apply a network to cutouts, or to the positions of a catalogue in survey images.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``strong_lens`` or ``lens_parameters``.
    paths : sequence of path
        FITS files: multi-extension, cubes of bands, or one file per band whose names differ by it;
        of one object, or of many, see `astro_dl.observations.galaxies.objects_in_fits`; or arrays
        of many, see `astro_dl.science.lenses.stacks.read_stack`, which come last. Larger cutouts
        are cropped about their centre.
    catalogue : str, optional
        Table of positions (RA, Dec [deg], id) to cut out of the files, which are then survey images
        with celestial coordinates.
    hdu : int or str, optional
        Number or name of the only extension to take, or name of the array, or column, of a file of
        many.
    bands : tuple of str, optional
        What the planes or extensions are, in their order, where keywords and names don't tell.
    pixel_scale_arcsec : float, optional
        Width of the files' pixels ["], where their coordinates don't tell, or instead of them.
    batch_size : int, optional
        Cutouts given to the network at once.
    progress : bool, default True
        Whether to show a progress bar.
    keep_flagged : bool, default False
        Answer for cutouts outside the training range, too, instead of leaving the answer out.

    Returns
    -------
    astropy.table.QTable
        One row per object: ``id``, ``ra``, ``dec`` [deg, ICRS] (NaN where unknown), then for
        classifiers ``label``, ``p_<class>`` and ``logit``, best first; for parameters their values
        with ``_std``, in the order of the files; ``masked_fraction``, and ``flags`` (see
        `read_cutout`; ``shear_of_prior`` where the image tells next to nothing of the shear; also
        ``band_order_assumed``, ``band_<own>_for_<network's>``, ``outside_images``,
        ``too_few_pixels`` or ``no_noise``, which give NaN, as ``outside_training_range`` does
        unless flagged answers are kept).

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    if pixel_scale_arcsec is not None and not 0 < pixel_scale_arcsec < np.inf:
        raise UsageError(f"pixel_scale_arcsec is {pixel_scale_arcsec:g}; accepted: above 0")
    stacks = [Path(path) for path in paths if is_stack(path)]
    if stacks and catalogue is not None:
        raise UsageError(
            f"{stacks[0]} holds cutouts; positions of a catalogue are cut out of FITS images"
        )
    images = [path for path in paths if not is_stack(path)]
    options: dict[str, Any] = {"catalogue": catalogue, "hdu": hdu, "bands": bands}
    given = {"batch_size": batch_size, "keep_flagged": keep_flagged}
    parts = []
    physics, scale = predictor.physics, predictor.input_spec.contract["pixel_scale_arcsec"]
    with OpenImages() as opener:
        found = find_in_files(physics, images, **options, opener=opener)
        total = None if stacks else length_hint(found, len(alike_but_for_bands(images)))
        read = chain(
            _read(physics, found, scale, pixel_scale_arcsec, opener),
            _read_stacks(physics, stacks, scale, pixel_scale_arcsec, bands, hdu),
        )
        blocks = iter(lambda: list(islice(read, CUTOUTS_AT_ONCE)), [])
        work = partial(_predict_block, predictor, given)
        with tqdm(total=total, unit="cutout", disable=not progress) as bar:
            for part in overlapped(work, blocks):
                parts.append(part)
                bar.update(len(part[0]))
    if not parts:
        raise nothing_read()
    tables, usable = zip(*parts, strict=True)
    table = vstack(list(tables), metadata_conflicts="silent")
    check_any_answer(np.concatenate(usable), table["id"], table["flags"])
    if "logit" in table.colnames:
        table = table[np.argsort(-np.asarray(table["logit"]), kind="stable")]
    options |= {"bands": bands and list(bands), "pixel_scale_arcsec": pixel_scale_arcsec}
    table.meta = {name: value for name, value in options.items() if value is not None}
    return table


def cutout_of_file(physics: LensPhysics, path: Path) -> np.ndarray:
    """Return the input of the one object in a file, (size, size, bands).

    Raises
    ------
    UsageError
        If it cannot be read, or has too few pixels or no noise.
    """
    candidates = list(islice(find_candidates([path], physics.bands), 2))
    if len(candidates) != 1:
        raise UsageError(f"{path} holds several objects; accepted: one")
    (candidate,) = candidates
    scale = cutout_spec(physics).contract["pixel_scale_arcsec"]
    x = network_input_of(physics, [read_cutout(candidate, physics.size_pixels, scale)])[0]
    if not np.isfinite(x).all():
        raise UsageError(f"{path}: too few pixels, or no noise, in a band")
    return x


def read_again(
    predictor: Predictor[LensPhysics], paths: Sequence[str | Path], table: Table
) -> Iterator[tuple[str, Cutout]]:
    """Yield the objects of a prediction by their ids, found and read with its options.

    Parameters
    ----------
    predictor : Predictor
        The network that made the table.
    paths : sequence of path
        The files that it was applied to.
    table : astropy.table.Table
        Rows of what `predict_cutouts` returned; no other objects are read.
    """
    physics, scale = predictor.physics, predictor.input_spec.contract["pixel_scale_arcsec"]
    told, wanted = table.meta, set(map(str, table["id"]))
    own, bands, hdu = (told.get(key) for key in ("pixel_scale_arcsec", "bands", "hdu"))
    stacks = [Path(path) for path in paths if is_stack(path)]
    images = [path for path in paths if not is_stack(path)]
    with OpenImages() as opener:
        found = find_in_files(physics, images, told.get("catalogue"), hdu, bands, opener)
        chosen = (one for one in found if one.id in wanted)
        for one, cutout in _read(physics, chosen, scale, own, opener):
            yield one.id, cutout
    for one, cutout in _read_stacks(physics, stacks, scale, own, bands, hdu):
        if one.id in wanted:
            yield one.id, cutout


def find_in_files(
    physics: LensPhysics,
    paths: Sequence[str | Path],
    catalogue: str | None = None,
    hdu: int | str | None = None,
    bands: Sequence[str] | None = None,
    opener: Opener = open_images,
) -> Iterable[Candidate]:
    """Return the objects in files, or a catalogue's in them; see `predict_cutouts`."""
    fields = find_candidates(paths, physics.bands, hdu, bands, opener)
    if catalogue is None:
        return fields
    positions = read_catalogue(catalogue)
    if not positions:
        raise UsageError(f"{catalogue} has no rows")
    return place_candidates(list(fields), positions)


def _read(
    physics: LensPhysics,
    candidates: Iterable[Candidate],
    scale: float,
    own_scale: float | None,
    opener: Opener,
) -> Iterator[tuple[Candidate, Cutout]]:
    """Yield the candidates that can be read, with their pixels."""
    for candidate in candidates:
        with may_fail(candidate.id):
            cutout = read_cutout(candidate, physics.size_pixels, scale, own_scale, opener)
            yield candidate, cutout


def _read_stacks(
    physics: LensPhysics,
    paths: Sequence[Path],
    scale: float,
    own_scale: float | None,
    bands: Sequence[str] | None,
    member: int | str | None,
) -> Iterator[tuple[Candidate, Cutout]]:
    """Yield the cutouts of the files of many that can be read."""
    name = "" if member is None else str(member)
    for path in paths:
        with may_fail(path):
            yield from read_stack(
                path, physics.bands, physics.size_pixels, scale, bands, own_scale, name
            )


def _predict_block(
    predictor: Predictor[LensPhysics],
    given: Mapping[str, Any],
    block: Sequence[tuple[Candidate, Cutout]],
) -> tuple[QTable, np.ndarray]:
    """Return the table of candidates and which of its rows (n,) have an answer."""
    physics = predictor.physics
    candidates, cutouts = zip(*block, strict=True)
    x = network_input_of(physics, cutouts)
    usable = np.isfinite(x).all(axis=(1, 2, 3))
    flags = [_flags(cutout, good) for cutout, good in zip(cutouts, usable, strict=True)]
    table = predict_read(predictor, x, [one.id for one in candidates], flags, **given)
    table.add_column([one.ra for one in candidates] * u.deg, 1, "ra")
    table.add_column([one.dec for one in candidates] * u.deg, 2, "dec")
    joined = _with_shear(table)
    table.remove_column("flags")
    table["masked_fraction"] = np.array([cutout.masked_fraction for cutout in cutouts], np.float32)
    table["flags"] = joined
    return table, usable


def _with_shear(table: QTable) -> list[str]:
    """Return the flags of a table, also where a shear is no better known than before."""
    flags = [str(one) for one in table["flags"]]
    if not {"gamma1_std", "gamma2_std"} <= set(table.colnames):
        return flags
    known = np.minimum(*(np.asarray(table[f"gamma{axis}_std"], float) for axis in (1, 2)))
    unknown = known > UNTOLD * SHEAR
    return [
        ",".join(filter(None, (own, "shear_of_prior" if one else "")))
        for own, one in zip(flags, unknown, strict=True)
    ]


def _flags(cutout: Cutout, usable: bool) -> tuple[str, ...]:
    if usable or not cutout.image.size:
        return cutout.flags
    return (*cutout.flags, "too_few_pixels" if cutout.masked_fraction > 0 else "no_noise")
