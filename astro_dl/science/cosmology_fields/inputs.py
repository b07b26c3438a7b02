"""What networks are given: maps in units of their noise, or the power of bands."""

import numpy as np

from astro_dl.core.examples import Inputs
from astro_dl.core.task import InputSpec
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulation.convergence import BINS

Array = np.ndarray
MOST_CORRELATION = 0.999999


def input_spec(physics: CosmologyFieldsPhysics) -> InputSpec:
    """Return the shape of an input and what its numbers mean."""
    contract = {
        "size_pixels": physics.size_pixels,
        "pixel_arcmin": physics.pixel_arcmin,
        "noise": round(physics.noise, 6),
    }
    if physics.given == "spectrum":
        meaning = "ln power of each bin and their correlation, in bands, over that of the noise"
        return InputSpec((3 * band_count(physics),), {**contract, "numbers": meaning})
    meaning = "convergence of both bins of sources, the nearer first, without mean, over its noise"
    shape = (physics.size_pixels, physics.size_pixels, BINS)
    return InputSpec(shape, {**contract, "numbers": meaning})


def network_input(physics: CosmologyFieldsPhysics, maps: Array) -> Array:
    """Return convergence maps (n, size, size, 2) as networks are given them, float32."""
    scaled = (maps - maps.mean(axis=(1, 2), keepdims=True)) / physics.noise
    if physics.given == "maps":
        return scaled.astype(np.float32)
    return band_powers(physics, physics.modes.summed_power(scaled))


def spectrum_features(physics: CosmologyFieldsPhysics, x: Inputs) -> Array:
    """Return the band powers (n, 3 · bands) of inputs, float32."""
    assert isinstance(x, np.ndarray)
    if physics.given == "spectrum":
        return x
    return band_powers(physics, physics.modes.summed_power(x))


def band_powers(physics: CosmologyFieldsPhysics, summed: Array) -> Array:
    """Return the logarithm of each bin's mean power and their correlation in every band.

    Parameters
    ----------
    physics : CosmologyFieldsPhysics
        Of the maps.
    summed : ndarray, (n, G, 3)
        As `astro_dl.science.cosmology_fields.simulation.modes.Modes.summed_power` gives them.

    Returns
    -------
    ndarray of float32, (n, 3 · bands)
        The nearer bin, the correlation, the farther bin, from the largest scales on.
    """
    modes = physics.modes
    member = modes.bands(physics.bands)
    one, both, other = np.moveaxis(np.einsum("ngp,gb->nbp", summed, member), 2, 0)
    correlation = np.clip(both / np.sqrt(one * other), -MOST_CORRELATION, MOST_CORRELATION)
    waves = modes.counts @ member
    found = [np.log(one / waves), np.arctanh(correlation), np.log(other / waves)]
    return np.concatenate(found, axis=1).astype(np.float32)


def band_count(physics: CosmologyFieldsPhysics) -> int:
    """Return how many bands hold a wave."""
    return physics.modes.bands(physics.bands).shape[1]
