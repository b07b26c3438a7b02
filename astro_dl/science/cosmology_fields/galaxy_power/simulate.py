"""Spectra of galaxies in small boxes by halofit, bias and shot noise, with the universes behind."""

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples
from astro_dl.core.limits import Range
from astro_dl.distributions.priors import from_unit_box
from astro_dl.science.cosmology_fields.galaxy_power.inputs import network_input
from astro_dl.science.cosmology_fields.galaxy_power.parameters import PRIOR, cosmology_of
from astro_dl.science.cosmology_fields.galaxy_power.physics import GalaxyPowerPhysics
from astro_dl.science.cosmology_fields.galaxy_power.shells import BOX, wave_counts, wave_numbers
from astro_dl.science.cosmology_fields.simulation.matter import MatterSpectrum

Array = np.ndarray
SMALL = 1.0
"""Wave number beyond which the bias may depend on scale [h/Mpc]."""


def simulate(physics: GalaxyPowerPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n spectra, each of a universe of its own.

    Parameters
    ----------
    physics : GalaxyPowerPhysics
        Redshifts and galaxies.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.cosmology_fields.galaxy_power.inputs.network_input` gives it;
        ``y`` (n, 2) float32 in the order of ``PRIOR``; ``info`` with ``universe`` (a random
        number), both parameters, ``bias`` and ``galaxies`` today.
    """
    parameters = from_unit_box(tuple(PRIOR.values()), rng.random((n, len(PRIOR))))
    stretch = 1 + np.array(physics.redshifts)
    bias, steepness, small_scale, loss = (
        rng.uniform(*limits, (n, 1))
        for limits in (
            physics.bias_range,
            physics.bias_growth_range,
            physics.small_scale_range,
            physics.galaxy_growth_range,
        )
    )
    galaxies = _log_uniform(physics.galaxies_range, n, rng)
    squared = (bias * stretch**steepness)[..., None] ** 2 * scale_dependence(small_scale)
    clustering = squared * matter_power(parameters, np.array(physics.redshifts))
    shot = BOX**3 / (galaxies * stretch**-loss)
    info = Table({"universe": rng.integers(2**62, size=n)})
    for name, values in zip(PRIOR, parameters.T, strict=True):
        info[name] = values
    info["bias"], info["galaxies"] = bias[:, 0], galaxies[:, 0]
    power = observed_power(clustering, shot[..., None], rng)
    return Examples(network_input(power), parameters.astype(np.float32), info)


def matter_power(parameters: Array, redshifts: Array) -> Array:
    """Return the power of matter (n, redshifts, 79) [(Mpc/h)³], by halofit.

    Parameters
    ----------
    parameters : ndarray, (n, 2)
        In the order of ``PRIOR``.
    redshifts : ndarray, (m,)
        At which.
    """
    k = wave_numbers()[None, :, None]
    shape = (len(parameters), k.shape[1], len(redshifts))
    spectrum = MatterSpectrum.of(cosmology_of(parameters))
    power = spectrum.dimensionless(np.broadcast_to(k, shape), redshifts) * 2 * np.pi**2 / k**3
    return np.moveaxis(power, 1, 2)


def scale_dependence(slope: Array) -> Array:
    """Return the square of the bias over that of large scales, (n, 1, 79), by slopes (n, 1)."""
    return (1 + (wave_numbers() / SMALL) ** 2) ** (slope[..., None] / 2)


def observed_power(clustering: Array, shot: Array, rng: np.random.Generator) -> Array:
    """Return what is measured in one box, with cosmic variance and shot noise.

    Waves of the density are independent and Gaussian; those of one box are the same at all
    redshifts, but for shot noise. With M different waves in a shell

        P̂ = |δ|² + |ε|² + 2 Re δ ε*, summed over waves and divided by M,

    where the first two are Gamma distributed of shape M, and the last, given them, is Gaussian
    of variance 2 |δ|² |ε|² / M.

    Parameters
    ----------
    clustering, shot : ndarray, (n, redshifts, 79) and (n, redshifts, 1)
        Expected power of clustering and of shot noise [(Mpc/h)³].
    rng : numpy.random.Generator
        Source of both.

    Returns
    -------
    ndarray, (n, redshifts, 79)
        Above zero.
    """
    waves = wave_counts() / 2
    signal = clustering * rng.gamma(waves, 1 / waves, (len(clustering), 1, len(waves)))
    noise = shot * rng.gamma(waves, 1 / waves, clustering.shape)
    # Of few waves the Gaussian has tails beyond the correlations ±1 that there can be.
    correlation = np.clip(rng.normal(0, np.sqrt(0.5 / waves), clustering.shape), -0.99, 0.99)
    return signal + noise + 2 * correlation * np.sqrt(signal * noise)


def _log_uniform(limits: Range, n: int, rng: np.random.Generator) -> Array:
    low, high = limits
    return low * (high / low) ** rng.random((n, 1))
