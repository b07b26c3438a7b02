"""Line spectra of stars on a grid of temperature, gravity and metallicity, continuum one.

Where the source function falls outwards linearly, a line whose opacity is η times that of the
continuum takes A η / (1 + η) of the flux, A being what the surface of a grey atmosphere lacks:
Milne and Eddington's model, with η from Boltzmann's and Saha's equations. The cores of the
strongest lines form in layers cooler than that, and go deeper. What no list of single lines holds,
blends of weak ones and the bands of molecules, has strengths measured on stars: see `blends`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from astro_dl.observations.spectra.wavelengths import SPEED_OF_LIGHT, air_to_vacuum
from astro_dl.science.stars.simulation.atmosphere import (
    ATOMIC_MASS_G,
    BOLTZMANN_CGS,
    BOLTZMANN_EV,
    ELEMENTS,
    HC_OVER_K,
    Atmosphere,
    continuum_opacity,
    one_layer,
    seen_temperature,
)
from astro_dl.science.stars.simulation.blends import blend_opacity, ions_of
from astro_dl.science.stars.simulation.lines import BALMER, LINES, Line
from astro_dl.science.stars.simulation.profiles import as_opacity, core_width, wing_shares

Array = np.ndarray

STEP = 9.8e-5
"""Width of a pixel in the logarithm of the wavelength: 29.4 km/s."""

WAVELENGTHS = 3720.0 * np.exp(STEP * np.arange(7290))
"""Centres of the pixels, in vacuum [Å]; their number is quick to transform."""

TEMPERATURES = np.geomspace(2800, 45_000, 28)
GRAVITIES = np.linspace(0, 5.4, 7)
METALLICITIES = np.array([-2.6, -2.0, -1.4, -0.9, -0.4, 0.1, 0.6])

CLASSICAL_CM2_HZ = 0.026540
LIGHT_CGS = SPEED_OF_LIGHT * 1e5
TURBULENCE_KM_S = 1.5
CORE_OPACITY = 50.0
NATURAL_DAMPING = 1e8
COLLISION_DAMPING = (3e-8, 1.5e-8)
"""By hydrogen, of neutral atoms and of ions [cm³/s]: about those of Na D and Ca K, Barklem,
Piskunov & O'Mara (2000), A&AS 142, 467."""

ELECTRON_DAMPING, HELIUM_ELECTRON_DAMPING = 1e-6, 1.5e-4
FAINTEST = 0.01
METAL_WINDOW, STRONG_WINDOW, BALMER_WINDOW = 12, 200, 1250
HOLTSMARK = 2.643

# The numbers from here to the end fit hydrogen lines of the stars that blends are measured on.
STARK_WIDTH = 0.4e-10  # Å cm², half width of Hβ over electron density to the power of 2/3
ALPHA_NARROWER = 0.3
COOL_AND_HOT = (7000.0, 8500.0)
"""Effective temperatures [K] between which the numbers below are interpolated."""

SURFACE_TEMPERATURE, CORE_TEMPERATURE = (0.841, 0.91), (0.7, 0.75)
"""Of the surface, and of where the strongest cores form, over the effective; 0.841 if grey."""

HYDROGEN_EXCITATION = (1.08, 1.1)
"""Temperature of its excitation over the effective: wings form deeper than the layer."""


@dataclass(frozen=True)
class Layers:
    """The atmospheres of several stars, and what they hold.

    Parameters
    ----------
    effective : ndarray, (n,)
        Effective temperatures [K].
    atmosphere : Atmosphere
        The layers (n,).
    ions : dict of str to ndarray, (stages, n)
        Ions of each element per hydrogen nucleus.
    continuum : ndarray of float32, (n, pixels)
        Opacity of the continuum over that at 5000 Å.
    """

    effective: Array
    atmosphere: Atmosphere
    ions: dict[str, Array]
    continuum: Array


