"""Folded light curves of planets, eclipsing binaries and everything else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.table import Table, vstack

from astro_dl.core.examples import Examples, concatenate
from astro_dl.data.namespace import on_device
from astro_dl.science.transits.inputs import light_curve_inputs
from astro_dl.science.transits.metrics import CLASSES
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.simulation.light_curves import simulate_light_curves
from astro_dl.science.transits.simulation.priors import BinaryPrior
from astro_dl.science.transits.views import Ephemeris

KINDS = {"planet_candidate": "planet", "eclipsing_binary": "eclipsing_binary", "other": "junk"}

BLOCK_SAMPLES = 2**18


@dataclass(frozen=True)
class DrawnCurves:
    """Light curves before they are detrended and folded.

    Parameters
    ----------
    time : ndarray, (T,)
        Times of all curves [d].
    flux : ndarray, (n, T)
        Relative flux float32; NaN where unusable.
    truth : Table
        As `simulate_light_curves` gives it, and ``tic_id``.
    y : ndarray, (n,)
        Classes.
    """

    time: np.ndarray
    flux: np.ndarray
    truth: Table
    y: np.ndarray


TRUE_COLUMNS = (
    "magnitude",
    "orbital_period_d",
    "radius_ratio",
    "impact_parameter",
    "variability_period_d",
    "photon_snr",
)


def simulate(physics: TransitPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n folded light curves with their classes and the truth behind them.

    Parameters
    ----------
    physics : TransitPhysics
        Priors and preprocessing.
    n : int
        Number of examples, each of another star.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        Views; y 0, 1, 2 for planet candidate, eclipsing binary, other; ``info`` with ``tic_id`` (a
        random number for each star), ``period``, ``epoch``, ``duration`` [d], ``depth`` and ``snr``
        as measured, ``kind``, and the truth of the light curve.
    """
    return concatenate(
        [_folded(physics, drawn, drawn.flux) for drawn in _drawn_blocks(physics, n, rng)]
    )


def draw_light_curves(physics: TransitPhysics, n: int, rng: np.random.Generator) -> DrawnCurves:
    """Return n light curves for `folded_on_device`: those of `simulate`, not yet detrended.

    They are whole light curves, made on the processor: which are kept is decided by what a box
    search finds in each, noise and all, and the search is no formula for arrays of one shape.
    """
    blocks = list(_drawn_blocks(physics, n, rng))
    return DrawnCurves(
        blocks[0].time,
        np.concatenate([block.flux for block in blocks]),
        vstack([block.truth for block in blocks]),
        np.concatenate([block.y for block in blocks]),
    )


def folded_on_device(
    physics: TransitPhysics, drawn: DrawnCurves, rng: np.random.Generator
) -> Examples:
    """Return drawn light curves as `simulate` does, detrended and folded on the device of Keras.

    Trends are fitted, outliers clipped, trapezoids summed, and points sorted and put in bins there.
    Trends between their knots, the choice of the trapezoid and phases are computed in memory, in
    float64. Nothing is random any more. Results are those of `simulate` within float32, but where
    several trapezoids fit equally well: rounding decides between these, on processors too.
    """
    return _folded(physics, drawn, on_device(drawn.flux))


def _drawn_blocks(
    physics: TransitPhysics, n: int, rng: np.random.Generator
) -> Iterator[DrawnCurves]:
    y = rng.choice(len(CLASSES), n, p=physics.class_fractions).astype(np.int32)
    kind = np.array(list(KINDS.values()))[y] if physics.signals else np.full(n, "quiet")
    rows = max(1, BLOCK_SAMPLES * physics.cadence_minutes // (physics.duration_days * 1440))
    blocks = np.array_split(np.arange(n), -(-n // int(rows)))
    for block in blocks:
        yield _draw_block(physics, y[block], kind[block], rng)


def _draw_block(
    physics: TransitPhysics, y: np.ndarray, kind: np.ndarray, rng: np.random.Generator
) -> DrawnCurves:
    time, flux, _, truth = simulate_light_curves(
        kind,
        len(y),
        rng,
        cadence_minutes=physics.cadence_minutes,
        duration_days=physics.duration_days,
        magnitude_range=physics.magnitude_range,
        snr_range=physics.snr_range,
        minimum_snr=physics.minimum_snr,
        binaries=BinaryPrior(
            physics.faintest_blend, physics.heavy_companion_fraction, physics.largest_filling
        ),
        junk_shares=physics.junk_shares,
    )
    truth["tic_id"] = rng.integers(0, 2**62, len(y))
    return DrawnCurves(time, flux, truth, y)


def _folded(physics: TransitPhysics, drawn: DrawnCurves, flux: Any) -> Examples:
    """Return the examples of drawn curves, whose flux is given as array or tensor."""
    time, truth = drawn.time, drawn.truth
    folded = light_curve_inputs(physics, time, flux, _found_ephemeris(time, truth))
    info = truth["tic_id", "kind", "subtype"]
    for name in ("period", "epoch", "duration"):
        info[name] = getattr(folded.fit.ephemeris, name)
        info[name].unit = "d"
    info["depth"], info["snr"] = folded.fit.depth, folded.fit.snr
    for name in TRUE_COLUMNS:
        info[name] = truth[name]
    return Examples(folded.x, drawn.y, info)


def _found_ephemeris(time: np.ndarray, truth: Table) -> Ephemeris:
    """Return what the box search found; where it found nothing, any period serves."""
    found = [np.asarray(truth[name], float) for name in ("period_d", "epoch_d", "duration_d")]
    known = np.isfinite(found).all(axis=0)
    return Ephemeris(
        *(
            np.where(known, value, other)
            for value, other in zip(found, (1.0, time[0], 0.1), strict=True)
        )
    )
