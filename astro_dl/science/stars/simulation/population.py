"""Stars at random: spectral types, luminosity classes, and the parameters that go with them."""

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

CLASSES = ("O", "B", "A", "F", "G", "K", "M")
"""Hot to cool. Spectral numbers count their tenths: 5 is O5, 15 is B5, 65 is M5."""

OBSERVED_FRACTIONS = (0.004, 0.065, 0.106, 0.232, 0.268, 0.270, 0.055)
"""Of the classes in the MILES library: Sánchez-Blázquez et al. (2006)."""

LUMINOSITIES = ("V", "III", "I")
LUMINOSITY_FRACTIONS = (0.5, 0.4, 0.1)
NUMBERS = np.array([5, 9, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 69.99])

# Effective temperature [K] and log g [cm/s²] at these numbers. Dwarfs: Pecaut & Mamajek (2013);
# giants, supergiants and gravities: Cox (2000), Allen's Astrophysical Quantities, sec. 15.3.
# fmt: off
TEMPERATURES = np.array([
    [41000, 33300, 31400, 15700, 9700, 8080, 7220, 6550, 5930, 5660, 5270, 4440, 3850, 3060, 2800],
    [39500, 32000, 29000, 15000, 10100, 8100, 7150, 6470, 5850, 5150, 4750, 3950, 3800, 3420, 2900],
    [38500, 31000, 26000, 13600, 9730, 8510, 7700, 6900, 5550, 4850, 4420, 3850, 3650, 3100, 2800],
])
GRAVITIES = np.array([
    [3.9, 4.0, 4.0, 4.04, 4.14, 4.25, 4.3, 4.3, 4.39, 4.49, 4.52, 4.6, 4.65, 4.95, 5.1],
    [3.7, 3.6, 3.4, 3.5, 3.6, 3.6, 3.5, 3.3, 3.0, 2.6, 2.4, 1.7, 1.4, 0.8, 0.4],
    [3.4, 3.2, 2.9, 2.4, 2.1, 2.0, 1.7, 1.4, 1.3, 1.1, 0.9, 0.5, 0.3, 0.1, 0.0],
])
# fmt: on

TEMPERATURE_SCATTER = 0.02
GRAVITY_SCATTER = 0.25
METALLICITY_RANGE = (-2.6, 0.6)
EARLIER_NUMBERS, EARLIER_BY = (20, 30, 45, 60), (0.0, 3.0, 3.0, 0.0)
"""By how many subtypes stars are typed earlier than solar ones as hot, for each dex of [Fe/H] that
they lack. In MILES, of the stars of `scripts/make_stellar_blends` for training: 3.1 ± 0.3,
3.7 ± 0.3 and 1.5 ± 0.3 where temperatures are those of solar F, G and K stars (49, 89 and 73)."""

HOT_NUMBER = 30
POOR_FRACTION = 0.25


@dataclass(frozen=True)
class Stars:
    """Parameters of stars.

    Parameters
    ----------
    number : ndarray, (n,)
        Spectral number.
    temperature : ndarray, (n,)
        Effective temperature [K].
    log_g : ndarray, (n,)
        Logarithm of the surface gravity [cm/s²].
    metallicity : ndarray, (n,)
        [Fe/H].
    """

    number: Array
    temperature: Array
    log_g: Array
    metallicity: Array


def draw_classes(n: int, rng: np.random.Generator, equal: bool = False) -> Array:
    """Return n numbers of `CLASSES`, as frequent as `OBSERVED_FRACTIONS` or equally so."""
    fractions = None if equal else np.array(OBSERVED_FRACTIONS) / sum(OBSERVED_FRACTIONS)
    return rng.choice(len(CLASSES), n, p=fractions)


def draw_stars(classes: Array, rng: np.random.Generator) -> Stars:
    """Return stars of given classes.

    Parameters
    ----------
    classes : ndarray of int, (n,)
        Places in `CLASSES`; types are uniform within a class, of O stars from O5 on.
    rng : numpy.random.Generator
        Determines everything else: luminosity class V, III or I (50, 40 and 10%), scatter about
        typical temperatures and gravities, metallicities about −0.1, but a quarter of the stars
        later than F0 is uniform in [Fe/H] from −2.6 to 0.6. Their weak lines make these look
        earlier than solar stars as cool as they are.
    """
    n = len(classes)
    number = 10.0 * classes + rng.uniform(np.where(classes == 0, 5, 0), 10)
    luminosity = rng.choice(len(LUMINOSITIES), n, p=LUMINOSITY_FRACTIONS)
    metallicity = _metallicities(number, rng)
    temperature, log_g = typical_parameters(solar_number(number, metallicity), luminosity)
    temperature = temperature * np.exp(TEMPERATURE_SCATTER * rng.standard_normal(n))
    log_g = log_g + GRAVITY_SCATTER * rng.standard_normal(n)
    return Stars(number, temperature, np.clip(log_g, 0, 5.4), metallicity)


def _metallicities(number: Array, rng: np.random.Generator) -> Array:
    n, (low, high) = len(number), METALLICITY_RANGE
    common = -0.1 + 0.25 * rng.standard_normal(n)
    poor = (number > HOT_NUMBER) & (rng.random(n) < POOR_FRACTION)
    return np.clip(np.where(poor, rng.uniform(low, high, n), common), low, high)


def solar_number(number: Array, metallicity: Array) -> Array:
    """Return the spectral numbers of solar stars that are as hot as others of these types."""
    shift = np.interp(number, EARLIER_NUMBERS, EARLIER_BY) * metallicity
    return np.clip(number - shift, NUMBERS[0], NUMBERS[-1])


def typical_parameters(number: Array, luminosity: Array) -> tuple[Array, Array]:
    """Return effective temperatures [K] and log g of spectral numbers and luminosity classes.

    ``luminosity`` is 0, 1, 2 for V, III, I.
    """
    found = [
        (np.exp(np.interp(number, NUMBERS, np.log(hot))), np.interp(number, NUMBERS, gravity))
        for hot, gravity in zip(TEMPERATURES, GRAVITIES, strict=True)
    ]
    temperature, log_g = (np.choose(luminosity, one) for one in zip(*found, strict=True))
    return temperature, log_g


def spectral_number(temperature: Array, log_g: Array) -> Array:
    """Return the spectral numbers of parameters, between those of the luminosity classes."""
    temperature, log_g = np.broadcast_arrays(np.asarray(temperature, float), log_g)
    fine = np.linspace(NUMBERS[0], NUMBERS[-1], 651)
    found, gravity = [], []
    for kind in range(len(LUMINOSITIES)):
        hot, typical = typical_parameters(fine, np.full(len(fine), kind))
        number = np.interp(-np.log(temperature), -np.log(hot), fine)
        found.append(number)
        gravity.append(np.interp(number, fine, typical))
    dwarf, giant, bright = found
    to_giant = np.clip((gravity[0] - log_g) / np.maximum(gravity[0] - gravity[1], 0.1), 0, 1)
    to_bright = np.clip((gravity[1] - log_g) / np.maximum(gravity[1] - gravity[2], 0.1), 0, 1)
    return dwarf + to_giant * (giant - dwarf) + to_bright * (bright - giant)
