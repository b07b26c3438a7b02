"""How much mass holds the stars of a dwarf galaxy, and how steep is its halo? By velocities."""

from astro_dl.answers.flow import Flow
from astro_dl.answers.regression import Regression
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Classical, Difficulty, Files, Task
from astro_dl.science.mass_profile.figures import draw_galaxies
from astro_dl.science.mass_profile.inputs import input_spec, moments
from astro_dl.science.mass_profile.metrics import mass_metrics
from astro_dl.science.mass_profile.parameters import SYMBOLS, TARGETS, measures
from astro_dl.science.mass_profile.physics import MassProfilePhysics
from astro_dl.science.mass_profile.predict import input_of_file, predict_masses
from astro_dl.science.mass_profile.simulate import simulate

COMPONENTS = 4


def head(physics: MassProfilePhysics) -> AnswerKind:
    """Return the joint posterior of slope, mass and anisotropy."""
    names, units = tuple(TARGETS), tuple(TARGETS.values())
    if physics.told == "gaussians":
        return Regression(names, units, distribution="mvn_mixture", components=COMPONENTS)
    return Flow(names, units, measures(physics), physics.bins, physics.hidden)


task = Task(
    name="mass_profile",
    summary="How much mass holds the stars of a dwarf galaxy, and how steep is its halo?",
    physics=MassProfilePhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="galaxy",
    difficulty=Difficulty(
        column="stars", edges=(30.0, 65.0, 140.0, 300.0, 650.0, 1400.0, 3001.0), label="stars"
    ),
    classical=Classical(features=moments, peers=("logistic_regression",)),
    files=Files(inputs=input_of_file, predict=predict_masses, draw=draw_galaxies),
    extra_metrics=mass_metrics,
    simulation_caution="Trained on round galaxies in equilibrium, whose orbits are isotropic "
    "within some radius and radial beyond, with stars like a Plummer sphere that weigh nothing, "
    "in haloes that fall as r⁻³ outside. Flattening, rotation, tides, tangential orbits and "
    "several populations of stars are unknown to the network, and no flag tells them: no "
    "posterior here says whether a real halo has a cusp or a core.",
    symbols=SYMBOLS,
    unordered=True,
)