@lru_cache(maxsize=1)
def line_spectra() -> Array:
    """Return flux over continuum (temperatures, gravities, metallicities, pixels), float32."""
    nodes = [one.ravel() for one in np.meshgrid(GRAVITIES, METALLICITIES, indexing="ij")]
    shape = (len(TEMPERATURES), len(GRAVITIES), len(METALLICITIES), len(WAVELENGTHS))
    found = np.empty(shape, np.float32)
    # in parts that fit into a cache
    for one, part in zip(TEMPERATURES, found, strict=True):
        part[:] = model_lines(np.full(len(nodes[0]), one), *nodes).reshape(part.shape)
    return found


def model_lines(temperature: Array, log_g: Array, metallicity: Array) -> Array:
    """Return flux over continuum (n, pixels), float32, of any stars, none interpolated.

    Parameters
    ----------
    temperature, log_g, metallicity : ndarray, (n,)
        Effective temperature [K], log10 of the surface gravity [cm/s²], and [Fe/H].
    """
    layers = layers_of(temperature, log_g, metallicity)
    opacity = listed_opacity(layers)
    opacity += blend_opacity(layers.atmosphere, layers.ions, WAVELENGTHS) / layers.continuum
    return residual_flux(layers, opacity)


def residual_flux(layers: Layers, opacity: Array) -> Array:
    """Return flux over continuum (n, pixels), float32, where lines have an opacity.

    Parameters
    ----------
    layers : Layers
        The atmospheres (n,).
    opacity : ndarray of float32, (n, pixels)
        Of lines over that of the continuum.
    """
    surface, core = _depths(layers)
    lost = (1 - surface) * opacity / (1 + opacity)
    return 1 - lost - (surface - core) * opacity / (CORE_OPACITY + opacity)


def residual_slope(layers: Layers, opacity: Array) -> Array:
    """Return by how much `residual_flux` changes with each opacity (n, pixels)."""
    surface, core = _depths(layers)
    slope = (surface - 1) / (1 + opacity) ** 2
    return slope - (surface - core) * CORE_OPACITY / (CORE_OPACITY + opacity) ** 2


def layers_of(temperature: Array, log_g: Array, metallicity: Array) -> Layers:
    """Return the atmospheres of stars (n,), see `model_lines`."""
    atmosphere = one_layer(temperature, log_g, metallicity)
    ions = ions_of(atmosphere)
    continuum = continuum_opacity(atmosphere, WAVELENGTHS) / atmosphere.opacity[:, None]
    return Layers(temperature, atmosphere, ions, continuum.astype(np.float32))


def listed_opacity(layers: Layers) -> Array:
    """Return the opacity of listed lines (n, pixels), float32, over that of the continuum."""
    opacity = np.zeros_like(layers.continuum)
    for level in BALMER:
        _add_balmer_line(opacity, layers, level)
    for line in LINES:
        _add_metal_line(opacity, layers, line)
    return opacity


def _depths(layers: Layers) -> tuple[Array, Array]:
    """Return what lines at the surface, and the cores of the strongest, leave of the flux.

    Each (n, pixels): Planck's function of their layers over that of where the continuum forms.
    """
    seen = seen_temperature(layers.effective, np.minimum(layers.continuum, 1))
    light = np.expm1((HC_OVER_K / (WAVELENGTHS * seen)).astype(np.float32))
    found = []
    for part in (SURFACE_TEMPERATURE, CORE_TEMPERATURE):
        cooler = np.interp(layers.effective, COOL_AND_HOT, part) * layers.effective
        dark = np.expm1((HC_OVER_K / cooler[:, None] / WAVELENGTHS).astype(np.float32))
        found.append(np.minimum(light / dark, 1))
    return found[0], found[1]


def _place(wavelength: float) -> float:
    """Return where a wavelength lies [pixels]."""
    return float(np.log(wavelength / WAVELENGTHS[0])) / STEP


def _window(place: float, pixels: int) -> slice:
    """Return the pixels about a place."""
    centre = round(place)
    return slice(max(0, centre - pixels), max(0, centre + pixels + 1))


