"""Which parameters of a simulator made an observation? Eight problems with known posteriors."""

import numpy as np
from astropy.table import Table

from astro_dl.answers.flow import Flow
from astro_dl.core.examples import Examples
from astro_dl.core.task import Dataset, Files, InputSpec, Task
from astro_dl.science.sbi_benchmark.datasets import read_observations
from astro_dl.science.sbi_benchmark.files import inputs_of_rows, predict_rows
from astro_dl.science.sbi_benchmark.metrics import reference_metrics
from astro_dl.science.sbi_benchmark.physics import PROBLEMS, BenchmarkPhysics

NUMBERED = {"theta": r"\theta", "mean": r"\mu", "filter": "f"}
NAMED = {
    "mean_x": r"$\mu_x$",
    "mean_y": r"$\mu_y$",
    "root_deviation_x": r"$\sqrt{\sigma_x}$",
    "root_deviation_y": r"$\sqrt{\sigma_y}$",
    "arctanh_correlation": r"$\mathrm{arctanh}\,\rho$",
    "offset": r"$\beta$",
    "contact_rate": r"$\beta$",
    "recovery_rate": r"$\gamma$",
    "prey_growth": r"$\alpha$",
    "prey_loss": r"$\beta$",
    "predator_loss": r"$\gamma$",
    "predator_growth": r"$\delta$",
}
SYMBOLS = NAMED | {
    name: f"${NUMBERED[word]}_{{{number}}}$"
    for problem in PROBLEMS.values()
    for name in problem.parameters
    for word, _, number in [name.rpartition("_")]
    if name not in NAMED
}
"""Those of the benchmark's appendix T, of all problems."""


def head(physics: BenchmarkPhysics) -> Flow:
    """Return the joint posterior of the problem's parameters."""
    problem = physics.posed
    return Flow(
        problem.parameters,
        prior=problem.prior,
        bins=physics.bins,
        hidden=physics.hidden,
        told=physics.told,
        scale=physics.scale,
    )


def input_spec(physics: BenchmarkPhysics) -> InputSpec:
    """Return the observables on the scale on which a network sees them."""
    problem = physics.posed
    contract = {"observables": list(problem.observables), "scale": problem.scale}
    return InputSpec((len(problem.observables),), contract)


def simulate(physics: BenchmarkPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n observations with the parameters that made them.

    ``info`` has ``simulation`` (a random number) and the parameters by name.
    """
    problem = physics.posed
    parameters = problem.draw_parameters(n, rng)
    observed = problem.simulate(parameters, rng)
    info = Table({"simulation": rng.integers(2**62, size=n)})
    for name, values in zip(problem.parameters, parameters.T, strict=True):
        info[name] = values
    return Examples(problem.inputs(observed), parameters.astype(np.float32), info)


task = Task(
    name="sbi_benchmark",
    summary="Which parameters of a simulator made an observation? Eight known posteriors",
    physics=BenchmarkPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="simulation",
    datasets={
        "reference": Dataset(
            summary="Six observations of each problem with samples of their exact posteriors",
            read=read_observations,
            split=False,
            n=6,
            reference="Lueckmann et al. (2021), arXiv:2101.04653",
            licence="MIT",
        )
    },
    files=Files(rows=inputs_of_rows, predict_blocks=predict_rows),
    extra_metrics=reference_metrics,
    symbols=SYMBOLS,
    caution="A problem of a benchmark, which tests posteriors where they are known.",
)
