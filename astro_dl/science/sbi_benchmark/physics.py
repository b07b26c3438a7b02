"""Which problem of the benchmark is posed."""

from collections.abc import Mapping
from typing import Literal

from astro_dl.core.schema import checked
from astro_dl.distributions.scales import ScaleName
from astro_dl.distributions.triangular import Told
from astro_dl.science.sbi_benchmark import gaussians, populations, spike_counts
from astro_dl.science.sbi_benchmark.problem import Problem

PROBLEMS: Mapping[str, Problem] = {
    "gaussian_linear": gaussians.GAUSSIAN_LINEAR,
    "gaussian_linear_uniform": gaussians.GAUSSIAN_LINEAR_UNIFORM,
    "gaussian_mixture": gaussians.GAUSSIAN_MIXTURE,
    "two_moons": gaussians.TWO_MOONS,
    "slcp": gaussians.SLCP,
    "bernoulli_glm": spike_counts.BERNOULLI_GLM,
    "sir": populations.SIR,
    "lotka_volterra": populations.LOTKA_VOLTERRA,
}


@checked
class BenchmarkPhysics:
    """Everything that defines an example.

    Parameters
    ----------
    problem : str, default "two_moons"
        Name in the benchmark.
    bins, hidden, told, scale
        Of the flow, see `astro_dl.answers.flow.Flow`.
    """

    problem: Literal[
        "gaussian_linear",
        "gaussian_linear_uniform",
        "gaussian_mixture",
        "two_moons",
        "slcp",
        "bernoulli_glm",
        "sir",
        "lotka_volterra",
    ] = "two_moons"
    bins: int = 10
    hidden: int = 16
    told: Told = "all"
    scale: ScaleName = "logistic"

    @property
    def posed(self) -> Problem:
        """The problem itself."""
        return PROBLEMS[self.problem]
