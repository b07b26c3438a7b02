"""Metallicities of galaxies on real files: images in g, r and i to a table."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable, vstack

from astro_dl.core.errors import UsageError
from astro_dl.core.reading.many_files import nothing_read
from astro_dl.core.reading.share import divisible
from astro_dl.inference.arrays import predict_read
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import check_any_answer
from astro_dl.observations.galaxies.band_files import alike_but_for_bands
from astro_dl.science.galaxy_metallicity.features import APERTURE, Photometry, measure
from astro_dl.science.galaxy_metallicity.files import GalaxyImage, Options, read_galaxies
from astro_dl.science.galaxy_metallicity.physics import BANDS, MetallicityPhysics

Array = np.ndarray
AT_ONCE = 512
FAINTER = 0.1
"""Magnitudes below the limit of the training's sample that errors of photometry excuse."""

LEAST_RADIUS_ARCSEC = 0.75
"""Half-light radius below which a source is as small as a star in the training's seeing."""


@divisible(alike_but_for_bands)
def predict_metallicities(
    predictor: Predictor[MetallicityPhysics],
    paths: Sequence[str | Path],
    *,
    hdu: int | str | None = None,
    bands: tuple[str, ...] | None = None,
    zero_point: float | None = None,
    pixel_scale_arcsec: float | None = None,
    batch_size: int | None = None,
    keep_flagged: bool = False,
) -> QTable:
    """Tell the metallicities of the galaxies in the middle of images.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``galaxy_metallicity``.
    paths : sequence of path
        FITS files: multi-extension, cubes of bands, or one file per band whose names differ by it.
        Larger images are cut about their middle.
    hdu : int or str, optional
        Number or name of the only extension to take.
    bands : tuple of str, optional
        What the planes or extensions are, in their order, where keywords and names don't tell.
    zero_point : float, optional
        AB magnitude of one unit of the files, in all bands; default what headers say, by a zero
        point or a unit of maggies or janskys.
    pixel_scale_arcsec : float, optional
        Width of the files' pixels ["]; default what their coordinates say.
    batch_size : int, optional
        Images given to the network at once.
    keep_flagged : bool, default False
        Answer for galaxies outside the training range, too, instead of leaving the answer out.

    Returns
    -------
    astropy.table.QTable
        One row per galaxy in the order of the files: ``id``, ``ra``, ``dec`` [deg]; ``metallicity``
        (12 + lg O/H in the scale of Tremonti et al. 2004) with ``_std`` and quantiles;
        ``magnitude_g``, ``magnitude_r``, ``magnitude_i`` and ``radius_arcsec`` (half-light, the
        seeing included) as measured; ``flags``: those of
        `astro_dl.observations.galaxies.band_files.read_cutout`, ``band_order_assumed``,
        ``noise_unlike_training``, ``small`` (no larger than a star), ``large`` (reaches the
        border), ``no_zero_point`` and ``too_few_pixels`` (NaN), ``faint`` and
        ``outside_training_range`` (NaN unless flagged answers are kept).

    Raises
    ------
    UsageError
        If files or options cannot be used, as where a band is missing.
    """
    options = Options(hdu, bands, zero_point, pixel_scale_arcsec)
    read = read_galaxies(predictor.physics, paths, options)
    blocks = iter(lambda: list(islice(read, AT_ONCE)), [])
    parts = [_block(predictor, block, batch_size, keep_flagged) for block in blocks]
    if not parts:
        raise nothing_read()
    tables, usable = zip(*parts, strict=True)
    table = vstack(list(tables), metadata_conflicts="silent")
    check_any_answer(np.concatenate(usable), table["id"], table["flags"])
    told = vars(options) | {"bands": bands and list(bands)}
    table.meta |= {name: one for name, one in told.items() if one is not None}
    return table


def _block(
    predictor: Predictor[MetallicityPhysics],
    galaxies: Sequence[GalaxyImage],
    batch_size: int | None,
    keep_flagged: bool,
) -> tuple[QTable, Array]:
    """Return the table of galaxies, and which of its rows (n,) have an answer."""
    x = np.stack([one.x for one in galaxies])
    seen = measured(predictor.physics, x)
    faint = seen.magnitudes[:, 1] > predictor.physics.faintest_r + FAINTER
    about = _words(predictor.physics, seen, faint)
    flags = [(*one.flags, *words) for one, words in zip(galaxies, about, strict=True)]
    good = np.isfinite(x).all(axis=(1, 2, 3)) & (keep_flagged | ~faint)
    x[~good] = np.nan
    ids = [one.id for one in galaxies]
    table = predict_read(predictor, x, ids, flags, batch_size, keep_flagged)
    table.add_column([one.ra for one in galaxies] * u.deg, 1, "ra")
    table.add_column([one.dec for one in galaxies] * u.deg, 2, "dec")
    said = table["flags"].tolist()
    table.remove_column("flags")
    for band, values in zip(BANDS, seen.magnitudes.T, strict=True):
        table[f"magnitude_{band}"] = values.astype(np.float32) * u.mag
    table["radius_arcsec"] = seen.radius_arcsec.astype(np.float32) * u.arcsec
    table["flags"] = said
    return table, good


def image_of_file(physics: MetallicityPhysics, path: Path) -> Array:
    """Return the input of the one galaxy in a file, (size, size, 3).

    Raises
    ------
    UsageError
        If it cannot be read, lacks a band or a zero point, or has too few pixels.
    """
    (galaxy,) = read_galaxies(physics, [path], Options())
    if not np.isfinite(galaxy.x).all():
        raise UsageError(f"{path}: {', '.join(galaxy.flags)}")
    return galaxy.x


def measured(physics: MetallicityPhysics, x: Array) -> Photometry:
    """Return the photometry of inputs (n, size, size, 3), NaN where these are."""
    good = np.isfinite(x).all(axis=(1, 2, 3))
    found = Photometry(*(np.full((len(x), *more), np.nan) for more in ((3,), (), ())))
    if good.any():
        for name, values in vars(measure(physics, x[good])).items():
            getattr(found, name)[good] = values
    return found


def _words(physics: MetallicityPhysics, seen: Photometry, faint: Array) -> list[tuple[str, ...]]:
    """Return what is unusual of each galaxy."""
    half = physics.size_pixels * physics.pixel_scale_arcsec / 2
    flags = {
        "faint": faint,
        "small": seen.radius_arcsec < LEAST_RADIUS_ARCSEC,
        "large": seen.radius_arcsec * APERTURE > half,
    }
    return [tuple(word for word, rows in flags.items() if rows[k]) for k in range(len(faint))]
