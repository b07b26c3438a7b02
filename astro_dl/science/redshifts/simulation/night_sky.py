"""Hydroxyl lines of the night sky in the near infrared, from the constants of the molecule."""

from functools import lru_cache

import numpy as np

Array = np.ndarray

# OH X²Π [1/cm]: Huber & Herzberg (1979).
VIBRATION, ANHARMONICITY, SECOND_ANHARMONICITY = 3737.76, 84.881, 0.5409
ROTATION, ROTATION_PER_LEVEL, STRETCHING = 18.911, 0.7242, 1.94e-3
COUPLING = -139.2
HIGHEST_LEVEL = 9
HIGHEST_ROTATION = 7
KELVIN_PER_WAVENUMBER = 1.4388
ROTATIONAL_TEMPERATURE, VIBRATIONAL_TEMPERATURE = 190.0, 9000.0
STEPS = {2: 1.0, 3: 0.25, 4: 0.05}


@lru_cache(maxsize=1)
def hydroxyl_lines() -> tuple[Array, Array]:
    """Return vacuum wavelengths [Å] and relative photon rates of the P, Q and R branches.

    Energies are those of Hill & Van Vleck (1928) for a coupling between Hund's cases a and b, good
    to some tens of Å: a forest of residuals, no wavelength calibration. Levels are filled by
    temperatures like those of Rousselot et al. (2000), A&A 354, 1134.
    """
    found = []
    for step, strength in STEPS.items():
        for upper in range(step, HIGHEST_LEVEL + 1):
            band = strength * np.exp(
                -KELVIN_PER_WAVENUMBER
                * (_vibration(upper) - _vibration(1))
                / VIBRATIONAL_TEMPERATURE
            )
            found += _band(upper, upper - step, band)
    lines = np.array(found).T
    return 1e8 / lines[0], lines[1]


def sky_residuals(edges: Array, resolving_power: float) -> Array:
    """Return what the sky's lines add to the noise of each pixel, its largest value one.

    Parameters
    ----------
    edges : ndarray, (pixels + 1,)
        Edges of the pixels, of equal width in the logarithm [Å].
    resolving_power : float
        Of the spectrograph.

    Returns
    -------
    ndarray of float64, (pixels,)
        The square root of the lines' photon rates.
    """
    wavelength, rate = hydroxyl_lines()
    centre = np.log(np.sqrt(edges[1:] * edges[:-1]))
    sigma = 1 / (2.355 * resolving_power)
    inside = (wavelength > edges[0]) & (wavelength < edges[-1])
    distance = (centre[:, None] - np.log(wavelength[inside])) / sigma
    level = np.sqrt(np.exp(-0.5 * distance**2) @ rate[inside])
    return level / max(level.max(), 1e-300)


def _vibration(level: int) -> float:
    v = level + 0.5
    return VIBRATION * v - ANHARMONICITY * v**2 + SECOND_ANHARMONICITY * v**3


def _rotation(level: int, number: int, ladder: int) -> float:
    """Return the energy [1/cm] of J = number + 1/2 in the ladder 2Π3/2 (0) or 2Π1/2 (1)."""
    constant = ROTATION - ROTATION_PER_LEVEL * (level + 0.5)
    y = COUPLING / constant
    j = number + 0.5
    root = 0.5 * np.sqrt(4 * (j + 0.5) ** 2 + y * (y - 4))
    sign = -1 if ladder == 0 else 1
    return constant * ((j + 0.5) ** 2 - 1 + sign * root) - STRETCHING * ((j + 0.5) ** 2 - 0.5) ** 2


def _band(upper: int, lower: int, strength: float) -> list[tuple[float, float]]:
    """Return wavenumbers [1/cm] and rates of the lines of a band."""
    found = []
    gap = _vibration(upper) - _vibration(lower)
    ground = _rotation(upper, 1, 0)
    for ladder in (0, 1):
        for number in range(1 - ladder, HIGHEST_ROTATION):
            energy = _rotation(upper, number, ladder)
            weight = (2 * number + 2) * np.exp(
                -KELVIN_PER_WAVENUMBER * (energy - ground) / ROTATIONAL_TEMPERATURE
            )
            for change, share in ((1, 0.4), (0, 0.25), (-1, 0.35)):
                after = number + change
                if after >= 1 - ladder:
                    wavenumber = gap + energy - _rotation(lower, after, ladder)
                    found.append((wavenumber, strength * share * weight))
    return found
