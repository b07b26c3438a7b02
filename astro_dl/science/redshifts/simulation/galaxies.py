"""Galaxies as slit spectrographs see them: continuum, absorption and emission lines, redshift."""

from dataclasses import dataclass

import numpy as np
import scipy

from astro_dl.observations.spectra.wavelengths import SPEED_OF_LIGHT

Array = np.ndarray

KINDS = ("star_forming", "active", "passive")

EMISSION = {
    "[OII]": 3728.5,
    "[NeIII]": 3869.86,
    "Hdelta": 4102.90,
    "Hgamma": 4341.69,
    "Hbeta": 4862.69,
    "[OIII]4959": 4960.30,
    "[OIII]5007": 5008.24,
    "HeI": 5877.25,
    "[OI]": 6302.05,
    "[NII]6548": 6549.86,
    "Halpha": 6564.61,
    "[NII]6583": 6585.27,
    "[SII]6716": 6718.29,
    "[SII]6731": 6732.67,
    "[ArIII]": 7137.77,
    "[SIII]9069": 9071.1,
    "[SIII]9531": 9533.2,
    "Pa9": 9231.5,
    "Paepsilon": 9548.6,
    "Padelta": 10052.1,
}
"""Rest wavelengths in vacuum [Å]."""

# Rest wavelength in vacuum [Å], full width [Å], and equivalent widths [Å] in old and young
# populations, after the indices of Worthey et al. (1994), ApJS 94, 687, and of Cenarro et al.
# (2001), MNRAS 326, 959, for the calcium triplet.
ABSORPTION = {
    "CaK": (3934.78, 16, 9.0, 2.0),
    "CaH": (3969.59, 16, 7.0, 6.0),
    "Hdelta": (4102.90, 20, 0.5, 6.0),
    "G": (4305.6, 30, 5.5, 0.5),
    "Hgamma": (4341.69, 20, 0.5, 5.5),
    "Fe4383": (4384.8, 16, 3.0, 0.5),
    "Hbeta": (4862.69, 18, 1.6, 5.0),
    "Mgb": (5176.6, 26, 4.2, 0.8),
    "Fe5270": (5271.0, 20, 2.8, 0.6),
    "Fe5335": (5336.0, 20, 2.5, 0.5),
    "NaD": (5894.6, 12, 4.0, 1.0),
    "TiO6230": (6232.0, 60, 4.0, 0.0),
    "Halpha": (6564.61, 14, 0.8, 3.5),
    "TiO7150": (7150.0, 120, 9.0, 0.0),
    "NaI": (8192.0, 20, 1.2, 0.2),
    "CaT1": (8500.4, 10, 1.4, 0.8),
    "CaT2": (8544.4, 12, 3.6, 2.2),
    "CaT3": (8664.5, 12, 2.9, 1.7),
}

BALMER_DECREMENT = {"Halpha": 2.86, "Hbeta": 1.0, "Hgamma": 0.468, "Hdelta": 0.259} | {
    "Pa9": 0.0254,
    "Paepsilon": 0.0366,
    "Padelta": 0.0553,
}
"""Case B, 10,000 K: Osterbrock & Ferland (2006), table 4.2."""

SIGMAS_PER_WIDTH = 2.354820
WINDOW_SIGMAS = 5.0
DUST_SLOPE = 1.0
REFERENCE_ANGSTROM = 5500.0
BREAK_ANGSTROM, BREAK_WIDTH_ANGSTROM = 4000.0, 40.0
BELOW_BREAK, FALL_BELOW = 0.62, 3.0
"""Level of an old population just below its break, and the power by which it falls towards the
ultraviolet: D4000 (Bruzual 1983) is 2.1 with the absorption lines, as of the oldest real galaxies
(Kauffmann et al. 2003, MNRAS 341, 33)."""


@dataclass(frozen=True)
class Galaxies:
    """What is known of simulated galaxies.

    Parameters
    ----------
    redshift : ndarray, (n,)
        Redshifts.
    kind : ndarray of str, (n,)
        Of `KINDS`.
    age : ndarray, (n,)
        Share of the old population in the continuum, from 0 to 1.
    dust_mag : ndarray, (n,)
        A(V) of continuum and lines [mag].
    widths : ndarray, (n, lines)
        Rest equivalent widths of the emission lines in the order of `EMISSION` [Å].
    velocity_dispersion : ndarray, (n,)
        Of gas and stars [km/s].
    """

    redshift: Array
    kind: Array
    age: Array
    dust_mag: Array
    widths: Array
    velocity_dispersion: Array


