"""A stellar atmosphere in one layer: pressures, ions, molecules, and what absorbs the continuum.

The layer is the one where lines form, at an optical depth of 0.2: a grey atmosphere has nine tenths
of the effective temperature there. It is held up by its pressure; Boltzmann's and Saha's equations
do the rest. Equations are those of Gray (2005), The Observation and Analysis of Stellar
Photospheres, third edition.
"""

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

HC_OVER_K = 1.438777e8  # Å K
BOLTZMANN_EV = 8.617333e-5
BOLTZMANN_CGS = 1.380649e-16
ATOMIC_MASS_G = 1.66054e-24
THOMSON_CM2 = 6.6524587e-25
HYDROGEN_MASS_G = 1.6735e-24
RYDBERG_EV = 13.598
OPTICAL_DEPTH = 0.2
CONTINUUM_ANGSTROM = 5000.0
MASS_PER_HYDROGEN = 1.4
LOG_PRESSURE_RANGE = (-6.0, 8.0)
BISECTIONS = 45
CONTINUUM_LEVELS = 3


@dataclass(frozen=True)
class Element:
    """A chemical element.

    Parameters
    ----------
    abundance : float
        Solar logarithm of the number relative to hydrogen, which is 12.
    ionization : tuple of float
        Energies of the first stages [eV].
    partition : tuple of float
        Partition functions of the stages, about those of the photospheres where they abound.
    mass : float
        Atomic mass.
    """

    abundance: float
    ionization: tuple[float, ...]
    partition: tuple[float, ...]
    mass: float


# Abundances: Asplund et al. (2009); energies: NIST; partition functions: after Gray (2005), app. D.
ELEMENTS = {
    "H": Element(12.00, (13.598,), (2, 1), 1.008),
    "He": Element(10.93, (24.587, 54.418), (1, 2, 1), 4.003),
    "C": Element(8.43, (11.260, 24.383, 47.888), (9.3, 6, 1, 2), 12.01),
    "N": Element(7.83, (14.534, 29.601, 47.449), (4.5, 9, 6, 1), 14.01),
    "O": Element(8.69, (13.618, 35.117, 54.936), (9, 4, 9, 6), 16.00),
    "Na": Element(6.24, (5.139, 47.286), (2, 1, 6), 22.99),
    "Mg": Element(7.60, (7.646, 15.035, 80.14), (1.03, 2, 1, 6), 24.31),
    "Al": Element(6.45, (5.986, 18.829, 28.448), (5.9, 1, 2, 1), 26.98),
    "Si": Element(7.51, (8.152, 16.346, 33.493, 45.142), (9.5, 5.8, 1, 2, 1), 28.09),
    "Ca": Element(6.34, (6.113, 11.872, 50.913), (1.2, 2.2, 1, 6), 40.08),
    "Sc": Element(3.15, (6.561, 12.800, 24.757), (12, 23, 10, 1), 44.96),
    "Ti": Element(4.95, (6.828, 13.576, 27.492), (30, 56, 21, 10), 47.87),
    "V": Element(3.93, (6.746, 14.618, 29.311), (45, 45, 28, 21), 50.94),
    "Cr": Element(5.64, (6.767, 16.486, 30.959), (10, 7, 25, 28), 52.00),
    "Mn": Element(5.43, (7.434, 15.640, 33.668), (6.4, 7.7, 6, 25), 54.94),
    "Fe": Element(7.50, (7.902, 16.199, 30.651), (27, 42, 25, 6), 55.85),
    "Ni": Element(6.22, (7.640, 18.169, 35.187), (30, 11, 21, 25), 58.69),
    "Sr": Element(2.87, (5.695, 11.030, 42.884), (1.3, 2.2, 1, 6), 87.62),
    "Y": Element(2.21, (6.217, 12.224, 20.524), (12, 15, 10, 1), 88.91),
    "Ba": Element(2.18, (5.212, 10.004, 35.844), (2.7, 4.2, 1, 6), 137.3),
}

