"""Spectra of galaxies in the hydrodynamic simulations of CAMELS."""

from functools import partial
from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.door import reading
from astro_dl.core.task import Dataset
from astro_dl.science.cosmology_fields.galaxy_power.inputs import network_input
from astro_dl.science.cosmology_fields.galaxy_power.parameters import PRIOR
from astro_dl.science.cosmology_fields.galaxy_power.physics import REDSHIFTS, GalaxyPowerPhysics
from astro_dl.science.cosmology_fields.galaxy_power.reading import check_power, check_wave_numbers

FILE = "cosmology/camels_galaxy_pk_LH.npz"
CODES = {"camels_tng": "IllustrisTNG", "camels_simba": "SIMBA"}
"""Real set to code."""


def read_camels(physics: GalaxyPowerPhysics, folder: Path, *, code: str) -> Examples:
    """Return the universes of a code, each with its spectra at all redshifts that are asked for.

    Parameters
    ----------
    physics : GalaxyPowerPhysics
        Which redshifts.
    folder : Path
        That holds `FILE`.
    code : {"IllustrisTNG", "SIMBA"}
        What made them.

    Returns
    -------
    Examples
        As the simulator gives them; ``info`` has ``universe`` (the code and the row), both
        parameters and those of feedback, as the file calls them.

    Raises
    ------
    UsageError
        If the file is missing, or holds no spectra of that code in the expected shells.
    """
    path = find_in(folder, FILE)
    with reading(path, "spectra of CAMELS"), np.load(path) as stored:
        k, power, values = stored["k"], stored[f"{code}_pk"], stored[f"{code}_params"]
        names = [str(name) for name in stored["param_names"]]
    check_wave_numbers(k, path)
    if power.shape != (len(values), len(REDSHIFTS), len(k)):
        raise UsageError(f"{path}: spectra of shape {power.shape} for {len(values)} universes")
    check_power(power, path)
    lacking = [name for name in PRIOR if name not in map(str.lower, names)]
    if lacking or len(names) != values.shape[1]:
        raise UsageError(
            f"{path}: {values.shape[1]} parameters called {', '.join(names)}; needed: "
            f"{', '.join(PRIOR)}"
        )
    info = Table({"universe": [f"{code}_{row}" for row in range(len(values))]})
    for name, column in zip(names, values.T, strict=True):
        info[name.lower()] = column
    y = np.stack([info[name] for name in PRIOR], axis=1).astype(np.float32)
    return Examples(network_input(power[:, -len(physics.redshifts) :]), y, info)


DATASETS = {
    name: Dataset(
        summary=f"Galaxies of CAMELS in boxes of 25 Mpc/h, simulated by {code}",
        read=partial(read_camels, code=code),
        reference="Villaescusa-Navarro et al. (2021), ApJ 915, 71, arXiv:2010.00619",
        licence="MIT",
    )
    for name, code in CODES.items()
}
