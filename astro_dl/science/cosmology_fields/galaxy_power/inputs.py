"""What networks are given: the logarithm of the power of galaxies in bands."""

import numpy as np

from astro_dl.core.task import InputSpec
from astro_dl.science.cosmology_fields.galaxy_power.physics import GalaxyPowerPhysics
from astro_dl.science.cosmology_fields.galaxy_power.shells import (
    BOX,
    SHELLS,
    membership,
    wave_counts,
)

Array = np.ndarray


def input_spec(physics: GalaxyPowerPhysics) -> InputSpec:
    """Return the shape of an input and what its numbers mean."""
    bands = membership().shape[1]
    contract = {
        "box_mpc_h": BOX,
        "shells": SHELLS,
        "redshifts": list(physics.redshifts),
        "numbers": f"ln P [(Mpc/h)³] of galaxies in {bands} bands of k, with shot noise, one "
        "redshift after the other",
    }
    return InputSpec((bands * len(physics.redshifts),), contract)


def network_input(power: Array) -> Array:
    """Return spectra as networks are given them.

    Parameters
    ----------
    power : ndarray, (n, redshifts, 79)
        Power of galaxies in shells [(Mpc/h)³], above zero.

    Returns
    -------
    ndarray of float32, (n, redshifts · bands)
        Logarithms of the mean over all waves of a band.
    """
    weights = membership() * wave_counts()[:, None]
    banded = np.asarray(power, np.float64) @ (weights / weights.sum(axis=0))
    return np.log(banded).reshape(len(banded), -1).astype(np.float32)
