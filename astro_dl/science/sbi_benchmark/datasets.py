"""The benchmark's own observations, with samples of their exact posteriors."""

from pathlib import Path

import numpy as np
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.reading.door import reading
from astro_dl.science.sbi_benchmark.physics import BenchmarkPhysics

SAMPLES = "reference_posterior"
"""Column of ``info`` with the samples, (m, parameters) of each observation."""


def read_observations(physics: BenchmarkPhysics, folder: Path) -> Examples:
    """Return the six observations of a problem from ``cosmology/sbibm/<problem>.npz``.

    ``info`` has ``simulation``, the number of the observation, and ``reference_posterior``, 3,000
    samples of each.

    Raises
    ------
    UsageError
        If the file is missing or holds other numbers than the problem has.
    """
    path = folder / "cosmology" / "sbibm" / f"{physics.problem}.npz"
    problem = physics.posed
    with reading(path, "observations of the benchmark"), np.load(path) as stored:
        observed, truth = stored["observation"], stored["true_parameters"]
        samples = stored[SAMPLES]
    if observed.shape[1:] != (len(problem.observables),):
        raise UsageError(
            f"{path}: observations of shape {observed.shape}; {len(problem.observables)} numbers "
            f"each are needed for {physics.problem}"
        )
    info = Table({"simulation": np.arange(1, 1 + len(observed)), SAMPLES: samples})
    return Examples(problem.inputs(observed), truth.astype(np.float32), info)
