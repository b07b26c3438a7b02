"""Bands by their names: wavelengths, and what is added to a magnitude to make it one of AB.

A band whose name does not tell what it is, or whose system is none of those that are known, has no
colour with another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

VEGA_WAVELENGTHS = np.array([0.365, 0.44, 0.55, 0.641, 0.798, 0.905])
VEGA_IN_AB = np.array([0.79, -0.09, 0.02, 0.21, 0.45, 0.54])
"""Magnitude of Vega in the AB system at wavelengths [µm]: Blanton & Roweis (2007), AJ 133, 734,
table 1."""

WAVELENGTHS: Mapping[str, float] = {
    "U": 0.365, "B": 0.44, "V": 0.55, "R": 0.641, "I": 0.798,
    "u": 0.355, "g": 0.477, "r": 0.623, "i": 0.763, "z": 0.905, "y": 0.971,
    "B_E": 0.49, "R_E": 0.67, "G": 0.622, "BP": 0.511, "RP": 0.777,
}  # fmt: skip
"""Effective wavelengths [µm]: Johnson and Cousins (Bessell 1990, PASP 102, 1181), SDSS, PS1 and
LSST, EROS-1 (Melchior et al. 2000, A&AS 145, 11), Gaia (Riello et al. 2021, A&A 649, A3)."""

OF_VEGA = frozenset(("U", "B", "V", "R", "I", "B_E", "R_E", "G", "BP", "RP"))
AB_NAMES, VEGA_NAMES = frozenset(("ab", "abmag")), frozenset(("vega", "vegamag"))

SPELLINGS = (
    re.compile(r"(?:(?i:ztf|lsst|sdss|ps1|des|z)[ _:.-]*)?([ugrizy])'?"),
    re.compile(r"(?:(?i:johnson|cousins|bessell|landolt|ogle|asas)[ _:.-]*)?([UBVRI])(?i:c|j)?"),
    re.compile(r"(?:(?i:gaia)[ _:.-]*)?(?:G_)?(G|BP|RP)"),
    re.compile(r"(B_E|R_E)"),
)


@dataclass(frozen=True)
class Band:
    """What is known of a band.

    Parameters
    ----------
    wavelength : float
        Effective wavelength [µm].
    to_ab : float
        Added to a magnitude to make it one of AB [mag].
    """

    wavelength: float
    to_ab: float


def vega_in_ab(wavelength: np.ndarray | float) -> np.ndarray:
    """Return the AB magnitude of Vega at wavelengths [µm]."""
    return np.interp(-1 / np.asarray(wavelength), -1 / VEGA_WAVELENGTHS, VEGA_IN_AB)


def native_band(name: str) -> Band:
    """Return a band of `WAVELENGTHS` in the system in which its magnitudes usually are."""
    wavelength = WAVELENGTHS[name]
    return Band(wavelength, float(vega_in_ab(wavelength)) if name in OF_VEGA else 0.0)


def known_band(name: str, system: str = "") -> Band | None:
    """Return what a band is by its name; None if that does not tell.

    Capital letters are bands of Johnson, Cousins and Gaia, small ones those of SDSS and what
    followed it.

    Parameters
    ----------
    name : str
        Of the band, with or without that of the survey, as ``ztf_g``.
    system : str
        In which its magnitudes are said to be, AB or Vega; empty for the usual one.
    """
    found = next((m[1] for one in SPELLINGS if (m := one.fullmatch(name.strip()))), None)
    said = system.strip().lower()
    if found is None or said not in {"", *AB_NAMES, *VEGA_NAMES}:
        return None
    usual = native_band(found)
    if said in AB_NAMES:
        return Band(usual.wavelength, 0.0)
    if said in VEGA_NAMES:
        return Band(usual.wavelength, float(vega_in_ab(usual.wavelength)))
    return usual
