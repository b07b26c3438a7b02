"""Supernovae as the universe makes them: types, redshifts, and what sets their light.

Core collapse is a family of engines inside expanding black bodies, not a set of observed spectra:
call it parametric.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from astropy.cosmology import FlatLambdaCDM

from astro_dl.science.supernovae.simulation.engines import (
    DAYS,
    diffused,
    diffusion_days,
    magnetar_power,
    nickel_power,
    plateau_days,
    plateau_light,
    plateau_luminosity,
    shell_power,
    temperatures,
    trapped,
)

Array = np.ndarray
Generator = np.random.Generator

SOLAR_BOLOMETRIC = 3.0128e-8
"""Luminosity of bolometric magnitude 0 [1e43 erg/s]."""


@dataclass(frozen=True)
class Explosions:
    """The light of n explosions, on `astro_dl.science.supernovae.simulation.engines.DAYS`.

    Parameters
    ----------
    light, temperature : ndarray, (n, days)
        Luminosity [1e43 erg/s] and temperature [K].
    """

    light: Array
    temperature: Array

    @property
    def rise_days(self) -> Array:
        """Days from the explosion to the maximum (n,), at rest."""
        return DAYS[self.light.argmax(axis=1)]


@dataclass(frozen=True)
class Subtype:
    """A kind of core collapse.

    Parameters
    ----------
    kind : str
        The class that it counts to.
    share : float
        Of the explosions of its class.
    magnitude, scatter : float
        Mean and standard deviation of the bolometric magnitude at maximum, within two of these.
    draw : callable
        ``(magnitude, rng) -> Explosions`` of these bolometric magnitudes.
    """

    kind: str
    share: float
    magnitude: float
    scatter: float
    draw: Callable[[Array, Generator], Explosions]


def draw_subtypes(kind: str, n: int, rng: Generator) -> Array:
    """Return names of n explosions of a class, as often as each happens in the same volume."""
    names = [name for name, one in SUBTYPES.items() if one.kind == kind]
    shares = np.array([SUBTYPES[name].share for name in names])
    return rng.choice(names, n, p=shares / shares.sum())


def draw_explosions(subtype: Array, rng: Generator) -> Explosions:
    """Return the light of explosions of these subtypes (n,)."""
    parts: dict[str, Explosions] = {}
    for name in np.unique(subtype):
        one = SUBTYPES[name]
        n = int((subtype == name).sum())
        magnitude = one.magnitude + one.scatter * np.clip(rng.standard_normal(n), -2, 2)
        parts[name] = one.draw(magnitude, rng)
    order = np.argsort(subtype, kind="stable")
    back = np.argsort(order, kind="stable")
    light = np.concatenate([part.light for part in parts.values()])[back]
    return Explosions(light, np.concatenate([part.temperature for part in parts.values()])[back])


def _log_normal(rng: Generator, middle: float, scatter: float, n: int) -> Array:
    return middle * np.exp(np.clip(rng.standard_normal(n), -2.5, 2.5) * scatter)


def _at_magnitude(light: Array, magnitude: Array) -> Array:
    """Return light curves scaled to their magnitude at maximum."""
    peak = 10 ** (-0.4 * magnitude) * SOLAR_BOLOMETRIC
    return light * (peak / light.max(axis=1))[:, None]


def _stripped(
    mass: float, velocity: float, floor: float
) -> Callable[[Array, Generator], Explosions]:
    """Return what draws ejecta without hydrogen, heated by nickel: Arnett (1982)."""

    def draw(magnitude: Array, rng: Generator) -> Explosions:
        n = len(magnitude)
        speed = _log_normal(rng, velocity, 0.2, n)
        tau = diffusion_days(_log_normal(rng, mass, 0.4, n), speed)
        power = trapped(nickel_power(np.ones(n)), _log_normal(rng, 45.0, 0.4, n))
        light = _at_magnitude(diffused(power, tau), magnitude)
        return Explosions(light, temperatures(light, speed, _log_normal(rng, floor, 0.15, n)))

    return draw


def _plateau(slope: float, rise_days: float) -> Callable[[Array, Generator], Explosions]:
    """Return what draws hydrogen that recombines: Popov (1993), and the nickel that shows after."""

    def draw(magnitude: Array, rng: Generator) -> Explosions:
        n = len(magnitude)
        mass, energy = _log_normal(rng, 1.0, 0.3, n), _log_normal(rng, 1.0, 0.4, n)
        # The radius makes the magnitude, within what red giants have.
        wanted = 10 ** (-0.4 * magnitude) * SOLAR_BOLOMETRIC
        radius = (wanted / plateau_luminosity(mass, np.ones(n), energy)) ** 1.5
        length = plateau_days(mass, np.clip(radius, 0.2, 4), energy)
        decline = np.abs(rng.normal(slope, 0.5 * slope, n))
        course = plateau_light(
            length,
            _log_normal(rng, rise_days, 0.4, n),
            decline,
            _log_normal(rng, 4.0, 0.3, n),
            _log_normal(rng, 3.6, 0.5, n),
            _log_normal(rng, 12.0, 0.4, n),
        )
        light = _at_magnitude(course, magnitude)
        light += diffused(nickel_power(_log_normal(rng, 0.03, 0.6, n)), length / 2)
        speed = _log_normal(rng, 4800.0, 0.3, n)
        return Explosions(light, temperatures(light, speed, _log_normal(rng, 6450.0, 0.15, n)))

    return draw


def _interacting(magnitude: Array, rng: Generator) -> Explosions:
    """Draw ejecta that run into what the star had lost before."""
    n = len(magnitude)
    power = shell_power(np.ones(n), rng.uniform(60, 300, n), rng.uniform(0.3, 1.0, n))
    light = _at_magnitude(diffused(power, _log_normal(rng, 19.0, 0.5, n)), magnitude)
    speed = _log_normal(rng, 5000.0, 0.3, n)
    # The shock keeps them blue: Kiewe et al. (2012, ApJ 744, 10) fit black bodies of 10 to 20 kK.
    return Explosions(light, temperatures(light, speed, _log_normal(rng, 11_500.0, 0.15, n)))


def _magnetar(magnitude: Array, rng: Generator) -> Explosions:
    """Draw ejecta heated by a new magnetar."""
    n = len(magnitude)
    speed = _log_normal(rng, 11_000.0, 0.2, n)
    tau = diffusion_days(_log_normal(rng, 6.0, 0.5, n), speed)
    power = magnetar_power(np.ones(n), _log_normal(rng, 12.0, 0.8, n))
    light = _at_magnitude(diffused(power, tau), magnitude)
    return Explosions(light, temperatures(light, speed, _log_normal(rng, 7500.0, 0.15, n)))


SUBTYPES = {
    "IIP": Subtype("II", 0.52, -18.4, 1.25, _plateau(0.022, 6.0)),
    "IIL": Subtype("II", 0.13, -18.7, 1.25, _plateau(0.042, 6.0)),
    "IIn": Subtype("II", 0.05, -18.4, 1.0, _interacting),
    "IIb": Subtype("Ibc", 0.109, -17.4, 0.6, _stripped(1.5, 8000.0, 5300.0)),
    "Ib": Subtype("Ibc", 0.108, -17.4, 0.55, _stripped(1.8, 9000.0, 5100.0)),
    "Ic": Subtype("Ibc", 0.075, -17.55, 0.7, _stripped(1.7, 9500.0, 5100.0)),
    "Ic-BL": Subtype("Ibc", 0.097, -18.1, 0.9, _stripped(2.5, 18_000.0, 5300.0)),
    "SLSN-I": Subtype("SLSN", 1.0, -21.3, 0.6, _magnetar),
}
"""Shares of core collapse after Shivvers et al. (2017, PASP 129, 054201); magnitudes about those of
Richardson et al. (2014, AJ 147, 118), rises of plateaus about those of González-Gaitán et al.
(2015, MNRAS 451, 2212), declines those of Anderson et al. (2014, ApJ 786, 67), all of them within
what these have set on half of the set ``spcc``; see `scripts/draw_supernovae` for what they lead
to."""


@dataclass(frozen=True)
class Distances:
    """Redshifts [0, 1.6] with their luminosity distances [pc] and comoving volumes per redshift."""

    redshift: Array
    distance: Array
    volume: Array


@cache
def distances() -> Distances:
    """Return distances and volumes of a flat universe, H₀ = 70 km/s/Mpc and Ω = 0.3."""
    cosmology = FlatLambdaCDM(H0=70, Om0=0.3)
    redshift = np.linspace(1e-3, 1.6, 400)
    return Distances(
        redshift,
        cosmology.luminosity_distance(redshift).to_value("pc"),
        cosmology.differential_comoving_volume(redshift).value,
    )


def luminosity_distance(redshift: Array) -> Array:
    """Return luminosity distances [pc]."""
    return np.interp(redshift, distances().redshift, distances().distance)


RATE_GROWTH = {"Ia": 1.5, "Ibc": 3.6, "II": 3.6, "SLSN": 3.6}
"""How rates grow: powers of 1 + z (Dilday et al. 2008; with the formation of stars)."""


def draw_redshifts(kind: str, n: int, redshift_range: tuple[float, float], rng: Generator) -> Array:
    """Return redshifts (n,) in proportion to rate, volume and the slower clock of what is far."""
    known = distances()
    density = known.volume * (1 + known.redshift) ** (RATE_GROWTH[kind] - 1)
    z = np.linspace(*redshift_range, 1000)
    total = np.cumsum(np.interp(z, known.redshift, density))
    return np.interp(rng.random(n) * total[-1], total, z)
