"""Shells of waves in a periodic box, in which the power of its galaxies is measured."""

from functools import cache

import numpy as np

Array = np.ndarray
BOX = 25.0
"""Side of a box of CAMELS [Mpc/h] (Villaescusa-Navarro et al. 2021, arXiv:2010.00619)."""

SHELLS = 79
"""From the fundamental wave on, each as thick as it is long."""

BANDS_PER_E_FOLD = 4


@cache
def wave_numbers() -> Array:
    """Return the mean wave number of each shell (79,) [h/Mpc]."""
    counts, lengths = _lattice()
    return 2 * np.pi / BOX * lengths / counts


@cache
def wave_counts() -> Array:
    """Return how many waves each shell holds (79,); those of opposite direction are one twice."""
    return _lattice()[0]


@cache
def membership() -> Array:
    """Return 1 where a shell is of a band, (79, bands): even bands in ln k that hold a shell."""
    place = np.log(wave_numbers() / wave_numbers()[0]) * BANDS_PER_E_FOLD
    number = np.unique(place.astype(int), return_inverse=True)[1]
    return (number[:, None] == np.arange(number.max() + 1)).astype(float)


def _lattice() -> tuple[Array, Array]:
    """Return the number of lattice points in each shell m ≤ |n| < m + 1, and their summed |n|."""
    axis = np.arange(-SHELLS, SHELLS + 1) ** 2
    length = np.sqrt(axis[:, None, None] + axis[:, None] + axis).ravel()
    shell = length.astype(int)
    inside = slice(1, SHELLS + 1)
    return np.bincount(shell)[inside], np.bincount(shell, weights=length)[inside]
