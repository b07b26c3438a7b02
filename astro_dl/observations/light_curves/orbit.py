"""Keplerian orbits as the observer sees them: sky separation, conjunctions and durations."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from astro_dl.core.errors import UsageError
from astro_dl.core.rows import take_rows

_MAX_ECCENTRICITY = 0.99
_ITERATIONS = 20


@dataclass(frozen=True)
class Orbit:
    """Relative orbits of n companions about their stars; all fields are float64 arrays (n,).

    Parameters
    ----------
    period_d : ndarray
        Period [d].
    epoch_d : ndarray
        Time of an inferior conjunction (companion in front) [d].
    semi_major_axis_ratio : ndarray
        a / R★.
    impact_parameter : ndarray
        Sky separation at inferior conjunction [R★].
    eccentricity : ndarray
        e, from 0 to 0.99.
    argument_of_periastron : ndarray
        ω [rad] of the companion's orbit about the star, so that conjunction is at true anomaly
        π/2 − ω.

    Raises
    ------
    UsageError
        If a period or axis is not positive, or e lies outside its range.
    """

    period_d: np.ndarray
    epoch_d: np.ndarray
    semi_major_axis_ratio: np.ndarray
    impact_parameter: np.ndarray
    eccentricity: np.ndarray
    argument_of_periastron: np.ndarray

    def __post_init__(self) -> None:
        for name in ("period_d", "semi_major_axis_ratio"):
            if np.any(getattr(self, name) <= 0):
                raise UsageError(f"{name} is {np.min(getattr(self, name))}; it must be positive")
        e = self.eccentricity
        if np.any((e < 0) | (e > _MAX_ECCENTRICITY)):
            raise UsageError(f"eccentricity must lie within 0 and {_MAX_ECCENTRICITY}")

    @classmethod
    def of(
        cls,
        period_d: ArrayLike,
        epoch_d: ArrayLike,
        semi_major_axis_ratio: ArrayLike,
        impact_parameter: ArrayLike = 0.0,
        eccentricity: ArrayLike = 0.0,
        argument_of_periastron: ArrayLike = 0.0,
    ) -> Self:
        """Return the orbits of values that broadcast to a common length."""
        values = (
            period_d,
            epoch_d,
            semi_major_axis_ratio,
            impact_parameter,
            eccentricity,
            argument_of_periastron,
        )
        return cls(*np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, float)) for v in values)))

    def __getitem__(self, rows: Any) -> Self:
        """Return the orbits of some rows (an index or mask), or columns by ``[:, None]``."""
        return take_rows(self, rows)

    @property
    def cos_inclination(self) -> np.ndarray:
        """cos i = (b/a)(1 + e sin ω)/(1 − e²): Winn (2010), arXiv:1001.2010, eq. 7."""
        shape = 1 + self.eccentricity * np.sin(self.argument_of_periastron)
        squeeze = 1 - self.eccentricity**2
        return self.impact_parameter / self.semi_major_axis_ratio * shape / squeeze


def semi_major_axis_ratio(period_d: ArrayLike, density: ArrayLike) -> np.ndarray:
    """Return a/R★ by Kepler's third law: (G ρ P² / 3π)^(1/3), 4.2 (ρ/ρ☉)^(1/3) (P/d)^(2/3).

    Parameters
    ----------
    period_d : array_like
        Period [d].
    density : array_like
        Mean density of the star [solar]; of both masses over the volume of the star for binaries.
    """
    return 4.2083 * np.cbrt(density) * np.cbrt(period_d) ** 2


def eccentric_anomaly(mean_anomaly: ArrayLike, eccentricity: ArrayLike) -> np.ndarray:
    """Return E of Kepler's equation M = E − e sin E to 1e-12 rad, by Halley's iteration.

    Parameters
    ----------
    mean_anomaly : array_like
        M [rad], any number of turns.
    eccentricity : array_like
        e, from 0 to 0.99.

    Returns
    -------
    ndarray
        E [rad], float64, in the same turn as M.
    """
    turned, e = np.broadcast_arrays(np.asarray(mean_anomaly, float), np.asarray(eccentricity))
    m = (turned + np.pi) % (2 * np.pi) - np.pi
    # Danby (1988): a start from which the iteration converges for every bound orbit.
    anomaly = m + 0.85 * e * np.sign(m)
    for _ in range(_ITERATIONS):
        sine, cosine = e * np.sin(anomaly), e * np.cos(anomaly)
        error = anomaly - sine - m
        slope = 1 - cosine
        step = error / (slope - 0.5 * error * sine / slope)
        anomaly = anomaly - step
        if np.max(np.abs(step), initial=0) < 1e-13:
            break
    return anomaly + (turned - m)


def sky_position(orbit: Orbit, time: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where companions stand at given times.

    Parameters
    ----------
    orbit : Orbit
        Orbits whose fields broadcast with ``time`` (``orbit[:, None]`` for every star at every
        time).
    time : array_like
        Times [d].

    Returns
    -------
    separation : ndarray
        Projected distance of the centres [R★], float64.
    towards : ndarray
        Distance along the line of sight [R★], positive in front of the star.
    distance : ndarray
        True distance in units of the semi-major axis.
    """
    phase = 2 * np.pi / orbit.period_d * (np.asarray(time, float) - orbit.epoch_d)
    along, distance = np.cos(phase), np.ones_like(phase)
    e = np.broadcast_to(orbit.eccentricity, phase.shape)
    eccentric = np.flatnonzero(e)
    if eccentric.size:
        e = e.ravel()[eccentric]
        omega = np.broadcast_to(orbit.argument_of_periastron, phase.shape).ravel()[eccentric]
        mean = phase.ravel()[eccentric] + _mean_anomaly(np.pi / 2 - omega, e)
        anomaly = eccentric_anomaly(mean, e)
        r = 1 - e * np.cos(anomaly)
        cosine, sine = np.cos(anomaly) - e, np.sqrt(1 - e * e) * np.sin(anomaly)
        along.ravel()[eccentric] = (np.sin(omega) * cosine + np.cos(omega) * sine) / r
        distance.ravel()[eccentric] = r
    scale = orbit.semi_major_axis_ratio * distance
    sin_squared = 1 - orbit.cos_inclination**2
    separation = scale * np.sqrt(np.maximum(1 - sin_squared * along**2, 0))
    return separation, scale * np.sqrt(np.maximum(sin_squared, 0)) * along, distance


