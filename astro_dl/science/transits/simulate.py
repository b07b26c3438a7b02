"""Folded light curves of planets, eclipsing binaries and everything else."""

import numpy as np
from astropy.table import Table

from astro_dl.core.examples import Examples, concatenate
from astro_dl.science.transits.inputs import light_curve_inputs
from astro_dl.science.transits.metrics import CLASSES
from astro_dl.science.transits.physics import TransitPhysics
from astro_dl.science.transits.simulation.light_curves import simulate_light_curves
from astro_dl.science.transits.simulation.priors import BinaryPrior
from astro_dl.science.transits.views import Ephemeris

KINDS = {"planet_candidate": "planet", "eclipsing_binary": "eclipsing_binary", "other": "junk"}

BLOCK_SAMPLES = 2**18

TRUE_COLUMNS = (
    "magnitude",
    "orbital_period_d",
    "radius_ratio",
    "impact_parameter",
    "variability_period_d",
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
    y = rng.choice(len(CLASSES), n, p=physics.class_fractions).astype(np.int32)
    kind = np.array(list(KINDS.values()))[y] if physics.signals else np.full(n, "quiet")
    rows = max(1, BLOCK_SAMPLES * physics.cadence_minutes // (physics.duration_days * 1440))
    blocks = np.array_split(np.arange(n), -(-n // int(rows)))
    return concatenate([_simulate_block(physics, y[block], kind[block], rng) for block in blocks])


def _simulate_block(
    physics: TransitPhysics, y: np.ndarray, kind: np.ndarray, rng: np.random.Generator
) -> Examples:
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
    folded = light_curve_inputs(physics, time, flux, _found_ephemeris(time, truth))
    info = Table({"tic_id": rng.integers(0, 2**62, len(y)), "kind": truth["kind"]})
    info["subtype"] = truth["subtype"]
    for name in ("period", "epoch", "duration"):
        info[name] = getattr(folded.fit.ephemeris, name)
        info[name].unit = "d"
    info["depth"], info["snr"] = folded.fit.depth, folded.fit.snr
    for name in TRUE_COLUMNS:
        info[name] = truth[name]
    return Examples(folded.x, y, info)


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
