"""Real images made sharper: a table of them, and FITS files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable
from tqdm.auto import tqdm

from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.core.reading.share import divisible
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.galaxies.fields import POINT_SPREAD, SkyImage, open_image
from astro_dl.observations.images.degrading import full_width_at_half_maximum
from astro_dl.observations.images.image_files import derived_files, derived_header, write_hdus
from astro_dl.science.deconvolution.fourier import target_image
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics
from astro_dl.science.deconvolution.sharpen import BAND, Sharpened, sharpen

MOST_RESIDUAL = 1.3
"""Root mean square [σ] of what an answer leaves of an image, above which it does not explain it."""

WITHHELD = "psf_outside_training_range"


@divisible()
def predict_images(
    predictor: Predictor[DeconvolutionPhysics],
    paths: Sequence[str | Path],
    *,
    psf: str | None = None,
    hdu: int | str | None = None,
    sigma: float | None = None,
    images: str | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Sharpen images of any size.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``deconvolution``.
    paths : sequence of path
        FITS files of an image each, with the extensions ``PSF`` (with the pixel in it, centred on
        a pixel, odd sides) and ``MASK`` (0 where good), the latter only where there is one.
    psf : str, optional
        FITS file of the point-spread function of all images, in place of the extensions.
    hdu : int or str, optional
        Number or name of the extension with the image; default the first image.
    sigma : float, optional
        Noise of a pixel in the files' unit; default the scatter in boxes of 256 pixels.
    images : str, optional
        Folder for ``<name>_sharp.fits``: the image through the target, without the sky, under the
        header of the file, coordinates with it; ``RESIDUAL``, the file's image less the answer
        blurred again [σ]; and ``PSF``, the target. Nothing but the table without.
    keep_flagged : bool, default False
        Answer for images whose point-spread function is outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per file in their order: ``id``; ``light_sum``, of the answer, and
        ``light_blurred_sum``, of the image above the sky, in the file's unit; ``residual_rms``
        [σ]; ``noise``, the median, in the file's unit; ``seeing_fwhm`` of the point-spread
        function [pixel]; ``masked_fraction``; ``flags``: ``masked``, ``noise_correlated``,
        ``image_not_explained`` (residuals above 1.3 σ), or ``psf_outside_training_range`` (NaN
        and no image unless flagged answers are kept).

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    targets = derived_files(images, names, "_sharp.fits")
    rows: list[dict[str, Any]] = []
    for path in tqdm(files, unit="image", disable=not progress):
        with may_fail(path), open_image(path, predictor.physics, psf, hdu, sigma) as image:
            row, words = _described(image)
            if image.has_usual_seeing(predictor.physics) or keep_flagged:
                answer = sharpen(predictor, image)
                row |= _measured(image, answer)
                if path in targets:
                    _write(targets[path], predictor.physics, image, answer)
            words |= {
                "image_not_explained": row["residual_rms"] > MOST_RESIDUAL,
                WITHHELD: not image.has_usual_seeing(predictor.physics),
            }
            flags = ",".join(word for word, holds in words.items() if holds)
            rows.append({"id": names[path], **row, "flags": flags})
    if not rows:
        raise nothing_read()
    table = QTable(rows)
    table["seeing_fwhm"] = table["seeing_fwhm"] * u.pix
    table.meta = {
        key: one for key, one in {"psf": psf, "hdu": hdu, "sigma": sigma}.items() if one is not None
    }
    return table


def _described(image: SkyImage) -> tuple[dict[str, float], dict[str, bool]]:
    """Return the columns and flags that need no network."""
    missing = image.masked_fraction
    row = {
        "light_sum": np.nan,
        "light_blurred_sum": np.nan,
        "residual_rms": np.nan,
        "noise": float(np.median(image.noise(image.sample))),
        "seeing_fwhm": full_width_at_half_maximum(image.point_spread),
        "masked_fraction": missing,
    }
    return row, {"masked": missing > 0, "noise_correlated": image.has_correlated_noise()}


def _measured(image: SkyImage, answer: Sharpened) -> dict[str, float]:
    bands = [slice(first, first + BAND) for first in range(0, image.shape[0], BAND)]
    blurred = (image.light(rows) * image.noise(rows) for rows in bands)
    return {
        "light_sum": float(np.nansum(answer.light, dtype=np.float64)),
        "light_blurred_sum": sum(float(np.nansum(one, dtype=np.float64)) for one in blurred),
        "residual_rms": float(np.sqrt(np.nanmean(answer.residual**2, dtype=np.float64))),
    }


def _write(target: Path, physics: DeconvolutionPhysics, image: SkyImage, answer: Sharpened) -> None:
    header = derived_header(image.header)
    fwhm = physics.target_fwhm_pixels
    header["HISTORY"] = f"Sky subtracted and sharpened to a Gaussian of {fwhm:g} pixels (FWHM)"
    hdus = [
        fits.PrimaryHDU(answer.light, header),
        fits.ImageHDU(answer.residual, name="RESIDUAL"),
        fits.ImageHDU(target_image(physics).astype(np.float32), name=POINT_SPREAD),
    ]
    write_hdus(target, hdus)