def secondary_epoch(orbit: Orbit) -> np.ndarray:
    """Return the time of the superior conjunction (companion behind) that follows the epoch [d]."""
    omega, e = orbit.argument_of_periastron, orbit.eccentricity
    turn = _mean_anomaly(-np.pi / 2 - omega, e) - _mean_anomaly(np.pi / 2 - omega, e)
    return orbit.epoch_d + orbit.period_d * (turn / (2 * np.pi) % 1)


def transit_duration(orbit: Orbit, radius_ratio: ArrayLike) -> np.ndarray:
    """Return the time from first to fourth contact [d], 0 where there is no transit.

    Winn (2010), arXiv:1001.2010, eqs 14 and 16: exact for circles, to (R★/a)³ for ellipses.

    Parameters
    ----------
    orbit : Orbit
        The orbits.
    radius_ratio : array_like
        Radius of the companion [R★].
    """
    e, omega = orbit.eccentricity, orbit.argument_of_periastron
    chord = np.sqrt(np.maximum((1 + np.asarray(radius_ratio)) ** 2 - orbit.impact_parameter**2, 0))
    sine = chord / (orbit.semi_major_axis_ratio * np.sqrt(1 - orbit.cos_inclination**2))
    angle = np.arcsin(np.minimum(sine, 1))
    return orbit.period_d / np.pi * angle * np.sqrt(1 - e * e) / (1 + e * np.sin(omega))


def eclipse_half_width(
    orbit: Orbit, radius_sum: ArrayLike, secondary: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return spans of time around conjunction outside of which there is surely no eclipse.

    An eclipse needs |cos(f + ω)| < s/r for the sum of radii s, and r is bounded from below by
    periastron, then by its least value in the span so found.

    Parameters
    ----------
    orbit : Orbit
        The orbits.
    radius_sum : array_like
        Sum of both radii [R★].
    secondary : bool, default False
        Around superior instead of inferior conjunction.

    Returns
    -------
    before, after : ndarray
        Spans [d] before and after conjunction, at most half a period each.
    """
    e, omega = orbit.eccentricity, orbit.argument_of_periastron
    conjunction = (-np.pi / 2 if secondary else np.pi / 2) - omega
    from_periastron = np.abs((conjunction + np.pi) % (2 * np.pi) - np.pi)
    scaled = np.asarray(radius_sum, float) / orbit.semi_major_axis_ratio
    angle = np.arcsin(np.minimum(scaled / (1 - e), 1))
    nearest = np.maximum(from_periastron - angle, 0)
    angle = np.arcsin(np.minimum(scaled * (1 + e * np.cos(nearest)) / (1 - e * e), 1))
    middle = _mean_anomaly(conjunction, e)
    days = orbit.period_d / (2 * np.pi)
    before = (middle - _mean_anomaly(conjunction - angle, e)) * days
    after = (_mean_anomaly(conjunction + angle, e) - middle) * days
    half = orbit.period_d / 2
    return np.minimum(before, half), np.minimum(after, half)


def _mean_anomaly(true_anomaly: np.ndarray, e: np.ndarray) -> np.ndarray:
    """Mean anomaly of a true anomaly, in the same turn [rad]."""
    turns = np.round(true_anomaly / (2 * np.pi)) * 2 * np.pi
    half = (true_anomaly - turns) / 2
    anomaly = 2 * np.arctan2(np.sqrt(1 - e) * np.sin(half), np.sqrt(1 + e) * np.cos(half))
    return anomaly - e * np.sin(anomaly) + turns
