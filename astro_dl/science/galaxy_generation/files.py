"""A file of drawn galaxies: a cube of images, their point-spread functions, and a table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import atomic_path
from astro_dl.inference.protocol import Predictor
from astro_dl.models.point_spread.inputs import IMAGE, POINT_SPREAD
from astro_dl.science.galaxy_generation.physics import GalaxyGenerationPhysics

ENDINGS = (".fits", ".fit", ".fits.gz")


def write_galaxies(
    predictor: Predictor[GalaxyGenerationPhysics],
    galaxies: Examples,
    path: Path,
    header: Mapping[str, Any],
) -> Path:
    """Write drawn galaxies to a FITS file, at once, and return its path.

    Parameters
    ----------
    predictor : Predictor
        The network that drew them.
    galaxies : Examples
        What `astro_dl.science.galaxy_generation.draw.draw_galaxies` returned.
    path : Path
        Its name ends in .fits, .fit or .fits.gz. The first image is the cube (n, size, size), in
        standard deviations of the noise of the training, of which ``MAGZERO`` is the magnitude;
        ``PSF`` the point-spread functions; ``GALAXIES`` a row for each with what was asked and its
        code.
    header : mapping
        Further plain values of the first header.

    Raises
    ------
    UsageError
        If the name has another ending or the file cannot be written.
    """
    if not path.name.lower().endswith(ENDINGS):
        raise UsageError(f"{path}: galaxies are written as FITS; accepted: {', '.join(ENDINGS)}")
    assert isinstance(galaxies.x, dict)
    physics, card = predictor.physics, predictor.bundle.card
    cube = fits.PrimaryHDU(galaxies.x[IMAGE][..., 0])
    cards: dict[str, tuple[Any, str]] = {
        "BUNIT": ("sigma", "noise of a pixel of the training"),
        "MAGZERO": (physics.noise_magnitude, "magnitude of one unit"),
        "PIXSCALE": (physics.pixel_scale_arcsec, "[arcsec] width of a pixel"),
        "NOISE": (galaxies.info.meta["noise"], "noise that was added [sigma]"),
        "MODEL": (card.name, "drawn by this network: no real galaxies"),
        "SHA256": (predictor.bundle.sha256, ""),
        **{name.upper(): (value, "") for name, value in header.items()},
    }
    cube.header.update(cards)
    spread = fits.ImageHDU(galaxies.x[POINT_SPREAD][..., 0], name="PSF")
    plain = galaxies.info.copy()
    plain.meta = {}
    plain["code"] = np.asarray(plain["code"], np.float32)
    table = fits.table_to_hdu(plain)
    table.name = "GALAXIES"
    with atomic_path(path) as temporary:
        fits.HDUList([cube, spread, table]).writeto(temporary)
    return path
