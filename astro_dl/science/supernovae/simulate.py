"""Simulated light curves of supernovae, in the form that networks are given."""

from dataclasses import replace

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.rows import join_rows
from astro_dl.science.supernovae.inputs import light_curve_inputs
from astro_dl.science.supernovae.nights import Points
from astro_dl.science.supernovae.physics import SupernovaPhysics
from astro_dl.science.supernovae.simulation.light_curves import Sources, simulate_class

Array = np.ndarray

DRAWN_AT_ONCE = 2048
ROUNDS = 400
HOST_ERROR, HOST_OUTLIERS = 0.02, 0.02


def simulate(physics: SupernovaPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n light curves with their classes and the truth behind them.

    Parameters
    ----------
    physics : SupernovaPhysics
        Survey, classes and priors.
    n : int
        Number of supernovae, all of them detected.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as in `astro_dl.science.supernovae.inputs`; y the number of the class among those of
        the physics; ``info`` with ``object_id`` (a random number), ``subtype``, ``redshift``,
        ``x1`` and ``color`` of type Ia, ``reddening`` [mag] of others, ``peak`` (days of the
        maximum since the first detection), ``snr`` (largest of a point) and ``points``.
    """
    y = rng.choice(len(physics.classes), n, p=physics.shares).astype(np.int32)
    source, points = detected_supernovae(physics, y, rng)
    redshift = host_redshifts(source.redshift, rng)
    x, detected = light_curve_inputs(physics, points, n, redshift)
    return Examples(x, y, _info(source, points, detected, redshift, rng))


def detected_supernovae(
    physics: SupernovaPhysics, y: Array, rng: np.random.Generator
) -> tuple[Sources, Points]:
    """Return supernovae of classes y (n,) that the survey detects, and its measurements.

    Raises
    ------
    UsageError
        If hardly any is detected.
    """
    sources: list[Sources] = []
    points: list[Points] = []
    places: list[Array] = []
    kinds = physics.classes if physics.signals else physics.classes[:1] * len(physics.classes)
    for number, kind in enumerate(kinds):
        rows = np.flatnonzero(y == number)
        found = 0
        for _ in range(ROUNDS):
            if found >= len(rows):
                break
            source, measured = simulate_class(
                kind,
                DRAWN_AT_ONCE,
                physics.survey,
                physics.bands,
                physics.redshift_range,
                physics.detection_snr,
                rng,
            )
            taken = min(len(source.redshift), len(rows) - found)
            own = rows[found : found + taken]
            measured = measured[measured.object < taken]
            sources.append(source[np.arange(taken)])
            points.append(replace(measured, object=own[measured.object]))
            places.append(own)
            found += taken
        if found < len(rows):
            raise UsageError(
                f"only {found} of {ROUNDS * DRAWN_AT_ONCE} supernovae of class {kind} at redshifts "
                f"{physics.redshift_range} are detected; set redshift_range or detection_snr"
            )
    order = np.argsort(np.concatenate(places))
    return join_rows(sources)[order], join_rows(points)


def host_redshifts(redshift: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return photometric redshifts of hosts (n,) and their errors; two in a hundred are off."""
    n = len(redshift)
    error = HOST_ERROR * (1 + redshift) * np.exp(rng.normal(0, 0.4, n))
    measured = redshift + 0.85 * error * rng.standard_normal(n)
    lost = rng.random(n) < HOST_OUTLIERS
    measured = np.where(lost, redshift * np.exp(rng.normal(0, 0.3, n)), measured)
    return np.maximum(measured, 0.01), error


def _info(
    source: Sources,
    points: Points,
    detected: Array,
    redshift: tuple[Array, Array],
    rng: np.random.Generator,
) -> Table:
    n = len(source.redshift)
    snr = np.zeros(n)
    np.maximum.at(snr, points.object, points.signal_to_noise)
    info = Table({"object_id": rng.integers(2**62, size=n), "subtype": source.subtype})
    info["redshift"], info["host_redshift"] = source.redshift, redshift[0]
    info["x1"], info["color"], info["reddening"] = source.x1, source.color, source.reddening
    info["peak"], info["snr"] = source.peak_day - detected, snr
    info["points"] = np.bincount(points.object, minlength=n)
    for name, unit in {"reddening": "mag", "peak": "d"}.items():
        info[name].unit = unit
    return info
