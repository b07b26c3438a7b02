"""Line spectra of stars on a grid of temperature, gravity and metallicity, continuum one.

Where the source function falls outwards linearly, a line whose opacity is η times that of the
continuum takes A η / (1 + η) of the flux, A being what the surface of a grey atmosphere lacks:
Milne and Eddington's model, with η from Boltzmann's and Saha's equations. The cores of the
strongest lines form in layers cooler than that, and go deeper.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from astro_dl.observations.spectra.wavelengths import SPEED_OF_LIGHT, air_to_vacuum
from astro_dl.science.stars.simulation.atmosphere import (
    BOLTZMANN_CGS,
    BOLTZMANN_EV,
    ELEMENTS,
    HC_OVER_K,
    OPTICAL_DEPTH,
    Atmosphere,
    abundance,
    continuum_opacity,
    ion_fractions,
    one_layer,
)
from astro_dl.science.stars.simulation.lines import BALMER, BANDS, LINES, MOLECULES, Band, Line

Array = np.ndarray

STEP = 4.9e-5
"""Width of a pixel in the logarithm of the wavelength: 14.7 km/s."""

WAVELENGTHS = 3720.0 * np.exp(STEP * np.arange(14_580))
"""Centres of the pixels, in vacuum [Å]; their number is quick to transform."""

TEMPERATURES = np.geomspace(2800, 45_000, 28)
GRAVITIES = np.array([0.0, 1.8, 3.6, 5.4])
METALLICITIES = np.array([-2.6, -1.4, -0.4, 0.6])

CLASSICAL_CM2_HZ = 0.026540
LIGHT_CGS = SPEED_OF_LIGHT * 1e5
ATOMIC_MASS_G = 1.66054e-24
TURBULENCE_KM_S = 4.5
SURFACE_TEMPERATURE, CORE_TEMPERATURE = 0.841, 0.6
CORE_OPACITY = 50.0
NATURAL_DAMPING = 1e8
COLLISION_DAMPING = 3e-8
ELECTRON_DAMPING, HELIUM_ELECTRON_DAMPING = 1e-6, 1.5e-4
FAINTEST = 0.01
METAL_WINDOW, STRONG_WINDOW, BALMER_WINDOW = 25, 400, 2500
HOLTSMARK = 2.643
STARK_WIDTH = 0.5e-10  # Å cm², half width of Hβ over electron density to the power of 2/3
ALPHA_NARROWER = 0.5
DEEPER = (4 / 3 / (OPTICAL_DEPTH + 2 / 3)) ** 0.25
"""Effective temperature over that of the layer: the wings of hydrogen form where its light does."""


@dataclass(frozen=True)
class _Layers:
    """The atmospheres of several stars, and what they hold.

    Parameters
    ----------
    atmosphere : Atmosphere
        The layers (n,).
    ions : dict of str to ndarray, (stages, n)
        Ions of each element per hydrogen nucleus.
    opacity : ndarray of float32, (n, pixels)
        Of lines, as gathered so far, over that of the continuum.
    """

    atmosphere: Atmosphere
    ions: dict[str, Array]
    opacity: Array


@lru_cache(maxsize=1)
def line_spectra() -> Array:
    """Return flux over continuum (temperatures, gravities, metallicities, pixels), float32."""
    nodes = np.meshgrid(TEMPERATURES, GRAVITIES, METALLICITIES, indexing="ij")
    lines = model_lines(*(one.ravel() for one in nodes))
    return lines.reshape(*nodes[0].shape, len(WAVELENGTHS))


def model_lines(temperature: Array, log_g: Array, metallicity: Array) -> Array:
    """Return flux over continuum (n, pixels), float32, of any stars, none interpolated.

    Parameters
    ----------
    temperature, log_g, metallicity : ndarray, (n,)
        Effective temperature [K], log10 of the surface gravity [cm/s²], and [Fe/H].
    """
    atmosphere = one_layer(temperature, log_g, metallicity)
    ions = {
        name: abundance(name, metallicity)
        * ion_fractions(element, atmosphere.temperature, atmosphere.electron_pressure)
        for name, element in ELEMENTS.items()
    }
    opacity = np.zeros((len(temperature), len(WAVELENGTHS)), np.float32)
    layers = _Layers(atmosphere, ions, opacity)
    for line in LINES:
        _add_metal_line(layers, line)
    for level in BALMER:
        _add_balmer_line(layers, level)
    found = _molecule_fractions(layers)
    for band in BANDS:
        _add_band(layers, band, found[band.molecule])
    # lines so far are in units of the continuum at one wavelength
    continuum = continuum_opacity(atmosphere, WAVELENGTHS) / atmosphere.opacity[:, None]
    opacity /= continuum.astype(np.float32)
    for row, one in enumerate(temperature):
        surface, core = (
            _planck_ratio(one, part) for part in (SURFACE_TEMPERATURE, CORE_TEMPERATURE)
        )
        lost = (1 - surface) * opacity[row] / (1 + opacity[row])
        lost += (surface - core) * opacity[row] / (CORE_OPACITY + opacity[row])
        opacity[row] = 1 - lost
    return opacity


def _planck_ratio(temperature: float, cooler: float) -> Array:
    """Return Planck's function of a layer, so much cooler, over that of the one that is seen."""
    x = HC_OVER_K / (WAVELENGTHS * temperature)
    return np.expm1(x) / np.expm1(x / cooler)


