"""From maps in FITS files to posteriors."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import QTable
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales

from astro_dl.answers.posterior_samples import MostSamples, with_samples
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.reading.fits_files import chosen_image, open_fits
from astro_dl.core.reading.named_files import read_named
from astro_dl.core.reading.share import divisible
from astro_dl.distributions.posterior import Posterior
from astro_dl.inference.arrays import predict_read
from astro_dl.inference.protocol import Predictor
from astro_dl.science.cosmology_fields.inputs import network_input
from astro_dl.science.cosmology_fields.parameters import lensing_strength
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulation.convergence import BINS

SCALE_TOLERANCE = 0.01
DRAWS = 2000
"""Of each posterior, for S₈."""


@divisible(undivided=("samples",))
def predict_maps(
    predictor: Predictor[CosmologyFieldsPhysics],
    paths: Sequence[str | Path],
    *,
    hdu: int | str | None = None,
    samples: MostSamples = 0,
    seed: int = 0,
    batch_size: int | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Tell the universe of maps of the convergence.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``cosmology_fields``.
    paths : sequence of path
        FITS files, each with a cube of two maps, that of the nearer sources first, of as many
        pixels as the network knows, with shape noise.
    hdu : int or str, optional
        Number or name of the extension; default the first image.
    samples : int, default 0
        Draws of each posterior, see `astro_dl.answers.posterior_samples.with_samples`.
    seed : int, default 0
        Of the draws.
    batch_size : int, optional
        Maps given to the network at once.
    keep_flagged : bool, default False
        Answer for maps outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per file in their order: ``id``; for each parameter its median, ``_std``, ``_mean``,
        ``_mode`` and quantiles; ``s_8``, the median of σ₈ √(Ω_m / 0.3), with ``s_8_q16`` and
        ``s_8_q84``; ``flags``: ``masked`` where pixels are missing (NaN), or
        ``outside_training_range`` (NaN unless flagged answers are kept).

    Raises
    ------
    UsageError
        If no file can be used, or one is no cube of two maps of the network's pixels.
    """
    read = partial(read_maps, physics=predictor.physics, hdu=hdu)
    ids, maps = read_named(paths, read, progress=progress)
    x = network_input(predictor.physics, np.stack(maps))
    masked = ~np.isfinite(x.reshape(len(x), -1)).all(axis=1)
    flags = [("masked",) if one else () for one in masked]
    rng = np.random.default_rng(seed)
    table = predict_read(predictor, x, ids, flags, batch_size, keep_flagged)
    table = _with_lensing_strength(table, predictor, x, rng)
    return with_samples(table, predictor, x, samples, rng)


def read_maps(
    path: Path, physics: CosmologyFieldsPhysics, hdu: int | str | None = None
) -> np.ndarray:
    """Return the maps of a file (size, size, 2).

    Raises
    ------
    UsageError
        If it cannot be read, or holds no two maps of the network's number and width of pixels.
    """
    size, width = physics.size_pixels, physics.pixel_arcmin
    with open_fits(path) as hdus:
        name, one = chosen_image(hdus, path, hdu)
        if one.data.shape != (BINS, size, size):
            raise UsageError(
                f"{path}: extension {name} has shape {one.data.shape}; this network takes two "
                f"maps, {(BINS, size, size)}, of pixels of {width:g}′"
            )
        _check_scale(path, one.header, width)
        return np.moveaxis(np.asarray(one.data, np.float64), 0, 2)


def input_of_file(physics: CosmologyFieldsPhysics, path: Path) -> Inputs:
    """Return the input of the maps in a file.

    Raises
    ------
    UsageError
        As of `read_maps`, or if pixels are missing.
    """
    maps = read_maps(path, physics)
    if not np.isfinite(maps).all():
        raise UsageError(f"{path}: pixels are missing; maps without a mask are needed")
    return network_input(physics, maps[None])[0]


def _check_scale(path: Path, header: Any, arcmin: float) -> None:
    wcs = WCS(header, naxis=2)
    if not wcs.has_celestial:
        return
    scale = float(np.mean(proj_plane_pixel_scales(wcs))) * 60
    if abs(scale / arcmin - 1) > SCALE_TOLERANCE:
        raise UsageError(
            f"{path}: pixels are {scale:.4g}′ wide; this network takes maps of {arcmin:g}′"
        )


def _with_lensing_strength(
    table: QTable, predictor: Predictor[Any], x: np.ndarray, rng: np.random.Generator
) -> QTable:
    posterior = predictor.answers(x).distribution
    assert isinstance(posterior, Posterior)
    draws = lensing_strength(np.moveaxis(posterior.sample(rng, DRAWS), 1, 2))
    known = np.isfinite(np.asarray(table["omega_c"], float))
    flags = table["flags"]
    table.remove_column("flags")
    for name, level in (("s_8", 0.5), ("s_8_q16", 0.16), ("s_8_q84", 0.84)):
        column = np.full(len(table), np.nan, np.float32)
        column[known] = np.quantile(draws[known], level, axis=1)
        table[name] = column
    table["flags"] = flags
    return table