# Cross-section of H- in 1e-18 cm2 against wavelength [Å]: Gray (2005), eq. 8.11.
NEGATIVE_ION = (1.99654, -1.18267e-5, 2.64243e-6, -4.40524e-10, 3.23992e-14, -1.39568e-18)
NEGATIVE_ION_LAST = 2.78701e-23


@dataclass(frozen=True)
class Atmosphere:
    """One layer each of many stars.

    Parameters
    ----------
    temperature : ndarray, (n,)
        Of the layer [K].
    metallicity : ndarray, (n,)
        [Fe/H], of all elements beyond helium.
    electron_pressure, hydrogen_pressure : ndarray, (n,)
        Of free electrons, and of all hydrogen nuclei if they were free [dyn/cm²].
    opacity : ndarray, (n,)
        Of the continuum at 5000 Å [cm² per hydrogen nucleus].
    """

    temperature: Array
    metallicity: Array
    electron_pressure: Array
    hydrogen_pressure: Array
    opacity: Array

    @property
    def electron_density(self) -> Array:
        """Free electrons per volume [1/cm³]."""
        return self.electron_pressure / (BOLTZMANN_CGS * self.temperature)

    @property
    def hydrogen_density(self) -> Array:
        """Hydrogen nuclei per volume [1/cm³]."""
        return self.hydrogen_pressure / (BOLTZMANN_CGS * self.temperature)


def one_layer(effective: Array, log_g: Array, metallicity: Array) -> Atmosphere:
    """Return the layers at which the lines of stars form.

    Parameters
    ----------
    effective : ndarray, (n,)
        Effective temperatures [K].
    log_g : ndarray, (n,)
        Logarithm of the surface gravity [cm/s²].
    metallicity : ndarray, (n,)
        [Fe/H].

    Notes
    -----
    The electron pressure is that at which the gas pressure equals g τ / κ, found by bisection: the
    left side grows with it, the right side falls. The temperature is that of Eddington's grey
    atmosphere, T⁴ = ¾ T_eff⁴ (τ + ⅔).
    """
    temperature = np.asarray(effective) * (0.75 * (OPTICAL_DEPTH + 2 / 3)) ** 0.25
    low, high = (np.full(np.shape(temperature), bound) for bound in LOG_PRESSURE_RANGE)
    gravity = 10.0 ** np.asarray(log_g)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        gas, _, opacity = _state(temperature, metallicity, 10.0**middle)
        per_gram = opacity / (MASS_PER_HYDROGEN * HYDROGEN_MASS_G)
        too_high = gas * per_gram > OPTICAL_DEPTH * gravity
        low, high = np.where(too_high, low, middle), np.where(too_high, middle, high)
    pressure = 10.0 ** (0.5 * (low + high))
    _, hydrogen, opacity = _state(temperature, metallicity, pressure)
    return Atmosphere(temperature, metallicity, pressure, hydrogen, opacity)


def ion_fractions(element: Element, temperature: Array, electron_pressure: Array) -> Array:
    """Return the fractions (stages, n) of an element's ions, neutral first.

    Saha's equation: Gray (2005), eq. 1.20.
    """
    theta = 5040 / temperature
    ratios = [
        10.0
        ** np.clip(
            2.5 * np.log10(temperature)
            - theta * energy
            + np.log10(upper / lower)
            - 0.1762
            - np.log10(electron_pressure),
            -60,
            60,
        )
        for energy, lower, upper in zip(
            element.ionization, element.partition[:-1], element.partition[1:], strict=True
        )
    ]
    stages = np.cumprod([np.ones_like(ratios[0]), *ratios], axis=0)
    return stages / stages.sum(axis=0)


def continuum_opacity(layer: Atmosphere, wavelength: Array) -> Array:
    """Return the opacity of the continuum (n, m) at wavelengths (m,) [Å], per hydrogen nucleus.

    Sound beyond the Balmer jump, from 3700 to 8200 Å; [cm²].
    """
    temperature, pressure = layer.temperature[:, None], layer.electron_pressure[:, None]
    neutral = ion_fractions(ELEMENTS["H"], layer.temperature, layer.electron_pressure)[0]
    electrons = layer.electron_pressure / layer.hydrogen_pressure
    hydrogen = _hydrogen_opacity(temperature, pressure, wavelength)
    return neutral[:, None] * hydrogen + THOMSON_CM2 * electrons[:, None]


