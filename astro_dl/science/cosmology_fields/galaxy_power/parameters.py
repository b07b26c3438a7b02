"""What is asked of spectra of galaxies, and what is known before."""

from collections.abc import Mapping

import numpy as np

from astro_dl.distributions.priors import AnyPrior, Uniform
from astro_dl.science.cosmology_fields.simulation.background import Cosmology

PRIOR: Mapping[str, AnyPrior] = {"omega_m": Uniform(0.1, 0.5), "sigma_8": Uniform(0.6, 1.0)}
"""The Latin hypercube of CAMELS (arXiv:2010.00619, section 3.3)."""

OMEGA_B, HUBBLE, N_S = 0.049, 0.6711, 0.9624
"""The same in all universes of CAMELS, which are flat and have a cosmological constant."""


def cosmology_of(parameters: np.ndarray) -> Cosmology:
    """Return the universes of parameters (n, 2) in the order of ``PRIOR``."""
    omega_m, sigma_8 = np.asarray(parameters, np.float64).T
    same = np.ones_like(omega_m)
    return Cosmology(
        omega_c=omega_m - OMEGA_B,
        omega_b=OMEGA_B * same,
        sigma_8=sigma_8,
        h=HUBBLE * same,
        n_s=N_S * same,
        w_0=-same,
    )
