"""What is asked of a binary black hole in one detector, and what is known before."""

from collections.abc import Mapping

import numpy as np

from astro_dl.distributions.priors import AnyPrior, Uniform

PRIOR: Mapping[str, AnyPrior] = {
    "chirp_mass": Uniform(18.0, 50.0),
    "mass_ratio": Uniform(0.25, 1.0),
    "effective_spin": Uniform(-0.8, 0.8),
    "merger_time": Uniform(-0.1, 0.1),
    "snr": Uniform(8.0, 32.0),
}
"""Of each parameter: the chirp mass in the detector's frame; the lighter over the heavier mass; the
spin of both bodies along the orbit; the merger after the loudest match; and the optimal
signal-to-noise ratio, which tells the effective distance. The phase is marginalised over."""

UNITS: Mapping[str, str] = {
    "chirp_mass": "Msun",
    "mass_ratio": "",
    "effective_spin": "",
    "merger_time": "s",
    "snr": "",
}

SYMBOLS: Mapping[str, str] = {
    "chirp_mass": r"$\mathcal{M}$",
    "mass_ratio": "$q$",
    "effective_spin": r"$\chi_\mathrm{eff}$",
    "merger_time": r"$t_\mathrm{c}$",
    "snr": r"$\rho$",
}

CHIRP_MASS, MASS_RATIO, SPIN, TIME, SNR = range(len(PRIOR))
"""Columns of parameters (…, 5)."""

SEARCHED_S = 0.095
"""How far from the time that is given the loudest match is looked for, either way [s]: a little
less than mergers can be apart from it."""


def masses_of(parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both masses (…) [M☉] of parameters (…, 5), the heavier first."""
    chirp_mass, ratio = parameters[..., CHIRP_MASS], parameters[..., MASS_RATIO]
    heavier = chirp_mass * (1 + ratio) ** 0.2 / ratio**0.6
    return heavier, heavier * ratio