def continuum_flux(effective: Array, log_g: Array, metallicity: Array, wavelength: Array) -> Array:
    """Return the flux per wavelength of stars without lines (n, m), up to a factor for each.

    Light leaves where its own optical depth is ⅔ (Eddington & Barbier): the more opaque the
    wavelength, the higher and cooler. Bound-free hydrogen, whose opacity grows with λ³, makes the
    stars of type A far bluer than their effective temperature.

    Parameters
    ----------
    effective, log_g, metallicity : ndarray, (n,)
        As of `one_layer`.
    wavelength : ndarray, (m,)
        Within 3700 to 8200 Å, see `continuum_opacity`.

    Notes
    -----
    Eddington's grey atmosphere, its mean opacity that of 5000 Å.
    """
    layer = one_layer(effective, log_g, metallicity)
    opacity = continuum_opacity(layer, wavelength) / layer.opacity[:, None]
    temperature = seen_temperature(effective, opacity)
    return wavelength**-5.0 / np.expm1(HC_OVER_K / (wavelength * temperature))


def seen_temperature(effective: Array, opacity: Array) -> Array:
    """Return the temperatures (n, m) [K] of the layers that the light of the continuum leaves.

    ``effective`` (n,) is in K, ``opacity`` (n, m) that of the continuum over that at 5000 Å.
    """
    return np.asarray(effective)[:, None] * (0.5 * (1 + 1 / opacity)) ** 0.25


def abundance(name: str, metallicity: Array) -> Array:
    """Return nuclei per hydrogen nucleus (n,)."""
    scaled = np.where(name in ("H", "He"), 0.0, metallicity)
    return 10.0 ** (ELEMENTS[name].abundance - 12 + scaled)


def _state(temperature: Array, metallicity: Array, pressure: Array) -> tuple[Array, Array, Array]:
    """Return gas and hydrogen pressure, and the opacity per nucleus, at an electron pressure."""
    electrons = nuclei = np.zeros(np.shape(temperature))
    for name, element in ELEMENTS.items():
        number = abundance(name, metallicity)
        ions = ion_fractions(element, temperature, pressure)
        electrons = electrons + number * (np.arange(len(ions)) @ ions)
        nuclei = nuclei + number
    hydrogen = pressure / electrons
    neutral = ion_fractions(ELEMENTS["H"], temperature, pressure)[0]
    hydrogenic = _hydrogen_opacity(temperature, pressure, CONTINUUM_ANGSTROM)
    opacity = neutral * hydrogenic + THOMSON_CM2 * electrons
    return pressure + hydrogen * nuclei, hydrogen, opacity


def _hydrogen_opacity(temperature: Array, pressure: Array, wavelength: Array | float) -> Array:
    """Return the opacity per neutral hydrogen atom [cm²]: H- and bound-free and free-free of H.

    Gray (2005), eq. 8.8, 8.10 and 8.12, with Gaunt factors of one.
    """
    theta = 5040 / temperature
    section = np.polynomial.polynomial.polyval(wavelength, (*NEGATIVE_ION, NEGATIVE_ION_LAST))
    negative = 4.158e-10 * 1e-18 * section * pressure * theta**2.5 * 10 ** (0.754 * theta)
    levels = np.arange(CONTINUUM_LEVELS, CONTINUUM_LEVELS + 3)
    excitation = RYDBERG_EV * (1 - 1 / levels.astype(float) ** 2)
    bound = sum(10 ** (-theta * e) / n**3 for n, e in zip(levels, excitation, strict=True))
    next_level = RYDBERG_EV * (1 - 1 / float(levels[-1] + 1) ** 2)
    beyond = np.log10(np.e) / (2 * theta * RYDBERG_EV) * 10 ** (-theta * next_level)
    return negative + 1.0449e-26 * wavelength**3 * (bound + beyond)
