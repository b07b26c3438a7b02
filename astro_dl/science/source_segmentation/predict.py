"""Stars and galaxies in real images: a catalogue of them, and maps of their classes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import QTable, vstack
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.core.reading.share import divisible
from astro_dl.inference.predictor import Predictor
from astro_dl.observations.images.image_files import derived_files, derived_header, write_hdus
from astro_dl.observations.images.tiles import in_tiles, tiling_of_unet
from astro_dl.science.source_segmentation.files import BAND, Field, open_field
from astro_dl.science.source_segmentation.inputs import network_input
from astro_dl.science.source_segmentation.measure import Segmentation, catalogue
from astro_dl.science.source_segmentation.physics import CLASSES, SourceSegmentationPhysics
from astro_dl.science.source_segmentation.seeing import seeing_of
from astro_dl.science.source_segmentation.segments import find_segments

Array = np.ndarray
TILES_AT_ONCE = 2
STEPS = 250
"""Into which probabilities are divided."""

FWHM_RANGE = (1.0, 20.0)
"""That is accepted [pixel]."""

UNUSUAL = 1.1
"""By which the seeing may be beyond that of the training without a flag."""

FLAGS = ("edge", "blended", "unknown_pixels")


@divisible()
def predict_fields(
    predictor: Predictor[SourceSegmentationPhysics],
    paths: Sequence[str | Path],
    *,
    threshold: float = 0.5,
    fwhm: float | None = None,
    gain: float | None = None,
    hdu: int | str | None = None,
    weights: int | str | None = None,
    maps: str | None = None,
    progress: bool = True,
) -> QTable:
    """Find stars and galaxies in images of any size.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``source_segmentation``.
    paths : sequence of path
        FITS files of an image each, in a linear unit, with its sky or without.
    threshold : float, default 0.5
        Probability of a source, of whatever class, above which a pixel is part of one.
    fwhm : float, optional
        Full width at half maximum of stars [pixel]; default what is measured in each image.
    gain : float, optional
        Electrons for each unit of the files, for the photon noise of sources in ``flux_err``;
        default the noise of the sky alone.
    hdu : int or str, optional
        Number or name of the extension with the image; default the first image.
    weights : int or str, optional
        Number or name of the extension with the inverse variance of each pixel, 0 where it is not
        known; default the noise that is measured in boxes of 128 pixels.
    maps : str, optional
        Folder for ``<name>_segments.fits``, with the extensions ``CLASS`` (the likeliest class of
        each pixel of a source, 0 elsewhere), ``PROBABILITY`` (a plane for each class) and
        ``SEGMENTS`` (numbers as in the table), under the coordinates of the image.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per source, in the order of files: ``id`` of the file; ``segment``, its number;
        ``x``, ``y``, where its light is [pixel, from 0]; ``ra``, ``dec`` (ICRS, NaN without
        coordinates); ``flux``, the light within one FWHM of its segment that is in no other, and
        ``flux_err``, in the file's unit; ``label`` and ``p_<class>``, means over its pixels
        weighted by light; ``pixels``; ``flags``: ``edge``, ``blended`` (it touches others),
        ``unknown_pixels``, or ``seeing_outside_training_range``.

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    _check("threshold", threshold, (0.0, 1.0), "a probability within 0 and 1")
    _check("fwhm", fwhm, FWHM_RANGE, "pixels within 1 and 20")
    _check("gain", gain, (0.0, np.inf), "electrons per unit of the file, above 0")
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    targets = derived_files(maps, names, "_segments.fits")
    tables = []
    for path in tqdm(files, unit="image", disable=not progress):
        with may_fail(path), open_field(path, hdu, weights) as field:
            found = segment(predictor, field, threshold, fwhm)
            table = catalogue(field, found, gain)
            table.add_column(np.full(len(table), names[path]), name="id", index=0)
            _join_flags(table, _unusual(found.fwhm, predictor.physics))
            if path in targets:
                _write(targets[path], field, found)
            tables.append(table)
    if not tables:
        raise nothing_read()
    table = vstack(tables, metadata_conflicts="silent")
    options = {"threshold": threshold, "fwhm": fwhm, "hdu": hdu, "weights": weights}
    table.meta = {key: one for key, one in options.items() if one is not None}
    return table