def _add_metal_line(opacity: Array, layers: Layers, line: Line) -> None:
    layer, element = layers.atmosphere, ELEMENTS[line.element]
    boltzmann = np.exp(-line.excitation / (BOLTZMANN_EV * layer.temperature))
    weight = 10**line.log_gf / element.partition[line.stage]
    number = layers.ions[line.element][line.stage] * boltzmann * weight
    thermal = 2 * BOLTZMANN_CGS * layer.temperature / (element.mass * ATOMIC_MASS_G)
    velocity = np.sqrt(thermal + (TURBULENCE_KM_S * 1e5) ** 2)
    length = line.wavelength * 1e-8
    place = _place(line.wavelength)
    continuum = layer.opacity * layers.continuum[:, round(place)]
    ratio = CLASSICAL_CM2_HZ * number * length / (np.sqrt(np.pi) * velocity) / continuum
    seen = np.flatnonzero(ratio > FAINTEST)
    if not len(seen):
        return
    by_electrons = HELIUM_ELECTRON_DAMPING if line.element == "He" else ELECTRON_DAMPING
    by_hydrogen = COLLISION_DAMPING[min(line.stage, 1)]
    damping = NATURAL_DAMPING + by_hydrogen * layer.hydrogen_density
    damping = damping + by_electrons * layer.electron_density
    a = (damping * length / (4 * np.pi * velocity))[seen, None].astype(np.float32)
    inside = _window(place, STRONG_WINDOW if line.wide else METAL_WINDOW)
    pixel = (LIGHT_CGS * STEP / velocity)[seen, None].astype(np.float32)
    left = (np.arange(inside.start, inside.stop) - place - 0.5).astype(np.float32) * pixel
    eta = ratio[seen, None].astype(np.float32)
    added = as_opacity(wing_shares(eta, a, left, left + pixel))
    # the core lies in two pixels, as much in each as the line is near
    first = int(np.floor(place)) - inside.start
    core = (core_width(eta) / pixel)[:, 0]
    for column, part in ((first, 1 - place % 1), (first + 1, place % 1)):
        added[:, column] += as_opacity(part * core)
    opacity[seen, inside] += added


def _add_balmer_line(opacity: Array, layers: Layers, level: int) -> None:
    """Add a hydrogen line, with wings of Holtsmark's form by the electric fields of ions."""
    layer = layers.atmosphere
    air, strength = BALMER[level]
    wavelength = float(air_to_vacuum(np.array(air)))
    warmth = np.interp(layers.effective, COOL_AND_HOT, HYDROGEN_EXCITATION)
    excited = 4 * np.exp(-10.1988 / (BOLTZMANN_EV * warmth * layers.effective))
    number = excited * layers.ions["H"][0]
    scale = (wavelength / 4861.33) ** 2 * (level / 4) ** 2 * (ALPHA_NARROWER if level == 3 else 1)
    stark = STARK_WIDTH * layer.electron_density ** (2 / 3) * scale
    # a Doppler core is spread over its pixel
    thermal = np.sqrt(2 * BOLTZMANN_CGS * layer.temperature / ATOMIC_MASS_G) / LIGHT_CGS
    thermal = np.hypot(thermal, STEP / np.sqrt(np.pi)) * wavelength
    width = np.hypot(stark, thermal)
    broadened = ((stark / width) ** 1.5).astype(np.float32)[:, None]
    width, thermal = np.stack([width, thermal]).astype(np.float32)[..., None]
    # πe²/mc f per frequency, spread over the width in wavelength
    per_angstrom = CLASSICAL_CM2_HZ * strength * wavelength**2 * 1e-8 / LIGHT_CGS
    centre = (number * per_angstrom / layer.opacity).astype(np.float32)[:, None]
    inside = _window(_place(wavelength), BALMER_WINDOW)
    distance = (WAVELENGTHS[inside] - wavelength).astype(np.float32)
    x = np.abs(distance / width)
    profile = broadened / (HOLTSMARK * width * (1 + x * x * np.sqrt(x)))
    core = np.exp(-((distance / thermal) ** 2)) / (np.sqrt(np.pi).astype(np.float32) * thermal)
    total = centre * (profile + (1 - broadened) * core)
    opacity[:, inside] += total / layers.continuum[:, inside]