def _window(wavelength: float, pixels: int) -> tuple[slice, Array]:
    """Return the pixels about a line, and their distances from it [Å]."""
    centre = round(float(np.log(wavelength / WAVELENGTHS[0])) / STEP)
    inside = slice(max(0, centre - pixels), max(0, centre + pixels + 1))
    return inside, (WAVELENGTHS[inside] - wavelength).astype(np.float32)


def _add_metal_line(layers: _Layers, line: Line) -> None:
    layer, element = layers.atmosphere, ELEMENTS[line.element]
    boltzmann = np.exp(-line.excitation / (BOLTZMANN_EV * layer.temperature))
    weight = 10**line.log_gf / element.partition[line.stage]
    number = layers.ions[line.element][line.stage] * boltzmann * weight
    thermal = 2 * BOLTZMANN_CGS * layer.temperature / (element.mass * ATOMIC_MASS_G)
    velocity = np.sqrt(thermal + (TURBULENCE_KM_S * 1e5) ** 2)
    length = line.wavelength * 1e-8
    ratio = CLASSICAL_CM2_HZ * number * length / (np.sqrt(np.pi) * velocity) / layer.opacity
    by_electrons = HELIUM_ELECTRON_DAMPING if line.element == "He" else ELECTRON_DAMPING
    damping = NATURAL_DAMPING + COLLISION_DAMPING * layer.hydrogen_density
    damping = damping + by_electrons * layer.electron_density
    a = damping * length / (4 * np.pi * velocity)
    inside, distance = _window(line.wavelength, STRONG_WINDOW if line.wide else METAL_WINDOW)
    seen = np.flatnonzero(ratio > FAINTEST)
    u = distance * (LIGHT_CGS / line.wavelength / velocity[seen, None]).astype(np.float32)
    profile = _voigt(u, a[seen, None].astype(np.float32))
    layers.opacity[seen, inside] += ratio[seen, None].astype(np.float32) * profile


def _voigt(u: Array, a: Array) -> Array:
    """Return Voigt's function where damping is weak: a Gaussian core and Lorentzian wings."""
    squared = u**2
    return np.exp(-squared) + a / (np.sqrt(np.pi) * (squared + 1.5))


