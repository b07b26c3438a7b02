"""Examples of the task: simulated stamps as networks take them."""

import numpy as np

from astro_dl.core.examples import Examples
from astro_dl.science.real_bogus.inputs import network_input
from astro_dl.science.real_bogus.physics import RealBogusPhysics
from astro_dl.science.real_bogus.simulation.stamps import simulate_stamps


def simulate(physics: RealBogusPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n stamps of real sources and of artefacts, with the truth behind them.

    Parameters
    ----------
    physics : RealBogusPhysics
        The camera, what is in the sky, and what goes wrong.
    n : int
        Number of stamps.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` as `astro_dl.science.real_bogus.inputs.network_input` gives it; ``y`` 1 for real
        sources; ``info`` with ``field_id``, ``kind`` (of real source, or cause of the artefact),
        ``snr`` as found, ``sign``, ``magnitude`` of the difference, ``host_distance`` from the
        nearest galaxy ["], widths of the point-spread functions and ``registration`` [pixel].
    """
    stamps = simulate_stamps(physics, n, rng)
    x = network_input(physics, stamps.images)
    return Examples(x, stamps.real.astype(np.float32), stamps.info)
