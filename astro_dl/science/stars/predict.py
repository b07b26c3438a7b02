"""Spectra of stars in files to a table of types or parameters."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.reading.share import divisible
from astro_dl.inference.predictions import Answers
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.table import Effect, Flag
from astro_dl.observations.spectra.predict import (
    finite_input,
    only_spectrum,
    resampled_spectra,
    spectra_of_files,
    spectrum_table,
)
from astro_dl.observations.spectra.spectrum import Medium
from astro_dl.science.stars.inputs import pixel_edges, spectrum_inputs
from astro_dl.science.stars.likeness import star_likeness
from astro_dl.science.stars.physics import StellarPhysics

LN_10 = float(np.log(10))
KNOWN_STARS = {"log_teff": (3.4, 4.7), "log_g": (-1.0, 6.0), "fe_h": (-4.0, 1.5)}
"""Range of the parameters of the stars of MILES (Cenarro et al. 2007, MNRAS 374, 664) and of the
simulated ones, rounded outwards."""


@divisible()
def predict_stars(
    predictor: Predictor[StellarPhysics],
    paths: Sequence[str | Path],
    *,
    medium: Medium | None = None,
    batch_size: int | None = None,
    keep_flagged: bool = False,
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
    keep_flagged : bool, default False
        Give answers that a flag calls unsupported, too, instead of leaving them out.

    Returns
    -------
    astropy.table.QTable
        One row per spectrum, in the order of the files: ``id``; ``label`` and ``p_<class>``, or the
        targets with their uncertainties, and ``teff`` [K]; ``snr``, ``missing_fraction``, and
        ``flags``: ``missing_wavelengths``, ``air_assumed``, ``no_continuum`` (no answer);
        ``low_snr`` (below 10, or so by the scatter where errors are unknown), ``not_a_star`` (it
        matches no star at a velocity that stars have, as galaxies, quasars and noise do not),
        ``outside_training_range`` and ``answer_outside_training_range`` (parameters that no star
        of the training had), which leave the answer out unless flagged ones are kept.

    Raises
    ------
    UsageError
        If a file cannot be used, or no spectrum reaches the network's wavelengths.
    """
    spectra = spectra_of_files(paths, medium)
    found = resampled_spectra(spectra, pixel_edges(predictor.physics.pixels))
    x = spectrum_inputs(found.flux)
    usable = np.isfinite(x).all(axis=(1, 2))
    strange = Flag(star_likeness(x).not_a_star & usable, Effect.WITHHELD)
    table = spectrum_table(
        predictor,
        spectra,
        found,
        x,
        batch_size,
        keep_flagged,
        low_snr=Effect.WITHHELD,
        judged=lambda answers: {
            "not_a_star": strange,
            **_unknown_stars(predictor.head.names, answers),
        },
    )
    if "log_teff" not in table.colnames:
        return table
    place = table.colnames.index("log_teff")
    teff = 10 ** table["log_teff"].value * u.K
    table.add_column(teff, place, "teff")
    if "log_teff_std" in table.colnames:
        table.add_column(teff * LN_10 * table["log_teff_std"].value, place + 1, "teff_std")
    return table


def input_of_file(physics: StellarPhysics, path: Path) -> np.ndarray:
    """Return the input of the one spectrum in a file, (pixels, 1)."""
    found = only_spectrum(path, pixel_edges(physics.pixels))
    return finite_input(spectrum_inputs(found.flux), path)


def _unknown_stars(names: Sequence[str], answers: Answers) -> dict[str, Flag]:
    """Return a flag of the rows whose parameters no star of the training had."""
    outside = np.zeros(len(answers.values), bool)
    for column, name in enumerate(names):
        if name in KNOWN_STARS:
            low, high = KNOWN_STARS[name]
            value = answers.values[:, column]
            outside |= (value < low) | (value > high)
    return {"answer_outside_training_range": Flag(outside, Effect.WITHHELD)}
