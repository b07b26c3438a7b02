"""The structure of real galaxies: from stamps in files to a table."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.examples import Inputs
from astro_dl.core.reading.share import divisible
from astro_dl.inference.protocol import Predictor
from astro_dl.observations.galaxies.inputs import network_input
from astro_dl.observations.galaxies.predict import input_of_stamp, predict_stamps_of
from astro_dl.observations.galaxies.stamp_files import Options, Stamp
from astro_dl.science.galaxy_structure.physics import GalaxyStructurePhysics

LEVELS = ("", "_q16", "_q84")


@divisible()
def predict_stamps(
    predictor: Predictor[GalaxyStructurePhysics],
    paths: Sequence[str | Path],
    *,
    psf: str | None = None,
    hdu: int | str | None = None,
    sigma: float | None = None,
    rebin: float = 1.0,
    zero_point: float | None = None,
    pixel_scale_arcsec: float | None = None,
    batch_size: int | None = None,
    keep_flagged: bool = False,
    progress: bool = True,
) -> QTable:
    """Measure the galaxies in the middle of stamps.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``galaxy_structure``.
    paths : sequence of path
        FITS files of one galaxy each, the sky subtracted: the image, and as extensions ``PSF``
        (with the pixel in it, centred on a pixel, odd sides), ``WEIGHT`` (inverse variance) or
        ``ERR``, and ``MASK`` (0 where good), all but the first as far as there are any.
    psf : str, optional
        FITS file of the point-spread function of all stamps, in place of the extensions.
    hdu : int or str, optional
        Number or name of the extension with the image; default the first image.
    sigma : float, optional
        Noise of a pixel in the files' unit; default what weights say, or else the scatter at the
        border.
    rebin : float, default 1
        How many times wider pixels are made, for galaxies that are larger than those of the
        training. The image is blurred as far as such pixels need.
    zero_point : float, optional
        Magnitude of one unit of the files; default what the headers say.
    pixel_scale_arcsec : float, optional
        Width of the files' pixels; default what their coordinates say.
    batch_size : int, optional
        Stamps given to the network at once.
    keep_flagged : bool, default False
        Answer for stamps outside the training range, too.
    progress : bool, default True
        Whether to show a progress bar.

    Returns
    -------
    astropy.table.QTable
        One row per file in their order: ``id``; ``magnitude`` (instrumental, with the flag
        ``no_zero_point``, where nothing tells the zero point), ``ln_radius`` (half-light radius
        √(a b) [pixel of the file]), ``ln_sersic_index``, ``e1``, ``e2``, each with ``_std``,
        ``_mean``, ``_mode`` and quantiles; correlations ``corr_…``; ``radius`` [pixel],
        ``radius_arcsec`` and ``sersic_index`` with ``_q16`` and ``_q84``; ``masked_fraction``;
        ``flags``: ``masked``, ``noise_varies``, ``noise_from_border``, ``light_at_border``,
        ``off_centre``, ``small_stamp``, ``too_few_pixels`` (NaN), ``psf_outside_training_range`` or
        ``outside_training_range`` (NaN unless flagged answers are kept).

    Raises
    ------
    UsageError
        If files or options cannot be used.
    """
    options = Options(psf, hdu, sigma, rebin, zero_point, pixel_scale_arcsec)
    table, stamps = predict_stamps_of(
        predictor, paths, options, network_input, batch_size, keep_flagged, progress
    )
    found = _in_physical_units(table, stamps)
    found.meta |= {name: one for name, one in vars(options).items() if one is not None}
    return found


def input_of_file(physics: GalaxyStructurePhysics, path: Path) -> Inputs:
    """Return the input of the one galaxy in a file; see `input_of_stamp`."""
    return input_of_stamp(physics, path, network_input)


def _in_physical_units(table: QTable, stamps: Sequence[Stamp]) -> QTable:
    zero_points, sigmas, pixels, scales, masked = (
        np.array([getattr(one, name) for one in stamps], float)
        for name in ("zero_point", "sigma", "pixels", "pixel_scale_arcsec", "masked_fraction")
    )
    shift = np.nan_to_num(zero_points) - 2.5 * np.log10(sigmas)
    for name in table.colnames:
        if name.startswith("magnitude") and not name.endswith("_std"):
            table[name] = (table[name].value + shift).astype(np.float32) * u.mag
        elif name.startswith("ln_radius") and not name.endswith("_std"):
            table[name] = (table[name] + np.log(pixels)).astype(np.float32)
    flags = table["flags"].tolist()
    table.remove_column("flags")
    for level in LEVELS:
        radius = np.exp(table[f"ln_radius{level}"])
        table[f"radius{level}"] = radius * u.pix
        table[f"radius_arcsec{level}"] = (radius * scales).astype(np.float32) * u.arcsec
        table[f"sersic_index{level}"] = np.exp(table[f"ln_sersic_index{level}"])
    table["masked_fraction"] = masked.astype(np.float32)
    table["flags"] = [
        words if np.isfinite(one) else ",".join(filter(None, [words, "no_zero_point"]))
        for words, one in zip(flags, zero_points, strict=True)
    ]
    return table