def _add_balmer_line(layers: _Layers, level: int) -> None:
    """Add a hydrogen line, with wings of Holtsmark's form by the electric fields of ions."""
    layer = layers.atmosphere
    air, strength = BALMER[level]
    wavelength = float(air_to_vacuum(np.array(air)))
    excited = 4 * np.exp(-10.1988 / (BOLTZMANN_EV * DEEPER * layer.temperature))
    number = excited * layers.ions["H"][0]
    scale = (wavelength / 4861.33) ** 2 * (level / 4) ** 2 * (ALPHA_NARROWER if level == 3 else 1)
    stark = STARK_WIDTH * layer.electron_density ** (2 / 3) * scale
    thermal = (
        np.sqrt(2 * BOLTZMANN_CGS * layer.temperature / ATOMIC_MASS_G) / LIGHT_CGS * wavelength
    )
    width = np.hypot(stark, thermal)
    broadened = ((stark / width) ** 1.5).astype(np.float32)[:, None]
    width, thermal = np.stack([width, thermal]).astype(np.float32)[..., None]
    # πe²/mc f per frequency, spread over the width in wavelength
    per_angstrom = CLASSICAL_CM2_HZ * strength * wavelength**2 * 1e-8 / LIGHT_CGS
    centre = (number * per_angstrom / layer.opacity).astype(np.float32)[:, None]
    inside, distance = _window(wavelength, BALMER_WINDOW)
    x = np.abs(distance / width)
    profile = broadened / (HOLTSMARK * width * (1 + x * x * np.sqrt(x)))
    core = np.exp(-((distance / thermal) ** 2)) / (np.sqrt(np.pi).astype(np.float32) * thermal)
    layers.opacity[:, inside] += centre * (profile + (1 - broadened) * core)


def _molecule_fractions(layers: _Layers) -> dict[str, Array]:
    """Return molecules per hydrogen nucleus; carbon monoxide takes its carbon and oxygen first."""
    layer = layers.atmosphere
    pressure = {name: layer.hydrogen_pressure * ions[0] for name, ions in layers.ions.items()}
    bound = pressure["O"] / _equilibrium("CO", layer.temperature)
    pressure["O"] = pressure["O"] - pressure["C"] * bound / (1 + bound)
    pressure["C"] = pressure["C"] / (1 + bound)
    found = {}
    for name, molecule in MOLECULES.items():
        rare, common = (pressure[atom] for atom in molecule.atoms)
        ratio = common / _equilibrium(name, layer.temperature)
        found[name] = rare * ratio / (1 + ratio) / layer.hydrogen_pressure
    return found


def _equilibrium(name: str, temperature: Array) -> Array:
    """Return the partial pressures of the atoms over that of the molecule [dyn/cm²]."""
    molecule = MOLECULES[name]
    atoms = [ELEMENTS[atom] for atom in molecule.atoms]
    mass = np.prod([atom.mass for atom in atoms]) / sum(atom.mass for atom in atoms)
    kelvin = 1.438777 / temperature
    rotation = 1 / (molecule.rotation * kelvin)
    vibration = 1 / -np.expm1(-molecule.vibration * kelvin)
    partition = molecule.partition * rotation * vibration
    weights = np.prod([atom.partition[0] for atom in atoms]) / partition
    momentum = 2 * np.pi * mass * ATOMIC_MASS_G * BOLTZMANN_CGS * temperature / 6.62607e-27**2
    energy = np.exp(-molecule.dissociation / (BOLTZMANN_EV * temperature))
    return BOLTZMANN_CGS * temperature * momentum**1.5 * weights * energy


def _add_band(layers: _Layers, band: Band, fraction: Array) -> None:
    width = abs(band.extent)
    beyond = (WAVELENGTHS - band.head) * np.sign(band.extent)
    inside = np.flatnonzero((beyond >= 0) & (beyond < 8 * width))
    per_angstrom = CLASSICAL_CM2_HZ * band.strength * band.head**2 * 1e-8 / LIGHT_CGS / width
    ratio = (fraction * per_angstrom / layers.atmosphere.opacity).astype(np.float32)[:, None]
    layers.opacity[:, inside] += ratio * np.exp(-beyond[inside] / width).astype(np.float32)
