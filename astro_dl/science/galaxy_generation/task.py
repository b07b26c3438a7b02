"""Drawing galaxies: images in the likeness of a set, of the magnitude, size and kind asked for."""

from collections.abc import Mapping
from typing import Any

from astro_dl.answers.generation import Generated
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Classical, Generation, InputSpec, Task
from astro_dl.science.galaxy_generation.draw import draw_galaxies
from astro_dl.science.galaxy_generation.files import write_galaxies
from astro_dl.science.galaxy_generation.inputs import generation_spec
from astro_dl.science.galaxy_generation.metrics import generation_metrics
from astro_dl.science.galaxy_generation.peers import simulated_again, smooth_galaxies
from astro_dl.science.galaxy_generation.physics import GalaxyGenerationPhysics
from astro_dl.science.galaxy_generation.simulate import simulate
from astro_dl.science.galaxy_generation.statistics import statistics_features


def head(physics: GalaxyGenerationPhysics) -> AnswerKind:
    """Return the parts of what an image costs."""
    return Generated(("misfit", "code_cost", "prior_cost"))


def adversarial_head(input_spec: InputSpec, hyperparameters: Mapping[str, Any]) -> AnswerKind:
    """Return the costs of networks that learn against each other."""
    return Generated(("critic_cost", "generator_cost", "misfit"))


task = Task(
    name="galaxy_generation",
    summary="Draw images of galaxies of a magnitude, half-light radius and kind",
    physics=GalaxyGenerationPhysics,
    head=head,
    input_spec=generation_spec,
    simulate=simulate,
    group="galaxy_id",
    classical=Classical(features=statistics_features, bound="simulator"),
    generation=Generation(
        draw=draw_galaxies,
        write=write_galaxies,
        peers={"simulator": simulated_again, "smooth Sérsic": smooth_galaxies},
    ),
    extra_metrics=generation_metrics,
    simulation_caution="Trained on simulated galaxies: bulges, discs and regular spiral arms in "
    "white noise. What it draws is in their likeness, no prediction of what the sky holds, and "
    "finds no use where rare or irregular galaxies matter.",
)
