"""What is asked of maps of the convergence, and what is known before."""

from collections.abc import Mapping

import numpy as np

from astro_dl.distributions.priors import AnyPrior, TruncatedNormal
from astro_dl.science.cosmology_fields.simulation.background import Cosmology

PRIOR: Mapping[str, AnyPrior] = {
    "omega_c": TruncatedNormal(0.2664, 0.2, 0.05, 0.9),
    "sigma_8": TruncatedNormal(0.831, 0.14, 0.4, 1.3),
    "w_0": TruncatedNormal(-1.0, 0.9, -2.0, -0.3),
    "n_s": TruncatedNormal(0.9645, 0.08, 0.7, 1.25),
    "h": TruncatedNormal(0.6727, 0.063, 0.45, 0.9),
    "omega_b": TruncatedNormal(0.0492, 0.006, 0.03, 0.07),
}
"""Of each parameter, what maps tell best first: the priors of Lanzieri et al. (2025,
arXiv:2407.10877, table 1), cut where universes become absurd."""


SYMBOLS: Mapping[str, str] = {
    "omega_c": r"$\Omega_\mathrm{c}$",
    "sigma_8": r"$\sigma_8$",
    "w_0": "$w_0$",
    "n_s": r"$n_\mathrm{s}$",
    "h": "$h$",
    "omega_b": r"$\Omega_\mathrm{b}$",
}


def cosmology_of(parameters: np.ndarray) -> Cosmology:
    """Return the universes of parameters (n, 6) in the order of ``PRIOR``."""
    columns = np.asarray(parameters, np.float64).T
    return Cosmology(**dict(zip(PRIOR, columns, strict=True)))


def lensing_strength(parameters: np.ndarray) -> np.ndarray:
    """Return S₈ = σ₈ √(Ω_m / 0.3) of parameters (…, 6), which lensing tells best."""
    values = dict(zip(PRIOR, np.moveaxis(np.asarray(parameters, np.float64), -1, 0), strict=True))
    return values["sigma_8"] * np.sqrt((values["omega_c"] + values["omega_b"]) / 0.3)
