"""How many molecules there are in a layer of a stellar atmosphere, by chemical equilibrium."""

import numpy as np

from astro_dl.science.stars.simulation.atmosphere import (
    ATOMIC_MASS_G,
    BOLTZMANN_CGS,
    BOLTZMANN_EV,
    ELEMENTS,
    Atmosphere,
)
from astro_dl.science.stars.simulation.lines import MOLECULES

Array = np.ndarray

PLANCK_CGS = 6.62607e-27
KELVIN_CM = 1.438777


def molecule_fractions(layer: Atmosphere, ions: dict[str, Array]) -> dict[str, Array]:
    """Return molecules per hydrogen nucleus (n,), by name.

    Parameters
    ----------
    layer : Atmosphere
        The layers (n,).
    ions : dict of str to ndarray, (stages, n)
        Ions of each element per hydrogen nucleus.

    Notes
    -----
    Carbon monoxide takes its carbon and oxygen first; of other molecules the rarer atom runs out.
    """
    pressure = {name: layer.hydrogen_pressure * stages[0] for name, stages in ions.items()}
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
    kelvin = KELVIN_CM / temperature
    rotation = 1 / (molecule.rotation * kelvin)
    vibration = 1 / -np.expm1(-molecule.vibration * kelvin)
    partition = molecule.partition * rotation * vibration
    weights = np.prod([atom.partition[0] for atom in atoms]) / partition
    momentum = 2 * np.pi * mass * ATOMIC_MASS_G * BOLTZMANN_CGS * temperature / PLANCK_CGS**2
    energy = np.exp(-molecule.dissociation / (BOLTZMANN_EV * temperature))
    return BOLTZMANN_CGS * temperature * momentum**1.5 * weights * energy
