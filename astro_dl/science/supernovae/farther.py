"""Well-measured supernovae as a survey would see them farther away: faint ones to learn from.

Boone (2019, AJ 158, 257), section 2: a Gaussian process goes through the fluxes of an object in
time and wavelength, and is looked at from another redshift, on a survey's nights and with its
noise. What is learnt from bright objects of known type then holds for faint ones, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from astro_dl.core.errors import UsageError
from astro_dl.core.rows import join_rows
from astro_dl.observations.photometry import surveys
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.simulation.light_curves import (
    AFTER_SEASON,
    BEFORE_SEASON,
    triggered,
)
from astro_dl.science.supernovae.simulation.populations import draw_redshifts, luminosity_distance
from astro_dl.science.supernovae.simulation.surveys import SURVEYS, draw_visits, measured

if TYPE_CHECKING:
    from astro_dl.science.supernovae.physics import SupernovaPhysics

Array = np.ndarray
Generator = np.random.Generator

WAVELENGTH_SCALE = 6000.0
"""Over which [Å] fluxes are alike."""

TIME_SCALES = (15.0, 25.0, 40.0, 60.0)
"""Over which [d] they are: the likeliest is taken."""

AMPLITUDE, FLOOR = 0.7, 0.01
"""Of the process, and error of each point beside its own, as shares of the brightest flux."""

STRETCHED = 1.5
"""How much longer wavelengths at most become: farther, nothing was measured of what is seen."""

FAINTEST = 8.0
"""Largest flux, at zero point 27.5, of objects that are worth a look."""

ULTRAVIOLET_SLOPE = 2.0
"""Power of the wavelength with which fluxes fall below the bluest band, where metals take light;
set on the colours of objects that none tells the type of."""

EDGE_DAYS = 3.0
"""How far outside the time over which it was observed an object is followed."""

DRAWN_AT_ONCE, ROUNDS = 512, 400


@dataclass(frozen=True)
class KnownObject:
    """A supernova of known redshift.

    Parameters
    ----------
    time, wavelength : ndarray, (P,)
        Of its points [d, Å].
    flux, error : ndarray, (P,)
        At zero point 27.5.
    redshift : float
        Of its spectrum.
    """

    time: Array
    wavelength: Array
    flux: Array
    error: Array
    redshift: float

    @cached_property
    def brightest(self) -> int:
        """The point that is best seen."""
        return int(np.argmax(self.flux / self.error))

    @cached_property
    def process(self) -> GaussianProcessRegressor:
        """The likeliest Gaussian process through its fluxes over the brightest."""
        where = np.stack([self.time, self.wavelength], axis=1)
        scale = self.flux[self.brightest]
        kernels = (
            ConstantKernel(AMPLITUDE**2) * Matern([days, WAVELENGTH_SCALE], nu=1.5)
            for days in TIME_SCALES
        )
        found = [
            GaussianProcessRegressor(
                kernel, alpha=(self.error / scale) ** 2 + FLOOR**2, optimizer=None
            ).fit(where, self.flux / scale)
            for kernel in kernels
        ]
        return max(found, key=lambda one: one.log_marginal_likelihood_value_)

    def seen_from(self, redshift: Array, since: Array, wavelength: Array) -> Array:
        """Return fluxes (P,) without noise, NaN when it was not observed.

        Parameters
        ----------
        redshift : ndarray, (P,)
            At which the object is.
        since : ndarray, (P,)
            Days since its brightest point.
        wavelength : ndarray, (P,)
            At which it is looked at [Å].
        """
        slower = (1 + redshift) / (1 + self.redshift)
        time = self.time[self.brightest] + since / slower
        seen = (time >= self.time.min() - EDGE_DAYS) & (time <= self.time.max() + EDGE_DAYS)
        flux = np.full(len(time), np.nan)
        if seen.any():
            where = np.stack([time, wavelength / slower], axis=1)[seen]
            blue = np.minimum(where[:, 1] / self.wavelength.min(), 1) ** ULTRAVIOLET_SLOPE
            flux[seen] = self.process.predict(where) * self.flux[self.brightest] * blue
        return flux * dimming(self.redshift, redshift)


@dataclass(frozen=True)
class FartherObjects:
    """Supernovae as they are seen from farther away.

    Parameters
    ----------
    points : Points
        Measurements, of objects numbered from 0.
    source : ndarray of int, (n,)
        The known object that each is.
    redshift : ndarray, (n,)
        Where it is.
    """

    points: Points
    source: Array
    redshift: Array

    def first(self, count: int) -> "FartherObjects":
        """Return no more than so many of them."""
        points = self.points[self.points.object < count]
        return FartherObjects(points, self.source[:count], self.redshift[:count])


def dimming(redshift: Any, other: Array) -> Array:
    """Return by what factor fluxes per frequency change from one redshift to others.

    The same light at rest is seen: f_ν ∝ (1 + z) / d_L².
    """
    nearer = luminosity_distance(np.asarray(redshift)) / luminosity_distance(other)
    return np.asarray((1 + other) / (1 + np.asarray(redshift)) * nearer**2)


def known_objects(
    physics: "SupernovaPhysics", points: Points, redshift: Array
) -> list[KnownObject]:
    """Return objects of redshifts (n,), whose points have the bands of the physics."""
    wavelength = band_wavelengths(physics)
    points = points[np.argsort(points.object, kind="stable")]
    ends = np.searchsorted(points.object, np.arange(len(redshift) + 1))
    owned = (points[np.arange(first, last)] for first, last in pairwise(ends))
    return [
        KnownObject(own.time, wavelength[own.band], own.flux, own.error, float(z))
        for own, z in zip(owned, redshift, strict=True)
    ]


def band_wavelengths(physics: "SupernovaPhysics") -> Array:
    """Return the effective wavelength of each band [Å]."""
    bands = surveys.SURVEYS[physics.survey].bands
    return np.array([1e4 * bands[band].wavelength for band in physics.bands])


def seen_farther(
    physics: "SupernovaPhysics",
    known: Sequence[KnownObject],
    kind: Array,
    n: int,
    rng: Generator,
) -> FartherObjects:
    """Return what a survey detects of known supernovae, were they farther away.

    Parameters
    ----------
    physics : SupernovaPhysics
        The survey, its bands and threshold, and how many are of each class.
    known : sequence of KnownObject
        m supernovae of known redshift and class.
    kind : ndarray of int, (m,)
        Number of the class of each.
    n : int
        How many are wanted.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    FartherObjects
        n of them. Each is one of the known ones of its class, all equally likely, at a redshift
        drawn in proportion to rate and volume, from where it was to `horizon`.

    Raises
    ------
    UsageError
        If hardly any of a class is detected, or none is known.
    """
    found: list[FartherObjects] = []
    for number, count in enumerate(rng.multinomial(n, physics.shares)):
        own = np.flatnonzero(kind == number)
        alike = [known[row] for row in own.tolist()]
        seen = _of_class(physics, physics.classes[number], alike, count, rng)
        found += [replace(one, source=own[one.source]) for one in seen]
    starts = np.cumsum([0, *(len(one.source) for one in found)])
    points = [
        replace(one.points, object=one.points.object + start)
        for one, start in zip(found, starts, strict=False)
    ]
    sources, redshifts = ([getattr(one, name) for one in found] for name in ("source", "redshift"))
    return FartherObjects(join_rows(points), np.concatenate(sources), np.concatenate(redshifts))


def _of_class(
    physics: "SupernovaPhysics", kind: str, known: Sequence[KnownObject], count: int, rng: Generator
) -> list[FartherObjects]:
    """Return so many of one class, in parts; their sources are numbers among the known ones."""
    nearest = np.array([one.redshift for one in known])
    farthest = np.array([horizon(one, physics.redshift_range[1]) for one in known])
    rows = np.flatnonzero(farthest > nearest)
    found: list[FartherObjects] = []
    for _ in range(ROUNDS if len(rows) else 0):
        if count <= 0:
            break
        source = rng.choice(rows, DRAWN_AT_ONCE)
        redshift = _redshifts_between(kind, nearest[source], farthest[source], rng)
        found.append(_detected(physics, known, source, redshift, rng).first(count))
        count -= len(found[-1].source)
    if count > 0:
        raise UsageError(
            f"of {len(rows)} known supernovae of class {kind} too few are detected farther away; "
            "set its part of class_shares to 0"
        )
    return found


def horizon(known: KnownObject, largest: float) -> float:
    """Return the redshift at which an object is too faint, or seen at unmeasured wavelengths."""
    end = min(largest, STRETCHED * (1 + known.redshift) - 1)
    z = np.linspace(known.redshift, max(end, known.redshift), 200)
    bright = known.flux[known.brightest] * dimming(known.redshift, z) >= FAINTEST
    return float(z[bright].max(initial=known.redshift))


def _redshifts_between(kind: str, nearest: Array, farthest: Array, rng: Generator) -> Array:
    """Return redshifts between two (n,), in proportion to rate and volume."""
    drawn = np.sort(draw_redshifts(kind, 20_000, (nearest.min(), farthest.max()), rng))
    first, last = np.searchsorted(drawn, nearest), np.searchsorted(drawn, farthest)
    place = first + (rng.random(len(nearest)) * (last - first)).astype(int)
    return np.clip(drawn[np.minimum(place, len(drawn) - 1)], nearest, farthest)


def _detected(
    physics: "SupernovaPhysics",
    known: Sequence[KnownObject],
    source: Array,
    redshift: Array,
    rng: Generator,
) -> FartherObjects:
    """Return those of n objects that the survey detects."""
    n, about, wavelength = len(source), SURVEYS[physics.survey], band_wavelengths(physics)
    visits, season = draw_visits(about, n, rng)
    since = visits.day - rng.uniform(-BEFORE_SEASON, season + AFTER_SEASON)[visits.object]
    flux = np.empty(len(since))
    owner = source[visits.object]
    order = np.argsort(owner, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(owner[order])) + 1):
        one = known[owner[rows[0]]]
        own = visits[rows]
        flux[rows] = one.seen_from(redshift[own.object], since[rows], wavelength[own.band])
    observed = np.isfinite(flux)
    visits = visits[observed]
    flux, error = measured(about, flux[observed], visits.log_error, rng)
    points = Points(visits.object, visits.day, visits.band, flux, error)
    kept = triggered(points, n, about, physics.detection_snr, rng)
    points = points[kept[points.object]]
    points = replace(points, object=(np.cumsum(kept) - 1)[points.object])
    return FartherObjects(points, source[kept], redshift[kept])
