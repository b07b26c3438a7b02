"""Which universe do the galaxies of a small box tell of? The posterior of Ω_m and σ₈."""

from astro_dl.answers.flow import Flow
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Classical, Files, Task, inputs_as_features
from astro_dl.science.cosmology_fields.galaxy_power.datasets import DATASETS
from astro_dl.science.cosmology_fields.galaxy_power.inputs import input_spec
from astro_dl.science.cosmology_fields.galaxy_power.parameters import PRIOR
from astro_dl.science.cosmology_fields.galaxy_power.physics import GalaxyPowerPhysics
from astro_dl.science.cosmology_fields.galaxy_power.predict import input_of_file, predict_spectra
from astro_dl.science.cosmology_fields.galaxy_power.simulate import simulate


def head(physics: GalaxyPowerPhysics) -> AnswerKind:
    """Return the joint posterior of both parameters."""
    return Flow(tuple(PRIOR), prior=tuple(PRIOR.values()), bins=physics.bins, hidden=physics.hidden)


task = Task(
    name="cosmology_spectra",
    summary="Which universe do the power spectra of galaxies show? The posterior of Ω_m and σ₈",
    physics=GalaxyPowerPhysics,
    head=head,
    input_spec=input_spec,
    simulate=simulate,
    group="universe",
    classical=Classical(
        features=inputs_as_features, peers=("logistic_regression", "random_forest")
    ),
    datasets=DATASETS,
    files=Files(inputs=input_of_file, predict=predict_spectra),
    caution="Of galaxies in periodic boxes of 25 Mpc/h of one code with its feedback: a network "
    "of one code misjudges the galaxies of another, and no galaxies of the sky are like either.",
    symbols={"omega_m": r"$\Omega_\mathrm{m}$", "sigma_8": r"$\sigma_8$"},
)
