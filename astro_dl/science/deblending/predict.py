"""Sources of real images, each with its light: a table of them, and FITS files of models."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable, Table, vstack
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.core.reading.share import divisible
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.galaxies.coordinates import celestial, sky_of_pixels
from astro_dl.observations.galaxies.fields import SkyImage, open_image
from astro_dl.observations.images.image_files import derived_files, derived_header, write_hdus
from astro_dl.science.deblending.catalogue import Places, read_places
from astro_dl.science.deblending.deblend import Deblended, deblend, light_of
from astro_dl.science.deblending.detection import find_peaks
from astro_dl.science.deblending.measure import MEASURED, measured, unusual
from astro_dl.science.deblending.physics import DeblendingPhysics

WITHHELD = "psf_outside_training_range"


@divisible()
def predict_sources(
    predictor: Predictor[DeblendingPhysics],
    paths: Sequence[str | Path],
    *,
    positions: str | None = None,
    psf: str | None = None,
    hdu: int | str | None = None,
    sigma: float | None = None,
    threshold: float = 5.0,
    images: str | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Measure sources that overlap in images of any size.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``deblending``.
    paths : sequence of path
        FITS files of an image each, with the extensions ``PSF`` (with the pixel in it, centred on
        a pixel, odd sides) and ``MASK`` (0 where good), the latter only where there is one.
    positions : str, optional
        Table of the sources in all images: columns ``x`` and ``y`` [pixel, from 0], or else right
        ascension and declination. Default: peaks that are found in each image.
    psf : str, optional
        FITS file of the point-spread function of all images, in place of the extensions.
    hdu : int or str, optional
        Number or name of the extension with the image; default the first image.
    sigma : float, optional
        Noise of a pixel in the files' unit; default the scatter in boxes of 256 pixels.
    threshold : float, default 5
        Least signal-to-noise ratio of peaks that are found.
    images : str, optional
        Folder for ``<name>_sources.fits``: what no source has of the light, under the header of the
        file; ``MODELS``, a stamp of each source that has an answer; and ``SOURCES``, their names
        and where the stamps begin. Models and the rest add up to the image without the sky.
    keep_flagged : bool, default False
        Answer for images whose point-spread function is outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per source, in the order of files and of positions, found ones from the brightest
        on: ``id`` of the file; ``source``, its name or number; ``x``, ``y`` [pixel, from 0];
        ``ra``, ``dec`` [deg, ICRS]; ``flux``, all light in its stamp, and ``window_flux``, in a
        round Gaussian window of 0.7 widths of the seeing, for colours, each with ``_error`` of the
        noise and of the sharing, in the file's unit; ``blendedness``, 0 of sources that are alone
        to 1; ``flags``: ``edge``, ``masked``, ``close_pair`` (another is nearer than 0.6 widths of
        the seeing), ``crowded`` (more than seven others in its stamp), ``light_at_border`` (it is
        larger than its stamp), ``noise_correlated``; and, without an answer, ``no_position``,
        ``outside_image``, ``duplicate_position``, ``too_few_pixels``, or
        ``psf_outside_training_range`` (unless flagged answers are kept).

    Raises
    ------
    UsageError
        If files or options cannot be used, or there is no source.
    """
    if not 0 < threshold < np.inf:
        raise UsageError(f"threshold is {threshold:g}; accepted: above 0")
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    targets = derived_files(images, names, "_sources.fits")
    tables = []
    for path in tqdm(files, unit="image", disable=not progress):
        with may_fail(path), open_image(path, predictor.physics, psf, hdu, sigma) as image:
            light = light_of(image)
            places = _places(image, light, positions, threshold)
            usual = image.has_usual_seeing(predictor.physics)
            table, answer = _table(
                predictor, names[path], image, light, places, usual or keep_flagged
            )
            if not usual:
                table["flags"] = [",".join(filter(None, (one, WITHHELD))) for one in table["flags"]]
            if path in targets and answer is not None:
                _write(targets[path], table, image, light, answer)
            tables.append(table)
    if not tables:
        raise nothing_read()
    table = vstack(tables, metadata_conflicts="silent")
    table.meta = {
        key: one
        for key, one in {"psf": psf, "hdu": hdu, "sigma": sigma, "positions": positions}.items()
        if one is not None
    }
    return table


def _places(image: SkyImage, light: np.ndarray, table: str | None, threshold: float) -> Places:
    if table is not None:
        return read_places(table, image.header, image.path)
    xy = find_peaks(light, image.point_spread, threshold)
    if not len(xy):
        raise UsageError(
            f"{image.path}: no source above {threshold:g} standard deviations; give their places "
            "by --positions, or a lower --threshold"
        )
    return Places([str(number) for number in range(1, len(xy) + 1)], xy)


def _table(
    predictor: Predictor[DeblendingPhysics],
    name: str,
    image: SkyImage,
    light: np.ndarray,
    places: Places,
    answered: bool,
) -> tuple[QTable, Deblended | None]:
    """Return the rows of an image, and what its sources have of its light."""
    n = len(places.names)
    words = places.unusable(image.shape)
    good = ~np.any(list(words.values()), axis=0)
    columns = {key: np.full(n, np.nan) for key in MEASURED}
    answer = deblend(predictor, image, light, places.xy[good]) if answered and good.any() else None
    if answer is not None:
        for key, values in measured(answer, image.point_spread).items():
            columns[key][good] = values
        for word, rows in unusual(answer, image).items():
            words[word] = np.zeros(n, bool)
            words[word][good] = rows
    if image.has_correlated_noise():
        words["noise_correlated"] = good
    flags = [",".join(word for word, rows in words.items() if rows[k]) for k in range(n)]
    x, y = places.xy.T
    wcs = celestial(image.header)
    ra, dec = np.full((2, n), np.nan)
    if wcs is not None and good.any():
        ra[good], dec[good] = sky_of_pixels(wcs, x[good], y[good])
    table = QTable(
        {
            "id": np.full(n, name),
            "source": places.names,
            "x": x * u.pix,
            "y": y * u.pix,
            "ra": ra * u.deg,
            "dec": dec * u.deg,
            **{key: values.astype(np.float32) for key, values in columns.items()},
            "flags": flags,
        }
    )
    table.meta["answered"] = np.flatnonzero(good)
    return table, answer


def _write(
    target: Path, table: QTable, image: SkyImage, light: np.ndarray, answer: Deblended
) -> None:
    header = derived_header(image.header)
    header["HISTORY"] = "Sky and sources subtracted"
    rest = light * (1 - answer.claimed) * image.noise(slice(None))
    columns, rows = answer.corners.T
    sources = Table(
        {
            "source": np.asarray(table["source"])[table.meta["answered"]],
            "first_column": columns,
            "first_row": rows,
        }
    )
    hdus = [
        fits.PrimaryHDU(rest, header),
        fits.ImageHDU(answer.models, name="MODELS"),
        fits.BinTableHDU(sources, name="SOURCES"),
    ]
    write_hdus(target, hdus)
