"""Hits in real exposures: a catalogue of them, and masks."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable, vstack
from scipy import ndimage
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.core.reading.share import divisible
from astro_dl.inference.predictor import Predictor
from astro_dl.observations.images.background import Background
from astro_dl.observations.images.image_files import derived_files, write_hdus
from astro_dl.observations.images.tiles import in_tiles, tiling_of_unet
from astro_dl.science.cosmic_rays.exposures import Exposure, open_exposure
from astro_dl.science.cosmic_rays.inputs import network_input
from astro_dl.science.cosmic_rays.physics import CosmicRayPhysics

TILES_AT_ONCE = 2
NEIGHBOURS = np.ones((3, 3))
"""Pixels that touch, also at corners, are of one hit."""

STEPS = 250
"""Into which probabilities are divided in files of masks."""

UNUSUAL_NOISE = 1.5
"""By which the noise may be beyond that of the training without a flag."""


@divisible()
def predict_exposures(
    predictor: Predictor[CosmicRayPhysics],
    paths: Sequence[str | Path],
    *,
    threshold: float = 0.5,
    gain: float | None = None,
    hdu: int | str | None = None,
    masks: str | None = None,
    progress: bool = True,
) -> QTable:
    """Find hits in single exposures of any size.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``cosmic_ray``.
    paths : sequence of path
        FITS files of one exposure each, not combined and not resampled.
    threshold : float, default 0.5
        Probability above which a pixel is of a hit.
    gain : float, optional
        Electrons for each unit of the files, where their headers do not tell.
    hdu : int or str, optional
        Number or name of the extension; default the first with an image.
    masks : str, optional
        Folder for ``<name>_hits.fits``, with the extensions ``MASK`` (1 where hit) and
        ``PROBABILITY``.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per hit, in the order of files and rows: ``id`` of the file, ``x``, ``y`` of the
        brightest pixel [pixel, from 0], ``pixels``, ``charge`` above the background [electron],
        ``p_hit``, the largest probability of a pixel, and ``flags``: ``edge``, or
        ``noise_outside_training_range``.

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    if not 0 < threshold < 1:
        raise UsageError(f"threshold is {threshold:g}; accepted: a probability within 0 and 1")
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    targets = derived_files(masks, names, "_hits.fits")
    tables = []
    with tqdm(total=len(files), unit="exposure", disable=not progress) as bar:
        for path in files:
            with may_fail(path), open_exposure(path, hdu, gain) as exposure:
                probability, background = hit_probability(predictor, exposure)
                mask = probability > threshold
                tables.append(_catalogue(names[path], exposure, background, probability, mask))
                tables[-1]["flags"] = _flags(tables[-1], exposure, background, predictor.physics)
                if path in targets:
                    _write_mask(targets[path], mask, probability)
            bar.update()
    if not tables:
        raise nothing_read()
    table = vstack(tables)
    table.meta = {"threshold": threshold} | ({} if hdu is None else {"hdu": hdu})
    return table


def hit_probability(
    predictor: Predictor[CosmicRayPhysics], exposure: Exposure
) -> tuple[np.ndarray, Background]:
    """Return the probability that each pixel is hit (H, W) float32, and the background.

    Raises
    ------
    UsageError
        If the background cannot be measured.
    """
    try:
        background = Background.measure(exposure.data)
    except UsageError as error:
        raise UsageError(f"{exposure.path}: {error}") from None
    gain = np.float32(exposure.gain)

    def read(rows: slice) -> np.ndarray:
        level, noise = (gain * one for one in background.at(rows))
        electrons = exposure.electrons(rows)
        return network_input(np.where(np.isfinite(electrons), electrons, level), level, noise)

    tiling = tiling_of_unet(predictor.bundle.config.hyperparameters, exposure.shape)
    larger = predictor.enlarged((tiling.size, tiling.size))

    def apply(tiles: np.ndarray) -> np.ndarray:
        logits = larger.score(tiles, batch_size=min(TILES_AT_ONCE, len(tiles)))
        return larger.probabilities(logits)[..., 1]

    probability = np.empty(exposure.shape, np.float32)
    for rows, answers in in_tiles(exposure.shape, tiling, read, apply):
        probability[rows] = answers
    return probability, background


def _catalogue(
    name: str,
    exposure: Exposure,
    background: Background,
    probability: np.ndarray,
    mask: np.ndarray,
) -> QTable:
    labels, count = ndimage.label(mask, NEIGHBOURS)
    rows = list(_measured(exposure, background, probability, labels))
    columns = np.array(rows, float).reshape(count, 5).T
    return QTable(
        {
            "id": np.full(count, name, f"U{max(1, len(name))}"),
            "x": columns[0].astype(int) * u.pix,
            "y": columns[1].astype(int) * u.pix,
            "pixels": columns[2].astype(int),
            "charge": columns[3].astype(np.float32) * u.electron,
            "p_hit": columns[4].astype(np.float32),
        }
    )


def _measured(
    exposure: Exposure, background: Background, probability: np.ndarray, labels: np.ndarray
) -> Iterator[tuple[float, ...]]:
    """Yield x, y, number of pixels, charge and probability of each hit."""
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        own = labels[rows, columns] == number
        level = background.at(rows)[0][:, columns] * np.float32(exposure.gain)
        electrons = np.where(own, exposure.electrons(rows)[:, columns] - level, -np.inf)
        row, column = np.unravel_index(np.argmax(electrons), own.shape)
        yield (
            columns.start + column,
            rows.start + row,
            own.sum(),
            electrons[own].sum(),
            probability[rows, columns][own].max(),
        )


def _flags(
    table: QTable, exposure: Exposure, background: Background, physics: CosmicRayPhysics
) -> np.ndarray:
    noise = float(np.median(background.noise)) * exposure.gain
    pairs = zip(physics.sky_electrons_range, physics.read_noise_electrons_range, strict=True)
    low, high = (np.sqrt(sky + read**2) for sky, read in pairs)
    unusual = not low / UNUSUAL_NOISE <= noise <= high * UNUSUAL_NOISE
    height, width = exposure.shape
    x, y = table["x"].value, table["y"].value
    edge = (x == 0) | (y == 0) | (x == width - 1) | (y == height - 1)
    words = (("edge", edge), ("noise_outside_training_range", np.full(len(table), unusual)))
    joined = [",".join(word for word, rows in words if rows[k]) for k in range(len(table))]
    return np.array(joined, dtype=str)


def _write_mask(target: Path, mask: np.ndarray, probability: np.ndarray) -> None:
    shares = fits.ImageHDU(np.rint(STEPS * probability).astype(np.uint8), name="PROBABILITY")
    shares.header["BSCALE"] = 1 / STEPS
    masked = fits.ImageHDU(mask.astype(np.uint8), name="MASK")
    write_hdus(target, [fits.PrimaryHDU(), masked, shares])
