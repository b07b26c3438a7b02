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
from astro_dl.observations.images.cutouts import MEDIAN_OF_ABSOLUTE_NORMAL
from astro_dl.science.galaxy_morphology.features import ABOVE, FRAME
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
    info = Table({"galaxy": [f"row_{number}" for number in range(len(x))], "snr": _snr(x)})
    return Examples(x, (labels == "spirals").astype(np.float32), info)


def _snr(x: np.ndarray) -> np.ndarray:
    """Return how well photographs (n, size, size, 3) stand out from the scatter of their borders.

    √(Σ d² / σ²) over what is brighter than 2σ; σ of the outermost three pixels, one step of the
    file's 255 at least.
    """
    grey = x.mean(axis=3)
    size = grey.shape[1]
    border = np.ones((size, size), bool)
    border[FRAME:-FRAME, FRAME:-FRAME] = False
    edge = grey[:, border]
    sky = np.median(edge, axis=1)
    spread = np.median(np.abs(edge - sky[:, None]), axis=1) / MEDIAN_OF_ABSOLUTE_NORMAL
    light = (grey - sky[:, None, None]) / np.maximum(spread, 1 / 255)[:, None, None]
    return np.sqrt(np.sum(light**2, axis=(1, 2), where=light > ABOVE))


SPIRALS = Dataset(
    "1,400 photographs of SDSS, spirals and others, by Galaxy Zoo 2",
    read_spirals,
    n=1400,
    reference="Willett et al. (2013), MNRAS 435, 2835",
    licence="none given: for benchmarks only",
)
