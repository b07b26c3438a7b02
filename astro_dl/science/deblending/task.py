"""Deblending: what of the light of each pixel is one source's?

Shares of what was observed are told, one source after the other: no light is made or lost, and any
number of sources can be asked for.
"""

from astro_dl.answers.maps.image import Image
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Classical, Difficulty, Files, Task
from astro_dl.science.deblending.baselines import classical_shares
from astro_dl.science.deblending.figures import draw_models
from astro_dl.science.deblending.inputs import deblending_spec
from astro_dl.science.deblending.metrics import BLENDEDNESS_EDGES, deblending_metrics
from astro_dl.science.deblending.physics import DeblendingPhysics
from astro_dl.science.deblending.predict import predict_sources
from astro_dl.science.deblending.simulate import simulate


def head(physics: DeblendingPhysics) -> AnswerKind:
    """Return the source's share of the observed light, in units of the brightness in the middle."""
    return Image(("light",), (), size=(physics.size_pixels, physics.size_pixels))


task = Task(
    name="deblending",
    summary="What of the light of each pixel is one source's, of several that overlap?",
    physics=DeblendingPhysics,
    head=head,
    input_spec=deblending_spec,
    simulate=simulate,
    group="blend_id",
    difficulty=Difficulty("blendedness", BLENDEDNESS_EDGES, "blendedness"),
    classical=Classical(baselines=classical_shares),
    files=Files(predict=predict_sources, draw=draw_models),
    extra_metrics=deblending_metrics,
    simulation_caution="Trained on simulated Sérsic galaxies and stars in white noise, in one "
    "band. Arms, tails and saturated stars were never seen; light of sources that are not told of "
    "is shared between those that are. Fluxes are drawn towards usual ones. The point-spread "
    "function must be known.",
)