def draw_galaxies(
    redshift: Array, fractions: tuple[float, ...], rng: np.random.Generator
) -> Galaxies:
    """Return galaxies at given redshifts.

    Parameters
    ----------
    redshift : ndarray, (n,)
        Redshifts.
    fractions : tuple of float
        Of the `KINDS`.
    rng : numpy.random.Generator
        Determines everything else.

    Notes
    -----
    Star-forming galaxies lie about the sequence log [OIII]/Hβ = 0.61 / (log [NII]/Hα + 0.08) + 1.1
    (Kewley et al. 2013, ApJ 774, L10, eq. 1), active nuclei above it. The equivalent widths of Hα
    are log-normal about 50 Å, 40 Å and 1 Å in star-forming, active and passive galaxies.
    """
    n = len(redshift)
    kind = rng.choice(len(KINDS), n, p=fractions)
    active, passive = kind == 1, kind == 2
    median = np.array([50.0, 40.0, 1.0])[kind]
    halpha = median * 10 ** (0.35 * rng.standard_normal(n))
    nitrogen = np.where(active, rng.uniform(-0.35, 0.3, n), rng.uniform(-1.4, -0.35, n))
    sequence = 0.61 / (np.minimum(nitrogen, -0.35) + 0.08) + 1.1
    oxygen = np.where(active, rng.uniform(0.4, 1.1, n), sequence + 0.12 * rng.standard_normal(n))
    dust = np.where(passive, 0.2, 1.0) * rng.gamma(2.0, 0.4, n)
    age = np.clip(
        np.where(passive, 0.9, np.where(active, 0.6, 0.3)) + 0.15 * rng.standard_normal(n), 0, 1
    )
    ratio = {name: np.full(n, value / 2.86) for name, value in BALMER_DECREMENT.items()}
    hbeta = ratio["Hbeta"]
    ratio |= {
        "[OIII]5007": hbeta * 10**oxygen,
        "[NII]6583": 10**nitrogen,
        "[OII]": 10 ** (0.1 + 0.15 * rng.standard_normal(n)),
        "[OI]": 10 ** (np.where(active, -1.0, -1.6) + 0.15 * rng.standard_normal(n)),
        "HeI": 0.12 * hbeta,
        "[ArIII]": 0.1 * hbeta,
    }
    sulphur = 10 ** (-0.7 + 0.3 * (nitrogen + 0.5) + 0.1 * rng.standard_normal(n))
    doubly = 10 ** (-1.1 + 0.15 * rng.standard_normal(n))
    ratio |= {
        "[OIII]4959": ratio["[OIII]5007"] / 2.98,
        "[NII]6548": ratio["[NII]6583"] / 3.05,
        "[NeIII]": 0.08 * ratio["[OIII]5007"],
        "[SII]6716": 0.56 * sulphur,
        "[SII]6731": 0.44 * sulphur,
        "[SIII]9069": doubly / 3.5,
        "[SIII]9531": doubly / 1.4,
    }
    fluxes = np.stack([ratio[name] for name in EMISSION], axis=1)
    rest = np.array(list(EMISSION.values()))
    level = _continuum(rest[None, :], age)
    # as equivalent widths: line over continuum, both behind the same dust
    widths = halpha[:, None] * fluxes * _continuum(np.array([[6564.61]]), age) / level
    dispersion = np.where(passive, 200, 110) * 10 ** (0.15 * rng.standard_normal(n))
    return Galaxies(redshift, np.array(KINDS)[kind], age, dust, widths, dispersion)


def redshifted_spectra(galaxies: Galaxies, edges: Array, resolving_power: float) -> Array:
    """Return spectra (n, pixels) without noise, flux per wavelength, of mean one.

    Parameters
    ----------
    galaxies : Galaxies
        What they are.
    edges : ndarray, (pixels + 1,)
        Edges of the pixels, of equal width in the logarithm, in vacuum [Å].
    resolving_power : float
        Wavelength over the full width at half maximum of the line-spread function.
    """
    centre = np.sqrt(edges[1:] * edges[:-1])
    stretch = 1 + np.asarray(galaxies.redshift)[:, None]
    instrument = 1 / (SIGMAS_PER_WIDTH * resolving_power)
    sigma = np.hypot(galaxies.velocity_dispersion / SPEED_OF_LIGHT, instrument)
    lost = np.zeros((len(stretch), len(centre)))
    for rest, width, old, young in ABSORPTION.values():
        deep = old * galaxies.age + young * (1 - galaxies.age)
        wide = np.hypot(sigma, width / SIGMAS_PER_WIDTH / rest)
        _add_line(lost, centre, rest * stretch[:, 0], wide, deep / rest)
    factor = np.exp(-lost)
    for column, rest in enumerate(EMISSION.values()):
        _add_line(factor, centre, rest * stretch[:, 0], sigma, galaxies.widths[:, column] / rest)
    dust = 0.4 * galaxies.dust_mag[:, None] * (REFERENCE_ANGSTROM * stretch / centre) ** DUST_SLOPE
    flux = factor * _continuum(centre / stretch, galaxies.age) * 10**-dust
    return flux / flux.mean(axis=1, keepdims=True)


def _continuum(rest: Array, age: Array) -> Array:
    """Return an old and a young continuum, mixed; one for an old one at 5500 Å."""
    x = rest / REFERENCE_ANGSTROM
    above = scipy.special.expit((rest - BREAK_ANGSTROM) / BREAK_WIDTH_ANGSTROM)
    below = BELOW_BREAK * np.minimum(rest / BREAK_ANGSTROM, 1) ** FALL_BELOW
    old = x**-0.3 * (above + (1 - above) * below)
    young = x**-2.2
    share = np.asarray(age)[:, None]
    return share * old + (1 - share) * young


def _add_line(total: Array, centre: Array, at: Array, sigma: Array, area: Array) -> None:
    """Add Gaussians in ln λ, of standard deviations sigma (n,), of these areas, row by row."""
    step = np.log(centre[1] / centre[0])
    place = np.log(at / centre[0]) / step
    reach = int(np.ceil(WINDOW_SIGMAS * sigma.max() / step))
    near = np.rint(place).astype(int)[:, None] + np.arange(-reach, reach + 1)
    distance = (near - place[:, None]) * step / sigma[:, None]
    height = (area / (np.sqrt(2 * np.pi) * sigma))[:, None] * np.exp(-0.5 * distance**2)
    rows = np.broadcast_to(np.arange(len(at))[:, None], near.shape)
    inside = (near >= 0) & (near < len(centre))
    total[rows[inside], near[inside]] += height[inside]
