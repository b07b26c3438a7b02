"""Maps of the convergence, or their powers, with the universes behind them."""

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.distributions.priors import from_unit_box
from astro_dl.science.cosmology_fields.exact import relative_power
from astro_dl.science.cosmology_fields.inputs import band_powers, network_input
from astro_dl.science.cosmology_fields.parameters import PRIOR, cosmology_of, lensing_strength
from astro_dl.science.cosmology_fields.physics import CosmologyFieldsPhysics
from astro_dl.science.cosmology_fields.simulation.convergence import convergence_spectra
from astro_dl.science.cosmology_fields.simulation.fields import (
    gaussian_maps,
    gaussian_summed_power,
    lognormal_maps,
)

Array = np.ndarray
FIELDS = {"gaussian": gaussian_maps, "lognormal": lognormal_maps}
SETTINGS = ("size_pixels", "pixel_arcmin", "shape_noise", "galaxies_per_arcmin2")
"""What the likelihood of a map depends on; columns of ``info``."""


def simulate(physics: CosmologyFieldsPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n pairs of maps, each of a universe of its own.

    Parameters
    ----------
    physics : CosmologyFieldsPhysics
        Maps and noise.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.cosmology_fields.inputs.network_input` gives it; ``y`` (n, 6)
        float32 in the order of ``PRIOR``; ``info`` with ``universe`` (a random number), the
        parameters, ``s_8``, ``SETTINGS`` and ``summed_power``, all that the power spectrum tells of
        the maps, over that of the noise.
    """
    parameters = from_unit_box(tuple(PRIOR.values()), rng.random((n, len(PRIOR))))
    without_maps = physics.field == "gaussian" and physics.given == "spectrum"
    x, summed = (_spectra if without_maps else _maps)(physics, parameters, rng)
    info = Table({"universe": rng.integers(2**62, size=n)})
    for name, values in zip(PRIOR, parameters.T, strict=True):
        info[name] = values
    info["s_8"] = lensing_strength(parameters)
    for name in SETTINGS:
        info[name] = np.full(n, getattr(physics, name))
    info["summed_power"] = summed.astype(np.float32)
    return Examples(x, parameters.astype(np.float32), info)


def _maps(
    physics: CosmologyFieldsPhysics, parameters: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return inputs by maps of universes (n, 6), and the summed power of these maps."""
    modes = physics.modes
    power = modes.pixel_power(convergence_spectra(cosmology_of(parameters), modes.ell))
    maps = FIELDS[physics.field](power, modes, rng)
    maps += physics.noise * rng.standard_normal(maps.shape)
    return network_input(physics, maps), modes.summed_power(maps / physics.noise)


def _spectra(
    physics: CosmologyFieldsPhysics, parameters: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return what `_maps` does for powers of Gaussian maps, at a fraction of its cost."""
    power = relative_power(physics, parameters)
    summed = gaussian_summed_power(power, physics.modes.counts, rng)
    return band_powers(physics, summed), summed
