"""What is asked of a galaxy's stars, and the measure on which posteriors are told."""

from collections.abc import Mapping

import numpy as np

from astro_dl.distributions.priors import AnyPrior, TruncatedNormal, Uniform
from astro_dl.science.mass_profile.physics import MassProfilePhysics

Array = np.ndarray
G_PC = 4.300917e-3
"""Newton's constant [pc km² / (s² M☉)]."""

TARGETS: Mapping[str, str] = {"gamma": "", "log_mass": "dex", "beta": ""}
"""γ, the slope of the halo's density at its centre; log₁₀ of the mass within 1.8 half-light radii;
β, the anisotropy of velocities at the half-light radius; with their units. Of networks the mass is
in units of s² R_h / G, with s the observed dispersion: a galaxy looks the same at any scale."""

SYMBOLS: Mapping[str, str] = {
    "gamma": r"$\gamma$",
    "log_mass": r"$\log_{10}\,[G M(<1.8\,R_\mathrm{h}) / (s^2 R_\mathrm{h})]$",
    "beta": r"$\beta$",
}

MASS_RATIO = TruncatedNormal(0.75, 0.2, -1.5, 2.5)
"""Of log₁₀ of that ratio: about how it is distributed, so that splines need not be narrow. It is a
measure, no prior: masses at a fixed radius are as likely in any decade."""


def measures(physics: MassProfilePhysics) -> tuple[AnyPrior, ...]:
    """Return the measure of each target."""
    return Uniform(*physics.slopes), MASS_RATIO, Uniform(0.0, physics.most_anisotropy)


def log_mass_unit(dispersion_kms: Array, half_light_pc: Array) -> Array:
    """Return log₁₀ of s² R_h / G [M☉], to which a network's mass ratio is added."""
    return 2 * np.log10(dispersion_kms) + np.log10(half_light_pc / G_PC)
