"""Stars and galaxies in stamps of files: from images to a table."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from astropy.table import QTable

from astro_dl.core.examples import Inputs
from astro_dl.core.reading.share import divisible
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.galaxies.predict import input_of_stamp, predict_stamps_of
from astro_dl.observations.galaxies.stamp_files import Options
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics


@divisible()
def predict_sources(
    predictor: Predictor[StarGalaxyPhysics],
    paths: Sequence[str | Path],
    *,
    psf: str | None = None,
    hdu: int | str | None = None,
    sigma: float | None = None,
    batch_size: int | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Tell whether the sources in the middle of stamps are stars or galaxies.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``star_galaxy``.
    paths : sequence of path
        FITS files of one source each, the sky subtracted: the image, and as extensions ``PSF``
        (with the pixel in it, centred on a pixel, odd sides), ``WEIGHT`` (inverse variance) or
        ``ERR``, and ``MASK`` (0 where good), all but the first as far as there are any.
    psf : str, optional
        FITS file of the point-spread function of all stamps, in place of the extensions.
    hdu : int or str, optional
        Number or name of the extension with the image; default the first image.
    sigma : float, optional
        Noise of a pixel in the files' unit; default what weights say, or else the scatter at the
        border.
    batch_size : int, optional
        Stamps given to the network at once.
    keep_flagged : bool, default False
        Answer for stamps outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per file in their order: ``id``, ``label``, ``p_star``, ``p_galaxy``, ``logit``,
        ``masked_fraction`` and ``flags``, as of the reader of stamps.

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    table, stamps = predict_stamps_of(
        predictor,
        paths,
        Options(psf=psf, hdu=hdu, sigma=sigma),
        partial(_as_input, predictor.physics),
        batch_size,
        keep_flagged,
        progress,
    )
    flags = table["flags"].tolist()
    table.remove_column("flags")
    table["masked_fraction"] = np.array([one.masked_fraction for one in stamps], np.float32)
    table["flags"] = flags
    return table


def input_of_file(physics: StarGalaxyPhysics, path: Path) -> Inputs:
    """Return the input of the one source in a file; see `input_of_stamp`."""
    return input_of_stamp(physics, path, partial(_as_input, physics))


def _as_input(
    physics: StarGalaxyPhysics, images: np.ndarray, spreads: np.ndarray
) -> dict[str, np.ndarray]:
    if physics.saturation_sigma is not None:
        images = np.minimum(images, physics.saturation_sigma)
    return network_input(images, spreads)
