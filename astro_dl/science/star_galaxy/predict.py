"""Stars and galaxies in stamps of files: from images to a table."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import QTable
from tqdm.auto import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Inputs
from astro_dl.core.files import distinct_names
from astro_dl.core.reading.many_files import may_fail, nothing_read
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import check_any_answer
from astro_dl.models.point_spread.inputs import IMAGE
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.galaxies.stamp_files import Options, Stamp, read_stamp
from astro_dl.science.star_galaxy.physics import StarGalaxyPhysics

WITHHELD = "psf_outside_training_range"


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
    options = Options(psf=psf, hdu=hdu, sigma=sigma)
    files = [Path(path) for path in paths]
    names = distinct_names(files)
    ids: list[str] = []
    stamps: list[Stamp] = []
    for path in tqdm(files, unit="stamp", disable=not progress):
        with may_fail(path):
            stamps.append(read_stamp(path, predictor.physics, options))
            ids.append(names[path])
    if not stamps:
        raise nothing_read()
    x = _inputs(stamps, predictor.physics)
    good = np.array([np.isfinite(one.image).all() for one in stamps])
    good &= keep_flagged | np.array([WITHHELD not in one.flags for one in stamps])
    own = [",".join(one.flags) for one in stamps]
    check_any_answer(good, ids, own)
    x[IMAGE][~good] = np.nan
    given = {"batch_size": batch_size, "keep_flagged": keep_flagged}
    table = predictor.predict(x, ids=ids, **given)
    told = [
        [word for word in str(words).split(",") if word and word != "non_finite_input"]
        for words in table["flags"]
    ]
    table.remove_column("flags")
    table["masked_fraction"] = np.array([one.masked_fraction for one in stamps], np.float32)
    table["flags"] = [
        ",".join([*one.flags, *words]) for one, words in zip(stamps, told, strict=True)
    ]
    return table


def input_of_file(physics: StarGalaxyPhysics, path: Path) -> Inputs:
    """Return the input of the one source in a file.

    Raises
    ------
    UsageError
        If it cannot be read, or has too few pixels.
    """
    stamp = read_stamp(path, physics, Options())
    if not np.isfinite(stamp.image).all():
        raise UsageError(f"{path}: {', '.join(stamp.flags)}")
    return {name: one[0] for name, one in _inputs([stamp], physics).items()}


def _inputs(stamps: Sequence[Stamp], physics: StarGalaxyPhysics) -> dict[str, np.ndarray]:
    images = np.stack([one.image for one in stamps])
    if physics.saturation_sigma is not None:
        images = np.minimum(images, physics.saturation_sigma)
    return network_input(images, np.stack([one.point_spread for one in stamps]))
