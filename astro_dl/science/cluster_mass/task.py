"""How much mass has a cluster of galaxies? By the velocities of its galaxies."""

from astro_dl.answers.flow import Flow
from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Classical, Difficulty, Files, Task
from astro_dl.distributions.priors import Uniform
from astro_dl.science.cluster_mass.figures import draw_clusters
from astro_dl.science.cluster_mass.inputs import input_spec, power_law
from astro_dl.science.cluster_mass.metrics import EDGES, mass_metrics
from astro_dl.science.cluster_mass.physics import ClusterMassPhysics
from astro_dl.science.cluster_mass.predict import input_of_file, predict_clusters
from astro_dl.science.cluster_mass.simulate import simulate

TARGET, UNIT = "log_mass", "dex"
"""log₁₀ M200c [M☉], of which any value of the training's range was as likely."""


def head(physics: ClusterMassPhysics) -> AnswerKind:
    """Return the posterior of the mass, or one number for it."""
    if physics.told == "point":
        return Regression((TARGET,), (UNIT,))
    return Flow((TARGET,), (UNIT,), (Uniform(*physics.log_masses),), physics.bins, physics.hidden)


task = Task(
    name="cluster_mass",
    summary="How much mass has a cluster of galaxies, by the velocities of its galaxies?",
    physics=ClusterMassPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="cluster",
    difficulty=Difficulty(
        column="galaxies", edges=tuple(float(edge) for edge in EDGES), label="galaxies"
    ),
    classical=Classical(features=power_law, peers=("logistic_regression",)),
    files=Files(inputs=input_of_file, predict=predict_clusters, draw=draw_clusters),
    extra_metrics=mass_metrics,
    simulation_caution="Trained on round clusters in equilibrium with an NFW profile, whose "
    "dispersions are 10% more or less from one line of sight to the next, with smooth "
    "surroundings and no selection of galaxies by colour or brightness. Mergers, substructure, "
    "neighbouring clusters and the motions of galaxies of other kinds are unknown to the network, "
    "and no flag tells them. Masses are told as if any mass were as likely in the logarithm.",
    symbols={TARGET: r"$\log_{10} M_{200\mathrm{c}}$"},
    unordered=True,
)
