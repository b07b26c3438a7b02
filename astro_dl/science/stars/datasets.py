"""The MILES library of stellar spectra: types and parameters of some 790 stars."""

import re
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.door import reading
from astro_dl.core.task import Dataset
from astro_dl.observations.spectra.wavelengths import air_to_vacuum, resample
from astro_dl.science.stars.inputs import pixel_edges, spectrum_inputs
from astro_dl.science.stars.physics import SpectralTypePhysics, StellarPhysics
from astro_dl.science.stars.simulation.population import CLASSES

FILE = "spectra/miles.npz"
TYPE = re.compile(r"(?:sd|d|g)?([0OBAFGKM])\s*(\d(?:\.\d*)?)?(?=[\s:.+/IVabempnsvwh\d-]|$)")
MIDDLE = 5.0
SOUND = {"temperature": (2500, 60_000), "log_g": (-1, 6), "fe_h": (-4, 1)}


def read_miles_types(physics: SpectralTypePhysics, folder: Path) -> Examples:
    """Return the stars of known type, below ``folder``, each once.

    What the file calls AGB, GB or HB is a state of evolution, not a spectral type: those stars are
    left out, as are carbon and S stars.

    Raises
    ------
    UsageError
        If the file is missing or lacks a column.
    """
    x, table = _read(physics, folder)
    number = np.array([parse_type(text) for text in table["spectral_type"]])
    known = np.isfinite(number)
    y = (np.where(known, number, 0) // 10).astype(np.int32)
    if physics.answer == "number":
        y = number[:, None].astype(np.float32)
    table["spectral_number"] = number
    return Examples(x, y, table).take(known)


def read_miles_parameters(physics: StellarPhysics, folder: Path) -> Examples:
    """Return the stars whose temperature, gravity and metallicity are known, below ``folder``.

    Raises
    ------
    UsageError
        If the file is missing or lacks a column.
    """
    x, table = _read(physics, folder)
    known = np.logical_and.reduce(
        [(table[name] > low) & (table[name] < high) for name, (low, high) in SOUND.items()]
    )
    temperature = np.where(known, table["temperature"], 5000)
    y = np.stack([np.log10(temperature), table["log_g"], table["fe_h"]], axis=1)
    return Examples(x, y.astype(np.float32), table).take(known)


def parse_type(text: str) -> float:
    """Return the spectral number of a type: 42.0 for ``"G2V"``, 45.0 for ``"G"``, else NaN.

    A zero at the beginning is read as the letter O.
    """
    found = TYPE.match(text.strip())
    if not found:
        return np.nan
    tenth = float(found[2]) if found[2] else MIDDLE
    return 10.0 * CLASSES.index(found[1].replace("0", "O")) + tenth


def _read(physics: StellarPhysics, folder: Path) -> tuple[np.ndarray, Table]:
    path = find_in(folder, FILE)
    with reading(path, "NumPy archive"), np.load(path, allow_pickle=False) as archive:
        try:
            wavelength = air_to_vacuum(archive["wave"].astype(float))
            flux = archive["flux"].astype(float)
            names = {"star": "id", "name": "name", "spectral_type": "sptype"}
            names |= {"temperature": "teff", "log_g": "logg", "fe_h": "feh"}
            table = Table({column: archive[key] for column, key in names.items()})
        except KeyError as error:
            raise UsageError(f"{path}: {error.args[0]}") from None
    resampled = resample(wavelength, flux, np.isfinite(flux), pixel_edges(physics.pixels))
    return spectrum_inputs(resampled), table


REFERENCE = "Sánchez-Blázquez et al. (2006), MNRAS 371, 703; Cenarro et al. (2007), MNRAS 374, 664"
MILES_TYPES = Dataset(
    "some 730 MILES stars of classes O to M, 3540 to 7410 Å, 2.5 Å resolution",
    read_miles_types,
    reference=REFERENCE,
    licence="BSD-3-Clause as distributed",
)
MILES_PARAMETERS = Dataset(
    "some 760 MILES stars with Teff, log g and [Fe/H], 3540 to 7410 Å, 2.5 Å resolution",
    read_miles_parameters,
    reference=REFERENCE,
    licence="BSD-3-Clause as distributed",
)
