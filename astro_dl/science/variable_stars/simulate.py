"""Simulated variable stars with their classes, as networks see them."""

import numpy as np

from astro_dl.core.errors import UsageError, did_you_mean
from astro_dl.core.examples import Examples, concatenate
from astro_dl.observations.irregular_series.surveys import SURVEYS
from astro_dl.science.variable_stars.classes import SCHEMES
from astro_dl.science.variable_stars.inputs import prepare
from astro_dl.science.variable_stars.physics import VariablePhysics
from astro_dl.science.variable_stars.simulation.light_curves import simulate_light_curves

AT_ONCE = 256


def simulate(physics: VariablePhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n variable stars.

    Parameters
    ----------
    physics : VariablePhysics
        Classes, survey and inputs.
    n : int
        Number of stars.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        Inputs; y, the class; ``info`` with ``star``, a random number, ``kind``, ``period`` [d],
        ``amplitude`` [mag], ``snr`` and more of the truth, and what was found, see
        `astro_dl.science.variable_stars.inputs.Prepared`.
    """
    shares = class_shares(physics)
    blocks = np.array_split(np.arange(n), -(-n // AT_ONCE))
    return concatenate([_simulate_block(physics, len(block), shares, rng) for block in blocks])


def class_shares(physics: VariablePhysics) -> np.ndarray:
    """Return the share of each class, (classes,).

    Raises
    ------
    UsageError
        If a class is unknown, or all shares are zero.
    """
    names = SCHEMES[physics.scheme].names
    given = physics.class_fractions or dict.fromkeys(names, 1.0)
    for name in given:
        if name not in names:
            raise UsageError(f"class_fractions: {name!r} is no class{did_you_mean(name, names)}")
    shares = np.array([given.get(name, 0.0) for name in names])
    if not shares.sum() > 0:
        raise UsageError("class_fractions: all are zero; give one that is not")
    return shares / shares.sum()


def _simulate_block(
    physics: VariablePhysics, n: int, shares: np.ndarray, rng: np.random.Generator
) -> Examples:
    scheme = SCHEMES[physics.scheme]
    y = rng.choice(len(shares), n, p=shares).astype(np.int32)
    kind = np.empty(n, "U24")
    for number, kinds in enumerate(scheme.kinds.values()):
        rows = np.flatnonzero(y == number)
        part = np.array(list(kinds.values()))
        kind[rows] = rng.choice(list(kinds), len(rows), p=part / part.sum())
    survey = rng.choice(list(SURVEYS)) if physics.survey == "any" else physics.survey
    made = simulate_light_curves(
        kind, SURVEYS[str(survey)], rng, physics.noise_scale, physics.signals
    )
    ready = prepare(physics, made.series)
    info = made.truth
    info.add_column(rng.integers(0, 2**62, n), 0, "star")
    info["survey"] = np.full(n, str(survey), "U8")
    for name in ready.found.colnames:
        info[name] = ready.found[name]
    for name in ("period",):
        info[name].unit = "d"
    return Examples(ready.x, y, info)
