"""Real labelled photographs: spirals of Galaxy Zoo 2, and galaxies that are none."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.files import find_in
from astro_dl.core.reading.hdf5_files import open_hdf5
from astro_dl.core.task import Dataset
from astro_dl.science.galaxy_morphology.inputs import network_input

if TYPE_CHECKING:
    from astro_dl.science.galaxy_morphology.physics import MorphologyPhysics

SPIRALS_FILE = "galaxies/galaxy_zoo2_spirals.h5"


def read_spirals(physics: "MorphologyPhysics", folder: Path) -> Examples:
    """Return the 1,400 photographs of SDSS below ``folder``, half of them of spirals.

    Raises
    ------
    UsageError
        If the file is missing, or ``physics.asked`` is not "spiral".
    """
    if physics.asked != "spiral":
        raise UsageError(
            f"physics.asked is {physics.asked!r}; real set 'spirals' answers 'spiral' alone"
        )
    path = find_in(folder, SPIRALS_FILE)
    with open_hdf5(path) as file:
        images, labels = file["image"][:], np.asarray(file["label"][:]).astype(str)
    x = np.stack([network_input(physics, image, f"{path}:{k}") for k, image in enumerate(images)])
    info = Table({"galaxy": [f"row_{number}" for number in range(len(x))]})
    return Examples(x, (labels == "spirals").astype(np.float32), info)


SPIRALS = Dataset(
    "1,400 photographs of SDSS, spirals and others, by Galaxy Zoo 2",
    read_spirals,
    n=1400,
    reference="Willett et al. (2013), MNRAS 435, 2835",
    licence="none given: for benchmarks only",
)