def segment(
    predictor: Predictor[SourceSegmentationPhysics],
    field: Field,
    threshold: float = 0.5,
    fwhm: float | None = None,
) -> Segmentation:
    """Return the sources of an image: probabilities of all pixels, and segments.

    Parameters are those of `predict_fields`.

    Raises
    ------
    UsageError
        If the width of stars cannot be measured.
    """
    width = seeing_of(field) if fwhm is None else fwhm
    probability = np.empty((len(CLASSES), *field.shape), np.uint8)
    brightness = np.empty(field.shape, np.float16)
    tiling = tiling_of_unet(predictor.bundle.config.hyperparameters, field.shape)
    larger = predictor.enlarged((tiling.size, tiling.size))

    def read(rows: slice) -> Array:
        x = network_input(field.light(rows), width)
        brightness[rows] = x[..., 0]
        return x

    def apply(tiles: Array) -> Array:
        logits = larger.score(tiles, batch_size=min(TILES_AT_ONCE, len(tiles)))
        return larger.probabilities(logits)

    for rows, answers in in_tiles(field.shape, tiling, read, apply):
        probability[:, rows] = np.rint(STEPS * np.moveaxis(answers, -1, 0)).astype(np.uint8)
    mask = probability[0] < np.uint8(np.ceil(STEPS * (1 - threshold)))
    segments, divided = find_segments(mask, brightness, width)
    return Segmentation(probability, brightness, segments, divided, width)


def class_map(found: Segmentation) -> Array:
    """Return the likeliest class (H, W) uint8 of each pixel of a segment, 0 elsewhere."""
    classes = np.zeros(found.segments.shape, np.uint8)
    for top in range(0, len(classes), BAND):
        rows = slice(top, top + BAND)
        likeliest = found.probability[1:, rows].argmax(axis=0).astype(np.uint8) + np.uint8(1)
        classes[rows] = np.where(found.segments[rows] > 0, likeliest, np.uint8(0))
    return classes


def _check(name: str, value: float | None, bounds: tuple[float, float], accepted: str) -> None:
    if value is not None and not bounds[0] < value < bounds[1]:
        raise UsageError(f"{name} is {value:g}; accepted: {accepted}")


def _unusual(fwhm: float, physics: SourceSegmentationPhysics) -> bool:
    low, high = physics.seeing_fwhm_pixels_range
    return not low / UNUSUAL <= fwhm <= high * UNUSUAL


def _join_flags(table: QTable, unusual: bool) -> None:
    """Replace the columns of single flags by one with their words."""
    held = {name: np.asarray(table[name], bool) for name in FLAGS}
    held["seeing_outside_training_range"] = np.full(len(table), unusual)
    table.remove_columns(FLAGS)
    table["flags"] = np.array(
        [",".join(word for word, rows in held.items() if rows[k]) for k in range(len(table))], str
    )


def _write(target: Path, field: Field, found: Segmentation) -> None:
    header = derived_header(field.header)
    header.remove("BUNIT", ignore_missing=True)
    hdus = [fits.PrimaryHDU(header=header)]
    planes = {"CLASS": class_map(found), "PROBABILITY": found.probability}
    for name, plane in (planes | {"SEGMENTS": found.segments}).items():
        hdus.append(fits.ImageHDU(plane, header.copy(), name=name))
    for number, name in enumerate(CLASSES):
        hdus[1].header[f"CLASS{number}"] = name
        hdus[2].header[f"PLANE{number + 1}"] = name
    hdus[2].header["BSCALE"] = 1 / STEPS
    write_hdus(target, hdus)
