"""What stars absorb beside single lines: blends of weak lines, and the bands of molecules.

Physics says how many atoms and molecules there are, and stars what these take of each wavelength:
the table holds an opacity for each absorber, not negative, that fits training stars of MILES
(Sánchez-Blázquez et al. 2006; BSD-3-Clause as distributed), see `scripts/make_stellar_blends`. As
weak lines saturate one by one, their mean opacity grows slower than the number of absorbers.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from astro_dl.science.stars.simulation.atmosphere import (
    BOLTZMANN_EV,
    ELEMENTS,
    Atmosphere,
    abundance,
    ion_fractions,
    one_layer,
)
from astro_dl.science.stars.simulation.lines import MOLECULES
from astro_dl.science.stars.simulation.molecules import molecule_fractions

Array = np.ndarray
Range = tuple[float, float]

TABLE = Path(__file__).parent / "tables" / "blends.npz"
ATOMS_SATURATE, MOLECULES_SATURATE = 0.6, 0.9
"""Powers of the number of absorbers with which their opacity grows; 1 if lines never saturate."""

HIGHEST = 1e3
"""Columns are not told beyond this many times that of an absorber's own star."""


@dataclass(frozen=True)
class Absorber:
    """A kind of atom or molecule.

    Parameters
    ----------
    name : str
        An element, or a molecule.
    ranges : tuple of (float, float)
        Where its bands are, in vacuum [Å].
    star : tuple of float
        Effective temperature [K] and log g of a star of solar abundances that shows it well: its
        column is the unit of the table.
    stage : int
        Of ionization, for atoms.
    excitation : float
        Energy of the lower level [eV], for atoms.
    """

    name: str
    ranges: tuple[Range, ...]
    star: tuple[float, float]
    stage: int = 0
    excitation: float = 0.0


EVERYWHERE = ((3700.0, 7600.0),)
# Ranges of bands: Pearse & Gaydon (1976), The Identification of Molecular Spectra.
ABSORBERS = (
    Absorber("Ti", EVERYWHERE, (4000.0, 2.0), 0, 0.5),
    Absorber("Fe", EVERYWHERE, (5000.0, 4.0), 0, 1.5),
    Absorber("Fe", EVERYWHERE, (5800.0, 4.4), 0, 3.8),
    Absorber("Fe", EVERYWHERE, (7500.0, 4.0), 1, 2.8),
    Absorber("CH", ((3855, 3910), (4180, 4420)), (5200.0, 4.0)),
    Absorber("CN", ((3820, 3890), (4080, 4220), (6900, 7600)), (4700.0, 2.5)),
    Absorber("C2", ((4360, 4745), (4980, 5170), (5380, 5640)), (4700.0, 2.5)),
    Absorber("MgH", ((4690, 5250),), (4500.0, 4.6)),
    Absorber("CaH", ((6330, 6420), (6720, 7060)), (3600.0, 4.8)),
    Absorber("TiO", ((4400, 7600),), (3500.0, 1.0)),
    Absorber("VO", ((5700, 5800), (7300, 7600)), (3200.0, 0.5)),
)


@dataclass(frozen=True)
class BlendTable:
    """Opacities of absorbers by wavelength.

    Parameters
    ----------
    wavelength : ndarray, (m,)
        In vacuum, rising [Å].
    opacity : ndarray of float32, (absorbers, m)
        Over that of the continuum, of each absorber's own star.
    """

    wavelength: Array
    opacity: Array


@lru_cache(maxsize=1)
def blend_table() -> BlendTable:
    """Return the table that is shipped."""
    with np.load(TABLE, allow_pickle=False) as archive:
        return BlendTable(archive["wavelength"], archive["opacity"].astype(np.float32))


def blend_opacity(layer: Atmosphere, ions: dict[str, Array], wavelength: Array) -> Array:
    """Return the opacity of all absorbers (n, m), float32, over that of the continuum at 5000 Å.

    Parameters
    ----------
    layer : Atmosphere
        The layers (n,).
    ions : dict of str to ndarray, (stages, n)
        Ions of each element per hydrogen nucleus.
    wavelength : ndarray, (m,)
        In vacuum [Å]; none is known beyond the ends of the table.
    """
    table = blend_table()
    there = [np.interp(wavelength, table.wavelength, one, 0, 0) for one in table.opacity]
    return columns(layer, ions).astype(np.float32) @ np.asarray(there, np.float32)


def columns(layer: Atmosphere, ions: dict[str, Array]) -> Array:
    """Return how strongly absorbers act (n, absorbers), 1 in the star of each."""
    found = _numbers(layer, ions) / _units()
    powers = [MOLECULES_SATURATE if one.name in MOLECULES else ATOMS_SATURATE for one in ABSORBERS]
    return np.minimum(found, HIGHEST) ** np.array(powers)


def ions_of(layer: Atmosphere) -> dict[str, Array]:
    """Return the ions (stages, n) of each element per hydrogen nucleus."""
    return {
        name: abundance(name, layer.metallicity)
        * ion_fractions(element, layer.temperature, layer.electron_pressure)
        for name, element in ELEMENTS.items()
    }


def _numbers(layer: Atmosphere, ions: dict[str, Array]) -> Array:
    """Return absorbers over the continuum's opacity at 5000 Å (n, absorbers) [1/cm²]."""
    molecules = molecule_fractions(layer, ions)
    found = []
    for one in ABSORBERS:
        if one.name in molecules:
            found.append(molecules[one.name])
            continue
        boltzmann = np.exp(-one.excitation / (BOLTZMANN_EV * layer.temperature))
        found.append(ions[one.name][one.stage] * boltzmann)
    return np.stack(found, axis=1) / layer.opacity[:, None]


@lru_cache(maxsize=1)
def _units() -> Array:
    """Return the numbers (absorbers,) of each absorber's own star."""
    effective, log_g = np.array([one.star for one in ABSORBERS]).T
    layer = one_layer(effective, log_g, np.zeros(len(effective)))
    return np.diagonal(_numbers(layer, ions_of(layer)))
