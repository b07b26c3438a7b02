"""Spectra of stars in files to a table of types or parameters."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.inference.protocol import Predictor
from astro_dl.observations.spectra.predict import (
    resampled_spectra,
    spectra_of_files,
    spectrum_table,
)
from astro_dl.observations.spectra.spectrum import Medium
from astro_dl.science.stars.inputs import pixel_edges, spectrum_inputs
from astro_dl.science.stars.physics import StellarPhysics

LN_10 = float(np.log(10))


def predict_stars(
    predictor: Predictor[StellarPhysics],
    paths: Sequence[str | Path],
    *,
    medium: Medium | None = None,
    batch_size: int | None = None,
) -> QTable:
    """Apply a network to spectra of stars.

    Parameters
    ----------
    predictor : Predictor
        A network of task ``spectral_type`` or ``stellar_parameters``.
    paths : sequence of path
        Files of one spectrum or several; see `astro_dl.observations.spectra.files.read_spectra`.
        Stars may move by some 300 km/s.
    medium : {"air", "vacuum"}, optional
        What the wavelengths are measured in, whatever the files say.
    batch_size : int, optional
        Spectra given to the network at once.

    Returns
    -------
    astropy.table.QTable
        One row per spectrum, in the order of the files: ``id``; ``label`` and ``p_<class>``, or the
        targets with their uncertainties, and ``teff`` [K]; ``snr``, ``missing_fraction``, and
        ``flags``: ``missing_wavelengths``, ``low_snr``, ``air_assumed``, ``no_continuum`` (no
        answer), ``outside_training_range``.

    Raises
    ------
    UsageError
        If a file cannot be used, or no spectrum reaches the network's wavelengths.
    """
    spectra = spectra_of_files(paths, medium)
    found = resampled_spectra(spectra, pixel_edges(predictor.physics.pixels))
    table = spectrum_table(predictor, spectra, found, spectrum_inputs(found.flux), batch_size)
    if "log_teff" not in table.colnames:
        return table
    place = table.colnames.index("log_teff")
    teff = 10 ** table["log_teff"].value * u.K
    table.add_column(teff, place, "teff")
    if "log_teff_std" in table.colnames:
        table.add_column(teff * LN_10 * table["log_teff_std"].value, place + 1, "teff_std")
    return table
